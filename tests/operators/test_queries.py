"""Who is signed in, until when, and for which controller."""

from datetime import timedelta
from uuid import UUID

import pytest

from privacy.crypto import Keyring, digest
from privacy.db import Database
from privacy.operators import acts, queries
from privacy.operators.queries import ABSOLUTE, IDLE, TOUCH_EVERY, SignedInOperator
from privacy.operators.roles import Permission, Role
from tests.fakes import FakeClock
from tests.operators.conftest import EMAIL, OTHER_SHOP, SHOP, AddOperator


@pytest.fixture
def token(database: Database, clock: FakeClock, operator_id: UUID) -> str:
    with database.transaction() as session:
        return acts.open_session(
            session, actor=f"operator:{operator_id}", at=clock(), operator_id=operator_id
        )


class Lookup:
    """Asks who holds a session, now."""

    def __init__(self, database: Database, keyring: Keyring, clock: FakeClock) -> None:
        self.database, self.keyring, self.clock = database, keyring, clock

    def __call__(self, token: str) -> SignedInOperator | None:
        with self.database.reading() as session:
            return queries.operator_of_session(
                session, keyring=self.keyring, digest=digest(token), at=self.clock()
            )

    def touch(self, token: str) -> None:
        with self.database.transaction() as session:
            acts.touch_session(session, actor="operator:1", at=self.clock(), digest=digest(token))


@pytest.fixture
def lookup(database: Database, keyring: Keyring, clock: FakeClock) -> Lookup:
    return Lookup(database, keyring, clock)


def test_a_session_names_its_operator_and_the_roles(lookup: Lookup, token: str, operator_id: UUID):
    found = lookup(token)
    assert found == SignedInOperator(
        operator_id, "Claire Dubois", {SHOP: frozenset({Role.DPO})}, needs_touch=False
    )
    assert found.actor == f"operator:{operator_id}"


def test_an_unknown_token_is_nobody(lookup: Lookup, token: str):
    assert lookup(token[:-1]) is None


def test_a_role_for_one_controller_is_none_for_another(lookup: Lookup, token: str):
    found = lookup(token)
    assert found is not None
    assert found.may(SHOP, Permission.REQUESTS_READ)
    assert not found.may(OTHER_SHOP, Permission.REQUESTS_READ)
    assert found.controllers(Permission.REQUESTS_READ) == {SHOP}


def test_controllers_are_counted_by_permission_not_by_role(
    database: Database, lookup: Lookup, clock: FakeClock, token: str, operator_id: UUID
):
    with database.transaction() as session:
        acts.grant_role(
            session,
            actor="system",
            at=clock(),
            operator_id=operator_id,
            controller_id=OTHER_SHOP,
            role=Role.AUDITOR,
        )
    found = lookup(token)
    assert found is not None
    assert found.controllers(Permission.AUDIT_READ) == {SHOP, OTHER_SHOP}
    assert found.controllers(Permission.REQUESTS_READ) == {SHOP}


def test_an_idle_session_dies(lookup: Lookup, clock: FakeClock, token: str):
    clock.now += IDLE - timedelta(seconds=1)
    assert lookup(token) is not None
    clock.now += timedelta(seconds=1)
    assert lookup(token) is None


def test_use_keeps_a_session_from_going_idle_but_not_for_ever(
    lookup: Lookup, clock: FakeClock, token: str
):
    start = clock.now
    while clock.now < start + ABSOLUTE - IDLE / 2:
        found = lookup(token)
        assert found is not None
        lookup.touch(token)
        clock.now += IDLE / 2
    lookup.touch(token)
    clock.now = start + ABSOLUTE
    assert lookup(token) is None


def test_a_session_asks_for_a_touch_once_a_minute(lookup: Lookup, clock: FakeClock, token: str):
    clock.now += TOUCH_EVERY
    found = lookup(token)
    assert found is not None
    assert found.needs_touch
    lookup.touch(token)
    found = lookup(token)
    assert found is not None
    assert not found.needs_touch


def test_a_bearer_token_lives_until_it_expires(
    database: Database, keyring: Keyring, clock: FakeClock, operator_id: UUID
):
    with database.transaction() as session:
        token = acts.issue_token(
            session,
            actor="system",
            at=clock(),
            operator_id=operator_id,
            name="export",
            expires_at=clock() + timedelta(days=1),
        )
    for hours, lives in ((0, True), (23, True), (1, False), (1, False)):
        clock.advance(hours=hours)
        with database.reading() as session:
            found = queries.operator_of_token(
                session, keyring=keyring, digest=digest(token), at=clock()
            )
        assert (found is not None) is lives


def test_operators_are_listed_in_clear_for_those_who_may(
    database: Database, keyring: Keyring, add_operator: AddOperator, operator_id: UUID
):
    second = add_operator("agent@boutique.example", Role.AGENT)
    with database.reading() as session:
        listed = queries.operators(session, keyring=keyring)
        found = queries.by_email(session, keyring=keyring, email=f" {EMAIL.title()}")
        nobody = queries.by_email(session, keyring=keyring, email="nobody@boutique.example")
    assert [one.operator_id for one in listed] == [operator_id, second]
    assert listed[0].email == EMAIL
    assert listed[1].roles == {SHOP: frozenset({Role.AGENT})}
    assert found is not None
    assert found.id == operator_id
    assert nobody is None
