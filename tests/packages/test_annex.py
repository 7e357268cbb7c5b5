"""All that Art. 15(1) and (2) GDPR asks for is there, of this subject, from the register."""

import json
import zipfile
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest

from privacy.consent.records.words import purpose_type
from privacy.packages.answer import Answer
from privacy.packages.disclosures import UNTOLD
from privacy.packages.ending import day_in
from privacy.packages.linked import CATEGORIES, CONTEXT, ROLES
from privacy.packages.package import Contents, pack
from privacy.packages.rights import complaint_to, rights_of
from privacy.purposes.models import Controller, RecipientRole
from privacy.stores.definition import Kept, StoreDefinition
from privacy.stores.erasing import Erasure, ErasureRule, KeepGround
from privacy.stores.terms import DataCategory
from privacy.web.pages import package_page
from tests.packages.test_answer import answer, collection, purpose, recipient, shop, words
from tests.packages.test_package import SIGNER
from tests.requests.office import EMAIL
from tests.stores.fake_store import FakeStore

LEGITIMATE = "fraud"
CNIL = {
    "name": "Commission nationale de l’informatique et des libertés (CNIL)",
    "whose": "",
    "address": "3 place de Fontenoy, TSA 80715, 75334 Paris Cedex 07, France",
    "url": "https://www.cnil.fr/fr/plaintes",
    "site": "cnil.fr",
}


def dated(*days: object, period: str = "P10Y") -> FakeStore:
    """Return a store of orders of these days, kept from each of them on."""
    orders = collection("orders", "email", "at", kept=Kept(period, "at"))
    rows = [{"id": number, "email": EMAIL, "at": day} for number, day in enumerate(days)]
    definition = StoreDefinition("shop", words("Shop"), ("order_management",), (orders,))
    return FakeStore(definition, {"orders": rows})


def document(made: Answer) -> dict[str, Any]:
    """Return `data.json` of a package."""
    contents = Contents("", "", made.facts(), made.tables())
    archive = zipfile.ZipFile(BytesIO(b"".join(pack(contents, signer=SIGNER))))
    read: dict[str, Any] = json.loads(archive.read("data.json"))
    return read


def test_a_period_ends_on_a_day_that_is_counted_from_the_rows():
    made = answer(dated(date(2024, 2, 29), datetime(2025, 6, 1, 23, 59, tzinfo=UTC)))
    assert made.page()["purposes"][0]["ends_on"] == date(2035, 6, 1)
    told = package_page("fr", **made.page())
    assert "28 février 2034" in told
    assert "1er juin 2035" in told
    (ending,) = document(made)["ends"]
    assert (ending["first"], ending["last"]) == ("2034-02-28", "2035-06-01")


def test_a_purpose_has_no_last_day_while_one_row_has_none():
    made = answer(dated(date(2024, 3, 1), None))
    assert made.page()["purposes"][0]["ends_on"] is None
    assert made.facts()["ends"][0]["is_whole"] is False


def test_where_nothing_is_counted_the_words_of_the_register_stand():
    page = answer(shop()).page()
    assert page["purposes"][0]["ends_on"] is None
    assert page["purposes"][0]["retention"]


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (date(2026, 3, 2), date(2026, 3, 2)),
        (datetime(2026, 3, 2, 23, tzinfo=UTC), date(2026, 3, 2)),
        ("2026-03-02T10:00:00Z", date(2026, 3, 2)),
        ("2026-03-02 10:00", date(2026, 3, 2)),
        ("yesterday", None),
        (None, None),
        (17, None),
    ],
)
def test_days_are_read_as_data_stores_hold_them(value: object, day: date | None):
    assert day_in(value) == day


def test_a_recipient_outside_the_area_without_safeguard_is_told_so():
    letters = collection("letters", "email", purposes=("mk_email",))
    receiving = (
        recipient("Mailer Inc.", "mk_email", country="US"),
        recipient("Courrier SARL", "mk_email", country="FR"),
        recipient("Swiss AG", "mk_email", country="CH", safeguard="Décision 2000/518/CE"),
    )
    page = answer(shop(letters), recipients=receiving).page()
    assert page["transfers"] == [
        {"name": "Mailer Inc.", "country": "US", "safeguard": UNTOLD["fr"]},
        {"name": "Swiss AG", "country": "CH", "safeguard": "Décision 2000/518/CE"},
    ]


def test_the_logic_of_decisions_that_nobody_takes_is_told():
    made = answer(shop())
    register = made.register
    told = {"logic": "Sum of twelve months.", "effects": "A lower limit."}
    register.purposes["order_management"].details = {"automated": {"fr": told, "en": told}}
    page = made.page()
    assert page["automated"] == [{"title": "Gestion des commandes", **told}]
    assert "Sum of twelve months." in package_page("fr", **page)
    register.purposes["order_management"].details = {}
    assert answer(shop()).page()["automated"] == []


def test_rights_are_those_that_the_bases_give_and_on_which_purposes():
    purposes = [purpose("order_management"), purpose("mk_email"), purpose(LEGITIMATE)]
    bearing = {one["kind"]: one["purposes"] for one in rights_of(purposes, "en")}
    assert bearing["erasure"] == []
    assert bearing["portability"] == ["Order management", purposes[1].texts["en"]["title"]]
    assert bearing["withdrawal"] == [purposes[1].texts["en"]["title"]]
    assert bearing["objection"] == [purposes[2].texts["en"]["title"]]
    assert "objection" not in {one["kind"] for one in rights_of(purposes[:1], "en")}


def test_what_need_not_be_erased_stands_beside_the_right_with_its_ground():
    bills = collection(
        "bills", "email", erasure=ErasureRule(Erasure.KEEP, KeepGround.LEGAL_OBLIGATION)
    )
    page = answer(shop(bills, collection("orders", "email"))).page()
    kept = {one["kind"]: one["kept"] for one in page["rights"]}
    assert [one["ground"] for one in kept.pop("erasure")] == ["legal-obligation"]
    assert not any(kept.values())
    html = package_page("fr", **page).replace("\xa0", " ")
    assert "parce que la loi l’impose (article 17, paragraphe 3, point b)" in html


def test_the_authority_is_that_of_the_controllers_country():
    assert complaint_to(Controller(region="FR-971"), "fr") == CNIL
    assert complaint_to(Controller(region="US"), "fr") is None
    page = answer(shop()).page()
    assert page["complaint"] == CNIL
    html = package_page("fr", **page).replace("\xa0", " ")
    assert (
        "Vous pouvez adresser une réclamation à l’autorité de contrôle : Commission nationale de "
        "l’informatique et des libertés (CNIL), 3 place de Fontenoy, TSA 80715, "
        "75334 Paris Cedex 07, France, <a"
    ) in html
    assert "(article 77 du RGPD)" in html
    assert "celui du pays où Boutique (fictive) est établi (article 79)" in html
    anywhere = package_page("en", **{**page, "complaint": None})
    assert "the country where you live" in anywhere


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_names_the_authority_that_the_controller_chose(language: str):
    page = answer(shop(), language=language).page()
    chosen = Controller(region="DE", authority="DE-BE")
    html = package_page(language, **page | {"complaint": complaint_to(chosen, language)})
    assert "Berliner Beauftragte für Datenschutz und Informationsfreiheit, " in html
    assert ("l’autorité de Berlin" if language == "fr" else "the Berlin authority") in html
    assert "10555 Berlin, " + ("Allemagne" if language == "fr" else "Germany") in html
    assert "datenschutz-berlin.de</a>" in html
    assert "CNIL" not in html


def test_an_authority_without_a_sure_address_stands_with_its_website():
    page = answer(shop()).page()
    there = complaint_to(Controller(region="IS"), "fr")
    html = package_page("fr", **page | {"complaint": there})
    assert "Persónuvernd, l’autorité islandaise, <a" in html


def test_the_source_of_the_data_stands_beside_each_purpose_that_uses_them():
    page = answer(shop(source=words("From a partner"))).page()
    assert page["purposes"][0]["source"] == "From a partner (fr)"


def test_programs_read_every_part_of_article_15():
    made = answer(shop(source=words("From a partner"), recipients=("Host SAS",)))
    read = document(made)
    for part in (
        "controller", "purposes", "recipients", "transfers", "sources", "automated", "rights",
        "complaint", "consents", "withheld", "data_stores", "identifiers", "data", "ends",
    ):  # fmt: skip
        assert part in read
    assert read["purposes"][0]["@type"] == "dpv:Purpose"
    assert read["purposes"][0]["basis"] == "contract"


def test_the_context_stands_in_the_document_and_needs_no_network():
    read = document(answer(shop()))
    assert read["@context"] == CONTEXT
    assert all(not isinstance(one, list) for one in _contexts(read))


def _contexts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        mine = [value["@context"]] if "@context" in value else []
        return mine + [one for inner in value.values() for one in _contexts(inner)]
    return []


def test_every_word_of_the_context_has_a_known_beginning():
    prefixes = {"dct", "dpv", "eu-gdpr", "pd", "schema", "xsd", "urn", "http", "https"}
    for text in _texts(CONTEXT):
        assert text.startswith("@") or text.partition(":")[0] in prefixes


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


def test_every_category_and_role_has_its_word():
    assert set(CATEGORIES) == set(DataCategory)
    assert set(ROLES) == set(RecipientRole)
    assert purpose_type("mk_email") == "dpv:DirectMarketing"
    assert purpose_type("ads_personalised") == "dpv:PersonalisedAdvertising"
    assert purpose_type("order_management") == "dpv:Purpose"
