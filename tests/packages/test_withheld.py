"""What is left out by decision: it is nowhere in the package, and its absence is told."""

import json
import zipfile
from io import BytesIO
from typing import Any

import pytest

from privacy.packages.answer import Answer
from privacy.packages.package import Contents, pack
from privacy.packages.withheld import GROUNDS, Ground, Withheld, key_of_row
from privacy.stores.definition import StoreDefinition
from privacy.web.pages import package_page
from tests.packages.test_answer import answer, collection, words
from tests.packages.test_package import SIGNER
from tests.requests.office import EMAIL
from tests.stores.fake_store import FakeStore

ROWS = [
    {"id": 1, "email": EMAIL, "note": "called by Louis"},
    {"id": 2, "email": EMAIL, "note": "paid by card"},
]


def desk(*withheld: Withheld, language: str = "fr") -> Answer:
    """Return the answer from a store of two notes, without what these decisions leave out."""
    notes = collection("notes", "email", "note")
    definition = StoreDefinition("desk", words("Desk"), ("order_management",), (notes,))
    return answer(FakeStore(definition, {"notes": ROWS}), language=language, withheld=withheld)


def everything(made: Answer) -> str:
    """Return all that a package holds, as one text."""
    html = package_page(made.asked.language, **made.page())
    contents = Contents(html, "", made.facts(), made.tables())
    archive = zipfile.ZipFile(BytesIO(b"".join(pack(contents, signer=SIGNER))))
    return "".join(archive.read(name).decode() for name in archive.namelist())


def left_out(made: Answer) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = made.facts()["withheld"]
    return told


def test_a_field_of_one_row_is_left_out_and_the_others_stay():
    made = desk(Withheld("desk", "notes", Ground.OTHERS, "note", ("1",)))
    told = everything(made)
    assert "Louis" not in told
    assert "paid by card" in told
    (line,) = left_out(made)
    assert line["what"] == "Desk (fr) – notes (fr) (note (fr)), un enregistrement"
    assert line["why"] == GROUNDS[Ground.OTHERS]["fr"]
    assert (line["fields"], line["records"], line["ground"]) == (["note"], 1, "others")
    rows = next(iter(made.tables())).rows
    assert [row["id"] for row in rows] == [1, 2]


def test_programs_read_null_and_people_the_ground_where_a_value_was_left_out():
    made = desk(Withheld("desk", "notes", Ground.OTHERS, "note", ("1",)))
    contents = Contents("", "", made.facts(), made.tables())
    archive = zipfile.ZipFile(BytesIO(b"".join(pack(contents, signer=SIGNER))))
    rows = json.loads(archive.read("data.json"))["data"][0]["rows"]
    assert [row["note"] for row in rows] == [None, "paid by card"]
    assert f"[{GROUNDS[Ground.OTHERS]['fr']}]" in archive.read("csv/01-desk-notes.csv").decode()


def test_a_whole_row_is_left_out_and_counted():
    made = desk(Withheld("desk", "notes", Ground.INQUIRY, row=("1",)), language="en")
    told = everything(made)
    assert "Louis" not in told
    assert "paid by card" in told
    (line,) = left_out(made)
    assert line["what"] == "Desk (en) – notes (en), one record"
    assert (line["records"], line["ground"]) == (1, "inquiry")


def test_a_field_is_left_out_of_every_row():
    made = desk(Withheld("desk", "notes", Ground.SECRET, "note"))
    (table,) = made.tables()
    assert list(table.columns) == ["id", "email"]
    assert "paid by" not in everything(made)
    assert [one["fields"] for one in left_out(made)] == [["note"]]


def test_a_whole_collection_is_left_out_and_stands_beside_its_store():
    made = desk(Withheld("desk", "notes", Ground.PROFESSIONAL))
    told = everything(made)
    assert "paid by" not in told
    assert made.tables() == []
    states = [(one["name"], one["state"]) for one in made.page()["data_stores"]]
    assert states == [("desk", "found"), ("desk.notes", "withheld")]
    assert left_out(made)[0]["why"] == GROUNDS[Ground.PROFESSIONAL]["fr"]
    assert "n’est pas complète" not in told


def test_a_decision_about_a_row_that_is_gone_claims_nothing():
    assert left_out(desk(Withheld("desk", "notes", Ground.OTHERS, "note", ("99",)))) == []


def test_rows_are_named_by_the_text_of_their_key():
    notes = collection("notes", "email")
    assert key_of_row(notes, {"id": 17, "email": EMAIL}) == ("17",)


@pytest.mark.parametrize("ground", list(Ground))
def test_every_ground_has_its_words_and_its_article_in_both_languages(ground: Ground):
    assert "article " in GROUNDS[ground]["fr"]
    assert "Art. " in GROUNDS[ground]["en"]
