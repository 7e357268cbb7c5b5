"""What may be decided on, and what follows from a decision."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.errors import InvalidError
from privacy.rectification import candidates as module
from privacy.rectification.candidates import Candidate, Searched, from_json, searched, to_json
from privacy.rectification.models import CorrectionState, Origin
from privacy.rectification.plan import LONGEST, Wanted, groups, plan
from privacy.stores.definition import Collection, Field, StoreDefinition
from privacy.stores.own import NAME
from privacy.stores.protocol import Capability
from privacy.stores.terms import DataCategory, Provenance
from tests.rectification.workplace import computed, fields
from tests.stores.fake_store import owns, same

CAN = {"s": frozenset({Capability.RECTIFY})}
CONTACT = DataCategory.CONTACT
TEXT = st.text(max_size=6) | st.none()


def definition(*declared: Field, name: str = "s", **changes: Any) -> StoreDefinition:
    """Return a store with one collection of an id and these fields."""
    key = Field("id", same("id"), DataCategory.TECHNICAL)
    of = Collection("t", same("t"), ("id",), (key, *declared), **changes)
    return StoreDefinition(name, same(name), (), (of,))


def found(*declared: Field, row: dict[str, Any] | None = None, **changes: Any) -> list[Candidate]:
    """Return the fields of one row that may be decided on."""
    of = definition(*declared, **changes)
    values = {"id": 7} | {one.name: "x" for one in declared} | (row or {})
    return list(searched({("s", "t"): [values]}, {"s": of}, CAN).candidates)


def candidate(number: int, value: str | None = "Lilas", **changes: Any) -> Candidate:
    text = " ".join((value or "").casefold().split())
    made = Candidate(number, "s", "t", f"f{number}", ("1",), value, text, "contact")
    return replace(made, **changes)


def test_technical_numbers_and_other_peoples_words_are_not_for_decision():
    kinds = {"street": CONTACT, "flag": DataCategory.TECHNICAL, "country": DataCategory.NONE}
    assert [one.field for one in found(*fields(**kinds))] == ["street"]


def test_our_own_rows_are_corrected_where_they_are_asked():
    of = definition(*fields(street=CONTACT), name=NAME)
    rows = {(NAME, "t"): [{"id": 7, "street": "x"}]}
    assert searched(rows, {NAME: of}, {NAME: CAN["s"]}).candidates == []


@pytest.mark.parametrize(
    ("row", "changes", "hindrance"),
    [
        ({}, {}, ""),
        ({"street": ["a", "b"]}, {}, "document"),
        ({"id": None}, {}, "no-key"),
        ({}, {"links": (owns("street", "t", "street"),)}, "key-field"),
    ],
)
def test_what_hinders_the_service_is_named(
    row: dict[str, Any], changes: dict[str, Any], hindrance: str
):
    (one,) = found(*fields(street=CONTACT), row=row, **changes)
    assert one.hindrance == hindrance


def test_a_store_that_cannot_write_says_so():
    of = definition(*fields(street=CONTACT))
    kept = searched({("s", "t"): [{"id": 1, "street": "x"}]}, {"s": of}, {})
    assert [one.hindrance for one in kept.candidates] == ["cannot"]


def test_sources_are_found_by_every_way_of_naming_them():
    (one,) = found(computed("zone", "street", "other.street", "crm.contact.street"))
    assert one.sources == ("s.t.street", "s.other.street", "crm.contact.street")
    derived = Field("score", same("score"), CONTACT, provenance=Provenance.DERIVED)
    assert found(derived)[0].sources == ("s.*",)


def test_what_is_kept_ends_somewhere_and_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST", 3)
    of = definition(*fields(street=CONTACT))
    rows = [{"id": number, "street": "x"} for number in range(5)]
    kept = searched({("s", "t"): rows}, {"s": of}, CAN)
    assert (len(kept.candidates), kept.cut) == (3, True)


def test_what_is_kept_is_read_back():
    rows = {("s", "t"): [{"id": 1, "street": date(2026, 3, 2), "zone": None}]}
    of = definition(*fields(street=CONTACT, zone=computed("zone", "street")))
    kept = searched(rows, {"s": of}, CAN)
    assert from_json(to_json(kept)) == Searched(list(kept.candidates), cut=False)
    assert kept.candidates[0].value == "2026-03-02"


def test_a_value_is_shown_once_with_all_its_places():
    kept = Searched([candidate(0), candidate(1, "LILAS "), candidate(2, "Rose")])
    shown = groups(kept, "mon adresse : lilas")
    assert [[one.number for one in group.places] for group in shown] == [[0, 1], [2]]
    assert [group.matches for group in shown] == [True, False]


def test_the_same_text_of_another_category_is_another_value():
    kept = Searched([candidate(0), candidate(1, category="identity")])
    assert len(groups(kept, "")) == 2


def test_empty_values_are_never_the_same():
    assert len(groups(Searched([candidate(0, None), candidate(1, None)]), "")) == 2


@given(st.lists(TEXT, max_size=8))
def test_every_field_stands_in_one_group_exactly(values: list[str | None]):
    kept = Searched([candidate(number, value) for number, value in enumerate(values)])
    places = [one.number for group in groups(kept, "lilas") for one in group.places]
    assert sorted(places) == list(range(len(values)))


def test_a_decision_reaches_its_places_and_no_other():
    kept = Searched([candidate(0), candidate(1), candidate(2, hindrance="cannot"), candidate(3)])
    planned = plan(kept, [Wanted(frozenset({0, 1, 2}), "Rose")])
    assert [(one.candidate.number, one.origin, one.state) for one in planned] == [
        (0, Origin.DECIDED, CorrectionState.OWED),
        (1, Origin.PROPAGATED, CorrectionState.OWED),
        (2, Origin.PROPAGATED, CorrectionState.BY_HAND),
    ]


def test_what_stands_there_already_is_not_written():
    kept = Searched([candidate(0), candidate(1, "Rose")])
    planned = plan(kept, [Wanted(frozenset({0, 1}), "Rose")])
    assert [one.candidate.number for one in planned] == [0]


def test_what_is_computed_is_flagged_through_every_step():
    kept = Searched(
        [
            candidate(0),
            candidate(1, sources=("s.t.f0",)),
            candidate(2, sources=("s.t.f1",)),
            candidate(3, sources=("s.t.f9",)),
            candidate(4, sources=("s.*",)),
        ]
    )
    planned = plan(kept, [Wanted(frozenset({0}), "Rose")])
    flagged = {one.candidate.number for one in planned if one.origin is Origin.DEPENDENT}
    assert flagged == {1, 2, 4}


@pytest.mark.parametrize(
    "wanted",
    [
        [],
        [Wanted(frozenset({9}), "Rose")],
        [Wanted(frozenset({0}), " ")],
        [Wanted(frozenset({0}), "x" * (LONGEST + 1))],
        [Wanted(frozenset({0}), "Rose"), Wanted(frozenset({0}), "Iris")],
        [Wanted(frozenset({0}), "Lilas")],
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(wanted: list[Wanted]):
    with pytest.raises(InvalidError):
        plan(Searched([candidate(0)]), wanted)
