"""The default purposes: whole in every language that is offered, and short enough to be read."""

import pytest

from privacy.purposes.checks import WORDS
from privacy.purposes.defaults import DEFAULT_PURPOSES, LANGUAGES, words
from privacy.purposes.models import LegalBasis
from privacy.web.banner import script

CODES = [purpose.code for purpose in DEFAULT_PURPOSES]
LONGEST = {"title": 45, "summary": 110, "description": 200, "retention": 110}


def test_the_default_purposes_speak_every_language_of_the_banner():
    assert set(LANGUAGES) == set(script.LANGUAGES)
    assert LANGUAGES[0] == script.LANGUAGES[0]


def test_each_purpose_has_one_code():
    assert len(set(CODES)) == len(CODES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_words_every_purpose_whole_and_no_other(language: str):
    assert list(words(language)) == CODES
    for code, texts in words(language).items():
        assert tuple(texts) == WORDS, code
        for word, text in texts.items():
            assert text == text.strip() != "", (code, word)
            assert len(text) <= LONGEST[word], (code, word, len(text))
            assert '"' not in text
            assert "'" not in text
            assert "  " not in text


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_no_word_is_left_in_english(language: str):
    english = words("en")
    same = [
        (code, word)
        for code, texts in words(language).items()
        for word, text in texts.items()
        if text == english[code][word]
    ]
    assert same == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_purposes_are_never_called_the_same(language: str):
    titles = [texts["title"] for texts in words(language).values()]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_are_those_of_the_french_words(language: str):
    """A term that one language alone says otherwise would be a slip."""
    for code, texts in words(language).items():
        said = figures(texts["retention"])
        assert said == figures(words("fr")[code]["retention"]), code


def figures(text: str) -> list[str]:
    """Return the numbers of a text, sorted; "one" may be a word."""
    kept = "".join(letter if letter.isdigit() else " " for letter in text)
    return sorted(number for number in kept.split() if number != "1")


def test_what_is_said_in_another_language_is_said_of_every_purpose():
    assert all(set(purpose.texts) == set(LANGUAGES) for purpose in DEFAULT_PURPOSES)


def test_marketing_by_machine_needs_consent_and_the_post_does_not():
    """Art. 13 of Directive 2002/58 and Art. L. 223-1 of the French consumer code."""
    bases = {purpose.code: purpose.basis for purpose in DEFAULT_PURPOSES}
    machines = {"mk_email", "mk_sms", "mk_phone", "mk_robocall", "mk_push"}
    assert {bases[code] for code in machines} == {LegalBasis.CONSENT}
    assert bases["mk_post"] is LegalBasis.LEGITIMATE_INTERESTS


def test_a_signal_of_advertising_is_opened_by_purposes_that_a_signal_of_privacy_closes():
    for purpose in DEFAULT_PURPOSES:
        if any(signal.startswith("ad_") for signal in purpose.signals):
            assert purpose.gpc, purpose.code
            assert purpose.basis is LegalBasis.CONSENT, purpose.code
