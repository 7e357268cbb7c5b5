"""Who sees their preferences, and what they see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.consent import queries as consent
from privacy.consent.checks import checked
from privacy.consent.models import Consent, Method
from privacy.crypto import digest
from privacy.errors import GoneError, NotFoundError
from privacy.preferences.models import PreferenceLink, PreferenceSession
from privacy.preferences.overview import Group, Line, Seen, answerable, lines
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller


def subject_of(session: Session, *, token: str, controller_id: UUID, at: datetime) -> UUID | None:
    """Return the subject of a session; None if it has ended or is another controller's."""
    found = session.get(PreferenceSession, digest(token))
    if found is None or found.controller_id != controller_id or found.expires_at <= at:
        return None
    return found.subject_id


def check_link(session: Session, *, token: str, controller_id: UUID, at: datetime) -> None:
    """Return if a mailed link would open a session now; raise NotFoundError or GoneError."""
    link = session.get(PreferenceLink, digest(token))
    if link is None or link.controller_id != controller_id or link.address_sealed is None:
        raise NotFoundError("There is no such link.")
    if link.used_at is not None or link.expires_at <= at:
        raise GoneError("This link was used already, or is too old.")


def overview(
    session: Session, *, to: Controller, subject_id: UUID, at: datetime, language: str
) -> dict[Group, list[Line]]:
    """Return everything that a subject may answer, with how it stands now."""
    known = purposes.current_purposes(session, controller_id=to.id)
    wanted = answerable(known.values())
    seen = {
        one.purpose_code: Seen(one.verdict, one.answer)
        for one in checked(
            session,
            controller_id=to.id,
            subjects=[subject_id],
            codes=[one.code for one in wanted],
            at=at,
        )
    }
    recipients = purposes.recipients(session, controller_id=to.id)
    return lines(wanted, seen, recipients, language=language)


@dataclass(frozen=True)
class PastAnswer:
    """One answer of the past, with what it granted and refused."""

    id: UUID
    at: datetime
    method: Method
    granted: Sequence[str]
    refused: Sequence[str]


def history(session: Session, *, to: Controller, subject_id: UUID) -> list[PastAnswer]:
    """Return every answer of a subject to a controller, the newest first."""
    rows: dict[UUID, list[Consent]] = {}
    for row in consent.history(session, subject_id=subject_id):
        if row.controller_id == to.id:
            rows.setdefault(row.answer_id, []).append(row)
    return [_past(found) for found in reversed(rows.values())]


def _past(rows: Sequence[Consent]) -> PastAnswer:
    first = rows[0]
    return PastAnswer(
        first.answer_id,
        first.at,
        first.method,
        [row.purpose_code for row in rows if row.granted],
        [row.purpose_code for row in rows if not row.granted],
    )
