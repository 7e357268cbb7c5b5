"""The readable page on paper: everything that is on screen, in any alphabet, for every reader."""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from pypdf import PdfReader
from pypdf.generic import PdfObject

from privacy.packages import pdf
from privacy.packages.blocks import blocks_of, widths_of
from privacy.packages.making import contents_of
from privacy.packages.package import pack
from privacy.packages.pdf import pdf_of
from privacy.web.pages import package_page
from tests.packages.test_answer import answer, shop
from tests.packages.test_package import SIGNER
from tests.pages.package_cases import package_cases

AT = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
NAMES = ("Αλέξανδρος Παπαδόπουλος", "Анна Каренина", "Łódź Žižek", "François Œuvré", "Նինո")


def page(language: str = "fr") -> str:
    """Return a page with everything in it."""
    return package_page(language, **next(iter(package_cases())).context)


def made(html: str, language: str = "fr") -> PdfReader:
    """Return a page as a PDF that was read again."""
    written = pdf_of(html, language=language, author="Maison Lumen", at=AT)
    assert written is not None
    return PdfReader(io.BytesIO(written))


def root_of(reader: PdfReader) -> Mapping[str, Any]:
    """Return what a PDF says of itself."""
    return cast("Mapping[str, Any]", reader.trailer["/Root"])


def text_of(reader: PdfReader) -> str:
    """Return its text without line ends and breaks put in for the eye."""
    told = " ".join(one.extract_text() for one in reader.pages)
    return " ".join(told.replace("\u200b", "").split())


@pytest.mark.parametrize(
    ("language", "title"),
    [("fr", "Vos données chez Maison Lumen"), ("en", "Your data at Maison Lumen")],
)
def test_the_pdf_says_what_the_page_says_and_in_which_language(language: str, title: str):
    reader = made(page(language), language)
    text = text_of(reader)
    found_title, blocks = blocks_of(page(language))
    assert found_title == title
    for block in blocks:
        if block["kind"] == "heading":
            assert block["text"] in text
    for told in ("Camille Vasseur", "<script>alert(1)</script>", "48.90", "TSA 80715"):
        assert told in text


def test_it_has_a_title_a_language_an_outline_of_tags_and_no_claim_that_is_false():
    reader = made(page())
    root = root_of(reader)
    assert reader.metadata is not None
    assert reader.metadata.title == "Vos données chez Maison Lumen"
    assert reader.metadata.author == "Maison Lumen"
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"]
    assert "pdfuaid:part" in root["/Metadata"].get_data().decode()
    tags = tags_of(root["/StructTreeRoot"])
    assert {"/H1", "/Table", "/TH", "/TD", "/L", "/P"} <= tags


def tags_of(node: Any) -> set[str]:
    """Return the kinds of all elements in the tree of tags."""
    if not isinstance(node, dict):
        return set()
    below = node.get("/K", [])
    below = below if isinstance(below, list) else [below]
    mine = {str(node["/S"])} if "/S" in node else set()
    return mine.union(*(tags_of(_resolved(one)) for one in below))


def _resolved(node: Any) -> Any:
    return node.get_object() if isinstance(node, PdfObject) else node


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_alphabet_of_europe_can_be_read(name: str):
    reader = made(page().replace("Camille Vasseur", name))
    assert name in text_of(reader)


def test_arabic_and_hebrew_are_set_and_the_file_stays_accessible():
    reader = made(page().replace("Camille Vasseur", "فاطمة الزهراء שלום"))
    text = text_of(reader)
    assert "فاطمة" in text
    assert "שלום" in text
    assert "pdfuaid:part" in root_of(reader)["/Metadata"].get_data().decode()


@pytest.mark.parametrize("name", ["山田太郎", "\U0001f600", "\ufffe\x07 end", "\ue000"])
def test_a_letter_that_no_font_has_stops_nothing(name: str):
    assert "48.90" in text_of(made(page().replace("Camille Vasseur", name)))


def test_nothing_that_was_typed_is_a_command():
    typed = '#panic("x") $x$ *a* @ref \\ #read("/etc/passwd") ]'
    assert '#panic("x") $x$ *a* @ref' in text_of(made(page().replace("Camille Vasseur", typed)))


def test_a_table_wider_than_a_sheet_is_told_row_by_row():
    head = "".join(f"<th>Column {n}</th>" for n in range(9))
    row = "".join(f"<td>value {n}</td>" for n in range(9))
    _title, blocks = blocks_of(f"<table><tr>{head}</tr><tr>{row}</tr><tr>{row}</tr></table>")
    assert [block["kind"] for block in blocks] == ["record", "record"]
    assert blocks[1]["pairs"][8] == ["Column 8", "value 8"]


def test_the_same_page_gives_the_same_file():
    both = [pdf_of(page(), language="fr", author="x", at=AT) for _ in range(2)]
    assert both[0] == both[1]


def files_of() -> tuple[set[str], str]:
    """Return the files of a package, and its list of them for people."""
    contents = contents_of(answer(shop()), page=package_page, key=SIGNER.vkey)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pack(contents, signer=SIGNER))))
    told = archive.read("index.html").decode() + archive.read("README.txt").decode()
    assert SIGNER.vkey in told
    assert json.loads(archive.read("manifest.json"))["sha256"].keys() <= set(archive.namelist())
    return set(archive.namelist()), told


def test_a_package_has_it_beside_the_page():
    names, told = files_of()
    assert "index.pdf" in names
    assert told.count("index.pdf") == 2


def test_without_the_extra_a_package_has_no_pdf_and_says_nothing_of_one(
    monkeypatch: pytest.MonkeyPatch,
):
    assert pdf.is_available()
    monkeypatch.setattr(pdf, "find_spec", lambda _name: None)
    names, told = files_of()
    assert "index.pdf" not in names
    assert "pdf" not in told
    assert pdf_of(page(), language="fr", author="x", at=AT) is None


def test_a_table_too_long_for_paper_is_cut_and_says_so():
    rows = "".join(f"<tr><td>{n}</td></tr>" for n in range(2_000))
    html = f"<title>Long</title><table><tr><th>Number</th></tr>{rows}</table>" * 2
    text = text_of(made(html, "en"))
    assert "The first 1500 of 2000 rows; index.html and csv/ have more." in text
    assert "The first 10 of 2000 rows" in text
    assert "1499" in text
    assert "1501" not in text


def test_a_column_of_sentences_is_wider_than_one_of_numbers_but_leaves_room():
    narrow, sentence, long_one = widths_of(
        ["No.", "What", "All"], [["1", "Nothing was searched here.", "x" * 500]] * 3
    )
    assert narrow < sentence < long_one <= 5 * narrow
