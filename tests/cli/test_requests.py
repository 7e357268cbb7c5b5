"""`privacy requests import`."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from privacy.requests.models import SubjectRequest
from privacy.runtime import Runtime
from tests.cli.conftest import Privacy

HEAD = "email,kind,received_on,channel,language,reference\n"
LINE = "camille.durand@example.fr,access,2026-02-27,paper,fr,"


def file_of(folder: Path, *lines: str) -> str:
    path = folder / "requests.csv"
    path.write_text(HEAD + "".join(f"{line}\n" for line in lines), "utf-8")
    return str(path)


def count(runtime: Runtime) -> int:
    with runtime.database.reading() as session:
        return session.scalar(select(func.count(SubjectRequest.id))) or 0


def test_a_file_is_taken_in_once(privacy: Privacy, runtime: Runtime, tmp_path: Path):
    path = file_of(tmp_path, LINE + "A-1", LINE + "A-2")
    run = ("requests", "import", path, "--verification", "known-facts")
    first, again = privacy(*run, "--json").facts, privacy(*run, "--json").facts
    assert (first["taken"], first["known"], again["taken"], again["known"]) == (2, 0, 0, 2)
    assert first["requests"] == again["requests"]
    assert count(runtime) == 2
    assert "0 taken in, 2 known already." in privacy(*run).out


def test_faults_are_told_by_line_and_nothing_is_taken_in(
    privacy: Privacy, runtime: Runtime, tmp_path: Path
):
    path = file_of(tmp_path, LINE + "A-1", "secret,access,2026-02-27,paper,fr,A-2")
    done = privacy("requests", "import", path, "--verification", "known-facts")
    assert done.status == 2
    assert "line 3: email: write an address" in done.err
    assert "secret" not in done.err
    assert count(runtime) == 0


@pytest.mark.usefixtures("runtime")
def test_what_is_no_text_is_refused(privacy: Privacy, tmp_path: Path):
    path = tmp_path / "requests.csv"
    path.write_bytes(b"\xff\xfe\x00")
    done = privacy("requests", "import", str(path), "--verification", "known-facts")
    assert (done.status, "UTF-8" in done.err) == (2, True)
