"""Assertions 02 and 04 to 07: refusing is as easy as accepting, to eyes and hands."""

from typing import Any

import pytest

from tests.banner.assertions.looks import ACCEPT, REJECT, area, contrast, is_hit, style
from tests.banner.assertions.visit import SCREENS, Visit, in_all_languages

pytestmark = pytest.mark.browser
SCHEMES: tuple[Any, ...] = ("light", "dark")


@in_all_languages
def test_02_accepting_and_refusing_are_on_the_first_layer_without_scrolling(visit: Visit):
    for screen in SCREENS:
        visit.page.set_viewport_size(screen)
        visit.open()
        assert is_hit(visit.page, ACCEPT)
        assert is_hit(visit.page, REJECT)
        assert visit.page.evaluate("scrollY") == 0


@in_all_languages
def test_04_both_buttons_have_the_same_area(visit: Visit):
    visit.open()
    for screen in SCREENS:
        visit.page.set_viewport_size(screen)
        assert 0.9 <= area(visit.page, REJECT) / area(visit.page, ACCEPT) <= 1.1


@in_all_languages
def test_05_both_buttons_have_the_same_style(visit: Visit):
    visit.open()
    for scheme in SCHEMES:
        visit.page.emulate_media(color_scheme=scheme)
        assert style(visit.page, ACCEPT) == style(visit.page, REJECT)


@in_all_languages
def test_06_labels_and_edges_have_enough_contrast(visit: Visit):
    visit.open()
    for scheme in SCHEMES:
        visit.page.emulate_media(color_scheme=scheme)
        for button in (ACCEPT, REJECT):
            found = contrast(visit.page, button)
            assert found["label"] >= 4.5
            assert found["edge"] >= 3


@in_all_languages
def test_07_both_are_real_buttons_named_by_their_label(visit: Visit):
    visit.open()
    for hook in ("accept", "reject"):
        button = visit.page.get_by_role("button", name=visit.words[hook], exact=True)
        found = button.and_(visit.page.locator(f"#cb button[data-cb={hook}]"))
        assert found.count() == 1
        assert found.inner_text() == visit.words[hook]
        assert style(visit.page, f"#cb [data-cb={hook}]")["textDecoration"].startswith("none")
