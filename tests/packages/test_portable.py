"""What is portable, row by row of the table of Art. 20 GDPR and of WP 242 rev.01."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from privacy.packages.package import Table
from privacy.packages.portable import not_portable, schema_of
from privacy.packages.withheld import Ground, Withheld
from privacy.purposes.models import LegalBasis, Purpose
from privacy.stores.definition import Collection, Field, StoreDefinition
from privacy.stores.search.findings import Findings
from privacy.stores.search.found import FoundRows
from privacy.stores.terms import DataCategory, Provenance
from tests.stores.fake_store import same


def purpose(code: str, basis: LegalBasis) -> Purpose:
    return Purpose(
        controller_id=UUID(int=1), code=code, version=1, legal_basis=basis, texts={}, details={},
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


PURPOSES = {
    "orders": purpose("orders", LegalBasis.CONTRACT),
    "letters": purpose("letters", LegalBasis.CONSENT),
    "books": purpose("books", LegalBasis.LEGAL_OBLIGATION),
    "offers": purpose("offers", LegalBasis.LEGITIMATE_INTERESTS),
}
ID = Field("id", same("id"), DataCategory.TECHNICAL)


def field(
    name: str, category: DataCategory = DataCategory.CONTACT, origin: Provenance | None = None
) -> Field:
    return Field(name, same(name), category, provenance=origin)


def left(
    *fields: Field, purposes: Sequence[str] = ("orders",), owned: bool = True
) -> list[Withheld]:
    """Return what is left out of one collection with these fields."""
    of = Collection("t", same("t"), ("id",), (ID, *fields), purposes=tuple(purposes))
    definition = StoreDefinition("s", same("s"), (), (of,))
    rows = FoundRows(("s", "t"))
    rows.add(1, dict.fromkeys(of.columns, 1), "identity:email", owned=owned)
    findings = Findings({("s", "t"): rows}, [], {})
    return not_portable(findings, {"s": definition}, PURPOSES)


def test_what_was_typed_for_a_contract_is_portable():
    assert left(field("name"), field("street")) == []


def test_what_was_observed_on_consent_is_portable():
    observed = field("visited", DataCategory.BEHAVIOUR, Provenance.OBSERVED)
    assert left(observed, purposes=["letters"]) == []


def test_a_score_is_never_portable():
    score = field("score", DataCategory.LOYALTY, Provenance.DERIVED)
    assert left(field("name"), score) == [Withheld("s", "t", Ground.DERIVED, field="score")]


def test_what_somebody_else_gave_is_not_portable():
    given = field("reference", origin=Provenance.THIRD_PARTY)
    assert left(field("name"), given) == [
        Withheld("s", "t", Ground.THIRD_PARTY, field="reference")
    ]


def test_what_is_kept_by_law_or_interest_alone_is_not_portable():
    for code in ("books", "offers", "unheard_of"):
        assert left(field("name"), purposes=[code]) == [Withheld("s", "t", Ground.NO_BASIS)]


def test_one_purpose_on_consent_or_contract_is_enough():
    assert left(field("name"), purposes=["books", "orders"]) == []


def test_a_consent_is_portable_whatever_its_proof_is_kept_for():
    answer = field("granted", DataCategory.CONSENT)
    assert left(answer, purposes=["books"]) == []


def test_what_nobody_declared_is_told_as_presumed():
    assert left(field("name"), field("flag", DataCategory.TECHNICAL)) == [
        Withheld("s", "t", Ground.PRESUMED, field="flag")
    ]


def test_keys_stay_so_that_tables_find_each_other():
    assert ID.name not in {one.field for one in left(field("name"))}


def test_what_is_computed_from_others_is_derived():
    of = Field("zone", same("zone"), DataCategory.CONTACT, derived_from=("street",))
    assert left(field("street"), of) == [Withheld("s", "t", Ground.DERIVED, field="zone")]


def test_somebody_elses_row_is_left_out():
    assert left(field("name"), owned=False) == [Withheld("s", "t", Ground.OTHERS, row=("1",))]


def test_the_schema_says_what_was_presumed():
    of = Collection(
        "t", same("t"), ("id",), (ID, field("name"), field("bought", origin=Provenance.OBSERVED))
    )
    definition = StoreDefinition("s", same("s"), (), (of,))
    schema = schema_of([Table("s", "t", ["name", "bought"], [])], {"s": definition})
    (table,) = schema["items"]["oneOf"]
    columns = table["properties"]["rows"]["items"]["properties"]
    assert {
        name: (one["provenance"], one["provenance_presumed"]) for name, one in columns.items()
    } == {
        "name": ("provided", True),
        "bought": ("observed", False),
    }


def test_what_only_a_person_can_search_is_not_portable():
    of = Collection("t", same("t"), ("id",), (ID, field("name")), purposes=("orders",))
    definition = StoreDefinition("s", same("s"), (), (of,))
    findings = Findings({("s", "t"): FoundRows(("s", "t"))}, [], {})
    left_out = not_portable(findings, {"s": definition}, PURPOSES, by_hand={"s"})
    assert left_out == [Withheld("s", "t", Ground.BY_HAND)]
