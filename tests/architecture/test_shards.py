"""Every table can be distributed, and a table that cannot is refused."""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)

from privacy.db import UtcDateTime
from privacy.tables import METADATA
from tests.architecture.shards import faults

TABLES = sorted(METADATA.tables.values(), key=lambda table: table.name)


def named(table: Table) -> str:
    return table.name


@pytest.mark.parametrize("table", TABLES, ids=named)
def test_a_table_can_be_distributed(table: Table):
    assert faults(table) == []


@pytest.mark.parametrize("table", TABLES, ids=named)
def test_a_table_has_a_plain_name(table: Table):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", table.name)


@pytest.mark.parametrize("table", TABLES, ids=named)
def test_instants_end_in_at_or_until_and_days_in_on(table: Table):
    for column in table.columns:
        last = column.name.split("_")[-1]
        assert (last in {"at", "until"}) == isinstance(column.type, UtcDateTime), column.name
        assert (last == "on") == isinstance(column.type, Date), column.name


@pytest.mark.parametrize("table", TABLES, ids=named)
def test_sealed_values_and_blind_indexes_are_bytes(table: Table):
    for column in table.columns:
        if column.name.endswith(("_sealed", "_index")):
            assert column.type.python_type is bytes, column.name


def wrong(*parts: Column[Any] | UniqueConstraint | ForeignKeyConstraint | Index) -> Table:
    """Return a subject table with one thing wrong, beside one of each placement."""
    metadata = MetaData()
    key = Column("subject_id", Uuid, primary_key=True)
    Table("subject", metadata, key, Column("id", Uuid, primary_key=True))
    Table(
        "purpose", metadata, Column("id", Uuid, primary_key=True), info={"placement": "reference"}
    )
    Table("operator", metadata, Column("id", Uuid, primary_key=True), info={"placement": "local"})
    return Table("example", metadata, *parts)


def lead() -> Column[UUID]:
    return Column("subject_id", Uuid, primary_key=True)


def other() -> Column[UUID]:
    return Column("other_id", Uuid)


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (wrong(Column("id", Uuid, primary_key=True)), "primary key"),
        (wrong(lead(), other(), UniqueConstraint("other_id", "subject_id")), "unique key"),
        (wrong(lead(), other(), Index("one", "other_id", unique=True)), "unique index"),
        (
            wrong(lead(), Column("operator_id", ForeignKey("operator.id"))),
            "may not point to a local",
        ),
        (
            wrong(lead(), other(), ForeignKeyConstraint(["other_id"], ["subject.id"])),
            "may leave the subject",
        ),
        (
            wrong(lead(), Column("name", Text, server_default=func.now())),
            "filled in by the database",
        ),
        (
            Table(
                "one",
                MetaData(),
                Column("id", Integer, primary_key=True),
                info={"placement": "local"},
            ),
            "counted by the database",
        ),
        (
            Table(
                "one", MetaData(), Column("id", Uuid, primary_key=True), info={"placement": "moon"}
            ),
            "placement",
        ),
    ],
)
def test_a_table_that_cannot_be_distributed_is_refused(table: Table, fault: str):
    assert [found for found in faults(table) if fault in found]


def test_a_right_table_is_not_refused():
    table = wrong(
        lead(),
        Column("id", Uuid, primary_key=True),
        Column("purpose_id", ForeignKey("purpose.id")),
        ForeignKeyConstraint(["subject_id", "id"], ["subject.subject_id", "subject.id"]),
        UniqueConstraint("subject_id", "purpose_id"),
    )
    assert faults(table) == []


def test_a_shared_table_may_not_point_into_a_shard():
    metadata = MetaData()
    Table("subject", metadata, lead())
    shared = Table(
        "shared",
        metadata,
        Column("id", Uuid, ForeignKey("subject.subject_id"), primary_key=True),
        info={"placement": "reference"},
    )
    assert faults(shared)
