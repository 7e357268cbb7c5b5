"""What is said outside a banner: recorded like an answer, for as long as the law lets it stand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from privacy.consent import queries
from privacy.consent.acts import ReplayedError
from privacy.consent.models import Method, Scope
from privacy.consent.statements import Statement, first_receipt
from privacy.db import Database
from privacy.errors import ConflictError, InvalidError, NotFoundError
from privacy.policy.acts import set_value
from privacy.policy.values import Force, Unit, Value
from privacy.subjects.keys import KeyCabinet
from tests.consent.asking import ask
from tests.consent.talking import PERSON, call, open_register, say, told_rows
from tests.entries import waiting_entries
from tests.fakes import FakeClock
from tests.make import make_purpose


@pytest.fixture
def controller(database: Database, cabinet: KeyCabinet, clock: FakeClock) -> UUID:
    """Return a controller that has published purposes of each kind."""
    with database.transaction() as session:
        return open_register(session, at=clock(), cabinet=cabinet)


@pytest.fixture
def paper(controller: UUID) -> Statement:
    """Return what somebody ticked on a form: yes to e-mails."""
    return Statement(PERSON, controller, {"mk_email": True}, Method.FORM, "fr", evidence="form-7")


def test_a_statement_leaves_a_row_for_each_purpose_an_entry_and_a_receipt(
    database: Database, paper: Statement, clock: FakeClock
):
    both = replace(paper, answers={"mk_email": True, "audience_consent": False})
    receipt = say(database, both, clock(), actor="operator:machine")
    rows = told_rows(database)
    assert {(row.purpose_code, row.granted) for row in rows} == set(both.answers.items())
    assert {(row.site_id, row.page, row.evidence, row.scope) for row in rows} == {
        (None, "", "form-7", Scope.SUBJECT)
    }
    assert {(row.at, row.leaf) for row in rows} == {(clock(), receipt.leaf)}
    (entry,) = waiting_entries(database, "consent.recorded")
    assert (entry.actor, entry.subject_id) == ("operator:machine", PERSON)
    assert entry.details == {
        "answer": str(receipt.id),
        "notice": "",
        "method": "form",
        "language": "fr",
        "scope": "subject",
        "granted": "mk_email",
        "refused": "audience_consent",
    }
    assert (receipt.subject, receipt.answers, receipt.site) == (PERSON, both.answers, "")


def test_a_withdrawal_of_one_purpose_touches_no_other(
    database: Database, paper: Statement, clock: FakeClock
):
    say(database, replace(paper, answers={"mk_email": True, "audience_consent": True}), clock())
    clock.advance(minutes=1)
    oral = replace(paper, answers={"mk_email": False}, method=Method.PHONE)
    say(database, oral, clock())
    assert verdict(database, paper, "mk_email", clock()) == "withdrawn"
    assert verdict(database, paper, "audience_consent", clock()) == "given"


def verdict(database: Database, statement: Statement, code: str, at: datetime) -> str:
    """Return why a purpose is open or closed."""
    with database.reading() as session:
        return queries.holds(
            session,
            subject_id=statement.subject_id,
            controller_id=statement.controller_id,
            purpose_code=code,
            at=at,
        ).reason.value


def test_a_consent_to_calls_stands_within_one_year_and_never_longer(
    database: Database, controller: UUID, clock: FakeClock
):
    clock.now = datetime(2026, 9, 1, 12, tzinfo=UTC)
    receipt = say(database, call(controller), clock())
    assert receipt.valid_until == datetime(2027, 8, 31, 22, tzinfo=UTC)
    checked = [
        verdict(database, call(controller), "mk_phone", at)
        for at in (receipt.valid_until - timedelta(seconds=1), receipt.valid_until)
    ]
    assert checked == ["given", "expired"]
    (row,) = told_rows(database)
    assert (row.beneficiary, row.about) == ("Boutique (fictional)", "Nouveautés")


def test_a_shorter_term_of_the_controller_s_policy_is_kept_and_a_longer_one_is_cut(
    database: Database, controller: UUID, clock: FakeClock
):
    until = {}
    for period in ("P6M", "P5Y"):
        with database.transaction() as session:
            set_value(
                session,
                actor="system",
                at=clock(),
                value=Value(
                    "phone.consent.max",
                    period,
                    Unit.PERIOD,
                    date(2026, 8, 11),
                    None,
                    "test",
                    Force.SOFT,
                ),
                reason="test",
            )
        until[period] = say(database, call(controller), clock()).valid_until
    assert until["P6M"] < until["P5Y"] <= clock() + timedelta(days=366)


@pytest.mark.parametrize("missing", ["beneficiary", "about"])
def test_a_consent_to_calls_names_who_calls_and_about_what(
    database: Database, controller: UUID, clock: FakeClock, missing: str
):
    whole = call(controller)
    lacking = {
        "beneficiary": replace(whole, beneficiary=" "),
        "about": replace(whole, about=""),
    }[missing]
    with pytest.raises(InvalidError) as refused:
        say(database, lacking, clock())
    assert set(refused.value.fields) == {missing}
    say(database, replace(lacking, answers={"mk_phone": False}), clock())
    assert verdict(database, whole, "mk_phone", clock()) == "refused", "a no needs no words"


def test_an_import_counts_from_the_original_day_and_never_longer(
    database: Database, paper: Statement, clock: FakeClock
):
    said_at = clock() - timedelta(days=170)
    answers = {"audience_consent": True}
    imported = replace(paper, method=Method.IMPORT, said_at=said_at, answers=answers)
    receipt = say(database, imported, clock())
    today = say(database, replace(paper, answers=answers), clock())
    assert receipt.at == clock()
    assert receipt.valid_until < clock() + timedelta(days=60) < today.valid_until
    for wrong in (None, clock() + timedelta(days=2)):
        with pytest.raises(InvalidError) as refused:
            say(database, replace(imported, said_at=wrong), clock())
        assert set(refused.value.fields) == {"said_at"}


def test_an_imported_yes_does_not_undo_a_refusal_that_was_said_since(
    database: Database, paper: Statement, clock: FakeClock
):
    said_at = clock() - timedelta(days=30)
    say(database, replace(paper, answers={"mk_email": False}), clock())
    clock.advance(days=1)
    say(database, replace(paper, method=Method.IMPORT, said_at=said_at), clock())
    assert verdict(database, paper, "mk_email", clock()) == "withdrawn"


CHILD = 14
ADULT = 15


def test_a_child_s_yes_waits_for_the_holder_of_parental_responsibility(
    database: Database, paper: Statement, clock: FakeClock
):
    child = say(database, replace(paper, age=CHILD), clock())
    assert verdict(database, paper, "mk_email", clock()) == "needs_joint"
    clock.advance(hours=1)
    parent = say(database, replace(paper, joint=child.id, evidence="form-8"), clock())
    assert verdict(database, paper, "mk_email", clock()) == "given"
    assert {(row.answer_id, row.needs_joint, row.joint_id) for row in told_rows(database)} == {
        (child.id, True, None),
        (parent.id, True, child.id),
    }
    told = waiting_entries(database, "consent.recorded")[-1].details
    assert told["joint"] == str(child.id)


@pytest.mark.parametrize("by_parent", [True, False])
def test_either_of_the_two_may_withdraw(
    database: Database, paper: Statement, clock: FakeClock, *, by_parent: bool
):
    child = say(database, replace(paper, age=CHILD), clock())
    clock.advance(hours=1)
    say(database, replace(paper, joint=child.id), clock())
    clock.advance(hours=1)
    no = replace(paper, answers={"mk_email": False}, joint=child.id if by_parent else None)
    say(database, no, clock())
    assert verdict(database, paper, "mk_email", clock()) == "withdrawn"
    clock.advance(hours=1)
    say(database, replace(paper, joint=child.id), clock())
    assert verdict(database, paper, "mk_email", clock()) == "needs_joint", "both say yes anew"


def test_at_fifteen_a_child_decides_alone(database: Database, paper: Statement, clock: FakeClock):
    say(database, replace(paper, age=ADULT), clock())
    assert verdict(database, paper, "mk_email", clock()) == "given"


def test_only_a_child_s_answer_to_the_same_purposes_can_be_joined(
    database: Database, paper: Statement, clock: FakeClock
):
    child = say(database, replace(paper, age=CHILD), clock())
    adult = say(database, paper, clock())
    for joint, answers in (
        (adult.id, {"mk_email": True}),
        (uuid4(), {"mk_email": True}),
        (child.id, {"mk_email": True, "audience_consent": True}),
    ):
        with pytest.raises(InvalidError) as refused:
            say(database, replace(paper, joint=joint, answers=answers), clock())
        assert set(refused.value.fields) == {"joint"}


def test_a_repetition_is_recognised_and_gives_the_first_receipt(
    database: Database, paper: Statement, clock: FakeClock
):
    once = replace(paper, answer_id=uuid4())
    first = say(database, once, clock())
    clock.advance(days=1)
    with pytest.raises(ReplayedError):
        say(database, once, clock())
    with database.reading() as session:
        assert first_receipt(session, statement=once, origin="log.example") == first
        other = replace(once, answers={"mk_email": False})
        with pytest.raises(ConflictError):
            first_receipt(session, statement=other, origin="log.example")
        with pytest.raises(NotFoundError):
            first_receipt(session, statement=paper, origin="log.example")
        unknown = replace(once, answer_id=uuid4())
        with pytest.raises(NotFoundError):
            first_receipt(session, statement=unknown, origin="log.example")
    assert len(told_rows(database)) == 1


def test_a_subject_of_another_controller_says_nothing_here(
    database: Database, paper: Statement, cabinet: KeyCabinet, clock: FakeClock
):
    say(database, paper, clock())
    with database.transaction() as session:
        other = open_register(session, at=clock(), cabinet=cabinet, slug="autre")
    with pytest.raises(NotFoundError):
        say(database, replace(paper, controller_id=other), clock())
    assert len(told_rows(database)) == 1


def test_the_versions_are_those_that_the_notice_described(
    database: Database, cabinet: KeyCabinet, clock: FakeClock
):
    with database.transaction() as session:
        asked = ask(session, at=clock(), cabinet=cabinet, slug="kiosque")
        make_purpose(
            session, at=clock(), controller_id=asked.controller_id, code="audience_consent"
        )
    said = Statement(PERSON, asked.controller_id, {"audience_consent": True}, Method.FORM, "fr")
    say(database, replace(said, notice=asked.digest), clock())
    clock.advance(hours=1)
    assert verdict(database, said, "audience_consent", clock()) == "superseded"
    say(database, said, clock())
    assert [row.purpose_version for row in told_rows(database)] == [1, 2]
