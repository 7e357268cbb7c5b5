"""Sealed values open under their key and address only."""

import hashlib
import hmac
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.crypto.aead import DataKey, sealed_prefix, sealed_version
from privacy.errors import InvalidError, SealError

KEY = DataKey(bytes(range(32)))
HERE = ("identifier", "value", "controller-1", "subject-1", "row-1")
PLAIN = b"camille@example.org"
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)


@given(st.binary(max_size=200), st.lists(TEXTS, min_size=1, max_size=5).map(tuple))
def test_what_was_sealed_opens_to_itself(plain: bytes, context: tuple[str, ...]):
    assert KEY.open_sealed(KEY.seal(plain, context=context), context=context) == plain


@given(TEXTS)
def test_a_text_opens_to_itself(text: str):
    assert KEY.open_text(KEY.seal(text, context=HERE), context=HERE) == text


def test_no_flipped_bit_opens():
    blob = KEY.seal(PLAIN, context=HERE)
    for place in range(len(blob) * 8):
        flipped = bytearray(blob)
        flipped[place // 8] ^= 1 << (place % 8)
        with pytest.raises(SealError):
            KEY.open_sealed(bytes(flipped), context=HERE)


def test_no_part_of_a_sealed_value_opens():
    blob = KEY.seal(PLAIN, context=HERE)
    for length in range(len(blob)):
        with pytest.raises(SealError):
            KEY.open_sealed(blob[:length], context=HERE)
    with pytest.raises(SealError):
        KEY.open_sealed(blob + b"\0", context=HERE)


@pytest.mark.parametrize("part", range(len(HERE)))
def test_a_value_moved_elsewhere_does_not_open(part: int):
    blob = KEY.seal(PLAIN, context=HERE)
    there = (*HERE[:part], HERE[part] + "x", *HERE[part + 1 :])
    with pytest.raises(SealError, match="moved"):
        KEY.open_sealed(blob, context=there)


@given(st.lists(TEXTS, min_size=1, max_size=5).map(tuple))
def test_no_other_context_opens(context: tuple[str, ...]):
    blob = KEY.seal(PLAIN, context=HERE)
    with pytest.raises(SealError):
        KEY.open_sealed(blob, context=context)


def test_parts_of_a_context_do_not_run_together():
    blob = KEY.seal(PLAIN, context=("ab", "c"))
    for context in (("a", "bc"), ("abc",), ("ab", "c", ""), ("", "ab", "c")):
        with pytest.raises(SealError):
            KEY.open_sealed(blob, context=context)


def test_another_key_does_not_open():
    with pytest.raises(SealError):
        DataKey.generate().open_sealed(KEY.seal(PLAIN, context=HERE), context=HERE)


def test_a_sealed_value_is_32_bytes_longer_and_shows_nothing():
    blob = KEY.seal(PLAIN, context=HERE)
    assert blob[:4] == sealed_prefix(1) == b"\x01\x01\x00\x01"
    assert len(blob) == len(PLAIN) + 32
    assert b"camille" not in blob


def test_a_nonce_is_never_used_twice():
    nonces = {KEY.seal(b"", context=HERE)[4:16] for _ in range(2000)}
    assert len(nonces) == 2000


def test_a_value_of_another_version_does_not_open():
    secret = secrets.token_bytes(32)
    blob = DataKey(secret, version=2).seal(PLAIN, context=HERE)
    assert sealed_version(blob) == 2
    with pytest.raises(SealError, match="another version"):
        DataKey(secret, version=1).open_sealed(blob, context=HERE)
    with pytest.raises(SealError):
        DataKey(secret, version=1).open_sealed(blob[:3] + b"\1" + blob[4:], context=HERE)


def test_a_newer_key_opens_what_its_older_versions_sealed():
    one, two = DataKey.generate(version=1), DataKey.generate(version=2)
    blob = one.seal(PLAIN, context=HERE)
    three = DataKey(secrets.token_bytes(32), version=3, older=(one, two))
    assert three.open_sealed(blob, context=HERE) == PLAIN
    assert sealed_version(three.seal(PLAIN, context=HERE)) == 3
    with pytest.raises(SealError, match="another version"):
        three.open_sealed(DataKey.generate(version=4).seal(PLAIN, context=HERE), context=HERE)


@pytest.mark.parametrize("blob", [b"", b"\x01\x01\x00", b"\x02\x01\x00\x01", b"\x01\x02\x00\x01"])
def test_an_unknown_format_does_not_open(blob: bytes):
    with pytest.raises(SealError):
        KEY.open_sealed(blob, context=HERE)


def test_a_version_is_not_read_from_nothing():
    with pytest.raises(SealError, match="cut short"):
        sealed_version(b"\x01\x01\x00")


def test_bytes_that_are_no_text_do_not_open_as_text():
    with pytest.raises(SealError, match="no text"):
        KEY.open_text(KEY.seal(b"\xff", context=HERE), context=HERE)


def test_a_text_without_utf8_is_refused():
    with pytest.raises(InvalidError):
        KEY.seal("\ud800", context=HERE)


def test_a_wrapped_key_unwraps_to_itself_with_its_version():
    inner = DataKey.generate(version=7)
    again = KEY.unwrap(KEY.wrap(inner, context=HERE), context=HERE)
    assert again == inner
    assert again.version == 7


def test_a_wrapped_key_is_no_field_and_a_field_is_no_key():
    with pytest.raises(SealError):
        KEY.open_sealed(KEY.wrap(DataKey.generate(), context=HERE), context=HERE)
    with pytest.raises(SealError):
        KEY.unwrap(KEY.seal(bytes(34), context=HERE), context=HERE)


def test_a_wrapped_key_that_was_moved_does_not_unwrap():
    with pytest.raises(SealError):
        KEY.unwrap(KEY.wrap(DataKey.generate(), context=HERE), context=("elsewhere",))


def test_a_check_value_commits_to_one_key():
    assert KEY.check_value() == DataKey(bytes(range(32)), version=2).check_value()
    assert len(KEY.check_value()) == 16
    values = {DataKey.generate().check_value() for _ in range(50)}
    assert len(values) == 50


def test_a_key_that_was_not_committed_to_is_refused():
    KEY.confirm(KEY.check_value())
    with pytest.raises(SealError, match="committed"):
        DataKey.generate().confirm(KEY.check_value())


def test_sub_keys_are_hkdf_expand_of_the_secret():
    # One block of HKDF-Expand (RFC 5869): HMAC over the use and a counter.
    block = hmac.digest(bytes(range(32)), b"kcv\x01", hashlib.sha256)
    assert KEY.check_value() == block[:16]


def test_an_index_depends_on_key_and_context():
    index = KEY.index("a", context=HERE)
    assert index == KEY.index("a", context=HERE)
    assert len(index) == 16
    assert index != DataKey.generate().index("a", context=HERE)
    assert index != KEY.index("a", context=("elsewhere",))


def test_a_key_shows_its_version_only():
    assert repr(DataKey(bytes(32), version=3)) == "<DataKey version 3>"
