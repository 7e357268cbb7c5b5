"""Rows that hold a value within a document or a list of one column, as conditions for SQL.

The database only finds candidates, and may find too many: `matcher` reads every one of them again,
and what is no JSON, or where a path ends in a list, is an error there and never a silence.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    String,
    and_,
    literal_column,
    or_,
    select,
)

from privacy.stores.connectors.matching import CHUNK, KeyColumn, chunks
from privacy.stores.nested import path_of
from privacy.stores.protocol import Key


class Unfolded(NamedTuple):
    """The values within a column, each in a row of its own."""

    sources: Sequence[FromClause]
    """What makes rows of it, in order."""
    text: ColumnElement[Any]
    """Each value as a text."""
    is_odd: ColumnElement[bool]
    """Whether the database writes it otherwise than we, or it is no single value."""


Unfold = Callable[[ColumnElement[Any], str], Unfolded | None]
"""Takes a column and a path; None where the database cannot, and every document is read."""


def conditions_within(
    columns: Sequence[tuple[str, KeyColumn]], keys: Iterable[Key], unfold: Unfold
) -> Iterator[ColumnElement[bool]]:
    """Yield conditions that together find every row of which a column, or what is within, fits.

    `columns` are names as they are asked by, and how each is compared.
    """
    if not all(_can(name, column, unfold) for name, column in columns):
        yield and_(*(column.element.is_not(None) for _name, column in columns))
        return
    for chunk in chunks(keys, CHUNK):
        by_column = zip(columns, zip(*chunk, strict=True), strict=True)
        yield and_(*(_fits(name, one, texts, unfold) for (name, one), texts in by_column))


def _can(name: str, column: KeyColumn, unfold: Unfold) -> bool:
    path = path_of(name)
    return not path or unfold(column.element, path) is not None


def _fits(
    name: str, column: KeyColumn, texts: Iterable[str], unfold: Unfold
) -> ColumnElement[bool]:
    path = path_of(name)
    within = unfold(column.element, path) if path else None
    if within is None:
        return _is_one_of(column, texts)
    found = _is_one_of(replace(column, element=within.text, type_=String()), texts)
    inside = select(literal_column("1", Integer)).select_from(*within.sources)
    holds = inside.where(or_(found, within.is_odd))
    return holds.correlate(getattr(column.element, "table")).exists()  # noqa: B009 -- typed less


def _is_one_of(column: KeyColumn, texts: Iterable[str]) -> ColumnElement[bool]:
    values = {value for text in texts for value in column.candidates(text)}
    return column.comparable().in_(sorted(values, key=repr))
