"""What a subject sees of their answers, purpose by purpose (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from privacy.consent.gate import Answer, Reason, Verdict
from privacy.consent.models import Scope
from privacy.consent.saying import OBJECTABLE
from privacy.consent.term import CALLS, policy_key
from privacy.purposes.models import LegalBasis, Purpose, Recipient


class Group(StrEnum):
    """Under which heading a purpose stands, in this order."""

    CHANNELS = "channels"
    """By which ways messages come."""
    PARTNERS = "partners"
    """Data that go to others, each of them by name."""
    TRACKERS = "trackers"
    """What sites keep in a browser."""
    OTHERS = "others"
    OBJECTION = "objection"
    """What rests on another basis and may be objected to (Art. 21 GDPR)."""


class Standing(StrEnum):
    """How a subject and a purpose stand, in words of the page."""

    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CHANGED = "changed"
    """The purpose changed materially since, so the consent covers it no longer."""
    INCOMPLETE = "incomplete"
    """A child's consent that the holder of parental responsibility has not joined."""
    NEVER = "never"
    OPEN = "open"
    """It rests on another basis, and nobody objected."""
    OBJECTED = "objected"


@dataclass(frozen=True)
class Seen:
    """What the gate says of one purpose for the subject, and the last answer if there is one."""

    verdict: Verdict
    answer: Answer[datetime] | None


@dataclass(frozen=True)
class Line:
    """One purpose as the page shows it; `gives` says what its one button does."""

    code: str
    version: int
    group: Group
    texts: Mapping[str, str]
    standing: Standing
    since: datetime | None
    until: datetime | None
    recipients: Sequence[str]
    is_call: bool

    @property
    def gives(self) -> bool:
        """Whether pressing the button grants; it refuses otherwise."""
        return self.standing not in {Standing.GRANTED, Standing.OPEN}


_STANDINGS = {
    Reason.GIVEN: Standing.GRANTED,
    Reason.NEVER_ASKED: Standing.NEVER,
    Reason.REFUSED: Standing.REFUSED,
    Reason.WITHDRAWN: Standing.WITHDRAWN,
    Reason.EXPIRED: Standing.EXPIRED,
    Reason.SUPERSEDED: Standing.CHANGED,
    Reason.NEEDS_JOINT: Standing.INCOMPLETE,
    Reason.OTHER_BASIS: Standing.OPEN,
}


def answerable(purposes: Iterable[Purpose]) -> list[Purpose]:
    """Return the purposes that are the subject's to answer: by consent, or by objection."""
    return [
        one
        for one in purposes
        if one.legal_basis is LegalBasis.CONSENT or one.legal_basis in OBJECTABLE
    ]


def lines(
    purposes: Sequence[Purpose],
    seen: Mapping[str, Seen],
    recipients: Sequence[Recipient],
    *,
    language: str,
) -> dict[Group, list[Line]]:
    """Return the lines of each group that has any, in the order of the page."""
    made = [_line(one, seen[one.code], recipients, language) for one in purposes]
    return {
        group: found for group in Group if (found := [one for one in made if one.group is group])
    }


def _line(purpose: Purpose, seen: Seen, recipients: Sequence[Recipient], language: str) -> Line:
    answer = seen.answer
    return Line(
        code=purpose.code,
        version=purpose.version,
        group=group_of(purpose),
        texts=purpose.texts.get(language) or next(iter(purpose.texts.values())),
        standing=_standing(purpose, seen.verdict),
        since=answer.said if answer else None,
        until=answer.valid_until if answer and answer.granted else None,
        recipients=_named(purpose, recipients),
        is_call=purpose.code in CALLS,
    )


def _standing(purpose: Purpose, verdict: Verdict) -> Standing:
    if purpose.legal_basis is not LegalBasis.CONSENT and not verdict.permitted:
        return Standing.OBJECTED
    return _STANDINGS[verdict.reason]


def group_of(purpose: Purpose) -> Group:
    """Return the heading under which a purpose stands."""
    if purpose.legal_basis is not LegalBasis.CONSENT:
        return Group.OBJECTION
    if purpose.code.startswith(("mk_", "email_")):
        return Group.CHANNELS
    if purpose.code.startswith(("partner_", "social_audience_")):
        return Group.PARTNERS
    on_terminal = policy_key(purpose.code, purpose.details) == "cookie.choice"
    return Group.TRACKERS if on_terminal else Group.OTHERS


def scope_of(groups: Iterable[Group]) -> Scope:
    """Return for what an answer to purposes of these groups holds.

    What sites keep in browsers follows the account to each device (CNIL 2025-131).
    """
    return Scope.ACCOUNT if Group.TRACKERS in groups else Scope.SUBJECT


def _named(purpose: Purpose, recipients: Sequence[Recipient]) -> list[str]:
    """Return by name who gets data for a purpose: recipients of the register and vendors."""
    vendors = [str(one.get("name", "")) for one in purpose.details.get("vendors", [])]
    listed = [one.name for one in recipients if purpose.code in one.purposes]
    return sorted({name for name in (*vendors, *listed) if name})
