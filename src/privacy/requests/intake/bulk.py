"""Many requests at once from a file: all of its lines are right, or none is taken in."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID, uuid5

from sqlalchemy.orm import Session
from typing_extensions import override

from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import InvalidError
from privacy.purposes.models import Controller
from privacy.requests import wording
from privacy.requests.intake import taking_in
from privacy.requests.intake.taking_in import Taken, Verification
from privacy.requests.letters import Desk, dpo_address, write_to
from privacy.requests.models import Channel, RequestKind, SubjectRequest
from privacy.requests.moves import Asked
from privacy.subjects.identify import Claim, IdentifierKind

Made = TypeVar("Made")

COLUMNS = ("email", "kind", "received_on", "channel", "language", "reference")
"""What the first line names, in any order."""
IMPORTABLE = (RequestKind.ACCESS, RequestKind.PORTABILITY)
"""Kinds that need no word of the subject beside their name."""
MOST = 5_000
"""Lines of one file."""
LONGEST_REFERENCE = 100
AT_ONCE = 25
"""Requests of one transaction; what was taken in before a failure is whole and stays."""


@dataclass(frozen=True)
class Line:
    """One request of a file; the reference is the controller's own, and makes it repeatable."""

    number: int
    claim: Claim
    kind: RequestKind
    received_on: date
    channel: Channel
    language: str
    reference: str

    def id_for(self, controller_id: UUID) -> UUID:
        """Return the request's id: the same each time for the same reference."""
        return uuid5(controller_id, f"request:{self.reference}")


SAID: Mapping[str, str] = {
    "email": "email: write an address such as name@example.org",
    "kind": f"kind: write one of {', '.join(IMPORTABLE)}",
    "received_on": "received_on: write a day that is not to come, such as 2026-03-05",
    "channel": f"channel: write one of {', '.join(Channel)}",
    "language": "language: write a code such as fr",
    "reference": f"reference: write 1 to {LONGEST_REFERENCE} characters",
    "twice": "reference: stands in line {other} already",
    "columns": f"name the columns: {', '.join(COLUMNS)}",
    "empty": "the file has no request",
    "many": f"at most {MOST} requests at once",
}
"""What is wrong, by the code of a fault; a column's own name is its code."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with one line of a file; it repeats no value."""

    line: int
    code: str
    other: int = 0
    """The line that has the same reference."""

    @override
    def __str__(self) -> str:
        """Say what to write instead."""
        return SAID[self.code].format(other=self.other)


class LinesError(InvalidError):
    """Some lines are wrong, so nothing of the file is taken in."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        fields: dict[str, list[str]] = {}
        for one in faults:
            fields.setdefault(f"line {one.line}", []).append(str(one))
        super().__init__("Nothing was taken in: some lines are wrong.", fields=fields)
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Imported:
    """What became of a file: ids by reference, and how many were new."""

    ids: Mapping[str, UUID]
    taken: int

    @property
    def known(self) -> int:
        """Return how many an earlier import had made."""
        return len(self.ids) - self.taken


@dataclass(frozen=True)
class Batch:
    """Whose requests these are, how their senders were identified, and who takes them in."""

    to: Controller
    method: Verification
    actor: str


def read_file(text: str, *, today: date, languages: Sequence[str]) -> list[Line]:
    """Return the lines of a CSV file, with commas or semicolons.

    Raises LinesError that names each faulty line by its number and repeats no value of it.
    """
    table = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=_mark(text)))
    head = [name.strip().lower() for name in table[0]] if table else []
    if sorted(head) != sorted(COLUMNS):
        raise LinesError([Fault(1, "columns")])
    rows = [
        (number, dict(zip(head, (cell.strip() for cell in cells), strict=False)))
        for number, cells in enumerate(table[1:], 2)
        if any(cell.strip() for cell in cells)
    ]
    return read_lines(rows, today=today, languages=languages)


def read_lines(
    rows: Iterable[tuple[int, Mapping[str, str]]], *, today: date, languages: Sequence[str]
) -> list[Line]:
    """Return what rows by their numbers say; raise LinesError naming each one at fault."""
    lines: list[Line] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for number, row in rows:
        line, wrong = _read(number, row, today, languages)
        faults += wrong
        reference = row.get("reference", "")
        if reference and reference in seen:
            faults.append(Fault(number, "twice", seen[reference]))
        seen.setdefault(reference, number)
        if line is not None:
            lines.append(line)
    if not lines and not faults:
        faults.append(Fault(2, "empty"))
    if len(lines) > MOST:
        faults.append(Fault(MOST + 2, "many"))
    if faults:
        raise LinesError(faults)
    return lines


def _read(
    number: int, row: Mapping[str, str], today: date, languages: Sequence[str]
) -> tuple[Line | None, list[Fault]]:
    claim = _tried(lambda: Claim(IdentifierKind.EMAIL, row.get("email", ""), verified=True))
    day = _tried(lambda: date.fromisoformat(row.get("received_on", "")))
    kind = _tried(lambda: RequestKind(row.get("kind", "")))
    channel = _tried(lambda: Channel(row.get("channel", "")))
    language, reference = row.get("language", ""), row.get("reference", "")
    good = {
        "email": claim is not None,
        "kind": kind in IMPORTABLE,
        "received_on": day is not None and day <= today,
        "channel": channel is not None,
        "language": language in languages,
        "reference": 0 < len(reference) <= LONGEST_REFERENCE,
    }
    wrong = [Fault(number, column) for column, fine in good.items() if not fine]
    if wrong or claim is None or day is None or kind is None or channel is None:
        return None, wrong
    return Line(number, claim, kind, day, channel, language, reference), []


def import_lines(
    database: Database,
    *,
    clock: Clock,
    desk: Desk,
    batch: Batch,
    lines: Sequence[Line],
    progress: Callable[[int], None] = lambda _done: None,
) -> Imported:
    """Take lines in, some in each transaction, and tell the DPO once; a repeat adds nothing.

    `progress` is told how many lines are done.
    """
    taken: list[UUID] = []
    for start in range(0, len(lines), AT_ONCE):
        with database.transaction() as session:
            for line in lines[start : start + AT_ONCE]:
                taken += _take(session, clock(), desk, batch, line)
        progress(min(start + AT_ONCE, len(lines)))
    if taken:
        with database.transaction() as session:
            _tell_dpo(session, clock(), desk, batch.to, taken)
    return Imported({line.reference: line.id_for(batch.to.id) for line in lines}, len(taken))


def _take(session: Session, at: datetime, desk: Desk, batch: Batch, line: Line) -> list[UUID]:
    request_id = line.id_for(batch.to.id)
    if taking_in.repeated(session, to=batch.to, request_id=request_id) is not None:
        return []
    asked = Asked(line.kind, line.language, line.received_on, line.channel, request_id)
    taken = Taken(asked, [line.claim], batch.method, tell_dpo=False)
    taking_in.take_in(session, actor=batch.actor, at=at, desk=desk, to=batch.to, taken=taken)
    return [request_id]


def _tell_dpo(
    session: Session, at: datetime, desk: Desk, to: Controller, taken: Sequence[UUID]
) -> None:
    made = [session.get_one(SubjectRequest, one) for one in taken]
    first = min(made, key=lambda one: one.legal_latest_on)
    letter = wording.dpo_new_requests(
        to, link=desk.links.for_board(), count=len(made), due_on=first.legal_latest_on
    )
    write_to(session, at=at, desk=desk, about=first, letter=letter, to=dpo_address(to))


def _mark(text: str) -> str:
    """Return what parts the columns; spreadsheets in French write semicolons."""
    head = text.split("\n", 1)[0]
    return ";" if head.count(";") > head.count(",") else ","


def _tried(make: Callable[[], Made]) -> Made | None:
    try:
        return make()
    except (InvalidError, ValueError):
        return None
