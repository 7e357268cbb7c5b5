"""The encoding of contexts, and indexes over sealed values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.crypto.blind import blind_index, encoded, octets
from privacy.errors import InvalidError

KEY = bytes(range(32))
TEXTS = st.text(st.characters(codec="utf-8"), max_size=6)
CONTEXTS = st.lists(TEXTS, min_size=1, max_size=4).map(tuple)


@given(CONTEXTS, CONTEXTS)
def test_different_contexts_have_different_bytes(one: tuple[str, ...], two: tuple[str, ...]):
    assert (encoded(one) == encoded(two)) == (one == two)


@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_a_context_is_not_its_parts_run_together(parts: list[str]):
    assert encoded(tuple(parts)) != encoded(("".join(parts),))


def test_the_encoding_is_a_count_and_each_length():
    assert encoded(("ab", "é", "")) == b"\0\3\0\2ab\0\2\xc3\xa9\0\0"


def test_an_empty_context_is_refused():
    with pytest.raises(ValueError, match="address"):
        encoded(())


def test_a_part_longer_than_its_length_field_is_refused():
    with pytest.raises(OverflowError):
        encoded(("a" * 65_536,))


@given(TEXTS, CONTEXTS, TEXTS, CONTEXTS)
def test_indexes_are_equal_only_for_equal_values_in_equal_contexts(
    one: str, here: tuple[str, ...], two: str, there: tuple[str, ...]
):
    same = (one, here) == (two, there)
    assert (blind_index(KEY, one, here) == blind_index(KEY, two, there)) == same


def test_a_value_does_not_slide_into_its_context():
    assert blind_index(KEY, "\0\1bc", ("a",)) != blind_index(KEY, "c", ("a", "b"))


def test_an_index_never_changes_between_releases():
    # Rows hold these bytes: another result would make every subject unfindable.
    index = blind_index(KEY, "a@example.org", ("identifier", "email"))
    assert index.hex() == "ad04615e99ca5c1729a815708cac3ca5"


def test_half_a_surrogate_pair_is_refused_without_being_quoted():
    with pytest.raises(InvalidError) as caught:
        octets("secret\ud800")
    assert "secret" not in str(caught.value)
    with pytest.raises(InvalidError):
        blind_index(KEY, "\ud800", ("a",))
