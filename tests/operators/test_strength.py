"""The thresholds of CNIL 2022-100, and the words that everybody tries first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.operators.strength import MAX_LENGTH, weakness


@pytest.mark.parametrize(
    "password",
    [
        "vK7#mQz2!tRb",  # 12 of four kinds
        "vKtmQzwtRbLp7h",  # 14 of three kinds
        "v7t#q2w!r9l%x8",  # 14 of three kinds, other three
        "orange cheval lampe nuage violon tapis rivière",  # seven words
    ],
)
def test_strong_enough(password: str):
    assert weakness(password) is None


@pytest.mark.parametrize(
    "password",
    [
        "",
        "vK7#mQz2!tR",  # 11 of four kinds
        "vKtmQzwtRbLp7",  # 13 of three kinds
        "vktmqzwtrblpshdgnx",  # long, of one kind
        "vKtmQzwtRbLpShDgNx",  # long, of two kinds
        "orange cheval lampe nuage violon tapis",  # six words
        "la la la la la la la la la",  # one word said often
        "Motdepasse2026!",  # fifteen of four kinds, and the first that is tried
        "P@ssw0rd-2026!!",
        "Azerty123456!Az",
        "aaaaaaaaaaaaA1!",
    ],
)
def test_too_weak(password: str):
    assert weakness(password) is not None


def test_the_own_email_counts_as_one_character():
    assert weakness("Chevalier-Dupont7!") is None
    known = ("chevalier.dupont@shop.example",)
    assert weakness("Chevalier-Dupont7!", known=known) is not None


def test_a_password_of_a_megabyte_is_refused_before_it_is_hashed():
    assert weakness("vK7#mQz2!tRb" * 100_000) is not None
    assert weakness(("vK7#mQz2!tRb" * 100)[:MAX_LENGTH]) is None


@given(st.text(max_size=40), st.text(max_size=20))
def test_no_text_breaks_the_check(password: str, known: str):
    assert weakness(password, known=(known,)) in {None, weakness("")}
