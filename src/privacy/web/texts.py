"""Texts for phones: who writes, why, and one link, in one segment wherever the link lets it."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from privacy.errors import InvalidError
from privacy.outbox.gsm import ONE, places, shortened, spelled
from privacy.web.words import Words, closest_language

LEAST = 11
"""Places that the name of who writes gets, even if the text then takes two segments."""
OWN = "text."
OTHERS = "text.news"
"""What is said for letters that have no text of their own: something is new, behind the link."""


def render_text(template: str, language: str, variables: Mapping[str, str]) -> str:
    """Return the words of a text, in the alphabet of phones; the name is cut before the link is.

    Raises InvalidError unless there are a controller and a link that is http(s).
    """
    if variables.keys() != {"controller", "link"}:
        raise InvalidError("A text needs exactly: controller, link.")
    if urlsplit(variables["link"]).scheme not in {"http", "https"}:
        raise InvalidError("The link of a text must begin with http:// or https://.")
    words = Words(closest_language(language))
    own = f"{OWN}{template}"
    key = own if words.has(own) else OTHERS
    bare = spelled(words.text(key, controller="", link=variables["link"]))
    name = shortened(spelled(variables["controller"]), max(ONE - places(bare), LEAST))
    return spelled(words.text(key, controller=name, link=variables["link"]))
