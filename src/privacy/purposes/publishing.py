"""Publishing what a site's banner says, in every language in which all of it has words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.purposes import notices, queries
from privacy.purposes.entries import record
from privacy.purposes.models import Notice, Site


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
        record(session, Action.SITE_CHANGED, site, at=at, actor=actor)
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
