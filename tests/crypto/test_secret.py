"""Holders of keys keep them to themselves."""

import copy
import pickle
import secrets

import pytest

from privacy.crypto.secret import Secret
from privacy.crypto.signing import Signer


def test_a_key_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        Secret(b"short")


def test_a_key_is_not_in_its_repr():
    secret = secrets.token_bytes(32)
    assert repr(Secret(secret)) == "<Secret>"


def test_a_key_is_not_pickled_or_copied():
    for key in (Secret(bytes(32)), Signer("a", bytes(32))):
        for act in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="never copied"):
                act(key)


def test_keys_compare_by_their_bytes_and_kind():
    assert Secret(bytes(32)) == Secret(bytes(32))
    assert Secret(bytes(32)) != Secret(bytes([1]) * 32)
    assert Secret(bytes(32)) != bytes(32)


def test_a_key_has_no_hash():
    with pytest.raises(TypeError, match="unhashable"):
        hash(Secret(bytes(32)))


def test_a_key_has_no_dict_to_look_into():
    assert not hasattr(Secret(bytes(32)), "__dict__")
