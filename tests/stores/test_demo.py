"""The demo's two databases: Camille's rows are found across both, and nobody else's."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from privacy.cli.demo.stores import loyalty, shop
from privacy.cli.demo.stores.fiction import CAMILLE, COUNT, LOUIS, NAMESAKE, Rows, subjects
from privacy.stores.connectors.postgres.connector import PostgresConnector
from privacy.stores.connectors.sqlite.connector import SqliteConnector
from privacy.stores.definition import StoreDefinition
from privacy.stores.definition_file import from_yaml
from privacy.stores.protocol import Store
from privacy.stores.registry import Stores
from privacy.stores.search.findings import Findings, Outcome
from privacy.stores.search.graph import walk
from tests.connectors.places import PostgresDatabase, SqlPlace
from tests.postgres import PostgresServer

FOLDER = Path(shop.__file__).parent


def definition(name: str) -> StoreDefinition:
    return from_yaml((FOLDER / f"{name}.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    folder = tmp_path_factory.mktemp("demo")
    shop.build(folder / "shop.sqlite3")
    loyalty.build(folder / "loyalty.sqlite3")
    return Stores(
        SqliteConnector(definition(name), f"sqlite:///{folder}/{name}.sqlite3")
        for name in ("shop", "loyalty")
    )


def load(place: SqlPlace, schema: tuple[str, ...], rows: Rows) -> None:
    for statement in schema:
        place.run(statement)
    for table, lines in rows.items():
        marks = ", ".join([place.mark] * len(lines[0]))
        place.run(f"INSERT INTO {table} VALUES ({marks})", lines)  # noqa: S608 -- our own names


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stores(request: pytest.FixtureRequest, files: Stores):
    """Return both stores, the shop as a file and again as a real PostgreSQL."""
    if request.param == "sqlite":
        yield files
        return
    server: PostgresServer = request.getfixturevalue("postgresql")
    place = PostgresDatabase(server.create("demo_shop").replace("+psycopg", ""))
    load(place, shop.SCHEMA, shop.rows())
    both: list[Store] = [PostgresConnector(definition("shop"), place.url), files["loyalty"]]
    with Stores(both) as opened:
        yield opened
    server.drop("demo_shop")


def numbers(findings: Findings, place: tuple[str, str], column: str) -> set[Any]:
    return {row.values[column] for row in findings.rows.get(place, ()) if row.owned}


def expected(rows: Rows, table: str, position: int, value: object) -> int:
    return sum(line[position] == value for line in rows[table])


def test_both_databases_are_as_they_are_declared(stores: Stores) -> None:
    for store in stores.values():
        store.check()


def test_camilles_rows_are_found_across_both_and_nobody_elses(stores: Stores) -> None:
    seeds = {"email": {"camille.durand@example.fr"}}
    (household,) = walk(stores, seeds).leads
    assert household.kind == "phone"
    findings = walk(stores, seeds, decided={(household.kind, household.value): False})
    assert findings.is_complete
    assert numbers(findings, ("shop", "customer"), "customer_no") == {CAMILLE.number}
    assert numbers(findings, ("loyalty", "card"), "customer_no") == {str(CAMILLE.number)}
    assert numbers(findings, ("shop", "newsletter"), "email") == {"camille.durand@example.fr"}
    counts = {(line.store, line.collection): line.rows for line in findings.coverage}
    rows = shop.rows()
    orders = {line[0] for line in rows["orders"] if line[1] == CAMILLE.number}
    assert counts["shop", "orders"] == len(orders) == 3
    assert counts["shop", "order_line"] == sum(line[0] in orders for line in rows["order_line"])
    assert counts["shop", "support_message"] == 4
    assert counts["shop", "address"] == 2
    assert counts["shop", "staff"] == 0
    points = loyalty.rows()
    assert counts["loyalty", "movement"] == expected(
        points, "movement", 1, loyalty.card_number(CAMILLE)
    )
    assert counts["loyalty", "reward"] == 1


def test_nothing_of_those_who_share_a_name_or_a_phone_is_found(stores: Stores) -> None:
    findings = walk(stores, {"email": {"camille.durand@example.fr"}})
    told = repr([row.values for rows in findings.rows.values() for row in rows])
    for other in (LOUIS, NAMESAKE):
        assert other.email not in told
        assert other.phone not in told
        assert f"'customer_no': {other.number}" not in told
        assert f"'customer_no': '{other.number}'" not in told


def test_a_staff_member_does_not_get_what_others_wrote_to_them(stores: Stores) -> None:
    findings = walk(stores, {"email": {"simon.fictif@example.com"}})
    assert numbers(findings, ("shop", "staff"), "staff_no") == {2}
    assert ("shop", "support_message") not in findings.rows


def test_everybody_finds_exactly_the_rows_that_bear_their_number(files: Stores) -> None:
    rows = shop.rows()
    for one in subjects()[:60]:
        findings = walk(files, {"email": {one.email.upper()}})
        counts: Mapping[str, int] = {line.collection: line.rows for line in findings.coverage}
        for table in ("customer", "address", "orders", "support_message"):
            position = 0 if table == "customer" else 1
            assert counts[table] == expected(rows, table, position, one.number)
        assert counts["newsletter"] == expected(rows, "newsletter", 1, one.email.lower())


def test_without_the_shop_the_loyalty_programme_is_not_searched(files: Stores) -> None:
    findings = walk({"loyalty": files["loyalty"]}, {"email": {"camille.durand@example.fr"}})
    assert {line.outcome for line in findings.coverage} == {Outcome.NOT_SEARCHED}
    assert not findings.is_complete


def test_the_same_fiction_is_made_at_every_run(tmp_path: Path) -> None:
    for name in ("a", "b"):
        shop.build(tmp_path / name)
        shop.build(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert shop.rows() == shop.rows()


def test_everything_is_fiction() -> None:
    everything = repr([shop.rows(), loyalty.rows()])
    domains = set(re.findall(r"@([\w.-]+)", everything))
    assert {domain.lower() for domain in domains} == {"example.fr", "example.com"}
    phones = set(re.findall(r"'(0[\d ]{9,})'", everything))
    assert len(phones) >= COUNT
    assert all(phone.startswith(("06 39 98 ", "01 99 00 ")) for phone in phones)
    assert set(re.findall(r"'(\d{5})'", everything)) == {"00000"}
    assert all("(fictive)" in line[5] for line in shop.rows()["address"])
