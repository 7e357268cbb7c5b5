"""What fits into a text: the alphabet of phones, its places and its segments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.outbox.gsm import BASIC, EXTENDED, places, segments, shortened, spelled


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Société Générale", "Société Générale"),
        ("Crêperie « L’Île »", 'Creperie "L\'Ile"'),
        ("ça et là…", "ca et là..."),
        ("Cœur – œuvre", "Coeur - oeuvre"),
        ("e\u0301", "é"),
        ("日本", "??"),
        ("a_b@c.example/-~", "a_b@c.example/-~"),
    ],
)
def test_words_are_spelled_with_what_phones_have(text: str, said: str):
    assert spelled(text) == said


@given(st.text())
def test_nothing_else_is_ever_sent(text: str):
    assert set(spelled(text)) <= BASIC | EXTENDED


@pytest.mark.parametrize(
    ("text", "many"),
    [("a" * 160, 1), ("a" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("a" * 306, 2), ("a" * 307, 3)],
)
def test_segments_are_counted_as_they_are_paid(text: str, many: int):
    assert segments(text) == many


@given(st.text("abé€", max_size=40), st.integers(0, 40))
def test_what_is_cut_fits_and_what_fits_is_whole(text: str, most: int):
    assert places(shortened(text, most)) <= most
    if places(text) <= most:
        assert shortened(text, most) == text
