"""The coverage gate: what nobody has classified fails, until a waiver's last day at most."""

from dataclasses import replace
from datetime import date

import pytest

from privacy.errors import InvalidError
from privacy.stores.definition import StoreDefinition, Waiver
from privacy.stores.definition_file import from_json, from_yaml, to_json
from privacy.stores.gate import ensure_covered, new_places
from privacy.stores.proposals.facts import TableFacts
from privacy.stores.search.findings import Outcome, Reason
from privacy.stores.search.graph import walk
from tests.stores.fake_store import FakeStore, collection, identity, store

SHOP = store("shop", collection("customer", "id email", identities=[identity("email")]))
TODAY = date(2026, 6, 1)
THERE = [TableFacts("customer", ("id", "email"), ("id",))]


def waived(*waivers: Waiver) -> StoreDefinition:
    return replace(SHOP, waivers=waivers)


def gaps(definition: StoreDefinition, *tables: TableFacts) -> dict[str, list[str]]:
    with pytest.raises(InvalidError) as refused:
        ensure_covered(definition, [*THERE, *tables], today=TODAY)
    return refused.value.fields


def test_what_is_declared_passes() -> None:
    ensure_covered(SHOP, THERE, today=TODAY)


def test_a_new_table_and_a_new_column_are_named() -> None:
    wider = TableFacts("customer", ("id", "email", "score"), ("id",))
    assert set(gaps(SHOP, TableFacts("log", ("id",), ()), wider)) == {"log", "customer.score"}


def test_a_waiver_lets_pass_until_its_day_and_not_longer() -> None:
    log = TableFacts("log", ("id",), ())
    good = Waiver("log", "", "later", TODAY)
    ensure_covered(waived(good), [*THERE, log], today=TODAY)
    ended = replace(good, until=date(2026, 5, 31))
    assert "ended on 2026-05-31" in gaps(waived(ended), log)["log"][0]


def test_a_column_can_be_waived_alone() -> None:
    wider = TableFacts("customer", ("id", "email", "score"), ("id",))
    ensure_covered(waived(Waiver("customer", "score", "later", TODAY)), [wider], today=TODAY)


def test_what_is_waived_stands_in_the_ledger_and_no_answer_is_complete_without_it() -> None:
    definition = waived(Waiver("customer", "score", "later", TODAY))
    findings = walk({"shop": FakeStore(definition, {})}, {"email": {"a@example.com"}})
    line = findings.coverage[-1]
    assert (line.collection, line.outcome) == ("customer.score", Outcome.NOT_SEARCHED)
    assert line.reason == Reason.WAIVED
    assert not findings.is_complete


def test_what_a_check_found_new_stands_in_the_ledger_though_nobody_has_waived_it() -> None:
    definition = replace(SHOP, unclassified=("log", "customer.score"))
    findings = walk({"shop": FakeStore(definition, {})}, {"email": {"a@example.com"}})
    assert [(one.collection, one.reason) for one in findings.coverage[-2:]] == [
        ("log", Reason.WAIVED),
        ("customer.score", Reason.WAIVED),
    ]
    assert not findings.is_complete
    assert to_json(definition) == to_json(SHOP), "it is in no file"


def test_new_places_are_read_from_the_words_of_a_check() -> None:
    wider = [TableFacts("customer", ("id", "email", "score"), ("id",)), TableFacts("log", (), ())]
    with pytest.raises(InvalidError) as refused:
        ensure_covered(waived(Waiver("old", "", "later", date(2026, 5, 31))), wider, today=TODAY)
    told = refused.value.fields
    words = "\n".join([str(refused.value), *(f"{at}: {', '.join(w)}" for at, w in told.items())])
    assert new_places(f"{words}\ncustomer.born: the table has no such column") == (
        "customer.score",
        "log",
    )
    assert new_places(None) == ()


FILE = """
name: shop
waivers:
  - {table: log, reason: later, until: 2026-06-01}
  - {table: customer, column: score, reason: later, until: "2026-06-02"}
collections:
  - {name: customer, primary_key: [id], fields: [{name: id, data_category: none}]}
"""


def test_waivers_are_read_and_written() -> None:
    definition = from_yaml(FILE)
    assert definition.waivers == (
        Waiver("log", "", "later", date(2026, 6, 1)),
        Waiver("customer", "score", "later", date(2026, 6, 2)),
    )
    assert from_json(to_json(definition)) == definition


@pytest.mark.parametrize("until", ["soon", "2026-13-01", "2026-06-01 10:00:00", "7"])
def test_a_day_that_is_none_is_told(until: str) -> None:
    with pytest.raises(InvalidError) as refused:
        from_yaml(FILE.replace("2026-06-01", f"'{until}'"))
    assert "waivers[0].until" in refused.value.fields
