"""Made-up rows for tests; each is made by the acts themselves, so that the guard stays on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.crypto import Keyring
from privacy.operators.acts import NewOperator, add_operator, grant_role
from privacy.operators.roles import Role
from privacy.purposes.acts import (
    ControllerFacts,
    PurposeFacts,
    SiteFacts,
    publish_purpose,
    register_controller,
    register_site,
)
from privacy.purposes.defaults import DEFAULT_PURPOSES
from privacy.purposes.models import Controller, Purpose, Site
from privacy.subjects.acts import create_subject
from privacy.subjects.identify import Claim
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.rotation import create_controller_keys

ACTOR = "system"
ORIGIN = "https://boutique.example"
EMAIL = "alix.martin@courrier.example"
PASSWORD = "vK7#mQz2!tRb"


def make_controller(
    session: Session, *, at: datetime, cabinet: KeyCabinet, slug: str = "boutique"
) -> Controller:
    """Register a controller with its keys."""
    facts = ControllerFacts(
        slug=slug,
        name=f"{slug.capitalize()} (fictional)",
        address="1 rue de l’Exemple, 00000 Fictive",
        contact_email=f"bonjour@{slug}.example",
        dpo_contact=f"dpo@{slug}.example",
        policy_url=f"https://{slug}.example/privacy",
    )
    controller = register_controller(session, actor=ACTOR, at=at, facts=facts)
    create_controller_keys(
        session, actor=ACTOR, at=at, cabinet=cabinet, controller_id=controller.id
    )
    return controller


def make_purpose(
    session: Session, *, at: datetime, controller_id: UUID, code: str = "audience_consent"
) -> Purpose:
    """Publish one of the default purposes."""
    given = next(purpose for purpose in DEFAULT_PURPOSES if purpose.code == code)
    facts = PurposeFacts(
        code=code, legal_basis=given.basis, texts=given.texts, details=given.details
    )
    return publish_purpose(session, actor=ACTOR, at=at, controller_id=controller_id, facts=facts)


def make_site(
    session: Session,
    *,
    at: datetime,
    controller_id: UUID,
    purposes: tuple[str, ...] = ("audience_consent",),
) -> Site:
    """Register a site that asks for purposes already published."""
    facts = SiteFacts(name="Boutique", origins=[ORIGIN], purposes=purposes)
    return register_site(session, actor=ACTOR, at=at, controller_id=controller_id, facts=facts)


def make_subject(
    session: Session,
    *,
    at: datetime,
    cabinet: KeyCabinet,
    controller_id: UUID,
    claims: tuple[Claim, ...] = (Claim("email", EMAIL, verified=True),),
) -> UUID:
    """Create a subject with its key and identifiers; return its id."""
    return create_subject(
        session,
        actor=ACTOR,
        at=at,
        cabinet=cabinet,
        controller_id=controller_id,
        claims=claims,
    )


def make_operator(
    session: Session,
    *,
    at: datetime,
    keyring: Keyring,
    controller_id: UUID,
    role: Role = Role.DPO,
    email: str = "claire.dubois@boutique.example",
) -> UUID:
    """Add an operator with one role for the controller and `PASSWORD`; return the id."""
    new = NewOperator(email=email, name="Claire Dubois", password=PASSWORD)
    operator = add_operator(session, actor=ACTOR, at=at, keyring=keyring, new=new)
    session.flush()
    grant_role(
        session,
        actor=ACTOR,
        at=at,
        operator_id=operator.id,
        controller_id=controller_id,
        role=role,
    )
    return operator.id
