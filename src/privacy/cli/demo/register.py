"""The demo's register: one fictional controller with its purposes, recipients and site."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.crypto import Keyring
from privacy.operators.acts import NewOperator, add_operator, grant_role
from privacy.operators.roles import Role
from privacy.purposes import acts
from privacy.purposes.defaults import DEFAULT_PURPOSES
from privacy.purposes.models import Controller, RecipientRole, Site

ACTOR = "system"
CONTROLLER = acts.ControllerFacts(
    slug="maison-lumen",
    name="Maison Lumen (boutique fictive)",
    address="1 rue de la Démonstration, 00000 Fictive",
    contact_email="bonjour@maison-lumen.example",
    dpo_contact="dpo@maison-lumen.example",
    policy_url="http://localhost:8601/confidentialite",
)
ASKED = (
    "essential",
    "audience_consent",
    "content_personalisation",
    "ads_personalised",
    "social_sharing",
)
PUBLISHED = (
    *ASKED,
    "order_management",
    "accounting",
    "loyalty",
    "mk_email",
    "mk_sms",
    "mk_phone",
    "mk_post",
    "email_open_tracking",
    "partner_sharing",
    "satisfaction",
    "requests",
    "consent_proof",
)
"""What the shop does with data: trackers, orders, and each channel by which it may be in touch."""
RECIPIENTS = (
    acts.RecipientFacts(
        "Hébergeur Fictif SAS", RecipientRole.PROCESSOR, "FR", ("essential", "order_management")
    ),
    acts.RecipientFacts(
        "Transport Imaginaire SARL", RecipientRole.PROCESSOR, "FR", ("order_management",)
    ),
    acts.RecipientFacts(
        "Example Mail Inc.",
        RecipientRole.PROCESSOR,
        "US",
        ("mk_email", "mk_sms", "email_open_tracking"),
        "Clauses contractuelles types (décision 2021/914) / Standard contractual clauses",
    ),
    acts.RecipientFacts(
        "Lampes & Cie (partenaire fictif)", RecipientRole.SEPARATE, "FR", ("partner_sharing",)
    ),
)
_VENDORS: dict[str, dict[str, Any]] = {
    "audience_consent": {
        "vendors": [{"name": "Mesure Fictive", "policy_url": "https://mesure.example/privacy"}],
        "cookies": [{"name": "_ga_demo", "lifetime": "P13M", "kind": "cookie"}],
    },
    "ads_personalised": {
        "vendors": [{"name": "Régie Fictive", "policy_url": "https://regie.example/privacy"}],
        "cookies": [{"name": "_ads_demo", "lifetime": "P3M", "kind": "cookie"}],
    },
    "social_sharing": {
        "vendors": [{"name": "Vidéo Fictive", "policy_url": "https://video.example/privacy"}],
        "cookies": [],
    },
}


@dataclass(frozen=True)
class SignIn:
    """How an operator of the demo signs in; printed, and kept in the demo's own folder."""

    role: Role
    email: str
    password: str


def register_controller(session: Session, *, at: datetime, policy_url: str) -> Controller:
    """Register the controller with the default purposes and its recipients."""
    facts = replace(CONTROLLER, policy_url=policy_url)
    controller = acts.register_controller(session, actor=ACTOR, at=at, facts=facts)
    for purpose in DEFAULT_PURPOSES:
        if purpose.code not in PUBLISHED:
            continue
        published = acts.PurposeFacts(
            purpose.code,
            purpose.basis,
            purpose.texts,
            purpose.details | _VENDORS.get(purpose.code, {}),
        )
        acts.publish_purpose(
            session, actor=ACTOR, at=at, controller_id=controller.id, facts=published
        )
    for recipient in RECIPIENTS:
        acts.register_recipient(
            session, actor=ACTOR, at=at, controller_id=controller.id, facts=recipient
        )
    return controller


def register_site(
    session: Session, *, at: datetime, controller_id: UUID, origins: Sequence[str]
) -> Site:
    """Register the shop's site."""
    facts = acts.SiteFacts("Maison Lumen", origins, ASKED)
    return acts.register_site(
        session, actor=ACTOR, at=at, controller_id=controller_id, facts=facts
    )


def add_operators(
    session: Session, *, at: datetime, keyring: Keyring, controller_id: UUID
) -> list[SignIn]:
    """Add one operator for each role, with passwords made now."""
    made = []
    for role in Role:
        sign_in = SignIn(role, f"{role.value}@maison-lumen.example", _password())
        operator = add_operator(
            session,
            actor=ACTOR,
            at=at,
            keyring=keyring,
            new=NewOperator(sign_in.email, f"Fictif ({role.value})", sign_in.password),
        )
        session.flush()
        grant_role(
            session,
            actor=ACTOR,
            at=at,
            operator_id=operator.id,
            controller_id=controller_id,
            role=role,
        )
        made.append(sign_in)
    return made


def _password() -> str:
    """Return about 95 bits that can be typed: four groups of five letters and digits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    groups = ("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))
    return "-".join(groups).capitalize()
