"""Who acts for a subject, as far as letters and pages need to know."""

import json
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from privacy.crypto import Context
from privacy.requests.annexes import RequestRepresentative
from privacy.requests.models import SubjectRequest
from privacy.subjects.identify import Claim
from privacy.subjects.keys import KeyCabinet, subject_key


@dataclass(frozen=True)
class Acting:
    """A representative, open: where letters go, and what shows that they may act."""

    row: RequestRepresentative
    name: str = field(repr=False)
    email: str = field(repr=False)
    proof: str = field(repr=False)
    subject_name: str = field(default="", repr=False)
    """The subject's name, where the representative gave it in the portal."""
    claims: tuple[Claim, ...] = ()
    """By what the representative says that the controller knows the subject; it proves nothing."""
    words: str = field(default="", repr=False)
    """On what the right rests, in the words of the representative."""


def acting_for(session: Session, *, cabinet: KeyCabinet, about: SubjectRequest) -> Acting | None:
    """Return who acts for the subject of a request; None where the subject acts alone.

    Raises GoneError once the subject's key was destroyed.
    """
    row = session.get(RequestRepresentative, about.id)
    if row is None or about.subject_id is None:
        return None
    key = subject_key(session, cabinet=cabinet, subject_id=about.subject_id)
    contact = json.loads(
        key.open_text(row.contact_sealed, context=acting_context(about, "contact"))
    )
    sealed = row.proof_sealed
    proof = key.open_text(sealed, context=acting_context(about, "proof")) if sealed else ""
    claims = tuple(Claim(kind, value) for kind, value in contact.get("claims", ()))
    return Acting(
        row,
        contact["name"],
        contact["email"],
        proof,
        contact.get("subject_name", ""),
        claims,
        contact.get("words", ""),
    )


def acting_context(about: SubjectRequest, column: str) -> Context:
    """Return what a sealed part of a representative is bound to."""
    return ("request_representative", column, str(about.controller_id), str(about.id))
