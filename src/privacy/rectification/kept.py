"""What a search found, kept sealed until the request ends, and who may take it up next."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from privacy.errors import ConflictError
from privacy.rectification.candidates import Searched, to_json
from privacy.rectification.models import RectificationSearch
from privacy.rectification.sealed import search_context
from privacy.requests.letters import Desk
from privacy.requests.models import RequestClaim, RequestState, SubjectRequest
from privacy.subjects.keys import subject_key

GOING_ON = (RequestState.OPEN, RequestState.PAUSED, RequestState.APPROVED)


def keep_search(
    session: Session, *, at: datetime, desk: Desk, about: SubjectRequest, kept: Searched
) -> None:
    """Keep what a search found, under the subject's key, until the request ends.

    The entries of the search itself stand beside it.
    """
    if about.subject_id is None:
        raise ConflictError("Nobody has confirmed this request yet.")
    key = subject_key(session, cabinet=desk.cabinet, subject_id=about.subject_id)
    session.add(
        RectificationSearch(
            subject_id=about.subject_id,
            request_id=about.id,
            contents_sealed=key.seal(to_json(kept), context=search_context(about)),
            searched_at=at,
        )
    )


def forget_search(session: Session, about: SubjectRequest) -> None:
    """Drop what a search found."""
    session.execute(delete(RectificationSearch).where(RectificationSearch.request_id == about.id))


def forget_ended(session: Session) -> None:
    """Drop what was found for requests that were refused, or ended otherwise."""
    going_on = select(SubjectRequest.id).where(SubjectRequest.state.in_(GOING_ON))
    session.execute(
        delete(RectificationSearch).where(RectificationSearch.request_id.not_in(going_on))
    )


def release(session: Session, about: SubjectRequest, at: datetime) -> None:
    """Let a worker take the request at once."""
    hold = session.get(RequestClaim, about.id)
    if hold is not None:
        hold.claimed_until = at
