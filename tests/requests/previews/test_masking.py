"""What a preview shows of a value without showing it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.requests.previews.masking import DOT, masked
from privacy.requests.previews.passages import passages


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("jeanne@exemple.fr", "j••••@e••••.fr"),
        ("jo@exemple.co.uk", "••@e••••.uk"),
        ("+33 6 39 98 00 01", "+•• • •• •• •• 01"),
        ("Bonjour, où ?", "•••••••, •• ?"),
        (date(2026, 3, 9), "••••-••-••"),
        (1042, "••••"),
        (True, "••••"),
        (b"\x00\x01", "•••"),
        (["a", "b"], "••• (2)"),
    ],
)
def test_the_shape_is_kept_and_the_content_hidden(value: object, shown: str) -> None:
    assert masked(value) == shown


@given(st.text())
def test_no_letter_and_no_digit_of_any_other_text_is_shown(text: str) -> None:
    if "@" not in text and not passages(text):
        shown, _, count = masked(text).partition("… (")
        assert not any(one.isalnum() for one in shown)
        assert len(shown) == min(len(text), 120)
        assert bool(count) == (len(text) > 120)


@given(st.from_regex(r"[a-z]{4,20}@[a-z]{4,20}\.[a-z]{2,4}", fullmatch=True))
def test_of_an_address_no_more_than_two_letters_and_the_last_label_are_shown(text: str) -> None:
    assert (
        masked(text).replace(DOT, "")
        == f"{text[0]}@{text.split('@')[1][0]}." + (text.rpartition(".")[2])
    )
