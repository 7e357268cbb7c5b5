"""Keepers of what no program reads: asked once, heard value by value, not waited for forever."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from privacy.assignments import correcting
from privacy.assignments.correcting import Line, Outcome, Said
from privacy.assignments.models import Assignment, AssignmentState
from privacy.errors import ConflictError, InvalidError
from privacy.rectification import acts, keepers, queries
from privacy.requests.answering.tending import Tending, tend_assignments
from privacy.requests.models import RequestState
from privacy.requests.previews.withholding import Verdict
from privacy.stores.definition import Field
from privacy.stores.terms import DataCategory
from tests.rectification.test_jobs import ZONE
from tests.rectification.workplace import (
    RIGHT,
    WRONG,
    Workplace,
    WritableStore,
    shop,
    writable,
)
from tests.requests.office import DPO, EMAIL, Office
from tests.stores.fake_store import identity, same
from tests.stores.paper import ARCHIVE, FOLDERS, KEEPER, archive

FOLDER = "archive.folder.*"
PHONE = "+33612345678"
ACCOUNT = shop().collection("account")
WHY = "Le dossier est scellé par un juge."


def tasks(office: Office) -> list[Assignment]:
    with office.database.reading() as session:
        return list(session.scalars(select(Assignment)))


def lines(office: Office) -> tuple[Line, ...]:
    (about,) = tasks(office)
    with office.database.reading() as session:
        return correcting.lines_of(session, cabinet=office.desk.cabinet, about=about)


def answer(office: Office, outcome: Outcome, reason: str = "") -> None:
    told = {one.id: Said(outcome, reason) for one in lines(office)}
    answer_with(office, told)


def answer_with(office: Office, said: Mapping[UUID, Said]) -> None:
    with office.database.transaction() as session:
        keepers.take_answer(
            session,
            actor="system",
            at=office.clock(),
            desk=office.desk,
            about=session.scalars(select(Assignment)).one(),
            said=said,
        )


def asked(office: Office) -> tuple[Workplace, UUID]:
    """Decide on a rectification with an archive and ask its keeper; all else is done."""
    work = Workplace(office, writable(), archive())
    request_id = work.searched()
    work.decide(request_id)
    assert work.run() == 1
    work.settle_by_hand(request_id, ZONE)
    return work, request_id


def test_a_keeper_is_asked_once_with_before_and_after_under_seal(office: Office):
    work, request_id = asked(office)
    (about,) = tasks(office)
    assert about.changes_sealed is not None
    assert not any(one.encode() in about.changes_sealed for one in (WRONG, RIGHT, EMAIL))
    assert [(one.before, one.after, one.field) for one in lines(office)] == [(WRONG, RIGHT, "*")]
    (letter,) = office.letters("correction_opened")
    assert letter.address == KEEPER
    assert not any(one in json.dumps(letter.variables) for one in (WRONG, RIGHT, EMAIL))
    work.run()
    assert len(tasks(office)) == 1
    assert office.request(request_id).state is RequestState.APPROVED
    assert work.states(request_id)[FOLDER] == ("asked", "")


@pytest.mark.parametrize(
    ("outcome", "reason", "state", "exceptions"),
    [
        (Outcome.DONE, "", ("said", ""), False),
        (Outcome.NOT_FOUND, "", ("said", "not-held"), False),
        (Outcome.CANNOT, WHY, ("not_done", "keeper-cannot"), True),
    ],
)
def test_the_request_ends_as_its_keeper_says(
    office: Office, outcome: Outcome, reason: str, state: Any, *, exceptions: bool
):
    work, request_id = asked(office)
    answer(office, outcome, reason)
    assert work.states(request_id)[FOLDER] == state
    assert [one.reason for one in work.changes(request_id) if one.reason] == [reason] * bool(
        reason
    )
    assert work.run() == 1
    about = office.request(request_id)
    assert (about.state, about.exceptions) == (RequestState.COMPLETED, exceptions)
    (task,) = tasks(office)
    assert (task.state, task.changes_sealed) == (AssignmentState.CLOSED, None)


def test_a_silent_keeper_ends_as_an_exception_when_the_last_day_is_over(office: Office):
    work, request_id = asked(office)
    latest_on = office.request(request_id).legal_latest_on
    office.clock.advance(days=(latest_on - office.clock().date()).days)
    work.run()
    assert work.states(request_id)[FOLDER] == ("asked", "")
    office.clock.advance(days=1)
    assert work.run() == 1
    about = office.request(request_id)
    assert (about.state, about.exceptions) == (RequestState.COMPLETED, True)
    assert work.states(request_id)[FOLDER] == ("not_done", "keeper-silent")


def test_the_keeper_is_reminded_and_the_dpo_told_in_words_for_a_correction(office: Office):
    work, _request_id = asked(office)
    (about,) = tasks(office)
    tending = Tending(office.database, office.clock, office.desk, work.workshop().open_stores)
    office.clock.advance(days=(about.remind_on - office.clock().date()).days)
    assert tend_assignments(tending) == 1
    assert len(office.letters("correction_reminder")) == 1
    office.clock.advance(days=(about.due_on - office.clock().date()).days)
    assert tend_assignments(tending) == 1
    assert len(office.letters("dpo_correction_late")) == 1


def test_an_answer_names_every_value_and_a_refusal_its_reason(office: Office):
    _work, _request_id = asked(office)
    (line,) = lines(office)
    with pytest.raises(InvalidError) as missing:
        answer_with(office, {})
    assert missing.value.fields == {f"result-{line.id}": ["correction_result.missing"]}
    with pytest.raises(InvalidError) as bare:
        answer_with(office, {line.id: Said(Outcome.CANNOT)})
    assert bare.value.fields == {f"reason-{line.id}": ["correction_reason.missing"]}
    answer(office, Outcome.DONE)
    with pytest.raises(ConflictError):
        answer_with(office, {line.id: Said(Outcome.DONE)})


def test_the_dpo_may_settle_what_a_keeper_was_asked(office: Office):
    work, request_id = asked(office)
    work.settle_by_hand(request_id, FOLDER, done=False)
    work.run()
    about = office.request(request_id)
    assert (about.state, about.exceptions) == (RequestState.COMPLETED, True)
    assert tasks(office)[0].state is AssignmentState.CLOSED


def test_a_vendors_answer_is_read_strictly():
    mine, line = UUID(int=1), UUID(int=2)
    told = {"id": str(mine), "results": [{"id": str(line), "result": "done"}]}
    assert correcting.said_by(mine, told) == {line: Said(Outcome.DONE)}
    wrong: list[dict[str, Any]] = [
        told | {"id": str(line)},
        told | {"rows": {}},
        told | {"results": "done"},
        told | {"results": [{"id": str(line), "result": "perhaps"}]},
        told | {"results": [{"id": "x", "result": "done"}]},
        told | {"results": [{"id": str(line), "result": "done", "note": ""}]},
    ]
    for one in wrong:
        with pytest.raises(InvalidError):
            correcting.said_by(mine, one)


def test_a_keeper_is_not_told_of_what_they_cannot_hold(office: Office):
    bought = replace(FOLDERS, fields=tuple(_bought(one) for one in FOLDERS.fields))
    definition = replace(ARCHIVE, collections=(replace(bought, links=()),))
    work = Workplace(office, writable(), archive(definition=definition))
    request_id = work.searched()
    work.decide(request_id)
    assert FOLDER not in work.states(request_id)


def _bought(one: Field) -> Field:
    return replace(one, data_category=DataCategory.PURCHASE)


def test_a_shared_identifier_is_followed_once_somebody_says_whose_it_is(office: Office):
    account = replace(
        ACCOUNT,
        fields=(*ACCOUNT.fields, Field("phone", same("phone"), DataCategory.CONTACT, "phone")),
        identities=(*ACCOUNT.identities, replace(identity("phone"), spreads=False)),
    )
    people = [{"id": 1, "email": EMAIL, "street": WRONG, "zone": "A", "phone": PHONE}]
    card = replace(account, name="card", identities=(identity("phone"),), links=())
    cards = [
        {"id": 7, "email": None, "street": WRONG, "zone": None, "phone": PHONE},
        {"id": 8, "email": None, "street": WRONG, "zone": None, "phone": PHONE},
    ]
    shops = replace(shop(), collections=(replace(account, links=()), card))
    work = Workplace(office, WritableStore(shops, {"account": people, "card": cards}))
    request_id = work.searched()
    assert {one.collection for one in work.candidates(request_id)} == {"account"}
    confirm(office, request_id)
    assert work.run() == 1
    assert {one.collection for one in work.candidates(request_id)} == {"account", "card"}


def confirm(office: Office, request_id: UUID) -> None:
    """Say of the only shared identifier that it is the subject's."""
    with office.taken(request_id) as (session, about):
        kept = queries.search_of(session, cabinet=office.desk.cabinet, about=about)
        assert kept is not None
        (lead,) = kept.leads
        acts.confirm_lead(
            session,
            actor=DPO,
            at=office.clock(),
            desk=office.desk,
            about=about,
            verdict=Verdict(lead, confirmed=True),
        )
