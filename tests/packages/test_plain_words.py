"""Whoever asked understands what is lacking, why, and what to do: in words of their own."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from privacy import errors
from privacy.errors import PrivacyError
from privacy.packages.legible import legible
from privacy.packages.withheld import GROUNDS, Ground
from privacy.stores.search.findings import Reason
from privacy.web.pages import package_page
from privacy.web.words import LANGUAGES, Words
from tests.packages.test_answer import answer, collection, shop
from tests.stores.fake_store import DeafStore

LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
OTHERS = ("withheld", "not-portable", "awaited", "impossible", "unavailable", "invalid", "seal")
"""What stands in the place of a reason beside those of the search itself."""


@LANGUAGE
def test_every_reason_has_a_whole_sentence_of_its_own(language: str):
    words = Words(language)
    told = [words.text(f"package.reason.{one}") for one in (*Reason, *OTHERS, "fault")]
    assert len(set(told)) == len(told)
    for text in told:
        assert text.endswith((".", "».", "”."))
        assert len(text.split()) > 5


@LANGUAGE
def test_every_ground_says_which_article_allows_it_and_none_is_a_bare_reference(language: str):
    for ground in Ground:
        text = GROUNDS[ground][language]
        assert "RGPD" in text or "GDPR" in text or "article 20" in text
        assert len(text.partition("(")[0].split()) > 1


@LANGUAGE
def test_an_error_without_a_sentence_is_told_all_the_same(language: str):
    known = [one for one in vars(errors).values() if isinstance(one, type)]
    codes = {one.code for one in known if issubclass(one, PrivacyError)}
    page = answer(shop()).page() | {"data_stores": [_failed(code) for code in sorted(codes)]}
    html = package_page(language, **page)
    for code in codes - {"error"}:
        assert f">{code}<" not in html
    assert ("Une erreur de notre côté" if language == "fr" else "An error on our side") in html


def _failed(code: str) -> dict[str, Any]:
    return {
        "title": "Shop", "state": "failed", "records": 0, "reason": code, "collections": [],
    }  # fmt: skip


@LANGUAGE
def test_what_is_lacking_comes_with_what_to_do(language: str):
    deaf = DeafStore(shop().definition, errors.UnavailableError("no route"))
    lacking = package_page(language, **answer(deaf).page())
    assert '<a href="#searched" class="no-print">' in lacking
    said = "Ce qui manque vous est peut-être dû" if language == "fr" else "may be owed to you"
    assert said in lacking
    assert said not in package_page(language, **answer(shop()).page())


@LANGUAGE
def test_what_is_withheld_may_be_asked_for_again(language: str):
    withheld = shop(collection("orders", "email", "secret!"))
    said = "Vous pensez y avoir droit" if language == "fr" else "You think that you are entitled"
    assert said in package_page(language, **answer(withheld).page())
    assert said not in package_page(language, **answer(shop()).page())


@LANGUAGE
def test_data_without_a_purpose_in_the_register_are_named_as_unexplained(language: str):
    made = answer(shop(purposes=()), language=language)
    page = made.page()
    assert page["unexplained"] == [f"Shop ({language}) – orders ({language})"]
    assert made.facts()["unexplained"] == page["unexplained"]
    html = package_page(language, **page)
    said = "ne dit pas encore pourquoi" if language == "fr" else "does not say yet why"
    assert said in html
    assert answer(shop()).page()["unexplained"] == []
    assert said not in package_page(language, **answer(shop(), language=language).page())


@LANGUAGE
def test_nothing_is_claimed_that_the_register_does_not_say(language: str):
    html = package_page(language, **answer(shop(), language=language, recipients=()).page())
    declares = "ne déclare" if language == "fr" else "declares no"
    assert len(re.findall(rf"Boutique \(fictive\) {declares}", html)) == 4


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2022-03-11 00:00:00", "2022-03-11"),
        ("2022-03-11T00:00:00.000000", "2022-03-11"),
        ("2022-03-11 00:00:01", "2022-03-11 00:00:01"),
        ("2022-03-11T00:00:00+00:00", "2022-03-11T00:00:00+00:00"),
        ("on 2022-03-11 00:00:00", "on 2022-03-11 00:00:00"),
        (7, 7),
        (None, None),
    ],
)
def test_a_day_is_no_midnight(value: object, shown: object):
    assert legible(value) == shown


def test_instants_are_read_to_the_minute():
    at = datetime(2026, 3, 2, 9, 24, 1, 75882, tzinfo=UTC)
    assert legible(at) == "2026-03-02 09:24 UTC"
    assert legible(at.replace(tzinfo=None)) == "2026-03-02 09:24"
    assert legible(datetime(2026, 3, 2)) == "2026-03-02"  # noqa: DTZ001 -- as a database gives a day


def test_codes_of_our_own_rows_are_words_on_the_page_and_codes_in_files():
    page = answer(shop()).page()
    column = {"name": "action", "title": "Opération", "words": "action"}
    part = page["data_stores"][0]["collections"][0]
    page["data_stores"][0]["collections"] = [
        part | {"columns": [column], "rows": [{"action": "request.approved"}]}
    ]
    html = package_page("fr", **page)
    assert "Demande approuvée" in html
    assert "request.approved" not in html
