"""Acting for another person: recorded with its proof, and answered only once that was checked."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from privacy.requests.acting import acting_context, acting_for
from privacy.requests.agreeing import RESTS_ON_A_WISH
from privacy.requests.annexes import AgeBand, Capacity, RequestRepresentative
from privacy.requests.models import RequestState, SubjectRequest
from privacy.requests.moves import record
from privacy.subjects.acts import add_identifier
from privacy.subjects.identify import Claim, normalise_email
from privacy.subjects.keys import KeyCabinet, subject_key

LONGEST = 2000
"""Characters of a proof."""


@dataclass(frozen=True)
class Proof:
    """What was shown, in words, and what of the representative's word on the subject is not so."""

    words: str = field(default="", repr=False)
    without: Collection[Claim] = ()


NO_PROOF = Proof()


@dataclass(frozen=True)
class Representative:
    """Who acts, in which capacity, and how old the person is whom they act for.

    `proof` says what was shown: by whom and of which day a mandate is, not a copy of it.
    Raises InvalidError without a name or an address, and for an adult's parent.
    """

    capacity: Capacity
    age_band: AgeBand
    name: str = field(repr=False)
    email: str = field(repr=False)
    proof: str = field(default="", repr=False)
    until_on: date | None = None
    """The last day of the mandate, where it has one."""

    def __post_init__(self) -> None:
        faults: dict[str, list[str]] = {}
        if not self.name.strip():
            faults["name"] = ["is missing"]
        if len(self.name) > LONGEST or len(self.proof) > LONGEST:
            faults["proof"] = ["is too long"]
        if self.capacity is Capacity.PARENT and self.age_band is AgeBand.ADULT:
            faults["age_band"] = ["an adult acts alone, or by a mandate"]
        try:
            object.__setattr__(self, "email", normalise_email(self.email))
        except InvalidError:
            faults["email"] = ["write an address such as name@example.org"]
        if faults:
            raise InvalidError("Say who acts for the subject.", fields=faults)


def represent(
    session: Session, *, actor: str, at: datetime, cabinet: KeyCabinet, about: SubjectRequest,
    by: Representative,
) -> None:  # fmt: skip
    """Record who acts for the subject; from now on every letter goes to them."""
    if about.subject_id is None:
        raise ConflictError("Nobody has confirmed this request yet.")
    key = subject_key(session, cabinet=cabinet, subject_id=about.subject_id)
    contact = json.dumps({"name": by.name, "email": by.email})
    proof = by.proof.strip()
    session.add(
        RequestRepresentative(
            request_id=about.id,
            capacity=by.capacity,
            age_band=by.age_band,
            contact_sealed=key.seal(contact, context=acting_context(about, "contact")),
            proof_sealed=key.seal(proof, context=acting_context(about, "proof"))
            if proof
            else None,
            until_on=by.until_on,
        )
    )
    session.flush()
    record(
        session, Action.REQUEST_REPRESENTED, at, actor, about=about,
        capacity=by.capacity.value, age=by.age_band.value, proof=bool(proof),
    )  # fmt: skip


def accept_mandate(
    session: Session, *, actor: str, at: datetime, cabinet: KeyCabinet, about: SubjectRequest,
    proof: Proof = NO_PROOF,
) -> None:  # fmt: skip
    """Accept that a representative may act, with what shows it; only then is there an answer.

    What the representative said the subject is known by is proven with it. Raises NotFoundError
    where nobody acts for the subject, RefusedError without a proof or against the subject's own
    word, and ConflictError for a request that is decided or an identifier of somebody else's.
    """
    acting = acting_for(session, cabinet=cabinet, about=about)
    if acting is None or about.subject_id is None:
        raise NotFoundError("Nobody acts for the subject of this request.")
    if about.state is not RequestState.OPEN:
        raise ConflictError("This request does not wait for a decision.")
    if acting.row.agreed is False and acting.row.capacity in RESTS_ON_A_WISH:
        raise RefusedError("The person said that this is not their wish; refuse the request.")
    _keep_proof(session, cabinet, about, acting.row, proof.words)
    for claim in acting.claims:
        if claim not in proof.without:
            proven = Claim(claim.kind, claim.value, verified=True)
            add_identifier(
                session, actor=actor, at=at, cabinet=cabinet, subject_id=about.subject_id,
                claim=proven,
            )  # fmt: skip
    acting.row.checked_at = at
    session.flush()
    record(session, Action.REQUEST_MANDATE_CHECKED, at, actor, about=about)


def _keep_proof(
    session: Session, cabinet: KeyCabinet, about: SubjectRequest, row: RequestRepresentative,
    proof: str,
) -> None:  # fmt: skip
    """Keep in words what was shown; the subject's own agreement needs no other proof."""
    if proof.strip() and about.subject_id is not None:
        key = subject_key(session, cabinet=cabinet, subject_id=about.subject_id)
        row.proof_sealed = key.seal(proof.strip(), context=acting_context(about, "proof"))
    if row.proof_sealed is None and not row.agreed:
        raise RefusedError("Write down what shows that the representative may act.")


def waits_for_mandate(session: Session, *, about: SubjectRequest) -> bool:
    """Whether somebody acts for the subject whose right to was not accepted yet."""
    row = session.get(RequestRepresentative, about.id)
    return row is not None and row.checked_at is None


def check_mandate(session: Session, *, about: SubjectRequest, today: date) -> None:
    """Raise RefusedError while somebody acts for the subject whose right to was not accepted."""
    row = session.get(RequestRepresentative, about.id)
    if row is None:
        return
    if row.checked_at is None:
        raise RefusedError("Accept the mandate first: nothing is told to who may not ask.")
    if row.until_on is not None and row.until_on < today:
        raise RefusedError("The mandate has ended; ask for a new one.")
