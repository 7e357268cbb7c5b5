"""A shop of music registered by introspection alone, on each database."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from privacy.errors import InvalidError
from privacy.stores.gate import ensure_covered
from privacy.stores.proposals.proposing import Note
from privacy.stores.registry import Surveyed, connector_for, connector_of, introspect
from privacy.stores.search.graph import walk
from tests.connectors.places import MysqlDatabase, PostgresDatabase, SqlPlace
from tests.connectors.test_survey import address_of

SCHEMA = (
    """CREATE TABLE employee (
        employee_id INTEGER PRIMARY KEY, last_name VARCHAR(20), email VARCHAR(60),
        reports_to INTEGER, FOREIGN KEY (reports_to) REFERENCES employee (employee_id))""",
    """CREATE TABLE customer (
        customer_id INTEGER PRIMARY KEY, first_name VARCHAR(40), phone VARCHAR(24),
        adresse_mel VARCHAR(60), email_sent_at DATE, remarques VARCHAR(500), xyz VARCHAR(60),
        support_rep_id INTEGER, UNIQUE (adresse_mel),
        FOREIGN KEY (support_rep_id) REFERENCES employee (employee_id))""",
    """CREATE TABLE invoice (
        invoice_id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, total NUMERIC(10, 2),
        FOREIGN KEY (customer_id) REFERENCES customer (customer_id))""",
    "CREATE TABLE track (track_id INTEGER PRIMARY KEY, name VARCHAR(200))",
    """CREATE TABLE invoice_line (
        invoice_line_id INTEGER PRIMARY KEY, invoice_id INTEGER NOT NULL, track_id INTEGER,
        FOREIGN KEY (invoice_id) REFERENCES invoice (invoice_id),
        FOREIGN KEY (track_id) REFERENCES track (track_id))""",
)
PROSE = "She wrote that her brother cannot walk"
ROWS: Mapping[str, Sequence[Sequence[Any]]] = {
    "employee": [(1, "Adams", "adams@shop.example", None), (2, "Peacock", "p@shop.example", 1)],
    "customer": [
        (
            n,
            f"N{n}",
            f"+33 6 39 98 00 0{n}",
            f"n{n}@example.com",
            None,
            f"{PROSE} {n}",
            f"x{n}@example.net",
            2,
        )
        for n in (1, 2, 3)
    ],
    "invoice": [(10, 1, 5), (11, 1, 6), (12, 2, 7)],
    "track": [(100, "One"), (101, "Two"), (102, "Three")],
    "invoice_line": [(1000, 10, 100), (1001, 11, 101), (1002, 12, 102)],
}


@pytest.fixture
def address(sql_place: SqlPlace) -> str:
    for statement in SCHEMA:
        sql_place.run(statement)
    for table, rows in ROWS.items():
        marks = ", ".join([sql_place.mark] * len(rows[0]))
        sql_place.run(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 -- our own names
    return address_of(sql_place)


def test_a_subject_is_found_by_introspection_alone(address: str) -> None:
    draft = introspect("chinook", address)
    store = connector_for(connector_of(address))(draft.definition, address)
    store.check()
    findings = walk({"chinook": store}, {"email": {"N1@example.com"}})
    store.close()
    found = {
        f"{row.collection} {next(iter(row.values.values()))}": row.owned
        for rows in findings.rows.values()
        for row in rows
    }
    assert found == {
        "customer 1": True,
        "invoice 10": True,
        "invoice 11": True,
        "invoice_line 1000": True,
        "invoice_line 1001": True,
        "track 100": False,
        "track 101": False,
        "employee 2": False,
    }


def test_names_types_and_values_are_weighed_together(address: str) -> None:
    draft = introspect("chinook", address)
    customer = draft.definition.collection("customer")
    kinds = {
        identity.columns: (identity.kind, identity.spreads) for identity in customer.identities
    }
    assert kinds == {
        ("phone",): ("phone", False),
        ("adresse_mel",): ("email", True),
        ("xyz",): ("email", True),
    }
    sure = draft.confidence
    assert sure["customer.adresse_mel"] > sure["customer.xyz"] > 0.9
    assert draft.notes["customer.remarques"] == [Note.FREE_TEXT]
    assert draft.notes["customer.support_rep_id"] == [Note.THIRD_PARTY]
    assert "customer.first_name" not in draft.notes


def test_the_survey_says_what_the_database_knows(address: str, sql_place: SqlPlace) -> None:
    trigger = "CREATE TRIGGER watch AFTER DELETE ON invoice "
    if isinstance(sql_place, PostgresDatabase):
        sql_place.run("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'")
        sql_place.run(trigger + "FOR EACH ROW EXECUTE FUNCTION f()")
    elif isinstance(sql_place, MysqlDatabase):
        sql_place.run(trigger + "FOR EACH ROW SET @x = 1")
    else:
        sql_place.run(trigger + "BEGIN SELECT 1; END")
    draft = introspect("chinook", address)
    store = connector_for(connector_of(address))(draft.definition, address)
    assert isinstance(store, Surveyed)
    facts = {table.name: table for table in store.survey()}
    looked = store.look(facts["invoice"])  # type: ignore[attr-defined]  # every database can
    store.close()
    assert facts["invoice"].triggers == 1
    assert facts["track"].triggers == 0
    assert (looked.rows, looked.types["total"]) == (3, "number")
    assert "customer_id" in facts["invoice"].required
    assert ("adresse_mel",) in facts["customer"].unique
    assert facts["customer"].types["email_sent_at"] == "date"


def test_a_new_column_and_a_new_table_are_named(address: str, sql_place: SqlPlace) -> None:
    draft = introspect("chinook", address)
    store = connector_for(connector_of(address))(draft.definition, address)
    assert isinstance(store, Surveyed)
    today = date(2026, 3, 2)
    ensure_covered(draft.definition, store.survey(), today=today)
    sql_place.run("ALTER TABLE customer ADD COLUMN score INTEGER")
    sql_place.run("CREATE TABLE staging (id INTEGER)")
    store.close()
    with pytest.raises(InvalidError) as refused:
        ensure_covered(draft.definition, store.survey(), today=today)
    store.close()
    assert set(refused.value.fields) == {"customer.score", "staging"}
