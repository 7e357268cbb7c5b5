"""May we? The rule that every reading and every sending asks (pure)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import takewhile
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

Instant = TypeVar("Instant", datetime, str)
"""An instant, or its text where a thousand are compared: of one length and zone, so in order."""


class Reason(StrEnum):
    """Why a purpose is open or closed for a subject."""

    GIVEN = "given"
    NEVER_ASKED = "never_asked"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    NEEDS_JOINT = "needs_joint"
    """A child said yes; the holder of parental responsibility has not (Art. 8(1) GDPR)."""
    OTHER_BASIS = "other_basis"
    """The purpose rests on another basis than consent, and nobody objected."""


class Given(NamedTuple, Generic[Instant]):
    """One row of the ledger as the gate reads it."""

    said: Instant
    """When it was said, which orders answers: on paper and in imports before it was recorded."""
    granted: bool
    valid_until: Instant
    purpose_version: int
    notice: str = ""
    language: str = ""
    needs_joint: bool = False
    answer_id: UUID | None = None
    """Which answer it was, and which one it joins: told where somebody else must say yes too."""
    joint_id: UUID | None = None


class Answer(NamedTuple, Generic[Instant]):
    """The last answer for a purpose, and whether an earlier one had granted it."""

    granted: bool
    valid_until: Instant
    purpose_version: int
    granted_before: bool = False
    lacks_joint: bool = False
    """Whether a child said it alone."""
    said: Instant | None = None
    notice: str = ""
    language: str = ""


class Verdict(NamedTuple):
    """Whether the purpose is open, and why."""

    permitted: bool
    reason: Reason


def judge(
    answer: Answer[Instant] | None,
    *,
    at: Instant,
    purpose_version: int,
    closed_by: Iterable[Reason] = (),
    by_consent: bool = True,
) -> Verdict:
    """Say whether an answer permits the purpose at an instant.

    Only a grant that is still valid and covers the version now in force permits: no answer is
    no consent (Art. 4(11) GDPR), and a purpose that changed materially must be asked again.
    Where the purpose rests on another basis, only a refusal closes it. Any further ground in
    `closed_by` closes whatever was answered.
    """
    for ground in closed_by:
        return Verdict(permitted=False, reason=ground)
    if by_consent:
        return _VERDICTS[_reason(answer, at, purpose_version)]
    objected = answer is not None and not answer.granted
    return _VERDICTS[Reason.REFUSED if objected else Reason.OTHER_BASIS]


_VERDICTS = {one: Verdict(one in {Reason.GIVEN, Reason.OTHER_BASIS}, one) for one in Reason}


def _reason(answer: Answer[Instant] | None, at: Instant, purpose_version: int) -> Reason:
    if answer is None:
        return Reason.NEVER_ASKED
    if not answer.granted:
        return Reason.WITHDRAWN if answer.granted_before else Reason.REFUSED
    if at >= answer.valid_until:
        return Reason.EXPIRED
    if answer.purpose_version != purpose_version:
        return Reason.SUPERSEDED
    return Reason.NEEDS_JOINT if answer.lacks_joint else Reason.GIVEN


def last(given: Sequence[Given[Instant]]) -> Answer[Instant] | None:
    """Return what a subject's answers to one purpose come to, in whatever order they are.

    The last in time decides, on whichever device it was said; of two of one instant, the refusal
    (CNIL 2025-131).
    """
    ordered = given
    if not ordered:
        return None
    if len(ordered) > 1:
        ordered = sorted(given, key=lambda one: (one.said, not one.granted), reverse=True)
    newest = ordered[0]
    answer = Answer(
        newest.granted,
        newest.valid_until,
        newest.purpose_version,
        len(ordered) > 1 and any(one.granted for one in ordered[1:]),
        said=newest.said,
        notice=newest.notice,
        language=newest.language,
    )
    if not (newest.granted and newest.needs_joint):
        return answer
    return _joint(answer, list(takewhile(lambda one: one.granted, ordered)))


def _joint(answer: Answer[Instant], since_refusal: Sequence[Given[Instant]]) -> Answer[Instant]:
    """Let a child's yes count once it is joined, as long as both of them hold."""
    children = {
        one.answer_id: one for one in since_refusal if one.needs_joint and one.joint_id is None
    }
    pairs = [(children[one.joint_id], one) for one in since_refusal if one.joint_id in children]
    if not pairs:
        return answer._replace(lacks_joint=True)
    until, version = max(
        (min(one.valid_until for one in pair), min(one.purpose_version for one in pair))
        for pair in pairs
    )
    return answer._replace(valid_until=until, purpose_version=version)
