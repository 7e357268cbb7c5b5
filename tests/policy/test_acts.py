import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from privacy.audit.models import AuditPending
from privacy.db import Database
from privacy.errors import InvalidError
from privacy.policy.acts import set_value
from privacy.policy.models import PolicyValue
from privacy.policy.values import Force, Unit, Value
from tests.fakes import FakeClock

SHORT = Value(
    "cookie.choice",
    "P3M",
    Unit.PERIOD,
    date(2026, 4, 1),
    date(2026, 12, 31),
    "Decision of the DPO",
    Force.SOFT,
)


def put(database: Database, clock: FakeClock, value: Value, reason: str = "asked anew") -> None:
    with database.transaction() as session:
        set_value(session, actor="operator:7", at=clock(), value=value, reason=reason)


def rows(database: Database) -> list[PolicyValue]:
    with database.reading() as session:
        return list(session.scalars(select(PolicyValue)))


def entries(database: Database) -> list[Any]:
    with database.reading() as session:
        bodies = session.scalars(select(AuditPending.body).order_by(AuditPending.id))
        return [json.loads(body) for body in bodies]


def test_a_value_is_set_with_its_reason_and_its_entry(database: Database, clock: FakeClock):
    put(database, clock, SHORT, "visitors asked for it")
    (row,) = rows(database)
    assert (row.key, row.value, row.unit) == ("cookie.choice", "P3M", Unit.PERIOD)
    assert (row.from_on, row.to_on) == (date(2026, 4, 1), date(2026, 12, 31))
    assert (row.force, row.reason) == (Force.SOFT, "visitors asked for it")
    (entry,) = entries(database)
    assert (entry["t"], entry["a"]) == ("policy.value-set", "operator:7")
    assert entry["d"] == {
        "key": "cookie.choice",
        "value": "P3M",
        "unit": "period",
        "since": "2026-04-01",
        "until": "2026-12-31",
        "source": "Decision of the DPO",
    }


def test_a_value_set_again_from_the_same_day_replaces_the_first_and_both_are_in_the_log(
    database: Database, clock: FakeClock
):
    put(database, clock, SHORT)
    put(database, clock, replace(SHORT, value="P4M", to_on=None))
    (row,) = rows(database)
    assert (row.value, row.to_on) == ("P4M", None)
    assert [entry["d"]["value"] for entry in entries(database)] == ["P3M", "P4M"]


@pytest.mark.parametrize(
    ("changed", "reason", "field"),
    [
        ({"key": "cookie.colour"}, "why", "key"),
        ({"value": "three months"}, "why", "value"),
        ({"unit": Unit.HOURS}, "why", "unit"),
        ({"to_on": date(2026, 3, 31)}, "why", "to_on"),
        ({"source": " "}, "why", "source"),
        ({}, "", "reason"),
        ({}, "   ", "reason"),
    ],
)
def test_a_value_that_cannot_be_set_says_where_and_changes_nothing(
    database: Database, clock: FakeClock, changed: dict[str, Any], reason: str, field: str
):
    with pytest.raises(InvalidError) as refusal:
        put(database, clock, replace(SHORT, **changed), reason)
    assert list(refusal.value.fields) == [field]
    assert rows(database) == []
    assert entries(database) == []
