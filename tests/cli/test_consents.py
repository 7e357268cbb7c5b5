"""`privacy consents`: nothing is written without --commit, nothing twice, no fault is silent."""

import json
from pathlib import Path

import pytest
from jsonschema_rs import Draft202012Validator

from privacy.consent import queries
from privacy.consent.records.record import schema
from privacy.purposes.queries import controllers
from privacy.runtime import Runtime
from privacy.subjects.visitors import visitor_subject
from tests.cli.conftest import Privacy

VISITOR = "0123456789abcdef" * 2
NOTICE = "ab" * 32
LINES = (
    "visitor,email,said_at,purpose,granted,notice",
    f"{VISITOR},,2026-01-05T10:00:00+01:00,audience_consent,true,{NOTICE}",
    f"{VISITOR},,2026-01-05T10:00:00+01:00,social_sharing,false,",
    ",camille@exemple.example,2026-01-06T10:00:00+01:00,audience_consent,false,",
    f"{VISITOR},,2026-01-05T10:00:00+01:00,audience_consent,true,",
    f"{VISITOR},,2026-01-05T10:00:00+01:00,not_published,true,{NOTICE}",
    f"{VISITOR},,2999-10-05T10:00:00+01:00,audience_consent,false,",
    ",nobody,2026-01-05T10:00:00+01:00,audience_consent,false,",
    f"{VISITOR},,2026-01-05T10:00:00+01:00,social_sharing,false,",
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Return a file with three answers, four faults, and one line twice."""
    path = tmp_path / "answers.csv"
    path.write_text("\n".join(LINES), encoding="utf-8")
    return path


def kept(runtime: Runtime) -> list[tuple[str, bool, str, str]]:
    """Return the rows of the visitor, with the days on which they were said and end."""
    with runtime.database.reading() as session:
        owner = controllers(session)[0]
        subject_id = visitor_subject(
            session, cabinet=runtime.cabinet, controller_id=owner.id, visitor=VISITOR
        )
        rows = queries.history(session, subject_id=subject_id)
    assert {row.method.value for row in rows} <= {"import"}
    return [
        (row.purpose_code, row.granted, f"{row.said_at:%Y-%m-%d}", f"{row.valid_until:%Y-%m}")
        for row in sorted(rows, key=lambda row: row.purpose_code)
    ]


def test_a_dry_run_says_everything_and_writes_nothing(
    runtime: Runtime, table: Path, privacy: Privacy
):
    ran = privacy("consents", "import", str(table), "--format", "csv")
    assert ran.status == 1
    assert "Would record 1 grants and 2 refusals; 1 were known." in ran.out
    assert "Nothing was written" in ran.out
    said = {line.partition(":")[0] for line in ran.out.splitlines() if line.startswith("line ")}
    assert said == {"line 5", "line 6", "line 7", "line 8"}
    assert "camille" not in ran.out
    assert VISITOR not in ran.out
    assert kept(runtime) == []


def test_what_is_recorded_keeps_its_day_and_its_term_runs_from_it(
    runtime: Runtime, table: Path, privacy: Privacy
):
    first = privacy("consents", "import", str(table), "--format", "csv", "--commit", "--json")
    assert (first.facts["granted"], first.facts["refused"], first.facts["known"]) == (1, 2, 1)
    expected = [
        ("audience_consent", True, "2026-01-05", "2026-07"),
        ("social_sharing", False, "2026-01-05", "2026-07"),
    ]
    assert kept(runtime) == expected
    again = privacy("consents", "import", str(table), "--format", "csv", "--commit", "--json")
    assert (again.facts["granted"], again.facts["refused"], again.facts["known"]) == (0, 0, 4)
    assert kept(runtime) == expected


def test_undated_refusals_are_taken_once(runtime: Runtime, tmp_path: Path, privacy: Privacy):
    mapping, cookies = tmp_path / "map.yaml", tmp_path / "cookies.jsonl"
    mapping.write_text("purposes:\n  audience_consent: [matomo]\n  social_sharing: [video]\n")
    cookies.write_text(json.dumps({"cookie": "!matomo=false!video=true", "visitor": VISITOR}))
    options = ("--format", "tarteaucitron", "--mapping", str(mapping), "--commit", "--json")
    first = privacy("consents", "import", str(cookies), *options)
    assert (first.status, first.facts["granted"], first.facts["refused"]) == (1, 0, 1)
    assert "grants not taken (social_sharing)" in first.facts["faults"][0]["reason"]
    again = privacy("consents", "import", str(cookies), *options)
    assert (again.facts["refused"], again.facts["known"]) == (0, 1)
    assert [row[:2] for row in kept(runtime)] == [("audience_consent", False)]


@pytest.mark.parametrize("text", [b"\xff\xfe", b"visitor\n", b"", b"{}"])
def test_a_file_that_is_none_ends_with_one_clear_line(
    company: Path, tmp_path: Path, privacy: Privacy, text: bytes
):
    assert company.exists()
    path = tmp_path / "junk.csv"
    path.write_bytes(text)
    ran = privacy("consents", "import", str(path), "--format", "csv")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("privacy: ")


def test_cookies_need_a_mapping(company: Path, table: Path, privacy: Privacy):
    assert company.exists()
    ran = privacy("consents", "import", str(table), "--format", "klaro")
    assert ran.status == 2
    assert "--mapping" in ran.err


def test_an_export_is_one_valid_record_a_line(runtime: Runtime, table: Path, privacy: Privacy):
    privacy("consents", "import", str(table), "--format", "csv", "--commit")
    ran = privacy("consents", "export")
    records = [json.loads(line) for line in ran.out.splitlines()]
    assert (ran.status, len(records)) == (0, 3)
    valid = Draft202012Validator(schema())
    assert [error.message for one in records for error in valid.iter_errors(one)] == []
    subject = records[0]["dpv:hasDataSubject"]["@id"].removeprefix("urn:uuid:")
    mine = privacy("consents", "export", "--subject", subject).out.splitlines()
    assert 0 < len(mine) < 3
    assert privacy("consents", "export", "--since", "2999-01-01").out == ""
    assert runtime.settings.public_url in ran.out
