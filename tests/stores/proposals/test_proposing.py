"""A first definition from tables alone: it fits together, and errs on the side of asking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.stores.definition import Collection
from privacy.stores.proposals.facts import ForeignKey, TableFacts
from privacy.stores.proposals.proposing import Draft, propose
from privacy.stores.proposals.vocabulary import words_of
from privacy.stores.terms import About, DataCategory, Direction, Provenance, SubjectKind
from privacy.stores.validity import ensure_valid

CHINOOK = (
    TableFacts("Artist", ("ArtistId", "Name"), ("ArtistId",)),
    TableFacts(
        "Customer",
        ("CustomerId", "FirstName", "LastName", "Company", "PostalCode", "Email", "SupportRepId"),
        ("CustomerId",),
        [ForeignKey(("SupportRepId",), "Employee", ("EmployeeId",))],
    ),
    TableFacts(
        "Employee",
        ("EmployeeId", "LastName", "ReportsTo", "BirthDate", "Email"),
        ("EmployeeId",),
        [ForeignKey(("ReportsTo",), "Employee", ("EmployeeId",))],
    ),
    TableFacts(
        "Invoice",
        ("InvoiceId", "CustomerId", "BillingAddress", "Total"),
        ("InvoiceId",),
        [ForeignKey(("CustomerId",), "Customer", ("CustomerId",))],
    ),
    TableFacts(
        "InvoiceLine",
        ("InvoiceLineId", "InvoiceId", "TrackId", "UnitPrice"),
        ("InvoiceLineId",),
        [
            ForeignKey(("InvoiceId",), "Invoice", ("InvoiceId",)),
            ForeignKey(("TrackId",), "Track", ("TrackId",)),
        ],
    ),
    TableFacts("Track", ("TrackId", "Name"), ("TrackId",)),
)


def links(draft: Draft) -> set[tuple[str, str, str]]:
    return {
        (collection.name, link.direction.value, link.to)
        for collection in draft.definition.collections
        for link in collection.links
    }


def named(draft: Draft, name: str) -> Collection:
    return draft.definition.collection(name)


def test_ownership_goes_down_from_those_who_have_an_email() -> None:
    assert links(propose("chinook", CHINOOK)) == {
        ("customer", "owns", "invoice"),
        ("invoice", "owns", "invoiceline"),
        ("invoiceline", "refers", "track"),
        ("customer", "refers", "employee"),
        ("employee", "refers", "employee"),
    }


def test_columns_are_read_as_words() -> None:
    customer = named(propose("chinook", CHINOOK), "customer")
    categories = {field.name: field.data_category for field in customer.fields}
    assert categories["FirstName"] is DataCategory.IDENTITY
    assert categories["PostalCode"] is DataCategory.CONTACT
    assert [(i.kind, i.columns) for i in customer.identities] == [("email", ("Email",))]
    assert customer.normalisers["Email"] == "email"
    assert customer.table == "Customer"


@pytest.mark.parametrize(
    ("column", "category", "kind"),
    [
        ("adresse_email", DataCategory.CONTACT, "email"),
        ("E-Mail", DataCategory.CONTACT, "email"),
        ("courriel", DataCategory.CONTACT, "email"),
        ("Téléphone", DataCategory.CONTACT, "phone"),
        ("tel_portable", DataCategory.CONTACT, "phone"),
        ("prénom", DataCategory.IDENTITY, ""),
        ("date_naissance", DataCategory.IDENTITY, ""),
        ("code_postal", DataCategory.CONTACT, ""),
        ("user_agent", DataCategory.BEHAVIOUR, ""),
        ("allergies_santé", DataCategory.SPECIAL, ""),
        ("prix_total", DataCategory.PURCHASE, ""),
        ("xyz", DataCategory.TECHNICAL, ""),
    ],
)
def test_french_and_english_are_understood(column: str, category: DataCategory, kind: str) -> None:
    draft = propose("s", [TableFacts("t", (column,), (column,))])
    collection = named(draft, "t")
    assert collection.fields[0].data_category is category
    assert [i.kind for i in collection.identities] == ([kind] if kind else [])


def test_what_is_not_understood_stays_personal_and_is_the_least_sure() -> None:
    draft = propose("s", [TableFacts("t", ("xyz", "email"), ("xyz",))])
    assert named(draft, "t").is_personal
    assert draft.confidence["t.xyz"] < 0.5 < draft.confidence["t.email"]


def test_a_message_between_two_is_owned_by_whom_it_is_about() -> None:
    tables = [
        TableFacts("member", ("id", "email"), ("id",)),
        TableFacts("staff", ("id", "email"), ("id",)),
        TableFacts(
            "message",
            ("id", "member_id", "staff_id"),
            ("id",),
            [
                ForeignKey(("member_id",), "member", ("id",)),
                ForeignKey(("staff_id",), "staff", ("id",)),
            ],
        ),
    ]
    assert links(propose("s", tables)) == {
        ("member", "owns", "message"),
        ("message", "refers", "staff"),
    }


def test_words_are_taken_apart() -> None:
    assert words_of("custFirstName_2") == ["cust", "first", "name"]


NAMES = st.text(min_size=1, max_size=12).filter(str.strip)


@st.composite
def databases(draw: st.DrawFn) -> list[TableFacts]:
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    columns = {
        name: tuple(draw(st.lists(NAMES | st.just("email"), min_size=1, max_size=4, unique=True)))
        for name in names
    }

    def key(name: str) -> ForeignKey:
        to = draw(st.sampled_from(names))
        return ForeignKey(
            (draw(st.sampled_from(columns[name])),), to, (draw(st.sampled_from(columns[to])),)
        )

    return [
        TableFacts(
            name,
            columns[name],
            columns[name][: draw(st.integers(0, 2))],
            [key(name) for _ in range(draw(st.integers(0, 3)))],
        )
        for name in names
    ]


@given(databases())
def test_every_proposal_fits_together_and_leaves_nothing_out(tables: list[TableFacts]) -> None:
    definition = ensure_valid(propose("s", tables).definition)
    assert [c.source_table for c in definition.collections] == [t.name for t in tables]
    assert [c.columns for c in definition.collections] == [t.columns for t in tables]
    keys = sum(len(table.foreign_keys) for table in tables)
    assert sum(len(c.links) for c in definition.collections) == keys
    assert all(link.direction in Direction for c in definition.collections for link in c.links)


@pytest.mark.parametrize("column", ["rfm_score", "customerSegment", "note_interne", "churn"])
def test_what_the_controller_makes_itself_is_proposed_as_not_portable(column: str) -> None:
    draft = propose("s", [TableFacts("t", ("id", "email", column), ("id",))])
    origins = {field.name: field.provenance for field in draft.definition.collections[0].fields}
    assert origins == {"id": None, "email": None, column: Provenance.DERIVED}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("invoicedate", ["invoice", "date"]),
        ("supportrepid", ["support", "rep", "id"]),
        ("reportsto", ["reports", "to"]),
        ("telephone", ["telephone"]),
        ("paysage", ["paysage"]),
        ("internationalisation", ["internationalisation"]),
    ],
)
def test_names_written_in_one_are_cut_only_into_words(name: str, words: list[str]) -> None:
    assert words_of(name) == words


def test_a_database_that_knows_no_capitals_is_understood_alike() -> None:
    lower = [
        TableFacts(
            one.name.lower(),
            tuple(column.lower() for column in one.columns),
            tuple(column.lower() for column in one.primary_key),
            [
                ForeignKey(
                    tuple(column.lower() for column in key.columns),
                    key.table.lower(),
                    tuple(column.lower() for column in key.to_columns),
                )
                for key in one.foreign_keys
            ],
        )
        for one in CHINOOK
    ]
    proposed, usual = propose("chinook", lower), propose("chinook", CHINOOK)
    assert links(proposed) == links(usual)
    assert proposed.confidence == {name.lower(): one for name, one in usual.confidence.items()}


def test_a_table_that_identifies_says_by_its_name_whom_it_is_about() -> None:
    drafted = propose("chinook", CHINOOK).definition
    assert {one.name: one.subjects for one in drafted.collections if one.subjects} == {
        "customer": SubjectKind.BUYER,
        "employee": SubjectKind.EMPLOYEE,
    }


def test_what_was_bought_is_shown_by_name_and_who_served_is_not() -> None:
    shown = {
        (one.name, link.to): link.exported
        for one in propose("chinook", CHINOOK).definition.collections
        for link in one.links
        if link.direction is Direction.REFERS
    }
    assert shown == {
        ("invoiceline", "track"): True,
        ("customer", "employee"): False,
        ("employee", "employee"): False,
    }


def test_a_draft_that_nobody_reads_hands_nobody_the_data_of_others() -> None:
    columns = ("id", "email", "sponsor_email", "remarques", "user_agent", "created_by")
    table = TableFacts("client", columns, ("id",), types=dict.fromkeys(columns, "text"))
    fields = {one.name: one.about for one in named(propose("shop", [table]), "client").fields}
    assert fields.pop("sponsor_email") is About.OTHERS
    assert fields.pop("remarques") is About.BOTH
    assert not any(fields.values()), "what a key or a browser is called names nobody"
