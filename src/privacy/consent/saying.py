"""What may be recorded as a statement, and when it counts as said (pure)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from privacy.consent.models import ON_SITES, Consent, Method, Scope
from privacy.consent.term import CALLS
from privacy.errors import InvalidError
from privacy.purposes.models import LegalBasis, Purpose

SKEW = timedelta(hours=24)
"""How far a clock may be off before what it says is not believed."""
LONGEST = 200
LATER = frozenset({Method.IMPORT, Method.PAPER, Method.DEVICE})
"""Methods by which something is recorded long after it was said."""
OBJECTABLE = frozenset(
    {LegalBasis.LEGITIMATE_INTERESTS, LegalBasis.PUBLIC_TASK, LegalBasis.EXEMPT_AUDIENCE}
)
"""Bases whose processing a subject may refuse without having been asked (Art. 21(1) GDPR)."""
_DIGEST = re.compile(r"(?:[0-9a-f]{64})?")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True)
class Statement:
    """What a subject said outside a banner: on a form, by phone, on paper, through an import."""

    subject_id: UUID
    controller_id: UUID
    answers: Mapping[str, bool]
    """The purposes addressed; the others stay as they are."""
    method: Method
    language: str
    notice: str = ""
    """Digest of the text shown or read out; empty if none is known."""
    evidence: str = ""
    """A reference (form, call, line of a file); never personal data, at most 200 characters."""
    said_at: datetime | None = None
    """When it was said there; the time of the consent is the server's, except on paper and in
    imports, whose term runs from the original day."""
    answer_id: UUID | None = None
    """Given by the caller so that a repetition is recognised."""
    scope: Scope = Scope.SUBJECT
    beneficiary: str = ""
    """For calls: the professional for whom they are made."""
    about: str = ""
    """For calls: what they will be about."""
    age: int | None = None
    """In whole years, if it was asked; compared with the age of Art. 8 GDPR and not kept."""
    joint: UUID | None = None
    """The child's answer that the holder of parental responsibility joins by this one."""


def check(statement: Statement, at: datetime) -> None:
    """Raise InvalidError, naming each field, for a statement that no register could make good."""
    faults = dict(_faults(statement, at))
    if faults:
        raise InvalidError("This statement cannot be recorded.", fields=faults)


def _faults(statement: Statement, at: datetime) -> Iterator[tuple[str, list[str]]]:
    if not statement.answers:
        yield "answers", ["answer at least one purpose"]
    if statement.method in ON_SITES - {Method.API, Method.WITHDRAWAL}:
        yield "method", ["this is how a banner is answered, with its notice"]
    if statement.method is Method.ONE_CLICK and any(statement.answers.values()):
        yield "method", ["one click can only refuse (RFC 8058)"]
    if not _LANGUAGE.fullmatch(statement.language):
        yield "language", ["write it as fr or en (ISO 639)"]
    if not _DIGEST.fullmatch(statement.notice):
        yield "notice", ["give the SHA-256 of the text in hexadecimal, or nothing"]
    yield from _time_faults(statement, at)
    yield from _text_faults(statement)
    yield from _call_faults(statement)


def _time_faults(statement: Statement, at: datetime) -> Iterator[tuple[str, list[str]]]:
    if statement.method in {Method.IMPORT, Method.DEVICE} and statement.said_at is None:
        yield "said_at", ["say when it was answered there"]
    if statement.method in LATER and _is_ahead(statement, at):
        yield "said_at", ["lies in the future"]
    if statement.age is not None and not 0 <= statement.age <= 150:
        yield "age", ["give whole years"]


def _is_ahead(statement: Statement, at: datetime) -> bool:
    return statement.said_at is not None and statement.said_at > at + SKEW


def _text_faults(statement: Statement) -> Iterator[tuple[str, list[str]]]:
    for name in ("evidence", "beneficiary", "about"):
        text = getattr(statement, name)
        if len(text) > LONGEST or not text.isprintable():
            yield name, [f"has at most {LONGEST} printable characters"]
    if "@" in statement.evidence:
        yield "evidence", ["give a reference, not an address: it must not be personal data"]


def _call_faults(statement: Statement) -> Iterator[tuple[str, list[str]]]:
    """Yield what a consent to be called lacks (C. conso. L. 223-1)."""
    if not any(statement.answers.get(code) for code in CALLS):
        return
    for name, wanted in (("beneficiary", "who will call"), ("about", "about what")):
        if not getattr(statement, name).strip():
            yield name, [f"a consent to calls says {wanted}"]


def check_purposes(answers: Mapping[str, bool], known: Mapping[str, Purpose]) -> None:
    """Raise InvalidError, naming each purpose that is unknown or not the subject's to answer."""
    faults = [f"not published: {code}" for code in sorted(answers.keys() - known.keys())]
    for code in sorted(answers.keys() & known.keys()):
        basis = known[code].legal_basis
        if basis is not LegalBasis.CONSENT and basis not in OBJECTABLE:
            faults.append(f"rests on {basis.value}, not on consent: {code}")
    if faults:
        raise InvalidError(
            "Answer purposes that are published and rest on consent, or may be objected to.",
            fields={"answers": faults},
        )


def check_joint(statement: Statement, child: Sequence[Consent]) -> None:
    """Raise InvalidError unless the joined answer is a child's, to each of these purposes."""
    asked = {row.purpose_code for row in child if row.needs_joint and row.joint_id is None}
    foreign = sorted(statement.answers.keys() - asked)
    if foreign:
        raise InvalidError(
            "Join an answer of the child to these very purposes; record it first.",
            fields={"joint": [f"no child's answer to: {code}" for code in foreign]},
        )


def believed(statement: Statement, at: datetime) -> datetime | None:
    """Return when it was said as far as that is believed: a clock a day off is ignored."""
    said_at = statement.said_at
    if said_at is None or statement.method in LATER:
        return said_at
    return believable(said_at, at)


def believable(said_at: datetime | None, at: datetime) -> datetime | None:
    """Return what a browser's or machine's clock said, unless it is a day off."""
    return said_at if said_at is not None and abs(said_at - at) <= SKEW else None


def counts_from(statement: Statement, at: datetime) -> datetime:
    """Return from when the statement's term runs: on paper and in imports from the original."""
    said_at = statement.said_at
    return min(said_at, at) if said_at and statement.method in LATER else at
