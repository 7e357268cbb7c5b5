"""Months and days counted in each language, by the plural rules of the Unicode CLDR (pure)."""

from collections.abc import Callable

Rule = Callable[[int], int]
"""Which of a language's forms a whole number takes, counted from zero."""


def _one_or_more(number: int) -> int:
    return 0 if number == 1 else 1


def _french(number: int) -> int:
    return 0 if number in {0, 1} else 1


def _alike(_number: int) -> int:
    return 0


def _arabic(number: int) -> int:
    tail = number % 100
    if number in {1, 2}:
        return number - 1
    if 3 <= tail <= 10:
        return 2
    return 3 if tail >= 11 else 4


def _czech(number: int) -> int:
    if number == 1:
        return 0
    return 1 if 2 <= number <= 4 else 2


def _croatian(number: int) -> int:
    last, tail = number % 10, number % 100
    if last == 1 and tail != 11:
        return 0
    return 1 if 2 <= last <= 4 and not 12 <= tail <= 14 else 2


def _polish(number: int) -> int:
    if number == 1:
        return 0
    return 1 if _croatian(number) == 1 else 2


def _irish(number: int) -> int:
    return 1 if number % 10 in {0, 7, 8, 9} else 0


def _latvian(number: int) -> int:
    return 0 if number % 10 == 1 and number % 100 != 11 else 1


def _lithuanian(number: int) -> int:
    last, teen = number % 10, 11 <= number % 100 <= 19
    if teen or last == 0:
        return 2
    return 0 if last == 1 else 1


def _maltese(number: int) -> int:
    tail = number % 100
    if number in {1, 2}:
        return number - 1
    if number == 0 or 3 <= tail <= 10:
        return 2
    return 3 if 11 <= tail <= 19 else 4


def _romanian(number: int) -> int:
    if number == 1:
        return 0
    return 1 if number == 0 or 1 <= number % 100 <= 19 else 2


def _slovenian(number: int) -> int:
    tail = number % 100
    if tail in {1, 2}:
        return tail - 1
    return 2 if tail in {3, 4} else 3


_COUNTED: dict[str, tuple[Rule, str, str]] = {
    "ar": (_arabic, "شهر واحد|شهران|# أشهر|# شهرًا|# شهر", "يوم واحد|يومان|# أيام|# يومًا|# يوم"),
    "bg": (_one_or_more, "# месец|# месеца", "# ден|# дни"),
    "cs": (_czech, "# měsíc|# měsíce|# měsíců", "# den|# dny|# dní"),
    "da": (_one_or_more, "# måned|# måneder", "# dag|# dage"),
    "de": (_one_or_more, "# Monat|# Monate", "# Tag|# Tage"),
    "el": (_one_or_more, "# μήνας|# μήνες", "# ημέρα|# ημέρες"),
    "en": (_one_or_more, "# month|# months", "# day|# days"),
    "es": (_one_or_more, "# mes|# meses", "# día|# días"),
    "et": (_one_or_more, "# kuu|# kuud", "# päev|# päeva"),
    "fi": (_one_or_more, "# kuukausi|# kuukautta", "# päivä|# päivää"),
    "fr": (_french, "# mois|# mois", "# jour|# jours"),
    # Irish lenites after one to six, also within a larger number: 13 is "trí mhí déag". (The
    # CLDR looks at the whole number only.)
    "ga": (_irish, "# mhí|# mí", "# lá|# lá"),
    "hr": (_croatian, "# mjesec|# mjeseca|# mjeseci", "# dan|# dana|# dana"),
    "hu": (_alike, "# hónap", "# nap"),
    "it": (_one_or_more, "# mese|# mesi", "# giorno|# giorni"),
    "lt": (_lithuanian, "# mėnuo|# mėnesiai|# mėnesių", "# diena|# dienos|# dienų"),
    "lv": (_latvian, "# mēnesis|# mēneši", "# diena|# dienas"),
    "mt": (
        _maltese,
        "xahar|xahrejn|# xhur|#-il xahar|# xahar",
        "jum|jumejn|# ijiem|#-il jum|# jum",
    ),
    "nl": (_one_or_more, "# maand|# maanden", "# dag|# dagen"),
    "pl": (_polish, "# miesiąc|# miesiące|# miesięcy", "# dzień|# dni|# dni"),
    "pt": (_one_or_more, "# mês|# meses", "# dia|# dias"),
    "ro": (_romanian, "# lună|# luni|# de luni", "# zi|# zile|# de zile"),
    "sk": (_czech, "# mesiac|# mesiace|# mesiacov", "# deň|# dni|# dní"),
    "sl": (_slovenian, "# mesec|# meseca|# meseci|# mesecev", "# dan|# dneva|# dnevi|# dni"),
    "sv": (_one_or_more, "# månad|# månader", "# dag|# dagar"),
}


def months(number: int, language: str) -> str:
    """Return a number of months in words; in English for a language that is not known."""
    rule, forms, _ = _COUNTED.get(language, _COUNTED["en"])
    return _said(number, rule, forms)


def days(number: int, language: str) -> str:
    """Return a number of days in words; in English for a language that is not known."""
    rule, _, forms = _COUNTED.get(language, _COUNTED["en"])
    return _said(number, rule, forms)


def _said(number: int, rule: Rule, forms: str) -> str:
    return forms.split("|")[rule(number)].replace("#", str(number))
