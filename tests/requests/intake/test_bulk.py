"""A file of requests: all of its lines are right, or none is taken in; a repeat adds nothing."""

from datetime import date
from uuid import UUID

import pytest

from privacy.db import Database
from privacy.errors import InvalidError
from privacy.requests.intake import bulk
from privacy.requests.intake.bulk import Imported, Line
from privacy.requests.intake.taking_in import Verification
from privacy.requests.models import Channel, RequestState
from tests.requests.office import DPO, Office

TODAY = date(2026, 3, 2)
HEAD = "email,kind,received_on,channel,language,reference\n"
LINE = "camille.durand@example.fr,access,2026-02-27,paper,fr,"


def read(text: str) -> list[Line]:
    return bulk.read_file(text, today=TODAY, languages=("fr", "en"))


def faults(text: str) -> dict[str, list[str]]:
    with pytest.raises(InvalidError) as refusal:
        read(text)
    return refusal.value.fields


def take(office: Office, text: str, database: Database | None = None) -> Imported:
    return bulk.import_lines(
        database or office.database,
        clock=office.clock,
        desk=office.desk,
        batch=bulk.Batch(office.controller, Verification.KNOWN_FACTS, DPO),
        lines=read(text),
    )


def test_a_line_is_a_request_of_the_day_it_arrived(office: Office):
    done = take(office, HEAD + LINE + "A-1\n")
    about = office.request(done.ids["A-1"])
    assert (about.state, about.received_on) == (RequestState.OPEN, date(2026, 2, 27))
    assert office.letters("request_received")[0].address == "camille.durand@example.fr"


def test_semicolons_a_byte_order_mark_and_blank_lines_are_read():
    text = "\ufeff" + (HEAD + LINE + "A-1\n").replace(",", ";") + "\r\n;;;;;\r\n"
    assert [(one.number, one.channel) for one in read(text)] == [(2, Channel.PAPER)]


def test_every_fault_is_told_by_its_line_and_no_value_is_repeated():
    text = HEAD + LINE + "A-1\nsecret,erase,2026-03-03,pigeon,xx,\n" + LINE + "A-1\n"
    told = faults(text)
    assert list(told) == ["line 3", "line 4"]
    assert [one.partition(":")[0] for one in told["line 3"]] == [
        "email",
        "kind",
        "received_on",
        "channel",
        "language",
        "reference",
    ]
    assert told["line 4"] == ["reference: stands in line 2 already"]
    assert "secret" not in str(told)


@pytest.mark.parametrize("text", ["", "email,kind\n", HEAD, "a;b;c\n1;2;3\n"])
def test_a_file_of_another_form_is_refused(text: str):
    assert faults(text)


def test_one_faulty_line_keeps_all_others_out(office: Office):
    with pytest.raises(InvalidError):
        take(office, HEAD + LINE + "A-1\n" + LINE + "\n")
    assert office.all() == []


def test_a_kind_that_needs_words_is_not_imported():
    assert "kind" in faults(HEAD + LINE.replace("access", "rectification") + "A\n")["line 2"][0]


def test_a_reference_is_taken_in_once(office: Office):
    text = HEAD + LINE + "A-1\n"
    first = take(office, text)
    again = take(office, text + LINE.replace("camille", "louis") + "A-2\n")
    assert (first.taken, again.taken, again.known) == (1, 1, 1)
    assert first.ids["A-1"] == again.ids["A-1"]
    assert len(office.all()) == 2


def test_the_dpo_is_told_once_of_a_whole_file(office: Office):
    lines = "".join(LINE.replace("camille", f"c{n}") + f"A-{n}\n" for n in range(60))
    done: list[int] = []
    imported = bulk.import_lines(
        office.database,
        clock=office.clock,
        desk=office.desk,
        batch=bulk.Batch(office.controller, Verification.KNOWN_FACTS, DPO),
        lines=read(HEAD + lines),
        progress=done.append,
    )
    assert (imported.taken, done) == (60, [25, 50, 60])
    assert office.messages("dpo_new_request") == []
    (letter,) = office.letters("dpo_new_requests")
    assert (letter.variables["count"], letter.variables["due_on"]) == ("60", "2026-03-27")


def test_the_same_reference_at_another_controller_is_another_request():
    (line,) = read(HEAD + LINE + "A-1\n")
    assert line.id_for(UUID(int=1)) != line.id_for(UUID(int=2))
