"""What publishing changes, and whether it asks again, is told before it is done."""

import json
from typing import Any

import pytest

from privacy.purposes.changes import Line, Part, change

DOCUMENT: dict[str, Any] = {
    "material": "aaaaaaaa",
    "texts": {"title": "Vos cookies", "accept": "Tout accepter"},
    "purposes": [
        {
            "code": "ads",
            "title": "Publicité",
            "summary": "des annonces.",
            "description": "…",
            "legal_basis": "consent",
            "version": 1,
            "vendors": [{"name": "Régie"}],
            "cookies": [{"name": "_rb", "lifetime": "13 mois"}],
            "signals": ["ad_storage"],
            "gpc": True,
        }
    ],
    "exempt": [{"code": "basket", "title": "Panier", "summary": "…", "version": 3}],
    "policy_url": "/cookies",
    "period": "P6M",
    "script": "a" * 64,
    "controllers": ["Maison Lumen"],
}


def changed(**changes: Any) -> dict[str, Any]:
    """Return the document with some of it replaced."""
    return {**DOCUMENT, **changes}


def told(new: dict[str, Any]) -> tuple[bool, list[Line]]:
    found = change("fr", ("d1", json.dumps(DOCUMENT)), ("d2", json.dumps(new)))
    assert (found.language, found.before, found.after) == ("fr", "d1", "d2")
    return found.asks_again, list(found.lines)


def test_the_same_words_change_nothing():
    assert told(DOCUMENT) == (False, [])


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"texts": {"title": "Cookies", "accept": "Tout accepter"}},
            Line(Part.TEXT, "title", "", "Vos cookies", "Cookies"),
        ),
        (
            {"texts": {"title": "Vos cookies"}},
            Line(Part.TEXT, "accept", "", "Tout accepter", ""),
        ),
        ({"script": "b" * 64}, Line(Part.FRAME, "script", "", "a" * 64, "b" * 64)),
        (
            {"controllers": ["Maison Lumen", "Lumen SAS"]},
            Line(Part.FRAME, "controllers", "", "Maison Lumen", "Maison Lumen, Lumen SAS"),
        ),
        (
            {"purposes": [DOCUMENT["purposes"][0] | {"vendors": [{"name": "Autre"}]}]},
            Line(Part.PURPOSE, "ads", "vendors", "Régie", "Autre"),
        ),
        (
            {"purposes": [DOCUMENT["purposes"][0] | {"cookies": []}]},
            Line(Part.PURPOSE, "ads", "cookies", "_rb (13 mois)", ""),
        ),
        (
            {"purposes": [DOCUMENT["purposes"][0] | {"gpc": False}]},
            Line(Part.PURPOSE, "ads", "gpc", "true", ""),
        ),
        (
            {"exempt": [DOCUMENT["exempt"][0] | {"summary": "!"}]},
            Line(Part.PURPOSE, "basket", "summary", "…", "!"),
        ),
    ],
)
def test_each_thing_that_reads_otherwise_is_one_line_and_asks_nobody(
    changes: dict[str, Any], line: Line
):
    assert told(changed(**changes)) == (False, [line])


def test_another_material_asks_again_and_a_new_purpose_is_told_in_full():
    more = DOCUMENT["purposes"][0] | {"code": "video", "title": "Vidéos"}
    asks, lines = told(changed(material="bbbbbbbb", purposes=[*DOCUMENT["purposes"], more]))
    assert asks
    assert {line.name for line in lines} == {"video"}
    assert Line(Part.PURPOSE, "video", "title", "", "Vidéos") in lines


def test_a_language_that_comes_or_goes_asks_nobody_again_and_has_no_lines():
    text = json.dumps(DOCUMENT)
    for before, after in ((("", ""), ("d", text)), (("d", text), ("", ""))):
        found = change("de", before, after)
        assert (found.asks_again, found.lines) == (False, ())
