"""Capabilities that travel in a link."""

import hashlib
import re

from privacy.crypto import tokens


def test_a_token_has_256_bits_and_needs_no_escaping():
    token = tokens.new_token()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)


def test_no_two_tokens_are_alike():
    assert len({tokens.new_token() for _ in range(1000)}) == 1000


def test_the_digest_is_sha256_of_the_text():
    assert tokens.digest("abc") == hashlib.sha256(b"abc").digest()


def test_even_a_broken_string_has_a_digest():
    assert tokens.digest("\ud800") != tokens.digest("\ud801")
