"""Texts for phones: who writes, why, one link, and one segment where that can be."""

import pytest

from privacy.errors import InvalidError
from privacy.outbox.gsm import BASIC, EXTENDED, segments
from privacy.web.texts import render_text
from privacy.web.words import LANGUAGES, catalogue

LINK = "https://privacy.example.fr/portal/example/download/" + "A_-z" * 10 + "abc"
TEMPLATES = sorted(key.removeprefix("text.") for key in catalogue("fr") if key.startswith("text."))
NAME = "Société Générale d’Œuvres et de Crêperies du Grand Ouest"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", [*TEMPLATES, "request_merged"])
def test_each_is_one_segment_and_holds_its_link_whole(template: str, language: str):
    text = render_text(template, language, {"controller": NAME, "link": LINK})
    assert LINK in text
    assert text.startswith("Société")
    assert segments(text) == 1
    assert set(text) <= BASIC | EXTENDED


def test_a_short_name_is_whole():
    text = render_text("request_ready", "fr", {"controller": "Boutique", "link": LINK})
    assert text.startswith("Boutique : vos données sont prêtes".replace("ê", "e"))


def test_a_link_is_never_cut():
    text = render_text("news", "en", {"controller": "Boutique", "link": LINK + "x" * 80})
    assert text.endswith("x" * 80)
    assert segments(text) == 2


@pytest.mark.parametrize(
    "variables",
    [
        {"controller": "Boutique"},
        {"controller": "Boutique", "link": "javascript:alert(1)"},
        {"controller": "Boutique", "link": LINK, "reason": "x"},
    ],
)
def test_a_text_says_nothing_else(variables: dict[str, str]):
    with pytest.raises(InvalidError):
        render_text("news", "fr", variables)
