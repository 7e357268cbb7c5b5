"""What an answer tells: only of this subject, in both languages, honest about its gaps."""

import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest

from privacy.errors import UnavailableError
from privacy.packages.answer import Answer, Asked
from privacy.packages.disclosures import Register
from privacy.packages.package import Contents, pack
from privacy.packages.withheld import Ground, Withheld
from privacy.purposes.defaults import DEFAULT_PURPOSES
from privacy.purposes.models import Controller, LegalBasis, Purpose, Recipient, RecipientRole
from privacy.stores.definition import Collection, Field, StoreDefinition
from privacy.stores.protocol import Store
from privacy.stores.search.graph import walk
from privacy.stores.terms import DataCategory
from privacy.web.pages import package_page
from tests.packages.test_package import SIGNER
from tests.requests.office import EMAIL
from tests.stores.fake_store import DeafStore, FakeStore, identity, owns, refers

AT = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
CONTROLLER = Controller(
    id=UUID(int=1),
    slug="boutique",
    name="Boutique (fictive)",
    address="1 rue de l’Exemple",
    contact_email="bonjour@boutique.example",
    dpo_contact="dpo@boutique.example",
    policy_url="https://boutique.example/privacy",
    zone="Europe/Paris",
    region="FR",
    created_at=AT,
)


def words(name: str) -> dict[str, str]:
    return {"fr": f"{name} (fr)", "en": f"{name} (en)"}


def field(name: str, *, exported: bool = True, category: DataCategory | None = None) -> Field:
    normalise = "email" if name == "email" else "exact"
    return Field(name, words(name), category or DataCategory.PURCHASE, normalise, exported)


def collection(name: str, *names: str, **more: Any) -> Collection:
    fields = tuple(
        field(one.rstrip("!"), exported=not one.endswith("!")) for one in ("id", *names)
    )
    identities = (identity("email"),) if "email" in names else (identity("badge"),)
    return Collection(name, words(name), ("id",), fields, identities, **more)


def shop(*collections: Collection, **more: Any) -> FakeStore:
    """Return the shop; each collection has one row of the subject."""
    found = collections or (collection("orders", "email"),)
    more = {"purposes": ("order_management",)} | more
    row = {"id": 1, "email": EMAIL, "secret": "scored 12", "badge": "7"}
    rows = {one.name: [{name: row[name] for name in one.columns}] for one in found}
    return FakeStore(StoreDefinition("shop", words("Shop"), collections=found, **more), rows)


def purpose(code: str) -> Purpose:
    given = next(one for one in DEFAULT_PURPOSES if one.code == code)
    return Purpose(
        controller_id=CONTROLLER.id,
        code=code,
        version=1,
        legal_basis=given.basis,
        texts=given.texts,
        details=given.details,
        published_at=AT,
    )


def recipient(name: str, *codes: str, country: str = "FR", safeguard: str = "") -> Recipient:
    return Recipient(
        id=UUID(int=hash(name) & 2**64 - 1),
        controller_id=CONTROLLER.id,
        name=name,
        role=RecipientRole.PROCESSOR,
        country=country,
        safeguard=safeguard,
        purposes=list(codes),
        created_at=AT,
    )


RECIPIENTS = (
    recipient("Carrier", "order_management"),
    recipient("Mailer Inc.", "mk_email", country="US", safeguard="SCC 2021/914"),
)


def answer(
    *stores: Store,
    language: str = "fr",
    recipients: Sequence[Recipient] = RECIPIENTS,
    withheld: Sequence[Withheld] = (),
) -> Answer:
    """Return the answer to what these stores hold of the subject."""
    opened = {one.definition.name: one for one in stores}
    asked = Asked(str(UUID(int=7)), language, date(2026, 3, 2))
    codes = ("order_management", "mk_email", "loyalty", "requests", "consent_proof")
    register = Register(
        controller=CONTROLLER,
        purposes={code: purpose(code) for code in codes},
        recipients=recipients,
        definitions={name: one.definition for name, one in opened.items()},
    )
    findings = walk(opened, {"subject_id": {str(UUID(int=9))}, "email": {EMAIL}})
    return Answer(asked, register, findings, AT, withheld)


def test_purposes_and_recipients_are_those_of_what_was_found_and_no_others():
    page = answer(shop()).page()
    assert [one["title"] for one in page["purposes"]] == ["Gestion des commandes"]
    assert page["purposes"][0]["basis"] == LegalBasis.CONTRACT
    assert page["purposes"][0]["recipients"] == ["Carrier"]
    assert [one["name"] for one in page["recipients"]] == ["Carrier"]
    assert "Mailer" not in str(page)


def test_a_store_that_holds_nothing_of_the_subject_adds_no_purpose():
    empty = FakeStore(
        StoreDefinition(
            "news",
            words("News"),
            ("mk_email",),
            (collection("sent", "email"),),
            words("Elsewhere"),
        ),
        {"sent": [{"id": 1, "email": "somebody.else@example.fr"}]},
    )
    page = answer(shop(), empty).page()
    assert [one["title"] for one in page["purposes"]] == ["Gestion des commandes"]
    assert page["sources"] == []
    searched = {one["name"]: one["state"] for one in page["data_stores"]}
    assert searched == {"shop": "found", "news": "empty"}


def test_a_collections_own_purposes_stand_instead_of_its_stores():
    orders = collection("orders", "email", purposes=("loyalty",))
    page = answer(shop(orders)).page()
    assert [one["title"] for one in page["purposes"]] == ["Programme de fidélité"]
    assert page["recipients"] == []


def test_recipients_that_only_a_store_names_are_named_too():
    page = answer(shop(recipients=("Carrier", "Host SAS"))).page()
    assert [one["name"] for one in page["recipients"]] == ["Carrier", "Host SAS"]
    assert page["recipients"][1]["purposes"] == ["Gestion des commandes"]
    assert page["purposes"][0]["recipients"] == ["Carrier", "Host SAS"]


def test_where_the_register_knows_a_recipients_purposes_a_store_adds_no_others():
    orders = collection("orders", "email", purposes=("order_management", "loyalty"))
    page = answer(shop(orders, recipients=("Carrier",))).page()
    receiving = {one["title"]: one["recipients"] for one in page["purposes"]}
    assert receiving == {"Gestion des commandes": ["Carrier"], "Programme de fidélité": []}
    card = collection("card", "email", purposes=("loyalty",))
    page = answer(shop(card, recipients=("Carrier",))).page()
    assert [one["recipients"] for one in page["purposes"]] == [["Carrier"]]
    assert [one["purposes"] for one in page["recipients"]] == [["Programme de fidélité"]]


def test_a_recipient_of_a_store_without_purposes_is_named_all_the_same():
    page = answer(shop(purposes=(), recipients=("Carrier", "Host SAS"))).page()
    assert [(one["name"], one["country"]) for one in page["recipients"]] == [
        ("Carrier", "FR"),
        ("Host SAS", ""),
    ]


def test_a_recipient_outside_the_union_stands_with_its_safeguard():
    letters = collection("letters", "email", purposes=("mk_email",))
    (one,) = answer(shop(letters)).page()["recipients"]
    assert (one["name"], one["country"], one["safeguard"]) == ("Mailer Inc.", "US", "SCC 2021/914")


def test_a_collections_own_period_is_told_beside_its_purposes():
    kept = collection("orders", "email", retention={"fr": "10 ans.", "en": "10 years."})
    also = collection("returns", "email", retention={"fr": "10 ans.", "en": "10 years."})
    same = answer(shop()).page()["purposes"][0]["retention"]
    assert answer(shop(kept, also)).page()["purposes"][0]["retention"] == (
        f"{same} orders (fr), returns (fr)\u00a0: 10 ans."
    )
    english = answer(shop(kept), language="en").page()["purposes"][0]["retention"]
    assert english.endswith("orders (en): 10 years.")


def test_what_a_store_says_of_its_source_is_told():
    page = answer(shop(source=words("From a partner"))).page()
    assert page["sources"] == [{"data": "Shop (fr)", "source": "From a partner (fr)"}]


def test_fields_that_are_left_out_of_the_copy_are_named_as_withheld():
    made = answer(shop(collection("orders", "email", "secret!")))
    (table,) = made.tables()
    assert table.columns == ["id", "email"]
    (withheld,) = made.page()["withheld"]
    assert withheld["what"] == "Shop (fr) – orders (fr) (secret (fr))"
    assert "15" in withheld["why"]
    contents = Contents("", "", made.facts(), made.tables())
    archive = zipfile.ZipFile(BytesIO(b"".join(pack(contents, signer=SIGNER))))
    assert not any(b"scored 12" in archive.read(name) for name in archive.namelist())
    assert "scored 12" not in str(made.page())


def test_rows_that_are_only_referred_to_are_not_shown():
    staff = Collection("staff", words("staff"), ("id",), (field("id"), field("secret")))
    orders = Collection(
        "orders",
        words("orders"),
        ("id",),
        (field("id"), field("email"), field("staff_id")),
        (identity("email"),),
        (refers("staff_id", "staff", "id"),),
    )
    rows = {
        "orders": [{"id": 1, "email": EMAIL, "staff_id": 3}],
        "staff": [{"id": 3, "secret": "Louis"}],
    }
    store = FakeStore(
        StoreDefinition("shop", words("Shop"), ("order_management",), (orders, staff)), rows
    )
    made = answer(store)
    assert [table.collection for table in made.tables()] == ["orders"]
    assert "Louis" not in str(made.page())


def test_a_collection_that_was_not_searched_is_told_beside_its_store():
    partly = shop(collection("orders", "email"), collection("notes", "badge"))
    stores = answer(partly).page()["data_stores"]
    assert [(one["name"], one["state"], one["reason"]) for one in stores] == [
        ("shop", "found", ""),
        ("shop.notes", "not_searched", "no-path"),
    ]
    assert stores[1]["title"] == "Shop (fr) – notes (fr)"
    html = package_page("fr", **answer(partly).page())
    assert "Cette réponse n’est pas complète" in html
    assert "Shop (fr) – notes (fr)" in html


def test_a_link_to_nowhere_is_told_beside_its_store():
    orders = Collection(
        "orders",
        words("orders"),
        ("id",),
        (field("id"), field("email")),
        (identity("email"),),
        (owns("id", "nowhere", "id"),),
    )
    stores = answer(shop(orders)).page()["data_stores"]
    assert [(one["name"], one["reason"]) for one in stores] == [
        ("shop", ""),
        ("shop.nowhere", "not-registered"),
    ]


def test_a_store_with_nothing_on_anyone_is_no_gap():
    products = Collection(
        "product", words("product"), ("id",), (field("id", category=DataCategory.NONE),)
    )
    catalogue = FakeStore(
        StoreDefinition("catalogue", words("Catalogue"), (), (products,)), {"product": [{"id": 1}]}
    )
    made = answer(shop(), catalogue)
    assert made.findings.is_complete
    assert made.page()["data_stores"][1]["state"] == "empty"
    assert "n’est pas complète" not in package_page("fr", **made.page())


def test_a_store_that_does_not_answer_is_told_by_a_code():
    deaf = DeafStore(shop().definition, UnavailableError(f"no route to {EMAIL}"))
    (line,) = answer(deaf).page()["data_stores"]
    assert (line["state"], line["records"], line["reason"]) == ("failed", 0, "unavailable")


def test_what_was_searched_for_is_told_without_our_internal_number():
    page = answer(shop()).page()
    assert page["identifiers"] == [{"kind": "email", "value": EMAIL}]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_readable_page_is_whole_in_both_languages(language: str):
    orders = collection("orders", "email", "secret!", retention=words("10"))
    store = shop(orders, recipients=("Host SAS",), source=words("From a partner"))
    made = answer(store, language=language)
    html = package_page(language, **made.page())
    assert f'<html lang="{language}">' in html
    title = {"fr": "Gestion des commandes", "en": "Order management"}[language]
    for told in (title, "Host SAS", f"From a partner ({language})", EMAIL, "Carrier"):
        assert told in html
    assert not re.search(r"\b(package|portal|label|reason)\.[a-z_]+", html)
    other = {"fr": "(en)", "en": "(fr)"}[language]
    assert other not in html


def test_programs_read_the_same_facts_as_people():
    made = answer(shop(recipients=("Host SAS",)))
    facts, page = made.facts(), made.page()
    assert facts["controller"]["name"] == CONTROLLER.name
    assert facts["purposes"] == page["purposes"]
    assert facts["recipients"] == page["recipients"]
    assert facts["data_stores"] == [
        {"name": "shop", "title": "Shop (fr)", "state": "found", "records": 1, "reason": ""}
    ]


def test_consents_are_told_by_the_title_of_their_purpose():
    consents = Collection(
        "consent",
        words("consent"),
        ("id",),
        tuple(
            field(name) for name in ("id", "subject_id", "purpose_code", "granted", "at", "page")
        ),
        (identity("subject_id"),),
        purposes=("consent_proof",),
    )
    row = {
        "id": 1,
        "subject_id": str(UUID(int=9)),
        "granted": False,
        "at": AT,
        "page": "/panier",
    }
    own = FakeStore(
        StoreDefinition("privacy", words("Own"), ("requests",), (consents,)),
        {"consent": [row | {"purpose_code": "mk_email"}, row | {"id": 2, "purpose_code": "old"}]},
    )
    told = answer(own).page()["consents"]
    assert [(one["title"], one["granted"], one["where"]) for one in told] == [
        ("Offres par e-mail", False, "/panier"),
        ("old", False, "/panier"),
    ]


def many(number: int, *, length: int = 200) -> FakeStore:
    """Return a shop with so many orders, of which each has a note of such a length."""
    orders = collection("orders", "email", "secret")
    rows = [{"id": n, "email": EMAIL, "secret": f"<{n}>" + "x" * length} for n in range(number)]
    return FakeStore(StoreDefinition("shop", words("Shop"), (), (orders,)), {"orders": rows})


def test_the_page_shows_the_first_rows_and_names_the_file_with_all_of_them():
    made = answer(many(501), language="en")
    (shown,) = made.page()["data_stores"][0]["collections"]
    assert (len(shown["rows"]), shown["number"], shown["file"]) == (
        500,
        501,
        "csv/01-shop-orders.csv",
    )
    html = package_page("en", **made.page())
    assert "501 records. Only the first 500 are shown here" in html
    contents = Contents("", "", made.facts(), made.tables())
    archive = zipfile.ZipFile(BytesIO(b"".join(pack(contents, signer=SIGNER))))
    written = archive.read(shown["file"]).decode()
    assert written.count("\r\n") == 502
    assert written.count("x" * 200) == 501


def test_what_is_too_long_to_be_read_is_cut_on_the_page_and_whole_in_its_file():
    made = answer(many(100, length=6_000), language="en")
    (shown,) = made.page()["data_stores"][0]["collections"]
    assert all(row["secret"].endswith("x […]") for row in shown["rows"])
    assert len(shown["rows"]) == 30, "150,000 characters are enough for one page"
    assert (shown["number"], shown["file"]) == (100, "csv/01-shop-orders.csv")
    assert "100 records. Only the first 30 are shown here" in package_page("en", **made.page())
    (table,) = made.tables()
    assert [len(str(row["secret"])) > 6_000 for row in table.rows] == [True] * 100


def test_a_page_that_shows_every_row_names_no_file():
    (shown,) = answer(many(500)).page()["data_stores"][0]["collections"]
    assert (len(shown["rows"]), shown["file"]) == (500, "")


def test_programs_read_what_became_of_each_collection_and_field():
    orders, notes = collection("orders", "email", "secret!"), collection("notes", "badge")
    left = Withheld("shop", "orders", Ground.OTHERS, "email")
    facts = answer(shop(orders, notes), withheld=[left]).facts()
    told = [
        (one["collection"], one.get("field", ""), one["outcome"], one["reason"])
        for one in facts["coverage"]
    ]
    assert told == [
        ("orders", "", "found", ""),
        ("notes", "", "not_searched", "no-path"),
        ("orders", "secret", "withheld", "declared"),
        ("orders", "email", "withheld", "others"),
    ]
