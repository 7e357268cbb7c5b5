"""Each act changes its row and leaves its entry, or does neither."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from privacy.audit.models import AuditPending
from privacy.crypto import Keyring, digest
from privacy.db import Database
from privacy.errors import ConflictError, InvalidError, NotFoundError
from privacy.operators import acts
from privacy.operators.acts import NewOperator
from privacy.operators.models import Operator, OperatorRole, OperatorSession, OperatorToken
from privacy.operators.roles import Role
from tests.fakes import FakeClock
from tests.operators.conftest import EMAIL, PASSWORD, SHOP, AddOperator


def actions(database: Database) -> list[str]:
    with database.reading() as session:
        rows = session.scalars(select(AuditPending).order_by(AuditPending.id)).all()
    return [json.loads(row.body)["t"] for row in rows]


def test_an_operator_is_added_with_an_entry(
    database: Database, keyring: Keyring, clock: FakeClock
):
    new = NewOperator(email=f"  {EMAIL.upper()} ", name="Claire Dubois", password=PASSWORD)
    with database.transaction() as session:
        operator = acts.add_operator(session, actor="system", at=clock(), keyring=keyring, new=new)
    assert actions(database) == ["operator.added"]
    with database.reading() as session:
        row = session.get_one(Operator, operator.id)
    kept = b"|".join((row.email_sealed, row.name_sealed, row.email_index))
    kept += row.password_hash.encode()
    for clear in (b"claire", b"Claire", b"CLAIRE", b"dubois", b"DUBOIS", PASSWORD.encode()):
        assert clear not in kept


def test_an_email_is_taken_whatever_its_case(add_operator: AddOperator):
    add_operator(EMAIL)
    with pytest.raises(ConflictError):
        add_operator(EMAIL.upper())


@pytest.mark.parametrize("email", ["", "claire", "@shop.example", "claire@", "a b@shop.example"])
def test_what_is_no_email_is_refused(add_operator: AddOperator, email: str):
    with pytest.raises(InvalidError) as caught:
        add_operator(email)
    assert "email" in caught.value.fields


def test_a_weak_password_is_refused(database: Database, keyring: Keyring, clock: FakeClock):
    new = NewOperator(email=EMAIL, name="Claire Dubois", password="Claire.Dubois2026!")
    with pytest.raises(InvalidError), database.transaction() as session:
        acts.add_operator(session, actor="system", at=clock(), keyring=keyring, new=new)
    assert actions(database) == []


def test_a_role_is_granted_once(database: Database, clock: FakeClock, operator_id: UUID):
    for _ in range(2):
        with database.transaction() as session:
            acts.grant_role(
                session,
                actor="system",
                at=clock(),
                operator_id=operator_id,
                controller_id=SHOP,
                role=Role.AUDITOR,
            )
    assert actions(database).count("operator.roles-changed") == 2  # the DPO's role, and this one
    with database.reading() as session:
        roles = session.scalars(select(OperatorRole.role).order_by(OperatorRole.role)).all()
    assert roles == ["auditor", "dpo"]


def test_the_last_dpo_of_a_controller_stays(
    database: Database, clock: FakeClock, operator_id: UUID, add_operator: AddOperator
):
    def revoke() -> None:
        with database.transaction() as session:
            acts.revoke_role(
                session,
                actor="system",
                at=clock(),
                operator_id=operator_id,
                controller_id=SHOP,
                role=Role.DPO,
            )

    with pytest.raises(ConflictError):
        revoke()
    with pytest.raises(ConflictError), database.transaction() as session:
        acts.close_operator(session, actor="system", at=clock(), operator_id=operator_id)
    add_operator("other@boutique.example")
    revoke()
    with pytest.raises(NotFoundError):
        revoke()


def test_a_new_session_ends_the_one_the_browser_had(
    database: Database, clock: FakeClock, operator_id: UUID
):
    actor = f"operator:{operator_id}"
    with database.transaction() as session:
        first = acts.open_session(session, actor=actor, at=clock(), operator_id=operator_id)
        elsewhere = acts.open_session(session, actor=actor, at=clock(), operator_id=operator_id)
    with database.transaction() as session:
        second = acts.open_session(
            session, actor=actor, at=clock(), operator_id=operator_id, old=digest(first)
        )
    with database.reading() as session:
        kept = set(session.scalars(select(OperatorSession.token_digest)))
    assert kept == {digest(elsewhere), digest(second)}
    assert actions(database).count("operator.signed-in") == 3


def test_signing_out_ends_the_session_and_is_recorded_once(
    database: Database, clock: FakeClock, operator_id: UUID
):
    actor = f"operator:{operator_id}"
    with database.transaction() as session:
        token = acts.open_session(session, actor=actor, at=clock(), operator_id=operator_id)
    for _ in range(2):
        with database.transaction() as session:
            acts.sign_out(session, actor=actor, at=clock(), digest=digest(token))
    with database.reading() as session:
        assert session.scalars(select(OperatorSession)).all() == []
    assert actions(database).count("operator.signed-out") == 1


def test_a_closed_operator_holds_nothing(
    database: Database, clock: FakeClock, add_operator: AddOperator
):
    closed = add_operator(role=Role.AGENT)
    at = clock()
    with database.transaction() as session:
        acts.open_session(session, actor="system", at=at, operator_id=closed)
        acts.issue_token(
            session,
            actor="system",
            at=at,
            operator_id=closed,
            name="export",
            expires_at=at + timedelta(days=30),
        )
    with database.transaction() as session:
        acts.close_operator(session, actor="system", at=at, operator_id=closed)
    with database.reading() as session:
        for table in (OperatorRole, OperatorSession, OperatorToken):
            assert session.scalars(select(table)).all() == []
    with pytest.raises(NotFoundError), database.transaction() as session:
        acts.open_session(session, actor="system", at=at, operator_id=closed)


@pytest.mark.parametrize("days", [0, -1, 401])
def test_a_token_must_expire_in_time(
    database: Database, clock: FakeClock, operator_id: UUID, days: int
):
    with pytest.raises(InvalidError), database.transaction() as session:
        acts.issue_token(
            session,
            actor="system",
            at=clock(),
            operator_id=operator_id,
            name="export",
            expires_at=clock() + timedelta(days=days),
        )


def test_a_token_is_kept_as_its_digest_and_can_be_revoked(
    database: Database, clock: FakeClock, operator_id: UUID
):
    with database.transaction() as session:
        token = acts.issue_token(
            session,
            actor="system",
            at=clock(),
            operator_id=operator_id,
            name="export",
            expires_at=clock() + timedelta(days=30),
        )
    with database.reading() as session:
        row = session.scalars(select(OperatorToken)).one()
    assert row.token_digest == digest(token)
    with database.transaction() as session:
        acts.revoke_token(session, actor="system", at=clock(), token_id=row.id)
    assert actions(database)[-2:] == ["operator.token-issued", "operator.token-revoked"]
    with pytest.raises(NotFoundError), database.transaction() as session:
        acts.revoke_token(session, actor="system", at=clock(), token_id=uuid4())
