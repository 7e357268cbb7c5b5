"""Every record of a filled ledger keeps to the schema, and says what became of the consent."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from jsonschema_rs import Draft202012Validator

from privacy.consent.acts import Answered, record_answers
from privacy.consent.models import Method
from privacy.consent.records import exports
from privacy.consent.records.record import schema
from privacy.consent.statements import Statement, record_statement
from privacy.db import Database
from privacy.purposes.acts import RecipientFacts, register_recipient
from privacy.purposes.models import RecipientRole
from privacy.purposes.queries import Asked
from tests.consent.asking import PURPOSES, VISITOR, answer, answering, visitor
from tests.fakes import FakeClock

ADDRESS = "https://privacy.example"


@pytest.fixture
def valid() -> Draft202012Validator:
    """Return what judges a record by the schema that the service carries."""
    return Draft202012Validator(schema())


def exported(database: Database, asked: Asked, clock: FakeClock, **only: Any) -> list[Any]:
    with database.reading() as session:
        told = exports.register(session, controller_id=asked.controller_id, public_url=ADDRESS)
        return list(exports.records(session, told=told, at=clock(), **only))


@pytest.fixture
def say(database: Database, clock: FakeClock):
    """Return a function that records answers now."""

    def do(*answers: Answered) -> None:
        with database.transaction() as session:
            record_answers(session, actor="subject", at=clock(), answers=answers, origin="log")

    return do


def states(records: list[Any], code: str = PURPOSES[0]) -> Iterator[list[str]]:
    """Yield the states of one purpose, record by record."""
    for one in records:
        for process in one["dpv:hasProcess"]:
            if process["dpv:hasPurpose"]["dct:identifier"] == code:
                yield [event["@type"] for event in process["dpv:hasConsentStatus"]]


def test_all_records_of_a_filled_ledger_keep_to_the_schema(
    database: Database, asked: Asked, clock: FakeClock, say, valid: Draft202012Validator
):
    with database.transaction() as session:
        register_recipient(
            session, actor="system", at=clock(), controller_id=asked.controller_id,
            facts=RecipientFacts("Mesure SA", RecipientRole.PROCESSOR, "US", [*PURPOSES], "SCC"),
        )  # fmt: skip
    for number in range(60):
        one = answer(asked, granted=number % 3 > 0, subject_id=visitor(number % 20))
        say(answering(one, **dict(zip(PURPOSES, (number % 2 == 0, True), strict=True))))
        clock.advance(days=5)
    with database.transaction() as session:
        for method in (Method.FORM, Method.AGENT, Method.IMPORT, Method.PAPER):
            record_statement(
                session, actor="system", at=clock(), origin="log",
                statement=Statement(
                    subject_id=visitor(3), controller_id=asked.controller_id,
                    answers={PURPOSES[0]: True}, method=method, language="en",
                    said_at=clock() - timedelta(days=30), evidence="form 12",
                ),
            )  # fmt: skip
    records = exported(database, asked, clock)
    assert len(records) == 64
    assert [error.message for one in records for error in valid.iter_errors(one)] == []
    names = {
        other["schema:name"]
        for process in records[0]["dpv:hasProcess"]
        for other in process["dpv:hasRecipientThirdParty"]
    }
    assert names == {"Mesure SA"}


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((True,), [["ConsentGiven"]]),
        ((False,), [["ConsentRefused"]]),
        ((True, False), [["ConsentGiven", "ConsentWithdrawn"], ["ConsentWithdrawn"]]),
        ((False, True), [["ConsentRefused", "ConsentGiven"], ["ConsentGiven"]]),
        ((True, True), [["ConsentGiven", "RenewedConsentGiven"], ["RenewedConsentGiven"]]),
        ((True, None), [["ConsentGiven", "ConsentExpired"]]),
        ((True, None, False), [["ConsentGiven", "ConsentExpired"], ["ConsentRefused"]]),
        ((True, None, True), [["ConsentGiven", "ConsentExpired"], ["ConsentGiven"]]),
    ],
)
def test_a_record_tells_what_became_of_the_consent(
    database: Database, asked: Asked, clock: FakeClock, say, days, expected
):
    for granted in days:
        if granted is None:
            clock.advance(days=190)
        else:
            say(answer(asked, granted=granted))
            clock.advance(days=1)
    found = list(states(exported(database, asked, clock)))
    assert found == [[f"dpv:{state}" for state in one] for one in expected]


def test_a_record_carries_what_proves_it(database: Database, asked: Asked, clock: FakeClock, say):
    say(answer(asked))
    (one,) = exported(database, asked, clock)
    assert one["dpv:hasNotice"]["dct:identifier"] == asked.digest
    assert one["dpv:hasNotice"]["privacy:script"] == "a" * 64
    assert one["dpv:hasDataSubject"]["@id"] == f"urn:uuid:{VISITOR}"
    assert one["dpv:hasJurisdiction"] == ["loc:FR"]
    assert one["privacy:page"] == "/panier"
    (first, _) = one["dpv:hasProcess"]
    assert first["dpv:hasPurpose"]["@type"] == "dpv:ServiceUsageAnalytics"
    assert first["dpv:hasLegalBasis"] == "eu-gdpr:A6-1-a"
    assert [data["@type"] for data in first["dpv:hasPersonalData"]] == [
        "pd:DeviceBased", "pd:Tracking",
    ]  # fmt: skip
    assert first["dpv:hasConsentControl"][0]["schema:url"] == f"{ADDRESS}/portal/boutique/"


def test_every_prefix_that_a_record_uses_is_declared(
    database: Database, asked: Asked, clock: FakeClock, say
):
    say(answer(asked))
    (one,) = exported(database, asked, clock)
    text = json.dumps({name: value for name, value in one.items() if name != "@context"})
    used = set(re.findall(r'"([a-z-]+):[A-Za-z0-9_-]+"', text))
    assert used <= set(one["@context"])
    assert {"dpv", "dct", "eu-gdpr", "legal-eu", "loc", "pd", "schema"} <= used


def test_of_one_subject_or_since_an_instant_and_never_of_another_controller(
    database: Database, asked: Asked, clock: FakeClock, say
):
    say(answer(asked), answer(asked, subject_id=visitor(1)))
    later = clock.advance(days=1)
    say(answer(asked, granted=False))
    assert len(exported(database, asked, clock)) == 3
    assert len(exported(database, asked, clock, subject_id=VISITOR)) == 2
    (fresh,) = exported(database, asked, clock, since=later)
    assert list(states([fresh])) == [["dpv:ConsentWithdrawn"]]
    assert exported(database, asked, clock, subject_id=uuid4()) == []


def test_a_record_without_a_mandatory_field_is_refused(
    database: Database, asked: Asked, clock: FakeClock, say, valid: Draft202012Validator
):
    say(answer(asked))
    (one,) = exported(database, asked, clock)
    assert valid.is_valid(one)
    for name in one:
        lacking = {key: value for key, value in one.items() if key != name}
        optional = name in {"privacy:site", "privacy:page"}
        assert valid.is_valid(lacking) == optional, name
    for name in one["dpv:hasProcess"][0]:
        process = {key: value for key, value in one["dpv:hasProcess"][0].items() if key != name}
        assert not valid.is_valid({**one, "dpv:hasProcess": [process]}), name
