"""Taking in what another tool recorded: each line for itself, so that one fault stops no other."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.consent.acts import ReplayedError
from privacy.consent.models import Method, Scope
from privacy.consent.moving.imports import Fault, Line
from privacy.consent.statements import Statement, record_statement
from privacy.db import Database
from privacy.errors import InvalidError, NotFoundError, PrivacyError
from privacy.subjects.acts import resolve_subject
from privacy.subjects.identify import Claim
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.queries import find_by_identifier, subject
from privacy.subjects.visitors import visitor_subject

AT_ONCE = 200
"""Lines of one transaction."""
Same = tuple[str, str, str]
"""Who answered and what, by which a line is recognised within a file."""


@dataclass(frozen=True)
class Mover:
    """For whom lines are taken in, and by whom."""

    controller_id: UUID
    cabinet: KeyCabinet
    origin: str
    actor: str = "system"


@dataclass
class Outcome:
    """What became of the lines of a file."""

    granted: int = 0
    refused: int = 0
    known: int = 0
    """Lines that were taken before."""
    faults: list[Fault] = field(default_factory=list)


class _DryRun(Exception):  # noqa: N818 -- it is how a transaction is left without a commit
    """Nothing may stay."""


def move(
    database: Database,
    lines: Iterable[Line | Fault],
    *,
    mover: Mover,
    at: datetime,
    dry: bool,
) -> Outcome:
    """Record every line that can be, and tell of the others; a dry run keeps nothing.

    Taking the same file again adds nothing.
    """
    outcome, seen = Outcome(), set[Same]()
    waiting = iter(lines)
    while batch := list(islice(waiting, AT_ONCE)):
        with suppress(_DryRun), database.transaction() as session:
            for one in batch:
                _take(session, one, mover=mover, at=at, outcome=outcome, seen=seen)
            _stay(dry=dry)
    return outcome


def _stay(*, dry: bool) -> None:
    if dry:
        raise _DryRun


def _take(
    session: Session,
    one: Line | Fault,
    *,
    mover: Mover,
    at: datetime,
    outcome: Outcome,
    seen: set[Same],
) -> None:
    if isinstance(one, Fault):
        outcome.faults.append(one)
        return
    same = (one.kind, one.who, one.content)
    if same in seen:
        outcome.known += 1
        return
    try:
        with session.begin_nested():
            _record(session, one, mover=mover, at=at)
    except ReplayedError:
        outcome.known += 1
    except PrivacyError as error:
        outcome.faults.append(Fault(one.number, _words(error)))
    else:
        granted = sum(one.answers.values())
        outcome.granted += granted
        outcome.refused += len(one.answers) - granted
    seen.add(same)


def _record(session: Session, one: Line, *, mover: Mover, at: datetime) -> None:
    subject_id = _subject(session, one, mover=mover, at=at)
    statement = Statement(
        subject_id=subject_id,
        controller_id=mover.controller_id,
        answers=one.answers,
        method=Method.IMPORT,
        language=one.language,
        notice=one.notice,
        evidence=one.evidence,
        said_at=one.said_at or at,
        answer_id=one.answer_id(subject_id),
        scope=Scope.TERMINAL if one.kind == "visitor" else Scope.SUBJECT,
    )
    record_statement(session, actor=mover.actor, at=at, statement=statement, origin=mover.origin)


def _subject(session: Session, one: Line, *, mover: Mover, at: datetime) -> UUID:
    if one.kind == "subject":
        return _known(session, one.who, mover.controller_id)
    if one.kind == "visitor":
        return visitor_subject(
            session, cabinet=mover.cabinet, controller_id=mover.controller_id, visitor=one.who
        )
    claim = Claim(one.kind, one.who)
    found = find_by_identifier(
        session,
        cabinet=mover.cabinet,
        controller_id=mover.controller_id,
        kind=claim.kind,
        value=claim.value,
    )
    return found or resolve_subject(
        session,
        actor=mover.actor,
        at=at,
        cabinet=mover.cabinet,
        controller_id=mover.controller_id,
        claim=claim,
    )


def _known(session: Session, text: str, controller_id: UUID) -> UUID:
    try:
        subject_id = UUID(text)
    except ValueError:
        raise InvalidError("A subject is named by its id.") from None
    if subject(session, subject_id=subject_id).controller_id != controller_id:
        raise NotFoundError("There is no such subject.")
    return subject_id


def _words(error: PrivacyError) -> str:
    fields: Iterator[str] = iter(())
    if isinstance(error, InvalidError):
        fields = (f"{name}: {'; '.join(said)}" for name, said in error.fields.items())
    return " ".join([str(error), *fields])
