"""What is said outside a banner: recorded like an answer, for as long as the law lets it stand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest

from privacy.consent import queries
from privacy.consent.models import Method, Scope
from privacy.consent.statements import Statement
from privacy.db import Database
from privacy.subjects.keys import KeyCabinet
from tests.consent.talking import PERSON, open_register, say, told_rows
from tests.entries import waiting_entries
from tests.fakes import FakeClock

Faults = Mapping[str, list[str]]


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
