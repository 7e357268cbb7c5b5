"""`data.json` as a processor of JSON-LD 1.1 that is not ours reads it, without any network."""

from importlib import import_module
from typing import Any

import pytest

from privacy.packages.answer import Answer
from tests.packages.test_annex import document
from tests.packages.test_answer import answer, recipient, shop, words

jsonld = import_module("pyld.jsonld")
DPV, DCT, SCHEMA = "https://w3id.org/dpv#", "http://purl.org/dc/terms/", "https://schema.org/"


def offline(url: str, _options: object) -> Any:
    """Refuse to load anything."""
    raise AssertionError(f"asked the network for {url}")


@pytest.fixture
def made() -> Answer:
    """Return an answer in which every part of the page has something."""
    carrier = recipient("Carrier", "order_management", country="US", safeguard="SCC 2021/914")
    return answer(shop(source=words("From a partner")), recipients=(carrier,), language="en")


@pytest.fixture
def expanded(made: Answer) -> dict[str, Any]:
    """Return the document with every word spelled as an IRI."""
    (read,) = jsonld.expand(document(made), {"documentLoader": offline})
    assert isinstance(read, dict)
    return read


def test_every_word_becomes_an_iri_and_none_is_lost(expanded: dict[str, Any], made: Answer):
    assert all(":" in name or name.startswith("@") for name in _words(expanded))
    ours = document(made)
    for name in ours.keys() - {"@context"}:
        assert len(expanded[_iri(name)]) >= (1 if ours[name] else 0)


def _words(value: Any) -> set[str]:
    if isinstance(value, dict):
        inner = value.items() if value.get("@type") != "@json" else ()
        return set(value).union(*(_words(one) for _, one in inner))
    return set().union(*map(_words, value)) if isinstance(value, list) else set()


def _iri(name: str) -> str:
    known = {
        "number": f"{DCT}identifier", "received_on": f"{DCT}dateSubmitted",
        "made_at": f"{DCT}created", "controller": f"{DPV}hasDataController",
        "purposes": f"{DPV}hasPurpose", "recipients": f"{DPV}hasRecipient",
        "transfers": f"{DPV}hasDataTransfer", "sources": f"{DPV}hasDataSource",
        "rights": f"{DPV}hasRight", "consents": f"{DPV}hasConsent",
        "data": f"{DPV}hasPersonalData",
    }  # fmt: skip
    return known.get(name, f"urn:privacy:package:{name}")


def test_the_purpose_has_its_basis_and_its_categories_in_the_words_of_dpv(
    expanded: dict[str, Any],
):
    (purpose,) = expanded[f"{DPV}hasPurpose"]
    assert purpose["@type"] == [f"{DPV}Purpose"]
    assert purpose[f"{DPV}hasLegalBasis"] == [{"@id": "https://w3id.org/dpv/legal/eu/gdpr#A6-1-b"}]
    assert purpose[f"{DPV}hasPersonalData"] == [{"@id": "https://w3id.org/dpv/pd#Transactional"}]


def test_days_and_instants_keep_their_types(expanded: dict[str, Any]):
    (received,) = expanded[f"{DCT}dateSubmitted"]
    assert received == {"@value": "2026-03-02", "@type": "http://www.w3.org/2001/XMLSchema#date"}


def test_rows_stay_as_the_data_store_spelled_them(expanded: dict[str, Any], made: Answer):
    (collection,) = expanded[f"{DPV}hasPersonalData"]
    (rows,) = collection[f"{SCHEMA}hasPart"]
    assert rows["@type"] == "@json"
    assert rows["@value"] == document(made)["data"][0]["rows"]


def test_it_can_be_written_as_triples(made: Answer):
    triples = jsonld.to_rdf(
        document(made), {"documentLoader": offline, "format": "application/n-quads"}
    )
    assert "https://w3id.org/dpv#hasDataController" in triples
    assert "SCC 2021/914" in triples
