"""Finding other people's identifiers in text, and never the subject's own."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.requests.previews.passages import (
    STRUCK,
    Mark,
    Own,
    foreign,
    is_card,
    is_iban,
    is_nir,
    is_whole,
    passages,
    struck,
    words,
)

NOBODY = Own(())
IBAN = "FR14 2004 1010 0505 0001 3M02 606"
NIR = "2 55 08 14 168 025 38"
CARD = "4111 1111 1111 1111"

ADDRESSES = st.from_regex(r"[a-z][a-z0-9.]{0,8}[a-z0-9]@[a-z]{2,8}\.(fr|com|org)", fullmatch=True)
NUMBERS = st.from_regex(r"0[1-79]( ?[0-9]{2}){4}", fullmatch=True)
PROSE = st.text(alphabet="abcdefghij ,.!?éèà\n'", max_size=40)


@st.composite
def cards(draw: st.DrawFn) -> str:
    body = draw(st.from_regex(r"4[0-9]{14}", fullmatch=True))
    return next(body + str(last) for last in range(10) if is_card(body + str(last)))


@st.composite
def accounts(draw: st.DrawFn) -> str:
    body = draw(st.from_regex(r"[0-9]{10}[0-9A-Z]{11}[0-9]{2}", fullmatch=True))
    number = next(
        f"FR{check:02d}{body}" for check in range(100) if is_iban(f"FR{check:02d}{body}")
    )
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


@st.composite
def security_numbers(draw: st.DrawFn) -> str:
    body = draw(st.from_regex(r"[12][0-9]{2}(0[1-9]|1[0-2])[0-9]{8}", fullmatch=True))
    return f"{body}{97 - int(body) % 97:02d}"


ANY = st.one_of(ADDRESSES, NUMBERS, cards(), accounts(), security_numbers())


@pytest.mark.parametrize(
    ("text", "mark", "part"),
    [
        ("Écrivez à Léa.Fictive+x@Exemple.fr.", Mark.EMAIL, "Léa.Fictive+x@Exemple.fr"),
        ("joindre au 06 39 98 00 01, merci", Mark.PHONE, "06 39 98 00 01"),
        ("tél.:+33 (0)6.39.98.00.01", Mark.PHONE, "+33 (0)6.39.98.00.01"),
        ("call 0044 20 7946 0000 now", Mark.PHONE, "0044 20 7946 0000"),
        (f"compte {IBAN} et merci", Mark.IBAN, IBAN),
        ("fr1420041010050500013m02606 svp", Mark.IBAN, "fr1420041010050500013m02606"),
        (f"carte {CARD}.", Mark.CARD, CARD),
        (f"sécu {NIR} ok", Mark.NIR, NIR),
        ("né en Corse 1 85 05 2A 004 123 56", Mark.NIR, "1 85 05 2A 004 123 56"),
    ],
)
def test_each_kind_is_found_as_people_write_it(text: str, mark: Mark, part: str) -> None:
    assert [(one.mark, text[one.start : one.end]) for one in passages(text)] == [(mark, part)]


@pytest.mark.parametrize(
    "text",
    [
        "Commande 1042 du 12/05/2026, 39,00 €",
        "2026-05-12 10:30:00.000",
        "4111 1111 1111 1112",
        "FR15 2004 1010 0505 0001 3M02 606",
        "a@b, @marthe, x@localhost",
        "réf. 019b7c00-0000-7000-8000-0000000000d1",
        "",
    ],
)
def test_dates_amounts_and_numbers_that_fail_their_check_are_not(text: str) -> None:
    assert passages(text) == []


def test_the_key_of_a_security_number_is_checked() -> None:
    assert is_nir("255081416802538")
    assert not is_nir("255081416802539")


@given(st.lists(ANY, min_size=1, max_size=4), st.lists(PROSE, min_size=5, max_size=5))
def test_whatever_stands_in_prose_is_found_and_nothing_of_it_is_left(
    identifiers: list[str], prose: list[str]
) -> None:
    text = prose[-1] + " ; "
    for between, one in zip(prose, identifiers, strict=False):
        text += f"{between} ; {one} ; "
    left = struck(text, foreign(text, NOBODY))
    assert not any(one in left for one in identifiers)
    assert left.count(STRUCK) >= 1


@given(ANY, st.lists(ANY, max_size=3), PROSE)
def test_ones_own_is_never_marked_however_it_is_written(
    mine: str, others: list[str], prose: str
) -> None:
    text = f"{prose} ; {mine.upper()} ; " + " ; ".join(others)
    own = Own([mine])
    for one in foreign(text, own):
        assert not own.has(text[one.start : one.end], one.mark)
    assert mine.upper() in struck(text, foreign(text, own)) or mine in others


@given(st.text(max_size=200))
def test_any_text_is_read_and_passages_stand_apart_and_in_order(text: str) -> None:
    found = passages(text)
    assert found == sorted(found)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= after.start for one, after in pairwise(found))
    assert struck(text, []) == text


def test_a_number_that_belongs_to_another_subject_is_marked_though_it_has_no_shape() -> None:
    text = "Parrainée par LUM-00-07-42, cliente 1042."
    assert words(text) == {"LUM-00-07-42", "1042"}
    found = foreign(text, NOBODY, known={"LUM-00-07-42"})
    assert struck(text, found) == f"Parrainée par {STRUCK}, cliente 1042."
    assert foreign(text, Own(["LUM000742"]), known={"LUM-00-07-42"}) == []


def test_a_value_is_whole_only_when_nothing_stands_beside_it() -> None:
    assert is_whole(IBAN, {Mark.IBAN})
    assert not is_whole(f"compte {IBAN}", {Mark.IBAN})
    assert not is_whole(IBAN, {Mark.CARD})
    assert not is_whole(None, {Mark.IBAN})


def test_a_long_text_without_any_is_read_in_time() -> None:
    assert passages("0 1 2 3 4 5 6 7 8 9 . - " * 5000 + "a." * 20000 + "@") == []
