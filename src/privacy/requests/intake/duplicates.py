"""The same asked again by one subject: shown side by side, and never decided by itself.

Number alone is no abuse (Art. 12(5) GDPR; C-416/23): a person decides to answer, to answer both
at once, or to refuse with a reason.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.errors import ConflictError, NotFoundError
from privacy.purposes.models import Controller
from privacy.requests import wording
from privacy.requests.annexes import RequestRepresentative
from privacy.requests.letters import Desk, write_to_subject
from privacy.requests.models import RequestState, SubjectRequest
from privacy.requests.moves import lasts, move, record
from privacy.requests.queries import OPEN_STATES

ANSWERABLE = (RequestState.OPEN, RequestState.PAUSED, RequestState.APPROVED)
"""States of a request whose answer is still to be made."""


def others(session: Session, *, about: SubjectRequest, at: datetime) -> Sequence[SubjectRequest]:
    """Return the same subject's other requests of this kind, newest first.

    Those that are open, and those that came in a short time before (policy `request.again`).
    """
    if about.subject_id is None:
        return []
    since = about.received_on - lasts(session, "request.again", at)
    wanted = (
        select(SubjectRequest)
        .where(
            SubjectRequest.controller_id == about.controller_id,
            SubjectRequest.subject_id == about.subject_id,
            SubjectRequest.kind == about.kind,
            SubjectRequest.id != about.id,
            SubjectRequest.state.in_(OPEN_STATES) | (SubjectRequest.received_on >= since),
        )
        .order_by(SubjectRequest.received_at.desc())
    )
    return session.scalars(wanted).all()


def may_take(session: Session, about: SubjectRequest, into: SubjectRequest) -> bool:
    """Tell whether the answer to the second request can serve for the first too.

    Not where its sender said more than the kind: what is wrong, or to whom the data go. Nor where
    somebody acts for the subject in either: the answer would go to another than who asked.
    """
    earlier = into.state in ANSWERABLE and into.received_at <= about.received_at
    ids = {about.id, into.id}
    acting = session.scalar(select(func.count()).where(RequestRepresentative.request_id.in_(ids)))
    return earlier and about.statement_sealed is None and not acting


def merge(
    session: Session,
    *,
    actor: str,
    at: datetime,
    desk: Desk,
    about: SubjectRequest,
    into_id: UUID,
) -> None:
    """Close a request that an earlier one answers too, and tell the subject so.

    Raises NotFoundError for one that is not the same subject's and kind, and ConflictError when
    either is decided already or the other one came later.
    """
    if into_id not in {one.id for one in others(session, about=about, at=at)}:
        raise NotFoundError("There is no such request of the same subject.")
    into = session.get_one(SubjectRequest, into_id, with_for_update=True)
    if not may_take(session, about, into):
        raise ConflictError("Only an earlier request that is not answered yet can answer both.")
    merged = move(
        session,
        about,
        RequestState.OPEN,
        state=RequestState.MERGED,
        merged_into=into.id,
        decided_at=at,
        closed_at=at,
    )
    if not merged:
        raise ConflictError("Somebody decided on this request before; look at it again.")
    to = session.get_one(Controller, about.controller_id)
    letter = wording.request_merged(to, due_on=into.legal_latest_on)
    write_to_subject(session, at=at, desk=desk, about=about, letter=letter)
    record(session, Action.REQUEST_MERGED, at, actor, about=about, into=str(into.id))
