"""The links that messages carry; the token in one is the whole of its bearer's authority."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from privacy.crypto import tokens
from privacy.errors import GoneError
from privacy.requests.models import LinkUse, RequestLink, SubjectRequest
from privacy.subjects.rows import count_changed


@dataclass(frozen=True)
class Links:
    """Makes addresses under the public URL of the service, which has no slash at its end."""

    public_url: str

    def for_subject(self, slug: str, use: LinkUse, token: str) -> str:
        """Return the address of a link of this use for the subject of a controller's request."""
        return f"{self.public_url}/portal/{slug}/{use.value}/{token}"

    def for_operator(self, request_id: object) -> str:
        """Return the address of a request in the console; it opens after sign-in only."""
        return f"{self.public_url}/console/requests/{request_id}"

    def for_board(self) -> str:
        """Return the address of the board of requests in the console."""
        return f"{self.public_url}/console/requests"

    def for_keeper(self, slug: str, token: str) -> str:
        """Return the address by which a keeper without an account answers an assignment."""
        return f"{self.public_url}/portal/{slug}/assignment/{token}"

    def for_assignment(self, assignment_id: object) -> str:
        """Return the address of an assignment in the console; it opens after sign-in only."""
        return f"{self.public_url}/console/assignments/{assignment_id}"

    def for_vendor(self, assignment_id: object) -> str:
        """Return where a vendor posts its signed answer."""
        return f"{self.public_url}/answers/{assignment_id}"


def send_link(
    session: Session,
    about: SubjectRequest,
    use: LinkUse,
    at: datetime,
    expires_at: datetime,
    *,
    token: str = "",
) -> str:
    """Make a link to a request and return its token, which is kept nowhere; a new one if none."""
    token = token or tokens.new_token()
    session.add(
        RequestLink(
            digest=tokens.digest(token),
            request_id=about.id,
            use=use,
            created_at=at,
            expires_at=expires_at,
        )
    )
    return token


def use_link(session: Session, token: str, at: datetime) -> None:
    """Use a link up; of two that try at once, one gets GoneError."""
    unused = update(RequestLink).where(
        RequestLink.digest == tokens.digest(token), RequestLink.used_at.is_(None)
    )
    if not count_changed(session, unused.values(used_at=at)):
        raise GoneError("This link was used already.")
