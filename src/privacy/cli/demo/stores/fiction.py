"""Fictional subjects for the demo's databases: the same ones at every run, none of them real.

Mail domains are reserved for examples (RFC 2606 and example.fr), phone numbers are of the ranges
that ARCEP keeps for fiction (01 99 00 and 06 39 98), streets and towns are invented.
"""

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

Choice = TypeVar("Choice")
Rows = Mapping[str, Sequence[tuple[Any, ...]]]

COUNT = 300
FIRST_NUMBER = 1001
TODAY = date(2026, 3, 1)
"""The day on which the fiction stands still."""

FIRST_NAMES = (
    "Alix", "Basile", "Camille", "Diane", "Élise", "Fantine", "Gaspard", "Hélène", "Inès", "Jules",
    "Karim", "Léonie", "Maël", "Noémie", "Oscar", "Pénélope", "Quentin", "Rose", "Soraya", "Théo",
    "Ulysse", "Violette", "Wassim", "Xavière", "Yann", "Zoé",
)  # fmt: skip
LAST_NAMES = (
    "Abricot", "Beaulieu", "Chantefleur", "Durand", "Épervier", "Fontclair", "Grandpré",
    "Hirondelle", "Isabeau", "Jolivert", "Kermador", "Lampion", "Mirabelle", "Nivernais",
    "Oseraie", "Pimprenelle", "Quatrevents", "Rivesaltes", "Sauvageon", "Tournesol", "Valfleury",
)  # fmt: skip
STREETS = ("rue des Fictions", "allée de l’Exemple", "place du Faux-Semblant", "quai Imaginaire")
TOWNS = ("Fictive-sur-Loire", "Exemple-les-Bains", "Saint-Imaginaire", "Villeneuve-la-Démo")


@dataclass(frozen=True)
class Subject:
    """A fictional subject, who is in every database of the demo."""

    number: int
    first_name: str
    last_name: str
    email: str
    phone: str


CAMILLE = Subject(1042, "Camille", "Durand", "Camille.Durand@Example.FR", "06 39 98 10 42")
"""Whose data the demo finds; the shop kept the e-mail as it was typed."""
LOUIS = Subject(1043, "Louis", "Durand", "louis.durand@example.fr", "06 39 98 10 43")
"""Lives with Camille: their loyalty cards have one phone number."""
NAMESAKE = Subject(1044, "Camille", "Durand", "camille.durand@example.com", "06 39 98 10 44")
"""Has Camille's name and nothing else in common."""
HOUSEHOLD_PHONE = "01 99 00 10 42"


def chance(below: int, *what: object) -> int:
    """Return a number from 0 that depends on nothing but what it is for."""
    digest = hashlib.sha256(repr(what).encode()).digest()
    return int.from_bytes(digest[:8], "big") % below


def choose(options: Sequence[Choice], *what: object) -> Choice:
    """Return one of the options, always the same for the same thing."""
    return options[chance(len(options), *what)]


def subjects() -> list[Subject]:
    """Return all subjects in the order of their numbers."""
    known = {one.number: one for one in (CAMILLE, LOUIS, NAMESAKE)}
    return [known.get(n) or _subject(n) for n in range(FIRST_NUMBER, FIRST_NUMBER + COUNT)]


def _subject(number: int) -> Subject:
    first, last = choose(FIRST_NAMES, number, "first"), choose(LAST_NAMES, number, "last")
    domain = choose(("example.fr", "example.com"), number, "domain")
    plain = f"{first}.{last}".lower().translate(str.maketrans("éèëêï", "eeeei"))
    phone = f"06 39 98 {number // 100:02d} {number % 100:02d}"
    return Subject(number, first, last, f"{plain}.{number}@{domain}", phone)


def day(*what: object, years: int = 3) -> date:
    """Return a day of the last years."""
    return TODAY - timedelta(days=1 + chance(365 * years, *what))


def instant(*what: object, years: int = 3) -> str:
    """Return a moment of the last years, as both databases read it."""
    moment = datetime.combine(day(*what, years=years), datetime.min.time())
    return (moment + timedelta(seconds=chance(86_400, *what, "time"))).isoformat(sep=" ")


def write(path: Path, schema: Sequence[str], rows: Rows) -> None:
    """Write a new SQLite file; one that was there before is replaced."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    try:
        for statement in schema:
            connection.execute(statement)
        for table, lines in rows.items():
            marks = ", ".join("?" * len(lines[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", lines)  # noqa: S608 -- our own names
        connection.commit()
    finally:
        connection.close()
