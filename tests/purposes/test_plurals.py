"""Periods as each language counts them."""

import pytest

from privacy.purposes.defaults import LANGUAGES
from privacy.purposes.plurals import days, months

NUMBERS = (1, 2, 3, 6, 11, 13, 21, 22, 25, 101, 111)
MONTHS = {
    "ar": ("شهر واحد", "شهران", "3 أشهر", "6 أشهر", "11 شهرًا", "13 شهرًا", "21 شهرًا", "22 شهرًا",
           "25 شهرًا", "101 شهر", "111 شهرًا"),
    "cs": ("1 měsíc", "2 měsíce", "3 měsíce", "6 měsíců", "11 měsíců", "13 měsíců", "21 měsíců",
           "22 měsíců", "25 měsíců", "101 měsíců", "111 měsíců"),
    "de": ("1 Monat", "2 Monate", "3 Monate", "6 Monate", "11 Monate", "13 Monate", "21 Monate",
           "22 Monate", "25 Monate", "101 Monate", "111 Monate"),
    "fr": ("1 mois", "2 mois", "3 mois", "6 mois", "11 mois", "13 mois", "21 mois", "22 mois",
           "25 mois", "101 mois", "111 mois"),
    "ga": ("1 mhí", "2 mhí", "3 mhí", "6 mhí", "11 mhí", "13 mhí", "21 mhí", "22 mhí", "25 mhí",
           "101 mhí", "111 mhí"),
    "hr": ("1 mjesec", "2 mjeseca", "3 mjeseca", "6 mjeseci", "11 mjeseci", "13 mjeseci",
           "21 mjesec", "22 mjeseca", "25 mjeseci", "101 mjesec", "111 mjeseci"),
    "hu": ("1 hónap", "2 hónap", "3 hónap", "6 hónap", "11 hónap", "13 hónap", "21 hónap",
           "22 hónap", "25 hónap", "101 hónap", "111 hónap"),
    "lt": ("1 mėnuo", "2 mėnesiai", "3 mėnesiai", "6 mėnesiai", "11 mėnesių", "13 mėnesių",
           "21 mėnuo", "22 mėnesiai", "25 mėnesiai", "101 mėnuo", "111 mėnesių"),
    "lv": ("1 mēnesis", "2 mēneši", "3 mēneši", "6 mēneši", "11 mēneši", "13 mēneši",
           "21 mēnesis", "22 mēneši", "25 mēneši", "101 mēnesis", "111 mēneši"),
    "mt": ("xahar", "xahrejn", "3 xhur", "6 xhur", "11-il xahar", "13-il xahar", "21 xahar",
           "22 xahar", "25 xahar", "101 xahar", "111-il xahar"),
    "pl": ("1 miesiąc", "2 miesiące", "3 miesiące", "6 miesięcy", "11 miesięcy", "13 miesięcy",
           "21 miesięcy", "22 miesiące", "25 miesięcy", "101 miesięcy", "111 miesięcy"),
    "ro": ("1 lună", "2 luni", "3 luni", "6 luni", "11 luni", "13 luni", "21 de luni",
           "22 de luni", "25 de luni", "101 luni", "111 luni"),
    "sl": ("1 mesec", "2 meseca", "3 meseci", "6 mesecev", "11 mesecev", "13 mesecev",
           "21 mesecev", "22 mesecev", "25 mesecev", "101 mesec", "111 mesecev"),
}  # fmt: skip
DAYS = {
    ("ar", 1): "يوم واحد", ("ar", 7): "7 أيام", ("ar", 30): "30 يومًا", ("bg", 1): "1 ден",
    ("bg", 30): "30 дни", ("cs", 2): "2 dny", ("cs", 30): "30 dní", ("da", 1): "1 dag",
    ("da", 30): "30 dage", ("el", 1): "1 ημέρα", ("el", 30): "30 ημέρες", ("en", 1): "1 day",
    ("es", 30): "30 días", ("et", 1): "1 päev", ("et", 30): "30 päeva", ("fi", 1): "1 päivä",
    ("fi", 30): "30 päivää", ("fr", 1): "1 jour", ("fr", 30): "30 jours", ("ga", 8): "8 lá",
    ("hr", 21): "21 dan", ("hr", 30): "30 dana", ("hu", 30): "30 nap", ("it", 1): "1 giorno",
    ("it", 30): "30 giorni", ("lt", 1): "1 diena", ("lt", 3): "3 dienos", ("lt", 30): "30 dienų",
    ("lv", 30): "30 dienas", ("mt", 2): "jumejn", ("mt", 14): "14-il jum", ("mt", 30): "30 jum",
    ("nl", 30): "30 dagen", ("pl", 1): "1 dzień", ("pl", 30): "30 dni", ("pt", 30): "30 dias",
    ("ro", 7): "7 zile", ("ro", 30): "30 de zile", ("sk", 2): "2 dni", ("sk", 30): "30 dní",
    ("sl", 2): "2 dneva", ("sl", 3): "3 dnevi", ("sl", 30): "30 dni", ("sv", 30): "30 dagar",
}  # fmt: skip


@pytest.mark.parametrize("language", MONTHS)
def test_months_take_the_form_that_their_number_asks_for(language: str):
    assert tuple(months(number, language) for number in NUMBERS) == MONTHS[language]


@pytest.mark.parametrize(("language", "number"), DAYS)
def test_days_take_the_form_that_their_number_asks_for(language: str, number: int):
    assert days(number, language) == DAYS[language, number]


def test_irish_is_lenited_by_six_and_not_by_seven():
    assert [months(number, "ga") for number in (6, 7, 18)] == ["6 mhí", "7 mí", "18 mí"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_counts_every_number_in_its_own_words(language: str):
    """Two languages may share a word, but none falls back to English."""
    for number in range(400):
        for counted in (months, days):
            assert counted(number, language)
            assert "#" not in counted(number, language)
            if language != "en":
                assert counted(number, language) != counted(number, "en")


def test_an_unknown_language_is_counted_in_english():
    assert (months(13, "xx"), days(1, "xx")) == ("13 months", "1 day")
