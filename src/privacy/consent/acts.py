"""Recording what a visitor answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.consent.models import Consent, Method
from privacy.consent.receipt import Receipt
from privacy.consent.term import kept_until
from privacy.errors import ConflictError, InvalidError
from privacy.purposes.queries import Asked


@dataclass(frozen=True)
class Said:
    """One answer of a visitor, as the browser sent it; its own clock is only a hint."""

    answer_id: UUID
    subject_id: UUID
    method: Method
    answers: Mapping[str, bool]
    page: str
    said_at: datetime | None


class ReplayedError(ConflictError):
    """The same answer was recorded before; its first receipt still stands."""


def record_answer(
    session: Session, *, actor: str, at: datetime, asked: Asked, said: Said, origin: str
) -> Receipt:
    """Add a visitor's answer, one row for each purpose that the notice asked, with its entry.

    The subject must exist. Raises InvalidError unless exactly the purposes asked are answered,
    and ReplayedError when the answer is known already; then nothing of this call may stay.
    """
    _check(asked, said)
    granted = [code for code in sorted(said.answers) if said.answers[code]]
    refused = [code for code in sorted(said.answers) if not said.answers[code]]
    entry = log.append(
        session,
        Action.CONSENT_RECORDED,
        at=at,
        actor=actor,
        controller_id=asked.controller_id,
        subject_id=said.subject_id,
        answer=str(said.answer_id),
        site=asked.site_key,
        notice=asked.digest,
        method=said.method.value,
        language=asked.language,
        granted=",".join(granted),
        refused=",".join(refused),
    )
    made = receipt_of(asked, said, at=at, origin=origin, leaf=entry.leaf_hash)
    try:
        session.execute(insert(Consent), _rows(asked, said, made))
    except IntegrityError as error:
        raise ReplayedError("This answer was recorded before.") from error
    return made


def receipt_of(asked: Asked, said: Said, *, at: datetime, origin: str, leaf: bytes) -> Receipt:
    """Return the receipt of an answer recorded at an instant."""
    return Receipt(
        id=said.answer_id,
        subject=said.subject_id,
        controller=asked.controller_id,
        site=asked.site_key,
        notice=asked.digest,
        language=asked.language,
        method=said.method.value,
        answers=said.answers,
        at=at,
        valid_until=kept_until(at, asked.period, asked.zone),
        origin=origin,
        leaf=leaf,
    )


def _rows(asked: Asked, said: Said, receipt: Receipt) -> list[dict[str, object]]:
    shared = {
        "subject_id": said.subject_id,
        "answer_id": said.answer_id,
        "controller_id": asked.controller_id,
        "site_id": asked.site_id,
        "at": receipt.at,
        "valid_until": receipt.valid_until,
        "method": said.method,
        "notice": asked.digest,
        "language": asked.language,
        "page": said.page,
        "said_at": said.said_at,
        "leaf": receipt.leaf,
    }
    return [
        shared
        | {
            "id": uuid5(said.answer_id, code),
            "purpose_code": code,
            "purpose_version": asked.versions[code],
            "granted": granted,
        }
        for code, granted in said.answers.items()
    ]


def _check(asked: Asked, said: Said) -> None:
    if said.answers.keys() == asked.versions.keys():
        return
    missing = sorted(asked.versions.keys() - said.answers.keys())
    unknown = sorted(said.answers.keys() - asked.versions.keys())
    raise InvalidError(
        "Answer exactly the purposes that the notice asked for.",
        fields={"answers": [*(f"missing: {code}" for code in missing),
                            *(f"not asked: {code}" for code in unknown)]},
    )  # fmt: skip
