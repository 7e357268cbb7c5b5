"""Reading what subjects typed: the wishes of a request, and which new addresses are proven."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.crypto import Context, digest
from privacy.errors import GoneError, NotFoundError
from privacy.rectification.models import CorrectionWish
from privacy.rectification.wishes import Wish, from_json
from privacy.requests.models import RequestState, SubjectRequest
from privacy.subjects.keys import KeyCabinet, subject_key


def wish_by_link(
    session: Session, *, token: str, at: datetime, controller_id: UUID
) -> CorrectionWish:
    """Return the wish whose new address a token proves.

    Raises NotFoundError for a token that was never sent, GoneError for one that was used, is too
    old, or whose request has ended.
    """
    wanted = select(CorrectionWish).where(CorrectionWish.digest == digest(token))
    row = session.scalars(wanted).one_or_none()
    if row is None or row.controller_id != controller_id:
        raise NotFoundError("This link is not one of ours; copy it whole from the message.")
    about = session.get_one(SubjectRequest, row.request_id)
    is_over = row.expires_at is None or at >= row.expires_at
    if row.confirmed_at or is_over or about.state is not RequestState.OPEN:
        raise GoneError("This address was confirmed before, or the link is too old.")
    return row


def wishes_of(session: Session, *, about: SubjectRequest) -> Sequence[CorrectionWish]:
    """Return what the subject typed for a request, in its order; none where nothing was."""
    wanted = select(CorrectionWish).where(
        CorrectionWish.subject_id == about.subject_id, CorrectionWish.request_id == about.id
    )
    return session.scalars(wanted.order_by(CorrectionWish.number)).all()


def is_alone(session: Session, *, about: SubjectRequest) -> bool:
    """Whether a request is what its subject typed and no operator was told of it yet."""
    rows = wishes_of(session, about=about)
    return bool(rows) and all(row.at_once for row in rows)


def opened(session: Session, *, cabinet: KeyCabinet, row: CorrectionWish) -> Wish:
    """Return a wish, open; GoneError once the subject's key was destroyed."""
    key = subject_key(session, cabinet=cabinet, subject_id=row.subject_id)
    return from_json(key.open_text(row.wish_sealed, context=wish_context(row)))


def unproven(session: Session, *, cabinet: KeyCabinet, about: SubjectRequest) -> frozenset[str]:
    """Return the new addresses of a request that nobody has confirmed."""
    return frozenset(
        opened(session, cabinet=cabinet, row=row).after
        for row in wishes_of(session, about=about)
        if not is_proven(row)
    )


def is_proven(row: CorrectionWish) -> bool:
    """Whether nothing is left to be proven of what was typed."""
    return row.digest is None or row.confirmed_at is not None


def wish_context(row: CorrectionWish) -> Context:
    """Return what a sealed wish is bound to."""
    ids = (str(row.controller_id), str(row.subject_id), str(row.request_id), str(row.number))
    return ("correction_wish", "wish", *ids)
