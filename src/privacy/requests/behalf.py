"""Asking in the portal for somebody else: who asks, by which right, and for whom.

What a sender says of another person proves nothing: it finds no data before an operator who
decides has accepted what shows the right to act. Until the sender is proven it is sealed under
the controller's key, then under that of the person whom it is about.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.crypto import Context
from privacy.errors import ConflictError, InvalidError
from privacy.requests.acting import acting_context
from privacy.requests.annexes import AgeBand, Capacity, RequestRepresentative
from privacy.requests.models import SubjectRequest
from privacy.requests.moves import record
from privacy.subjects.identify import Claim
from privacy.subjects.keys import KeyCabinet, subject_key

LONGEST = 2000
"""Characters of what is said about the right to act."""
LONGEST_NAME = 200


class Standing(StrEnum):
    """By which right somebody asks for another person; the age that the law asks is part of it.

    From 15 on a French minor exercises these rights alone or with the parents (loi 78-17,
    art. 45 and 70), so the two ages are told apart; no date of birth is asked for.
    """

    MANDATE = "mandate"
    LAWYER = "lawyer"
    PARENT_UNDER_15 = "parent_under_15"
    PARENT_15_17 = "parent_15_17"
    GUARDIAN = "guardian"

    @property
    def capacity(self) -> Capacity:
        """Return in which capacity that is."""
        return Capacity.PARENT if self in _PARENTS else Capacity(self.value)

    @property
    def age_band(self) -> AgeBand:
        """Return how old the person is for whom they ask."""
        return _PARENTS.get(self, AgeBand.ADULT)


_PARENTS = {
    Standing.PARENT_UNDER_15: AgeBand.UNDER_15,
    Standing.PARENT_15_17: AgeBand.FROM_15_TO_17,
}


@dataclass(frozen=True)
class Behalf:
    """Who asks, by which right, for whom, and by what the controller may know that person.

    Raises InvalidError without both names, without an identifier, and for texts without end.
    """

    standing: Standing
    name: str = field(repr=False)
    """Of the representative."""
    subject_name: str = field(repr=False)
    claims: tuple[Claim, ...]
    words: str = field(default="", repr=False)
    """On what the right rests, such as the day of a mandate."""
    email: str = field(default="", repr=False)
    """Where letters go; known once it is proven."""

    def __post_init__(self) -> None:
        faults: dict[str, list[str]] = {}
        for part in ("name", "subject_name"):
            if not 0 < len(getattr(self, part).strip()) <= LONGEST_NAME:
                faults[part] = ["is missing"]
        if not self.claims:
            faults["claims"] = ["give at least one identifier"]
        if len(self.words) > LONGEST:
            faults["words"] = ["is too long"]
        if faults:
            raise InvalidError("Say who asks, and for whom.", fields=faults)


def seal_behalf(
    session: Session, *, cabinet: KeyCabinet, about: SubjectRequest, said: Behalf
) -> bytes:
    """Seal what was said by somebody who is not proven yet, under the controller's key."""
    text = json.dumps({"standing": said.standing.value, **_told(said)}, ensure_ascii=False)
    return cabinet.seal(session, text, controller_id=about.controller_id, context=_context(about))


def behalf_of(session: Session, *, cabinet: KeyCabinet, about: SubjectRequest) -> Behalf | None:
    """Return for whom the sender of an unconfirmed request asks; None where for themselves."""
    if about.acting_sealed is None:
        return None
    text = cabinet.open_text(
        session,
        about.acting_sealed,
        controller_id=about.controller_id,
        context=_context(about),
    )
    told = json.loads(text)
    claims = tuple(Claim(kind, value) for kind, value in told["claims"])
    return Behalf(
        Standing(told["standing"]), told["name"], told["subject_name"], claims, told["words"]
    )


def enter(
    session: Session, *, actor: str, at: datetime, cabinet: KeyCabinet, about: SubjectRequest,
    by: Behalf,
) -> RequestRepresentative:  # fmt: skip
    """Record who asks for the subject, with their proven address; letters go there from now on."""
    if about.subject_id is None:
        raise ConflictError("Nobody has confirmed this request yet.")
    key = subject_key(session, cabinet=cabinet, subject_id=about.subject_id)
    contact = json.dumps({"email": by.email, **_told(by)}, ensure_ascii=False)
    row = RequestRepresentative(
        request_id=about.id,
        capacity=by.standing.capacity,
        age_band=by.standing.age_band,
        contact_sealed=key.seal(contact, context=acting_context(about, "contact")),
    )
    session.add(row)
    session.flush()
    record(
        session, Action.REQUEST_REPRESENTED, at, actor, about=about,
        capacity=row.capacity.value, age=row.age_band.value, proof=False,
    )  # fmt: skip
    return row


def _told(said: Behalf) -> dict[str, object]:
    return {
        "name": said.name.strip(),
        "subject_name": said.subject_name.strip(),
        "claims": [(one.kind, one.value) for one in said.claims],
        "words": said.words.strip(),
    }


def _context(about: SubjectRequest) -> Context:
    return ("subject_request", "acting", str(about.controller_id), str(about.id))
