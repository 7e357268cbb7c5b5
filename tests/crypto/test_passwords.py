"""Operators' passwords."""

import pytest

from privacy.crypto import passwords
from privacy.crypto.passwords import hash_password, needs_rehash, verify_password

OF_OTHER_PARAMETERS = (
    "$argon2id$v=19$m=19456,t=2,p=1$E1Napn5nCP2k1Zmudsxqnw$"
    "+wQaV3rVjWKlT1pO7JcJuepb0HkrVmG05qmps4peXrA"
)


@pytest.fixture(scope="module")
def phc() -> str:
    return hash_password("correct horse")


def test_the_right_password_is_accepted_and_another_is_not(phc: str):
    assert verify_password("correct horse", phc)
    assert not verify_password("correct horsf", phc)
    assert not verify_password("", phc)


def test_the_string_says_how_it_was_made_and_not_from_what(phc: str):
    assert phc.startswith("$argon2id$v=19$m=32768,t=2,p=1$")
    assert "horse" not in phc


def test_the_same_password_never_makes_the_same_string(phc: str):
    assert hash_password("correct horse") != phc


def test_an_accent_composed_in_two_ways_is_the_same_password():
    assert verify_password("caf\u00e9", hash_password("cafe\u0301"))


def test_even_a_broken_string_is_only_a_wrong_password(phc: str):
    assert not verify_password("\ud800", phc)


@pytest.mark.parametrize("phc", ["", "plain", "$argon2id$v=19$m=8,t=1,p=1$a$b", "$2b$12$abc"])
def test_a_malformed_string_fits_no_password(phc: str):
    assert not verify_password("correct horse", phc)


def test_only_strings_of_other_parameters_are_made_again(phc: str):
    assert not needs_rehash(phc)
    assert needs_rehash(OF_OTHER_PARAMETERS)
    assert verify_password("x", OF_OTHER_PARAMETERS)


def test_the_parameters_are_not_below_what_owasp_asks():
    assert passwords.MEMORY_KIB >= 19 * 1024
    assert passwords.PASSES >= 2
