"""What the register refuses, form by form."""

import pytest

from privacy.errors import InvalidError
from privacy.purposes import checks
from privacy.purposes.defaults import DEFAULT_PURPOSES

WORDS = {"title": "T", "summary": "S", "description": "D", "retention": "R"}
TEXTS = {"fr": WORDS, "en": WORDS}
KNOWN = {f"p{number}": object() for number in range(60)}


@pytest.mark.parametrize("slug", ["", "Boutique", "a b", "a--b", "-a", "a/b", "é", "a" * 61])
def test_a_slug_that_no_address_can_hold_is_refused(slug: str):
    with pytest.raises(InvalidError) as refused:
        checks.check_controller(slug, "Europe/Paris")
    assert "slug" in refused.value.fields


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../etc/passwd", "CET+1\0"])
def test_a_time_zone_without_a_calendar_is_refused(zone: str):
    with pytest.raises(InvalidError) as refused:
        checks.check_controller("boutique", zone)
    assert "zone" in refused.value.fields


@pytest.mark.parametrize(
    "origin",
    [
        "", "*", "null", "shop.example", "//shop.example", "https://", "ftp://shop.example",
        "https://shop.example/", "https://shop.example/path", "https://shop.example?x",
        "https://*.a.fr", "https://a@shop.example", "https://Shop.example",
        "https://shop.example:443", "http://shop.example:80", "http://shop.example:0",
        "http://shop.example:08080", "http://shop.example:65536", "https://shop.example\n",
        "https://é.example", "https://shop..example",
    ],
)  # fmt: skip
def test_an_origin_that_no_browser_sends_is_refused(origin: str):
    with pytest.raises(InvalidError) as refused:
        checks.check_origins(["https://good.example", origin])
    assert refused.value.fields == {"origins": [origin]}


def test_no_origin_at_all_is_refused():
    with pytest.raises(InvalidError):
        checks.check_origins([])


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:8601", "https://a.b-c.example:8443", "http://127.0.0.1:1", "https://a.fr"],
)
def test_an_origin_as_browsers_send_it_passes(origin: str):
    checks.check_origins([origin])


@pytest.mark.parametrize("codes", [[], ["other"], ["p1", "p1"], list(KNOWN)])
def test_a_site_names_known_purposes_each_once_and_not_too_many(codes: list[str]):
    with pytest.raises(InvalidError) as refused:
        checks.check_asked(codes, KNOWN)
    assert "purposes" in refused.value.fields
    checks.check_asked(["p1", "p2"], KNOWN)


@pytest.mark.parametrize("code", ["Publicité", "a,b", "", "1a", "a" * 61])
def test_a_code_that_an_answer_could_not_name_is_refused(code: str):
    with pytest.raises(InvalidError) as refused:
        checks.check_purpose(code, TEXTS, {})
    assert list(refused.value.fields) == ["code"]


@pytest.mark.parametrize("word", checks.WORDS)
@pytest.mark.parametrize("language", checks.LANGUAGES)
def test_a_purpose_that_lacks_a_word_in_a_language_is_refused(language: str, word: str):
    texts = TEXTS | {language: WORDS | {word: " "}}
    with pytest.raises(InvalidError) as refused:
        checks.check_purpose("audience", texts, {})
    assert list(refused.value.fields) == [f"texts.{language}.{word}"]


def test_a_detail_that_no_banner_knows_is_refused():
    with pytest.raises(InvalidError) as refused:
        checks.check_purpose("audience", TEXTS, {"version": 9, "gpc": True})
    assert list(refused.value.fields) == ["details.version"]


@pytest.mark.parametrize("purpose", DEFAULT_PURPOSES, ids=lambda one: one.code)
def test_every_default_purpose_says_everything(purpose):
    checks.check_purpose(purpose.code, purpose.texts, purpose.details)
