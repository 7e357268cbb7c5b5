"""Rectifications from statement to end, with stores that fail, meddle and die."""

import json

import pytest

from privacy.audit.actions import Action
from privacy.errors import ConflictError, InvalidError, RefusedError, UnavailableError
from privacy.rectification import acts, jobs, queries
from privacy.rectification.models import RectificationSearch
from privacy.rectification.plan import Wanted
from privacy.requests.acts import Submission, submit_request
from privacy.requests.intake.duplicates import may_take
from privacy.requests.models import RequestKind, RequestState
from privacy.requests.statements import Statement, statement_of
from tests.rectification.workplace import (
    LETTERS_ROWS,
    RIGHT,
    SAID,
    WRONG,
    ReadableStore,
    Workplace,
    WritableStore,
    letters,
    shop,
    shop_rows,
    unwritable,
    writable,
)
from tests.requests.dying import DyingDatabase, KilledError, Steps
from tests.requests.office import DPO, EMAIL, Office
from tests.stores.fake_store import DeafStore

HERE = "shop.account.street"
THERE = "shop.delivery.to_street"
ZONE = "shop.account.zone"
ELSEWHERE = "letters.contact.address"


def test_the_statement_is_sealed_and_becomes_the_subjects(office: Office):
    work = Workplace(office, writable())
    request_id = work.opened()
    about = office.request(request_id)
    assert about.statement_sealed is not None
    assert WRONG.encode() not in about.statement_sealed
    with office.database.reading() as session:
        assert statement_of(session, cabinet=office.desk.cabinet, about=about) == SAID


def test_a_rectification_says_what_is_right(office: Office):
    made = Submission(RequestKind.RECTIFICATION, EMAIL, "fr", Statement(wrong="Tout"))
    with pytest.raises(InvalidError), office.database.transaction() as session:
        submit_request(
            session,
            actor="subject",
            at=office.clock(),
            desk=office.desk,
            to=office.controller,
            made=made,
        )
    assert office.all() == []


def test_what_is_found_waits_sealed_for_the_decision(office: Office):
    work = Workplace(office, writable(), unwritable())
    request_id = work.searched()
    found = {(one.place, one.value, one.hindrance) for one in work.candidates(request_id)}
    assert (HERE, WRONG, "") in found
    assert (ELSEWHERE, WRONG, "cannot") in found
    assert not any(value == "other@example.fr" for _, value, _ in found)
    assert office.tasks(request_id)["shop"] == ("found", 2, "")
    with office.database.reading() as session:
        (row,) = session.query(RectificationSearch).all()
    assert WRONG.encode() not in row.contents_sealed
    assert office.request(request_id).state is RequestState.OPEN
    assert work.run() == 0


def test_the_correction_reaches_every_place_of_the_same_value(office: Office):
    store = writable()
    work = Workplace(office, store)
    request_id = work.searched()
    work.decide(request_id)
    assert work.run() == 1
    assert store.rows["account"][0]["street"] == RIGHT
    assert store.rows["delivery"][0]["to_street"] == RIGHT
    assert store.rows["account"][1]["street"] == WRONG
    assert store.rows["delivery"][1]["to_street"] == WRONG
    assert work.states(request_id) == {
        HERE: ("done", ""),
        THERE: ("done", ""),
        ZONE: ("by_hand", "recompute"),
    }


def test_before_and_after_are_kept_sealed(office: Office):
    work = Workplace(office, writable())
    request_id = work.searched()
    work.decide(request_id)
    for row in work.corrections(request_id):
        assert not {WRONG.encode(), RIGHT.encode()} & {row.change_sealed}
        assert RIGHT.encode() not in row.change_sealed
    kept = {(change.before, change.after) for change in work.changes(request_id)}
    assert (WRONG, RIGHT) in kept
    assert RIGHT not in json.dumps([str(one) for one in office.entries()])


def test_the_request_ends_whole_when_all_is_done(office: Office):
    work = Workplace(office, writable())
    request_id = work.searched()
    work.decide(request_id)
    work.run()
    assert office.request(request_id).state is RequestState.APPROVED
    work.settle_by_hand(request_id, ZONE)
    assert work.run() == 1
    about = office.request(request_id)
    assert (about.state, about.exceptions) == (RequestState.COMPLETED, False)
    (letter,) = office.letters("rectification_done")
    assert (
        "La boutique – corrigé et vérifié (2), traité à la main (1)" in letter.variables["results"]
    )
    with office.database.reading() as session:
        assert session.query(RectificationSearch).all() == []
    (entry,) = office.entries(Action.REQUEST_COMPLETED)
    assert (entry.details["kind"], entry.details["outcome"]) == ("rectification", "whole")


def test_a_store_that_cannot_be_written_becomes_a_task_and_is_read_again(office: Office):
    rows = {"contact": [dict(LETTERS_ROWS["contact"][0])]}
    readable = ReadableStore(unwritable().definition, rows)
    work = Workplace(office, readable)
    request_id = work.searched()
    work.decide(request_id)
    assert work.states(request_id) == {ELSEWHERE: ("by_hand", "cannot")}
    assert work.run() == 0
    work.settle_by_hand(request_id, ELSEWHERE)
    work.run()
    assert work.states(request_id) == {ELSEWHERE: ("by_hand", "not-changed")}
    rows["contact"][0]["address"] = RIGHT
    readable.forget()
    work.settle_by_hand(request_id, ELSEWHERE)
    work.run()
    assert work.states(request_id) == {ELSEWHERE: ("done", "")}
    assert office.request(request_id).state is RequestState.COMPLETED


def test_what_is_left_as_it_is_makes_an_exception_that_is_told(office: Office):
    work = Workplace(office, unwritable())
    request_id = work.searched()
    work.decide(request_id, answer="Le routeur est clos.")
    work.settle_by_hand(request_id, ELSEWHERE, done=False)
    work.run()
    about = office.request(request_id)
    assert (about.state, about.exceptions) == (RequestState.COMPLETED, True)
    assert "laissé tel quel (1)" in office.letters("rectification_done")[0].variables["results"]
    with office.database.reading() as session:
        said = statement_of(session, cabinet=office.desk.cabinet, about=about)
    assert said.answer == "Le routeur est clos."


def test_a_value_that_somebody_changed_meanwhile_is_left_to_a_person(office: Office):
    store = writable()
    work = Workplace(office, store)
    request_id = work.searched()
    work.decide(request_id)
    store.meddle("account", 0, street="3 rue Neuve")
    work.run()
    assert work.states(request_id)[HERE] == ("by_hand", "changed-meanwhile")
    assert store.rows["account"][0]["street"] == "3 rue Neuve"
    assert work.states(request_id)[THERE] == ("done", "")


def test_a_store_that_forgets_what_it_was_told_is_not_believed(office: Office):
    store = writable()
    store.forgetful = True
    work = Workplace(office, store)
    request_id = work.searched()
    work.decide(request_id)
    work.run()
    assert work.states(request_id)[HERE] == ("by_hand", "not-changed")


@pytest.mark.parametrize(
    ("error", "detail"),
    [(ConflictError("a rule"), "conflict"), (InvalidError("too long"), "invalid"),
     (RuntimeError(WRONG), "error")],
)  # fmt: skip
def test_a_store_that_refuses_leaves_the_field_to_a_person(
    office: Office, error: Exception, detail: str
):
    store = writable()
    work = Workplace(office, store)
    request_id = work.searched()
    work.decide(request_id)
    store.fails = [error]
    work.run()
    assert min(work.states(request_id).values()) == ("by_hand", detail)


def test_a_store_that_does_not_answer_is_tried_again_after_a_pause(office: Office):
    store = writable()
    work = Workplace(office, store)
    request_id = work.searched()
    work.decide(request_id)
    store.fails = [UnavailableError("down"), UnavailableError("down")]
    assert work.run() == 0
    assert work.states(request_id)[HERE] == ("owed", "unavailable")
    assert work.run() == 0
    office.clock.advance(hours=1)
    assert work.run() == 1
    assert work.states(request_id)[HERE] == ("done", "")


def test_a_search_that_fails_is_tried_again_and_then_told(office: Office):
    deaf = DeafStore(letters(), UnavailableError("down"))
    work = Workplace(office, writable(), deaf)
    request_id = work.opened()
    for tries in (0, 0, 1):
        assert work.run() == tries
        office.clock.advance(hours=2)
    assert office.tasks(request_id)["letters"] == ("failed", 0, "unavailable")
    assert {one.store for one in work.candidates(request_id)} == {"shop"}
    work.decide(request_id)
    work.run()
    work.settle_by_hand(request_id, ZONE)
    work.run()
    assert office.request(request_id).exceptions


def test_the_search_can_be_made_anew(office: Office):
    store = writable()
    work = Workplace(office, store)
    request_id = work.searched()
    store.meddle("account", 0, street="3 rue Neuve")
    with office.taken(request_id) as (session, about):
        acts.search_again(session, actor=DPO, at=office.clock(), about=about)
    work.run()
    assert "3 rue Neuve" in {one.value for one in work.candidates(request_id)}


def test_a_rectification_is_not_approved_as_a_whole_nor_packed(office: Office):
    work = Workplace(office, writable())
    request_id = work.searched()
    with pytest.raises(RefusedError):
        office.approve(request_id)
    work.decide(request_id)
    with office.taken(request_id) as (session, _):
        assert queries.to_carry_out(session, at=office.clock()) == [request_id]
    assert office.packages() == []


def test_nothing_is_decided_twice(office: Office):
    work = Workplace(office, writable())
    request_id = work.searched()
    work.decide(request_id)
    with pytest.raises(ConflictError):
        work.decide(request_id)


def test_a_decision_that_changes_nothing_is_refused(office: Office):
    work = Workplace(office, writable())
    request_id = work.searched()
    with pytest.raises(InvalidError):
        work.decide(request_id, Wanted(frozenset({99}), RIGHT))
    assert office.request(request_id).state is RequestState.OPEN


def test_a_name_that_only_a_definition_knows_is_told_by_a_person(office: Office):
    rows = {"contact": [dict(LETTERS_ROWS["contact"][0])]}
    work = Workplace(office, WritableStore(letters(), rows))
    request_id = work.searched()
    work.decide(request_id)
    work.run()
    assert [(one.name, one.state.value) for one in work.notices(request_id)] == [
        ("Routage Fictif", "by_hand")
    ]
    assert office.request(request_id).state is RequestState.APPROVED
    work.note_recipient(request_id)
    work.run()
    about = office.request(request_id)
    assert (about.state, about.exceptions) == (RequestState.COMPLETED, False)
    assert office.letters("rectification_done")[0].variables["recipients"] == "Routage Fictif"


def decided(office: Office) -> tuple[Workplace, WritableStore]:
    store = writable()
    work = Workplace(office, store)
    work.decide(work.searched())
    return work, store


def test_killed_at_every_step_it_ends_like_an_undisturbed_run(office: Office):
    work, store = decided(office)
    (about,) = office.all()
    deaths = 0
    for dies_at in range(1, 60):
        steps = Steps(dies_at)
        database = DyingDatabase(office.database.engine, steps)
        dying = WritableStore(shop(), store.rows, steps)
        try:
            jobs.rectify(work.workshop(database, [dying]))
        except KilledError:
            deaths += 1
        office.clock.advance(hours=5)
    assert deaths >= 10
    assert store.rows == {
        "account": [
            {"id": 1, "email": EMAIL, "street": RIGHT, "zone": "A"},
            shop_rows()["account"][1],
        ],
        "delivery": [{"id": 10, "account_id": 1, "to_street": RIGHT}, shop_rows()["delivery"][1]],
    }
    assert work.states(about.id) == {
        HERE: ("done", ""),
        THERE: ("done", ""),
        ZONE: ("by_hand", "recompute"),
    }
    settled = [one.details["field"] for one in office.entries(Action.RECTIFICATION_FIELD_SETTLED)]
    assert sorted(settled) == ["account.street", "delivery.to_street"]


def test_a_worker_that_was_overtaken_writes_nothing_more(office: Office):
    work, store = decided(office)
    (about,) = office.all()

    slow = WritableStore(shop(), store.rows)
    original = slow.rectify

    def overtaken(*args: object, **named: object) -> int:
        office.clock.advance(hours=5)
        Workplace(office, WritableStore(shop(), store.rows)).run()
        return original(*args, **named)  # type: ignore[arg-type]  # passed on as they came

    slow.rectify = overtaken  # type: ignore[method-assign]  # once, for this one
    assert jobs.rectify(work.workshop(stores=[slow])) == 0
    entries = office.entries(Action.RECTIFICATION_FIELD_SETTLED)
    assert len(entries) == 2
    assert {state for state, _ in work.states(about.id).values()} == {"done", "by_hand"}


def test_what_was_found_goes_with_a_request_that_is_refused(office: Office):
    work = Workplace(office, writable())
    request_id = work.searched()
    office.refuse(request_id)
    work.run()
    with office.database.reading() as session:
        assert session.query(RectificationSearch).all() == []


def test_a_second_rectification_is_not_joined_to_the_first(office: Office):
    work = Workplace(office, writable())
    first = work.opened()
    office.clock.advance(hours=1)
    second = work.opened(Statement(right="Mon prénom est Camille"))
    with office.database.reading() as session:
        assert not may_take(session, office.request(second), office.request(first))
