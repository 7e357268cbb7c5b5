"""The log as others see it: Go's own packages open, prove and refuse it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from privacy.audit import merkle, queries
from privacy.db import Database
from tests.audit.logs import SIGNER, append, bodies, sequencer
from tests.fakes import FakeClock

SOURCE = Path(__file__).with_name("go") / "main.go"
PATHS = [Path("/usr/share/gocode"), *map(Path, os.environ.get("GOPATH", "").split(os.pathsep))]
OLD, NEW = 300, 700


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the compiled check, or skip and say what is missing."""
    found = [path for path in PATHS if (path / "src/golang.org/x/mod/sumdb/tlog").is_dir()]
    if not shutil.which("go") or not found:
        pytest.skip("Go is not here: install golang-go and golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("go")
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": str(found[0]),
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
    }
    command = ["go", "build", "-o", str(folder / "check"), str(SOURCE)]
    subprocess.run(command, check=True, env=environment, cwd=folder)
    return folder / "check"


@pytest.fixture
def exported(database: Database, clock: FakeClock, tmp_path: Path) -> Path:
    """Return a folder with a log as a server of C2SP tiles would lay it out."""
    folder, sealing = tmp_path / "log", sequencer(database, clock)
    (folder / "entries").mkdir(parents=True)
    for size, name in ((OLD, "checkpoint.old"), (NEW, "checkpoint")):
        append(database, size - (OLD if size == NEW else 0), clock.now)
        sealing.integrate()
        with database.reading() as session:
            (folder / name).write_text(queries.checkpoint(session))
    with database.reading() as session:
        export_tiles(session, folder)
    for index, body in enumerate(bodies(database)):
        (folder / "entries" / str(index)).write_bytes(body)
    return folder


def export_tiles(session: Session, folder: Path) -> None:
    for level in range(merkle.levels(NEW)):
        full, width = divmod(NEW >> 8 * level, 256)
        for n in range(full):
            save(folder / f"tile/{level}/{n:03}", queries.tile(session, level, n))
        part = folder / f"tile/{level}/{full:03}.p/{width}"
        save(part, queries.tile(session, level, full, width))


def save(path: Path, tile: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(tile)


def run(program: Path, folder: Path) -> tuple[int, str]:
    command = [str(program), str(folder), SIGNER.vkey]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.returncode, done.stdout.strip()


def test_go_opens_our_checkpoint_and_proves_every_entry(program: Path, exported: Path):
    assert run(program, exported) == (0, "700 entries continue 300")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("entries/511", "inclusion"),
        ("tile/0/001", "proof"),
        ("tile/1/000.p/2", "proof"),
        ("checkpoint", "signature"),
        ("checkpoint.old", "signature"),
    ],
)
def test_go_refuses_what_was_altered(program: Path, exported: Path, path: str, words: str):
    file = exported / path
    content = bytearray(file.read_bytes())
    content[len(SIGNER.name) + 1] ^= 1
    file.write_bytes(content)
    code, said = run(program, exported)
    assert code == 1
    assert words in said
