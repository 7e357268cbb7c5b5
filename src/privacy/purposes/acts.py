"""Changes to the register of controllers, sites, purposes, notices and recipients."""

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
from privacy.purposes import checks, notices, queries
from privacy.purposes.models import (
    Controller,
    LegalBasis,
    Notice,
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
    log.append(
        session,
        Action.SITE_REGISTERED,
        at=at,
        actor=actor,
        controller_id=controller_id,
        site=made.key,
    )
    return made


def allow_origins(
    session: Session, *, actor: str, at: datetime, site: Site, origins: Sequence[str]
) -> None:
    """Replace the exact origins from which a site's pages may answer; no change, no entry."""
    checks.check_origins(origins)
    if sorted(site.origins) == sorted(origins):
        return
    site.origins = list(origins)
    log.append(
        session,
        Action.SITE_CHANGED,
        at=at,
        actor=actor,
        controller_id=site.controller_id,
        site=site.key,
        origins=len(site.origins),
    )


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
    log.append(
        session,
        Action.SITE_CHANGED,
        at=at,
        actor=actor,
        controller_id=site.controller_id,
        site=site.key,
    )


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
class Banner:
    """What the edge knows of the banner: its words by language, its code's hash, its term."""

    texts: Mapping[str, Mapping[str, str]]
    script: str
    """SHA-256 of the script that draws the words."""
    period: str
    """How long a choice is kept, from the dated policy (P6M)."""


def publish_notices(
    session: Session, *, actor: str, at: datetime, site: Site, banner: Banner
) -> dict[str, str]:
    """Publish what a site shows, in each language in which the banner and all purposes have words.

    Returns the digests by language, the site's first language first. Publishing the same words
    again adds nothing.
    """
    documents = queries.next_documents(session, site=site, **vars(banner))
    digests = {language: notices.digest(text) for language, text in documents.items()}
    changed = {
        language: digest
        for language, digest in digests.items()
        if digest != site.notices.get(language)
    }
    _keep(session, at=at, site=site, documents=documents, digests=changed)
    _tell(session, actor=actor, at=at, site=site, digests=changed)
    if not changed and digests != site.notices:
        # A language was taken away and no other changed: that is told as well.
        log.append(
            session,
            Action.SITE_CHANGED,
            at=at,
            actor=actor,
            controller_id=site.controller_id,
            site=site.key,
        )
    if digests != site.notices:
        site.notices = digests
    return digests


def _keep(
    session: Session,
    *,
    at: datetime,
    site: Site,
    documents: Mapping[str, str],
    digests: Mapping[str, str],
) -> None:
    """Add the notices that were never published before."""
    wanted = select(Notice.digest).where(
        Notice.controller_id == site.controller_id, Notice.digest.in_(digests.values())
    )
    known = set(session.scalars(wanted))
    session.add_all(
        Notice(
            controller_id=site.controller_id,
            digest=digest,
            site_id=site.id,
            language=language,
            document=documents[language],
            published_at=at,
        )
        for language, digest in digests.items()
        if digest not in known
    )
    session.flush()


def _tell(
    session: Session, *, actor: str, at: datetime, site: Site, digests: Mapping[str, str]
) -> None:
    """Append an entry for each notice that a site begins to show."""
    told = [
        log.Told(
            site.controller_id,
            None,
            {"site": site.key, "language": language, "notice": digest},
        )
        for language, digest in digests.items()
    ]
    if told:
        log.append_all(session, Action.NOTICE_PUBLISHED, at=at, actor=actor, told=told)


def register_recipient(
    session: Session, *, actor: str, at: datetime, controller_id: UUID, facts: "RecipientFacts"
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


@dataclass(frozen=True)
class RecipientFacts:
    """Who receives, in which role, where, under which safeguard, for which purposes."""

    name: str
    role: RecipientRole
    country: str
    purposes: Sequence[str]
    safeguard: str = ""
