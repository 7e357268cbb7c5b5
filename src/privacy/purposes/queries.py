"""What is known of controllers, sites, purposes and notices."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.orm import Session

from privacy.db import UtcDateTime
from privacy.errors import NotFoundError
from privacy.purposes import shown
from privacy.purposes.defaults import LANGUAGES
from privacy.purposes.models import Controller, LegalBasis, Notice, Purpose, Recipient, Site


def controllers(session: Session) -> Sequence[Controller]:
    """Return every controller, by name."""
    return session.scalars(select(Controller).order_by(Controller.name)).all()


def controller(session: Session, controller_id: UUID) -> Controller:
    """Return one controller; raise NotFoundError."""
    found = session.get(Controller, controller_id)
    if found is None:
        raise NotFoundError("There is no such controller.")
    return found


def controller_by_slug(session: Session, slug: str) -> Controller:
    """Return the controller that a public address names; raise NotFoundError."""
    found = session.scalars(select(Controller).where(Controller.slug == slug)).one_or_none()
    if found is None:
        raise NotFoundError("There is no such controller.")
    return found


def site_by_key(session: Session, key: str) -> Site:
    """Return the enabled site of a public key; raise NotFoundError."""
    found = session.scalars(select(Site).where(Site.key == key, Site.enabled)).one_or_none()
    if found is None:
        raise NotFoundError("This site key is not known; copy it again from the console.")
    return found


def sites(session: Session, *, controller_id: UUID) -> Sequence[Site]:
    """Return the sites of a controller, by name."""
    wanted = select(Site).where(Site.controller_id == controller_id).order_by(Site.name)
    return session.scalars(wanted).all()


def current_purposes(session: Session, *, controller_id: UUID) -> dict[str, Purpose]:
    """Return the newest version of each purpose of a controller, by code."""
    newest = (
        select(Purpose.code, func.max(Purpose.version).label("version"))
        .where(Purpose.controller_id == controller_id)
        .group_by(Purpose.code)
        .subquery()
    )
    wanted = (
        select(Purpose)
        .join(newest, (newest.c.code == Purpose.code) & (newest.c.version == Purpose.version))
        .where(Purpose.controller_id == controller_id)
        .order_by(Purpose.code)
    )
    return {purpose.code: purpose for purpose in session.scalars(wanted)}


@dataclass(frozen=True)
class InForce:
    """The version of a purpose that was the newest at an instant, and what it rests on."""

    version: int
    legal_basis: LegalBasis


def in_force(
    session: Session, *, controller_id: UUID, codes: Sequence[str], at: datetime
) -> dict[str, InForce]:
    """Return what was in force of these purposes at an instant; those published by then."""
    found = session.execute(
        _IN_FORCE, {"controller": controller_id, "codes": list(codes), "at": at}
    )
    return {code: InForce(version, basis) for code, version, basis in found}


_IN_FORCE = (
    select(Purpose.code, Purpose.version, Purpose.legal_basis)
    .where(
        Purpose.controller_id == bindparam("controller", type_=Uuid()),
        Purpose.code.in_(bindparam("codes", expanding=True)),
        Purpose.published_at <= bindparam("at", type_=UtcDateTime()),
    )
    .order_by(Purpose.version)
)


def wordings(
    session: Session, *, controller_id: UUID, codes: Sequence[str]
) -> dict[tuple[str, int], dict[str, dict[str, str]]]:
    """Return the words of every version of these purposes, by language."""
    wanted = select(Purpose.code, Purpose.version, Purpose.texts).where(
        Purpose.controller_id == controller_id, Purpose.code.in_(codes)
    )
    return {(row.code, row.version): row.texts for row in session.execute(wanted)}


def missing_texts(session: Session, *, site: Site) -> Mapping[str, list[str]]:
    """Return, for each language that a site cannot show, which of its purposes lack words in it.

    The languages are those of the default purposes and any other that a purpose is worded in.
    """
    known = current_purposes(session, controller_id=site.controller_id)
    named = [known[code] for code in site.purposes]
    others = {language for purpose in named for language in purpose.texts}
    return shown.lacking(named, sorted({*LANGUAGES, *others}))


def next_documents(
    session: Session,
    *,
    site: Site,
    texts: Mapping[str, Mapping[str, str]],
    script: str,
    period: str,
) -> dict[str, str]:
    """Return what publishing would show, in each language that a site can.

    The banner's `texts` are by language, `script` is the hash of its code, `period` its term.
    """
    known = current_purposes(session, controller_id=site.controller_id)
    about = shown.About(site.key, controller(session, site.controller_id), period, script)
    return shown.documents([known[code] for code in site.purposes], texts, about)


def current_notice(session: Session, *, site: Site, language: str) -> Notice:
    """Return what the site shows now, in the language asked for or in its first one.

    Raises NotFoundError before any was published.
    """
    digest = site.notices.get(language) or next(iter(site.notices.values()), "")
    return notice(session, controller_id=site.controller_id, digest=digest)


def notice(session: Session, *, controller_id: UUID, digest: str) -> Notice:
    """Return the notice with this hash; raise NotFoundError."""
    found = session.get(Notice, (controller_id, digest))
    if found is None:
        raise NotFoundError("No such notice was ever published.")
    return found


def recipients(session: Session, *, controller_id: UUID) -> Sequence[Recipient]:
    """Return whom a controller discloses data to, by name."""
    wanted = (
        select(Recipient).where(Recipient.controller_id == controller_id).order_by(Recipient.name)
    )
    return session.scalars(wanted).all()


def recipient(session: Session, *, recipient_id: UUID) -> Recipient:
    """Return one recipient; raise NotFoundError."""
    found = session.get(Recipient, recipient_id)
    if found is None:
        raise NotFoundError("There is no such recipient.")
    return found


@dataclass(frozen=True)
class Asked:
    """What one site asked by one notice; it never changes, so that it may be remembered."""

    controller_id: UUID
    site_id: UUID
    site_key: str
    digest: str
    language: str
    period: str
    zone: str
    versions: Mapping[str, int]
    """The purposes asked for, with the version that the notice described."""


def asked(session: Session, *, site: Site, digest: str) -> Asked:
    """Return what a notice of this site asked; raise NotFoundError for one never published."""
    shown = notice(session, controller_id=site.controller_id, digest=digest)
    if shown.site_id != site.id:
        raise NotFoundError("No such notice was ever published.")
    document: dict[str, Any] = json.loads(shown.document)
    return Asked(
        controller_id=site.controller_id,
        site_id=site.id,
        site_key=site.key,
        digest=digest,
        language=shown.language,
        period=document["period"],
        zone=controller(session, site.controller_id).zone,
        versions={purpose["code"]: purpose["version"] for purpose in document["purposes"]},
    )


def described(session: Session, *, controller_id: UUID, digest: str) -> dict[str, int]:
    """Return the purposes that a notice described, with their versions; none if it is not ours."""
    found = session.get(Notice, (controller_id, digest)) if digest else None
    if found is None:
        return {}
    document: dict[str, Any] = json.loads(found.document)
    return {purpose["code"]: purpose["version"] for purpose in document["purposes"]}
