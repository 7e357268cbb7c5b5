"""A controller with purposes of each kind, and people who say something outside a banner."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.consent.models import Consent, Method
from privacy.consent.receipts.receipt import Receipt
from privacy.consent.statements import Statement, record_statement
from privacy.db import Database
from privacy.purposes.acts import PurposeFacts, publish_purpose
from privacy.purposes.models import LegalBasis
from privacy.subjects.keys import KeyCabinet
from tests.make import ACTOR, make_controller, make_purpose

PERSON = UUID("019b0000-0000-7000-8000-0000000000aa")
PUBLISHED = ("audience_consent", "mk_email", "order_management")
WORDS = {"title": "T", "summary": "S", "description": "D", "retention": "R"}


def open_register(
    session: Session, *, at: datetime, cabinet: KeyCabinet, slug: str = "boutique"
) -> UUID:
    """Return a new controller that has published consents, a contract, calls and post."""
    controller = make_controller(session, at=at, cabinet=cabinet, slug=slug)
    for code in PUBLISHED:
        make_purpose(session, at=at, controller_id=controller.id, code=code)
    publish(session, at=at, controller_id=controller.id, code="mk_phone")
    basis = LegalBasis.LEGITIMATE_INTERESTS
    publish(session, at=at, controller_id=controller.id, code="mk_post", basis=basis)
    return controller.id


def publish(
    session: Session,
    *,
    at: datetime,
    controller_id: UUID,
    code: str,
    basis: LegalBasis = LegalBasis.CONSENT,
) -> None:
    """Publish a purpose, or its next version, in the least words."""
    facts = PurposeFacts(code, basis, {"fr": WORDS, "en": WORDS}, {})
    publish_purpose(session, actor=ACTOR, at=at, controller_id=controller_id, facts=facts)


def call(controller_id: UUID) -> Statement:
    """Return a consent to be called that says who will call and about what."""
    return Statement(
        PERSON,
        controller_id,
        {"mk_phone": True},
        Method.FORM,
        "fr",
        beneficiary="Boutique (fictional)",
        about="Nouveautés",
    )


def say(database: Database, statement: Statement, at: datetime, actor: str = "subject") -> Receipt:
    """Record a statement and return its receipt."""
    with database.transaction() as session:
        return record_statement(
            session, actor=actor, at=at, statement=statement, origin="log.example"
        )


def told_rows(database: Database) -> Sequence[Consent]:
    """Return the whole ledger, oldest first."""
    with database.reading() as session:
        return session.scalars(select(Consent).order_by(Consent.at, Consent.purpose_code)).all()
