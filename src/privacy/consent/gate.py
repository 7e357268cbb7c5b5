"""May we? The rule that every reading and every sending asks (pure)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Reason(StrEnum):
    """Why a purpose is open or closed for a subject."""

    GIVEN = "given"
    NEVER_ASKED = "never_asked"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Answer:
    """The last answer for a purpose, and whether an earlier one had granted it."""

    granted: bool
    valid_until: datetime
    purpose_version: int
    granted_before: bool = False


@dataclass(frozen=True)
class Verdict:
    """Whether the purpose is open, and why."""

    permitted: bool
    reason: Reason


def judge(answer: Answer | None, *, at: datetime, purpose_version: int) -> Verdict:
    """Say whether an answer permits the purpose at an instant.

    Only a grant that is still valid and covers the version now in force permits: no answer is
    no consent (Art. 4(11) GDPR), and a purpose that changed materially must be asked again.
    """
    return Verdict(
        permitted=(reason := _reason(answer, at, purpose_version)) is Reason.GIVEN, reason=reason
    )


def _reason(answer: Answer | None, at: datetime, purpose_version: int) -> Reason:
    if answer is None:
        return Reason.NEVER_ASKED
    if not answer.granted:
        return Reason.WITHDRAWN if answer.granted_before else Reason.REFUSED
    if at >= answer.valid_until:
        return Reason.EXPIRED
    if answer.purpose_version != purpose_version:
        return Reason.SUPERSEDED
    return Reason.GIVEN
