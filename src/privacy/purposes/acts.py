"""Changes to the register of controllers, sites, purposes and recipients."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.db import new_id
from privacy.purposes import checks, queries
from privacy.purposes.entries import record
from privacy.purposes.models import (
    Controller,
    LegalBasis,
    Purpose,
    Recipient,
    RecipientRole,
    Site,
)


@dataclass(frozen=True)
class ControllerFacts:
    """What a controller must say of itself (Art. 13(1)(a) and (b) GDPR)."""

    slug: str
    name: str
    address: str
    contact_email: str
    dpo_contact: str
    policy_url: str
    zone: str = "Europe/Paris"
    region: str = "FR"
    authority: str | None = None
    """The supervisory authority to name, by its code; None for that of the region."""


@dataclass(frozen=True)
class PurposeFacts:
    """What a purpose must say, in every language, before anything may rely on it."""

    code: str
    legal_basis: LegalBasis
    texts: Mapping[str, Mapping[str, str]]
    details: Mapping[str, Any]


def register_controller(
    session: Session, *, actor: str, at: datetime, facts: ControllerFacts
) -> Controller:
    """Add a controller. Its keys are made by the subjects room, in the same transaction."""
    checks.check_controller(facts.slug, facts.zone)
    checks.check_place(facts.region, facts.authority)
    made = Controller(id=new_id(at), created_at=at, **vars(facts))
    session.add(made)
    session.flush()
    log.append(
        session,
        Action.CONTROLLER_REGISTERED,
        at=at,
        actor=actor,
        controller_id=made.id,
        slug=made.slug,
    )
    return made


@dataclass(frozen=True)
class SiteFacts:
    """A website: its name, the exact origins it answers on, the purposes it names."""

    name: str
    origins: Sequence[str]
    purposes: Sequence[str]


def register_site(
    session: Session, *, actor: str, at: datetime, controller_id: UUID, facts: SiteFacts
) -> Site:
    """Add a website with a new public key; its purposes must have been published."""
    known = queries.current_purposes(session, controller_id=controller_id)
    checks.check_asked(facts.purposes, known)
    checks.check_origins(facts.origins)
    made = Site(
        id=new_id(at),
        controller_id=controller_id,
        key=f"pk_{secrets.token_hex(12)}",
        name=facts.name,
        origins=list(facts.origins),
        purposes=list(facts.purposes),
        notices={},
        enabled=True,
        created_at=at,
    )
    session.add(made)
    session.flush()
    record(session, Action.SITE_REGISTERED, made, at=at, actor=actor)
    return made


def allow_origins(
    session: Session, *, actor: str, at: datetime, site: Site, origins: Sequence[str]
) -> None:
    """Replace the exact origins from which a site's pages may answer; no change, no entry."""
    checks.check_origins(origins)
    if sorted(site.origins) == sorted(origins):
        return
    site.origins = list(origins)
    record(session, Action.SITE_CHANGED, site, at=at, actor=actor, origins=len(origins))


def take_over(
    session: Session, *, actor: str, at: datetime, site: Site, moves: Mapping[str, Any] | None
) -> None:
    """Say from which other banner a site's visitors bring their choices; None ends it.

    Raises InvalidError unless the mapping names exactly what the site asks: an answer that left
    something open would be asked again anyway.
    """
    if moves:
        known = queries.current_purposes(session, controller_id=site.controller_id)
        asked = {code for code in site.purposes if known[code].legal_basis is LegalBasis.CONSENT}
        checks.check_moved(asked, moves["mapping"]["purposes"])
    site.moves = dict(moves) if moves else None
    record(session, Action.SITE_CHANGED, site, at=at, actor=actor)


def publish_purpose(
    session: Session, *, actor: str, at: datetime, controller_id: UUID, facts: PurposeFacts
) -> Purpose:
    """Publish a purpose, or its next version; consents given before cover only what they said."""
    checks.check_purpose(facts.code, facts.texts, facts.details)
    newest = select(func.max(Purpose.version)).where(
        Purpose.controller_id == controller_id, Purpose.code == facts.code
    )
    made = Purpose(
        controller_id=controller_id,
        code=facts.code,
        version=(session.scalar(newest) or 0) + 1,
        legal_basis=facts.legal_basis,
        published_at=at,
        details=dict(facts.details),
        texts={language: dict(words) for language, words in facts.texts.items()},
    )
    session.add(made)
    session.flush()
    log.append(
        session,
        Action.PURPOSE_PUBLISHED,
        at=at,
        actor=actor,
        controller_id=controller_id,
        purpose=made.code,
        version=made.version,
        legal_basis=made.legal_basis.value,
    )
    return made


@dataclass(frozen=True)
class RecipientFacts:
    """Who receives, in which role, where, under which safeguard, for which purposes."""

    name: str
    role: RecipientRole
    country: str
    purposes: Sequence[str]
    safeguard: str = ""


def register_recipient(
    session: Session, *, actor: str, at: datetime, controller_id: UUID, facts: RecipientFacts
) -> Recipient:
    """Add a recipient, whom an answer to an access request will name (CJEU C-154/21)."""
    made = Recipient(
        id=new_id(at),
        controller_id=controller_id,
        created_at=at,
        name=facts.name,
        role=facts.role,
        country=facts.country,
        safeguard=facts.safeguard,
        purposes=list(facts.purposes),
    )
    session.add(made)
    session.flush()
    log.append(
        session,
        Action.RECIPIENT_REGISTERED,
        at=at,
        actor=actor,
        controller_id=controller_id,
        recipient=str(made.id),
        role=made.role.value,
        country=made.country,
    )
    return made
