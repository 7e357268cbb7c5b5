"""Taking in a request whose sender the staff, or a program of the controller, knows already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from privacy.errors import ConflictError, InvalidError
from privacy.policy.months import day_of
from privacy.purposes.models import Controller
from privacy.requests import acts
from privacy.requests.intake.representing import Representative, represent
from privacy.requests.letters import Desk
from privacy.requests.models import RequestState, SubjectRequest
from privacy.requests.moves import Asked, move, receive
from privacy.requests.statements import check_statement, seal_proven
from privacy.subjects.acts import add_identifier, resolve_subject
from privacy.subjects.identify import Claim, IdentifierKind


class Verification(StrEnum):
    """How the identity was established, in proportion to the risk (Art. 12(6) GDPR)."""

    SIGNED_IN = "signed-in"
    SHARED_SECRET = "shared-secret"  # noqa: S105 -- the name of a way, no secret
    KNOWN_FACTS = "known-facts"
    RECOGNISED = "seen-in-person"
    MANDATE = "mandate"
    """A representative showed the mandate of the subject."""


@dataclass(frozen=True)
class Taken:
    """A request with the identifiers that its sender was proven to hold."""

    asked: Asked
    claims: Sequence[Claim]
    method: Verification
    tell_dpo: bool = True
    """Whether the DPO gets a letter about this one; one letter tells of many at once."""
    representative: Representative | None = None
    """Who acts for the subject; then letters go to them, and a number is enough to know whom."""

    by_post: bool = False
    """Whether the subject has no mailbox: letters go as texts, or a person posts them."""

    @property
    def address(self) -> Claim:
        """Return by what the subject is known: their address first, then their number.

        Raises InvalidError where nothing is known, and without an address unless letters may go
        to a representative or by post.
        """
        for kind in (IdentifierKind.EMAIL, IdentifierKind.PHONE):
            for claim in self.claims:
                if claim.kind == kind and (self.by_post or kind is IdentifierKind.EMAIL):
                    return claim
        if self.claims and (self.representative is not None or self.by_post):
            return self.claims[0]
        raise InvalidError(
            "Give an e-mail address, or say that letters go by text or post.",
            fields={"identifiers": ["an email is missing"]},
        )


def take_in(
    session: Session, *, actor: str, at: datetime, desk: Desk, to: Controller, taken: Taken
) -> SubjectRequest:
    """Open a request for a subject whose identity was established, and tell them and the DPO.

    Raises InvalidError without an address or for a day to come, and ConflictError when the
    identifiers belong to several subjects.
    """
    address = taken.address
    check_statement(taken.asked.kind, taken.asked.statement)
    _check_day(taken.asked.received_on, day_of(at, ZoneInfo(to.zone)))
    about = receive(session, actor=actor, at=at, to=to, asked=taken.asked)
    subject_id = resolve_subject(
        session, actor=actor, at=at, cabinet=desk.cabinet, controller_id=to.id, claim=address
    )
    known = {
        claim: add_identifier(
            session, actor=actor, at=at, cabinet=desk.cabinet, subject_id=subject_id, claim=claim
        )
        for claim in taken.claims
    }
    opened = move(
        session,
        about,
        RequestState.SUBMITTED,
        state=RequestState.OPEN,
        verified_at=at,
        subject_id=subject_id,
        identifier_id=known[address],
        statement_sealed=seal_proven(
            session,
            cabinet=desk.cabinet,
            about=about,
            said=taken.asked.statement,
            subject_id=subject_id,
        ),
    )
    if not opened:
        raise ConflictError("Somebody changed this request before; look at it again.")
    if taken.representative is not None:
        represent(
            session,
            actor=actor,
            at=at,
            cabinet=desk.cabinet,
            about=about,
            by=taken.representative,
        )
    acts.opened_by(
        session,
        actor=actor,
        at=at,
        desk=desk,
        about=about,
        opening=acts.Opening(taken.method.value, tell_dpo=taken.tell_dpo),
    )
    return about


def repeated(
    session: Session, *, to: Controller, request_id: UUID | None
) -> SubjectRequest | None:
    """Return the request that an earlier call with this id made, for the same controller.

    Raises ConflictError for the id of somebody else's request.
    """
    found = session.get(SubjectRequest, request_id) if request_id else None
    if found is not None and found.controller_id != to.id:
        raise ConflictError("This id belongs to another request; make a new one.")
    return found


def _check_day(received_on: date, today: date) -> None:
    if received_on > today:
        raise InvalidError(
            "A request cannot have arrived on a day to come.",
            fields={"received_on": ["lies in the future"]},
        )
