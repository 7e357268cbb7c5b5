"""What a table must be like so that its rows can be spread over many machines.

On a distributed PostgreSQL (Citus) every unique key holds the distribution column, a foreign key
stays within one shard or points to a table that is copied everywhere, and ids come from outside.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    DefaultClause,
    False_,
    ForeignKeyConstraint,
    Table,
    True_,
    UniqueConstraint,
)

LEAD = "subject_id"
LEADS = {"subject": "subject_id", "index": "_index"}
"""How the name of the column ends that leads every key and says in which shard a row lives."""

MAY_POINT_TO = {
    "subject": {"subject", "reference"},
    "index": {"reference"},
    "reference": {"reference"},
    "local": {"local", "reference"},
}


def placement(table: Table) -> str:
    """Return where the table's rows live; what says nothing belongs to subjects."""
    return str(table.info.get("placement", "subject"))


def faults(table: Table) -> list[str]:
    """Return every reason why the table could not be distributed, empty when it can."""
    if placement(table) not in MAY_POINT_TO:
        return [f"placement {placement(table)!r} is none of {tuple(MAY_POINT_TO)}"]
    return [*_key_faults(table), *_pointer_faults(table), *_id_faults(table)]


def _keys(table: Table) -> Iterator[tuple[str, list[Column[object]]]]:
    yield "primary key", list(table.primary_key.columns)
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield f"unique key {constraint.name}", list(constraint.columns)
    for index in table.indexes:
        if index.unique:
            yield f"unique index {index.name}", list(index.columns)


def _key_faults(table: Table) -> list[str]:
    lead = LEADS.get(placement(table), "")
    return [
        f"{what} does not begin with {lead}"
        for what, columns in _keys(table)
        if not columns or not columns[0].name.endswith(lead)
    ]


def _pointer_faults(table: Table) -> list[str]:
    return [
        f"foreign key to {key.referred_table.name}: {fault}"
        for key in table.foreign_key_constraints
        for fault in _pointer_fault(table, key)
    ]


def _pointer_fault(table: Table, key: ForeignKeyConstraint) -> list[str]:
    here, there = placement(table), placement(key.referred_table)
    if there not in MAY_POINT_TO[here]:
        return [f"a {here} table may not point to a {there} table"]
    pairs = {(element.parent.name, element.column.name) for element in key.elements}
    if here == there == "subject" and (LEAD, LEAD) not in pairs:
        return [f"it may leave the subject, {LEAD} is not part of it"]
    return []


def _id_faults(table: Table) -> list[str]:
    counted = table.autoincrement_column
    made = [column.name for column in table.columns if not _is_constant(column)]
    return [
        *([f"{counted.name} is counted by the database"] if counted is not None else []),
        *(f"{name} is filled in by the database" for name in made),
    ]


def _is_constant(column: Column[Any]) -> bool:
    """Whether the database fills in nothing, or the same for every row on every node."""
    given = column.server_default
    if given is None:
        return True
    return isinstance(given, DefaultClause) and isinstance(
        given.arg, str | BindParameter | False_ | True_
    )
