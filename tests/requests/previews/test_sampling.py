"""The sample that a preview keeps: few rows, those that tell of others, and only what goes out."""

import json
from dataclasses import replace

from privacy.requests.previews import sampling
from privacy.requests.previews.sampling import FIRST, MARKED, sampled
from privacy.stores.search.findings import Lead, LeadReason
from privacy.stores.search.graph import walk
from tests.stores.fake_store import FakeStore, collection, identity, owns, refers, store

DEFINITION = store(
    "shop",
    collection(
        "customer",
        "id email referred_by",
        identities=[identity("email")],
        links=[owns("id", "note", "customer_id"), refers("referred_by", "customer", "id")],
    ),
    collection(
        "note",
        "id customer_id text product",
        links=[refers("product", "product", "id", exported=True)],
    ),
    collection("product", "id name"),
)
LEAD = Lead("phone", ("+33199001234",), "shop", "customer", LeadReason.SHARED, 3)


def of(*texts: str) -> sampling.Contents:
    notes = [
        {"id": number, "customer_id": 1, "text": text, "product": 7}
        for number, text in enumerate(texts)
    ]
    rows = {
        "customer": [
            {"id": 1, "email": "ada@example.com", "referred_by": 2},
            {"id": 2, "email": "bob@example.com", "referred_by": None},
        ],
        "note": notes,
        "product": [{"id": 7, "name": "pen"}],
    }
    stores = {"shop": FakeStore(DEFINITION, rows)}
    findings = replace(walk(stores, {"email": {"ada@example.com"}}), leads=[LEAD])
    return sampled(findings, {"shop": DEFINITION}, lambda _words: set())


def seen(contents: sampling.Contents, name: str) -> sampling.Seen:
    return next(one for one in contents.seen if one.collection == name)


def test_the_first_rows_are_kept_and_those_that_tell_of_others() -> None:
    texts = ["x"] * 40 + ["bob@example.com"] * 30
    notes = seen(of(*texts), "note")
    assert (notes.owned, notes.scanned, notes.marks) == (70, 70, {"text": 30})
    assert [row.number for row in notes.rows] == [*range(FIRST), *range(40, 40 + MARKED)]


def test_a_row_that_no_package_shows_is_not_sampled() -> None:
    contents = of("x")
    customers = seen(contents, "customer")
    assert (customers.owned, customers.context, len(customers.rows)) == (1, 0, 1)
    assert customers.marks == {}, "her own address is no mark"
    products = seen(contents, "product")
    assert (products.owned, products.context) == (0, 1)
    assert [row.owned for row in products.rows] == [False]


def test_what_was_written_is_read_again() -> None:
    contents = of("bob@example.com", "long " * 2000)
    assert sampling.read(sampling.written(contents)) == contents
    assert sampling.read(sampling.written(contents)).leads == [LEAD]
    text = seen(contents, "note").rows[1].values["text"]
    assert text is not None
    assert len(text) == sampling.LONGEST


def test_a_lead_of_a_sample_that_an_older_release_kept_is_read() -> None:
    document = json.loads(sampling.written(of("x")))
    (lead,) = document["leads"]
    others = lead.pop("others")
    old = json.dumps({**document, "leads": [{"lead": lead, "others": others}]})
    assert sampling.read(old).leads == [LEAD]


def test_neither_values_nor_keys_show_when_printed() -> None:
    assert "bob@" not in repr(of("bob@example.com"))


def test_at_most_so_many_rows_are_looked_through(monkeypatch) -> None:
    monkeypatch.setattr(sampling, "MOST_ROWS", 5)
    assert seen(of(*["bob@example.com"] * 9), "note").scanned == 5
