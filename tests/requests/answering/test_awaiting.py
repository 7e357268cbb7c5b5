"""Requests that wait for a keeper: asked once, told to nobody else, and never a failure."""

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from typing_extensions import override

from privacy.assignments import queries as assignments
from privacy.assignments.acts import Reply
from privacy.assignments.answers import Answer, Document, Question, Result
from privacy.assignments.models import Assignment, AssignmentFile
from privacy.audit.actions import Action
from privacy.errors import ConflictError, InvalidError
from privacy.requests.answering import awaiting, failing, handing
from privacy.requests.jobs import fulfil_access
from privacy.requests.letters import dpo_address
from privacy.requests.models import RequestState
from privacy.stores.protocol import Store
from tests.requests.dying import (
    ROWS,
    SHOP,
    DyingDatabase,
    DyingStore,
    KilledError,
    Steps,
)
from tests.requests.office import DPO, EMAIL, Office
from tests.stores.fake_store import FakeStore, collection, identity, store
from tests.stores.paper import ARCHIVE, KEEPER, archive

FOLDER = {"number": "A-12", "email": EMAIL, "name": "Camille Durand"}
WHY = "La cave est inondée jusqu’au mois prochain."


def shop() -> FakeStore:
    return FakeStore(SHOP, ROWS)


def asked(office: Office) -> list[Assignment]:
    with office.database.reading() as session:
        return list(session.scalars(select(Assignment).order_by(Assignment.opened_at)))


def questions(office: Office, about: Assignment) -> Sequence[Question]:
    with office.database.reading() as session:
        return assignments.questions(session, cabinet=office.desk.cabinet, about=about)


def answered(office: Office, answer: Answer, *, number: int = -1) -> None:
    """Answer the newest assignment."""
    about_id = asked(office)[number].id
    with office.database.transaction() as session:
        awaiting.take_answer(
            session,
            actor="system",
            at=office.clock(),
            desk=office.desk,
            about=assignments.by_id(session, assignment_id=about_id),
            reply=Reply(ARCHIVE, answer),
        )


def found(*rows: dict[str, Any], documents: Sequence[Document] = ()) -> Answer:
    return Answer(Result.FOUND, {"folder": rows} if rows else {}, documents)


def waiting(office: Office, *stores: Store) -> UUID:
    """Approve a request and search once; return its id."""
    request_id = office.approved()
    assert fulfil_access(office.bench(*(stores or (shop(), archive())))) == 0
    return request_id


def told(office: Office) -> dict[str, Any]:
    """Fetch the package and return its data by store and collection."""
    return rows_of(fetched(office))


def rows_of(archived: zipfile.ZipFile) -> dict[str, Any]:
    document = json.loads(archived.read("data.json"))
    return {f"{one['store']}.{one['collection']}": one["rows"] for one in document["data"]}


def fetched(office: Office) -> zipfile.ZipFile:
    """Fetch the package."""
    with office.database.transaction() as session:
        data = handing.hand_over(
            session,
            actor="subject",
            at=office.clock(),
            to=office.controller,
            token=office.token("request_ready"),
        )
    return zipfile.ZipFile(io.BytesIO(data))


def test_a_request_waits_for_the_archive_and_is_answered_with_what_was_found(office: Office):
    request_id = waiting(office)
    assert office.request(request_id).state is RequestState.APPROVED
    assert office.tasks(request_id)["archive"] == ("awaited", 0, "awaited")
    assert office.tasks(request_id)["shop"] == ("found", 2, "")
    assert office.packages() == []
    (one,) = asked(office)
    assert questions(office, one) == tuple(
        Question(name, ("email",), ((EMAIL,),)) for name in ("folder", "scan")
    )
    assert (one.way, one.store_name, one.request_id) == ("mail", "archive", request_id)
    answered(office, found(FOLDER))
    assert fulfil_access(office.bench(shop(), archive())) == 1
    assert office.tasks(request_id)["archive"] == ("found", 1, "")
    assert not office.request(request_id).exceptions
    (row,) = told(office)["archive.folder"]
    assert (row["number"], row["name"]) == ("A-12", "Camille Durand")


def test_waiting_is_no_failure_and_asks_once(office: Office):
    request_id = waiting(office)
    for _ in range(6):
        office.clock.advance(days=7)
        assert fulfil_access(office.bench(shop(), archive())) == 0
    assert len(asked(office)) == len(office.messages("assignment_opened")) == 1
    assert office.messages("dpo_store_failing") == []
    assert office.entries(Action.REQUEST_STORE_FAILED) == []
    assert office.claim(request_id).failures == 0


def test_nothing_found_is_an_empty_store(office: Office):
    request_id = waiting(office)
    answered(office, Answer(Result.EMPTY))
    assert fulfil_access(office.bench(shop(), archive())) == 1
    assert office.tasks(request_id)["archive"] == ("empty", 0, "")


def test_what_cannot_be_searched_waits_for_the_dpos_decision_and_is_told(office: Office):
    request_id = waiting(office)
    answered(office, Answer(Result.IMPOSSIBLE, reason=WHY))
    (letter,) = office.letters("dpo_assignment_impossible")
    assert WHY not in str(letter.variables)
    assert fulfil_access(office.bench(shop(), archive())) == 0
    assert office.tasks(request_id)["archive"] == ("failed", 0, "impossible")
    with office.taken(request_id) as (session, about):
        failing.waive(session, actor=DPO, at=office.clock(), about=about, store="archive")
    assert fulfil_access(office.bench(shop(), archive())) == 1
    assert office.request(request_id).exceptions
    assert len(asked(office)) == 1


def test_a_dpo_need_not_wait(office: Office):
    request_id = waiting(office)
    with office.taken(request_id) as (session, about):
        failing.waive(session, actor=DPO, at=office.clock(), about=about, store="archive")
    assert fulfil_access(office.bench(shop(), archive())) == 1
    assert office.request(request_id).exceptions
    assert office.tasks(request_id)["archive"] == ("awaited", 0, "awaited")
    (one,) = asked(office)
    assert one.state == "closed"
    with pytest.raises(ConflictError):
        answered(office, Answer(Result.EMPTY))


def test_what_the_archive_brings_is_searched_elsewhere_and_not_asked_of_it_again(office: Office):
    hotline = store("hotline", collection("call", "id phone", identities=[identity("phone")]))
    calls = FakeStore(hotline, {"call": [{"id": 7, "phone": "+33639981042"}]})
    waiting(office, shop(), archive(), calls)
    answered(office, found({**FOLDER, "phone": "+33639981042"}))
    assert fulfil_access(office.bench(shop(), archive(), calls)) == 1
    assert len(asked(office)) == 1
    assert told(office)["hotline.call"] == [{"id": 7, "phone": "+33639981042"}]


def test_what_is_learned_later_is_asked_by_a_second_assignment_of_the_new_alone(office: Office):
    card = store("cards", collection("card", "id email phone",
                 identities=[identity("email"), identity("phone")]))  # fmt: skip
    empty = FakeStore(card, {"card": []})
    full = FakeStore(card, {"card": [{"id": 1, "email": EMAIL, "phone": "+33639981042"}]})
    request_id = waiting(office, shop(), archive(), empty)
    answered(office, Answer(Result.EMPTY))
    assert fulfil_access(office.bench(shop(), archive(), full)) == 0
    _first, second = asked(office)
    assert questions(office, second) == (Question("folder", ("phone",), (("+33639981042",),)),)
    answered(office, Answer(Result.EMPTY))
    assert fulfil_access(office.bench(shop(), archive(), full)) == 1
    assert office.tasks(request_id)["archive"] == ("empty", 0, "")


def test_documents_are_part_of_the_answer_and_of_the_package(office: Office):
    waiting(office)
    document = Document("scan", "lettre.pdf", "application/pdf", b"%PDF-1.7 Camille")
    answered(office, found(FOLDER, documents=[document]))
    with office.database.reading() as session:
        (kept,) = session.scalars(select(AssignmentFile))
    assert b"Camille" not in kept.contents_sealed
    (one,) = asked(office)
    assert one.records == 2
    assert fulfil_access(office.bench(shop(), archive())) == 1
    archived = fetched(office)
    (row,) = rows_of(archived)["archive.scan"]
    assert row["name"] == "lettre.pdf"
    assert row["content"].endswith(".pdf")
    assert archived.read(row["content"]) == b"%PDF-1.7 Camille"


def test_rows_that_only_a_row_of_the_answer_leads_to_come_with_it(office: Office):
    waiting(office)
    rows = {"folder": [FOLDER], "letter": [{"id": "1", "folder": "A-12", "text": "Bonjour"}]}
    answered(office, Answer(Result.FOUND, rows))
    assert fulfil_access(office.bench(shop(), archive())) == 1
    assert told(office)["archive.letter"] == rows["letter"]
    assert len(asked(office)) == 1


def test_everything_is_destroyed_once_the_package_is_made(office: Office):
    waiting(office)
    document = Document("scan", "lettre.pdf", "application/pdf", b"%PDF-1.7")
    answered(office, found({**FOLDER}, documents=[document]))
    fulfil_access(office.bench(shop(), archive()))
    (one,) = asked(office)
    assert (one.state, one.questions_sealed, one.answer_sealed) == ("closed", None, None)
    with office.database.reading() as session:
        assert not list(session.scalars(select(AssignmentFile)))


def test_neither_letter_nor_log_nor_row_names_who_is_searched_for(office: Office):
    waiting(office)
    (letter,) = office.letters("assignment_opened")
    assert letter.address == KEEPER
    answered(office, found(FOLDER))
    entries = str([one.details for one in office.entries()])
    rows = str([vars(one) for one in asked(office)])
    for secret in (EMAIL, "Durand", "A-12"):
        assert secret not in str(letter.variables) + entries + rows


def test_a_staff_archive_is_told_to_the_dpo_with_a_link_behind_the_sign_in(office: Office):
    waiting(office, shop(), archive("manual:cave"))
    (letter,) = office.letters("assignment_opened")
    assert letter.address == dpo_address(office.controller)
    assert "/console/assignments/" in letter.variables["link"]


@pytest.mark.parametrize(
    ("days", "latest", "due"), [(8, 30, 8), (40, 30, 23), (8, 5, 1), (1, 30, 1)]
)
def test_the_last_day_leaves_the_dpo_a_week(days: int, latest: int, due: int):
    today = date(2026, 3, 2)
    last = awaiting.due_day(today, days, today + timedelta(days=latest))
    assert last == today + timedelta(days=due)


@pytest.mark.parametrize(
    ("answer", "field", "code"),
    [
        (Answer(Result.FOUND), "result", "rows.missing"),
        (Answer(Result.EMPTY, {"folder": [FOLDER]}), "result", "rows.unexpected"),
        (Answer(Result.IMPOSSIBLE, reason="non"), "reason", "assignment_reason.missing"),
        (found({**FOLDER, "email": "other@example.fr"}), "folder", "rows.foreign"),
        (found({**FOLDER, "secret": "x"}), "folder", "rows.field"),
        (found({**FOLDER, "name": ["x"]}), "folder", "rows.value"),
        (Answer(Result.FOUND, {"stray": [FOLDER]}), "stray", "rows.collection"),
        (
            Answer(Result.FOUND, {"letter": [{"id": "1", "folder": "B-1", "text": "x"}]}),
            "letter",
            "rows.foreign",
        ),
        (
            found(FOLDER, documents=[Document("folder", "x", "text/plain", b"x")]),
            "folder",
            "rows.collection",
        ),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_and_changes_nothing(
    office: Office, answer: Answer, field: str, code: str
):
    waiting(office)
    with pytest.raises(InvalidError) as refused:
        answered(office, answer)
    assert refused.value.fields == {field: [code]}
    (one,) = asked(office)
    assert (one.state, one.answer_sealed) == ("open", None)


def test_a_question_is_answered_once(office: Office):
    waiting(office)
    answered(office, Answer(Result.EMPTY))
    with pytest.raises(ConflictError):
        answered(office, found(FOLDER))


def test_a_row_that_repeats_nothing_of_what_it_was_found_by_is_the_keepers_word(office: Office):
    waiting(office)
    answered(office, found({"number": "B-7", "name": "C. Durand"}, {"name": "Mme Durand"}))
    assert fulfil_access(office.bench(shop(), archive())) == 1
    assert [row["name"] for row in told(office)["archive.folder"]] == ["C. Durand", "Mme Durand"]


def test_an_answer_that_comes_during_a_search_is_not_overlooked(office: Office):
    request_id = office.approved()
    fulfil_access(office.bench(shop(), archive()))

    class Answering(FakeStore):
        """While it is read, the keeper answers."""

        @override
        def close(self) -> None:
            if asked(office)[0].state == "open":
                answered(office, found(FOLDER))
            super().close()

    office.clock.advance(days=7)
    assert fulfil_access(office.bench(Answering(SHOP, ROWS), archive())) == 0
    assert fulfil_access(office.bench(shop(), archive())) == 1
    assert office.request(request_id).state is RequestState.READY


def run_until_killed(office: Office, dies_at: int) -> bool:
    steps = Steps(dies_at)
    database = DyingDatabase(office.database.engine, steps)
    try:
        fulfil_access(office.bench(DyingStore(steps), archive(), database=database))
    except KilledError:
        return True
    return False


def test_killed_at_any_step_of_asking_the_keeper_is_asked_once_and_the_answer_goes_out(
    office: Office,
):
    dies_at, killed = 1, True
    while killed:
        before = len(asked(office))
        request_id = office.approved(f"subject.{dies_at}@example.fr")
        killed = run_until_killed(office, dies_at)
        office.clock.advance(minutes=10)
        fulfil_access(office.bench(shop(), archive()))
        assert len(asked(office)) == before + 1, dies_at
        assert len(office.messages("assignment_opened")) == before + 1
        answered(office, Answer(Result.EMPTY))
        assert run_until_killed(office, dies_at) or not killed or dies_at > 3
        office.clock.advance(hours=4)
        fulfil_access(office.bench(shop(), archive()))
        assert office.request(request_id).state is RequestState.READY, dies_at
        dies_at += 1
    assert dies_at > 5
