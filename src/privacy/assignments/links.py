"""The link by which a keeper without an account answers; its token is the whole right to do so."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from privacy.assignments.models import Assignment, AssignmentLink
from privacy.crypto import tokens


def send_link(session: Session, about: Assignment, *, at: datetime, expires_at: datetime) -> str:
    """Make a link to an assignment and return its token, which is kept nowhere."""
    token = tokens.new_token()
    session.add(
        AssignmentLink(
            digest=tokens.digest(token),
            subject_id=about.subject_id,
            assignment_id=about.id,
            created_at=at,
            expires_at=expires_at,
        )
    )
    return token


def forget(session: Session, *, at: datetime) -> None:
    """Drop the links that open nothing any more by their age."""
    session.execute(delete(AssignmentLink).where(AssignmentLink.expires_at <= at))
