"""Answers that another tool recorded, read line by line (pure); nothing is believed unproven.

A grant is taken only where the file says who, when, and what they were told (Art. 7(1) GDPR). A
refusal is taken on less: keeping one that was perhaps older harms nobody. The instant is the
original one, from which the term runs.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from privacy.errors import InvalidError

WHO = ("subject", "visitor", "email", "phone")
"""How a line may name whoever answered: our id, the banner's 32 digits, or an identifier."""
COLUMNS = frozenset({*WHO, "said_at", "purpose", "granted", "language", "notice", "evidence"})
NEEDED = frozenset({"said_at", "purpose", "granted"})
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[a-z0-9_]{1,60}")
_YES, _NO = {"true", "1", "yes", "oui"}, {"false", "0", "no", "non"}


@dataclass(frozen=True)
class Line:
    """One answer of one line; its repr hides who gave it."""

    number: int
    kind: str
    """One of `WHO`."""
    who: str = field(repr=False)
    answers: Mapping[str, bool]
    said_at: datetime | None
    """None for a refusal whose day nobody knows; it counts from when it is taken in."""
    language: str
    notice: str = ""
    evidence: str = ""

    @property
    def content(self) -> str:
        """What makes two lines of one person the same answer."""
        said_at = self.said_at.isoformat() if self.said_at else None
        answers = sorted(self.answers.items())
        return json.dumps([answers, said_at, self.notice, self.language, self.evidence])

    def answer_id(self, subject_id: UUID) -> UUID:
        """Return an id that the same line always gets, so that a repetition is recognised."""
        return uuid5(subject_id, self.content)


@dataclass(frozen=True)
class Fault:
    """Why a line, or the grants in it, cannot be taken; it never repeats what the line says."""

    number: int
    reason: str


class RefusedLineError(ValueError):
    """What is wrong with a line, in words."""


def read_csv(lines: Iterable[str], *, language: str) -> Iterator[Line | Fault]:
    """Yield the answers of a CSV file whose first line names its columns.

    Raises InvalidError for a file whose columns cannot be understood.
    """
    rows = iter(lines)
    head = next(rows, "").lstrip("\ufeff").rstrip("\r\n")
    separator = ";" if head.count(";") > head.count(",") else ","
    names = [name.strip().lower() for name in next(csv.reader([head], delimiter=separator), [])]
    _check_columns(names)
    reader = csv.reader(rows, delimiter=separator)
    for row in reader:
        if row:
            # A quoted cell may span lines; the last of them is what the reader stands on.
            yield _taken(reader.line_num + 1, names, row, language)


def _check_columns(names: Sequence[str]) -> None:
    faults = [f"unknown: {name or '(empty)'}" for name in names if name not in COLUMNS]
    faults += [f"missing: {name}" for name in sorted(NEEDED - {*names})]
    faults += [f"twice: {name}" for name in sorted({n for n in names if names.count(n) > 1})]
    if not {*names} & {*WHO}:
        faults.append(f"missing: one of {', '.join(WHO)}")
    if faults:
        raise InvalidError(
            "The columns of this file cannot be understood.", fields={"columns": faults}
        )


def _taken(number: int, names: Sequence[str], row: Sequence[str], language: str) -> Line | Fault:
    try:
        _check_width(names, row)
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=True)}
        kind, who = who_of(cells)
        line = Line(
            number=number,
            kind=kind,
            who=who,
            answers={code_of(cells["purpose"]): _truth(cells["granted"])},
            said_at=instant_of(cells["said_at"]),
            language=cells.get("language") or language,
            notice=digest_of(cells.get("notice", "")),
            evidence=cells.get("evidence", ""),
        )
        _check_told(line)
    except RefusedLineError as error:
        return Fault(number, str(error))
    return line


def _check_width(names: Sequence[str], row: Sequence[str]) -> None:
    if len(row) != len(names):
        raise RefusedLineError(f"has {len(row)} cells where the first line has {len(names)}")


def _check_told(line: Line) -> None:
    if any(line.answers.values()) and not (line.notice or line.evidence):
        raise RefusedLineError("grants, but neither notice nor evidence says what was told")


def who_of(cells: Mapping[str, Any]) -> tuple[str, str]:
    """Return how a line names who answered, and the name; RefusedLineError unless by one."""
    given = [(name, str(cells[name])) for name in WHO if cells.get(name)]
    if len(given) != 1:
        raise RefusedLineError(f"must name who answered by exactly one of {', '.join(WHO)}")
    return given[0]


def code_of(text: Any) -> str:
    """Return the code of a purpose; RefusedLineError for what is none."""
    if not isinstance(text, str) or not _CODE.fullmatch(text):
        raise RefusedLineError("a purpose is named by its code, such as audience_consent")
    return text


def _truth(text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise RefusedLineError("granted must be true or false")
    return text.lower() in _YES


def digest_of(text: str) -> str:
    """Return the digest of a notice, or nothing; RefusedLineError for what is none."""
    if text and not _SHA256.fullmatch(text):
        raise RefusedLineError("a notice is named by its SHA-256 in hexadecimal")
    return text


def instant_of(text: str) -> datetime:
    """Return an instant with its zone, in UTC; RefusedLineError for what is none."""
    try:
        at: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not 1990 <= at.year <= 9000:
        raise RefusedLineError("an instant is written as 2026-03-02T09:00:00+01:00, with its zone")
    return at.astimezone(UTC)
