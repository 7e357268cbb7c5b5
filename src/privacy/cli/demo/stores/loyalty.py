"""The demo's loyalty programme: another company's database, filled with fiction.

It knows no e-mail address. Who a card belongs to is known only by the shop's customer number,
which stands here as text; `python -m privacy.cli.demo.stores.loyalty FILE` writes it.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from privacy.cli.demo.stores.fiction import (
    CAMILLE,
    HOUSEHOLD_PHONE,
    LOUIS,
    Rows,
    Subject,
    chance,
    choose,
    day,
    subjects,
    write,
)

SCHEMA = (
    """CREATE TABLE card (
        card_no VARCHAR(20) PRIMARY KEY, customer_no VARCHAR(20) NOT NULL UNIQUE,
        phone VARCHAR(20), opened_on DATE, tier VARCHAR(20))""",
    """CREATE TABLE movement (
        movement_no INTEGER PRIMARY KEY, card_no VARCHAR(20) NOT NULL REFERENCES card,
        booked_on DATE, points INTEGER, reason VARCHAR(120))""",
    """CREATE TABLE reward (
        reward_no INTEGER PRIMARY KEY, card_no VARCHAR(20) NOT NULL REFERENCES card,
        label VARCHAR(120), spent_on DATE)""",
)
REASONS = ("Achat en ligne", "Anniversaire", "Parrainage", "Achat en boutique")
REWARDS = ("Bougie offerte", "Livraison offerte", "Bon de 10 €")


def build(path: Path) -> None:
    """Write the loyalty programme to a new SQLite file."""
    write(path, SCHEMA, rows())


def rows() -> Rows:
    """Return the rows of every table, in an order that foreign keys allow."""
    holders = [one for one in subjects() if _has_card(one)]
    return {
        "card": [_card(one) for one in holders],
        "movement": [movement for one in holders for movement in _movements(one)],
        "reward": [reward for one in holders for reward in _rewards(one)],
    }


def card_number(one: Subject) -> str:
    """Return what is printed on the card."""
    return f"LUM-{one.number // 100:02d}-{one.number % 100:02d}-{chance(97, one.number):02d}"


def _has_card(one: Subject) -> bool:
    return one in {CAMILLE, LOUIS} or chance(5, one.number, "card") < 3


def _card(one: Subject) -> tuple[Any, ...]:
    phone = HOUSEHOLD_PHONE if one in {CAMILLE, LOUIS} else one.phone
    opened = day(one.number, "opened", years=4).isoformat()
    tier = choose(("Bronze", "Argent", "Or"), one.number, "tier")
    return (card_number(one), str(one.number), phone, opened, tier)


def _movements(one: Subject) -> Iterator[tuple[Any, ...]]:
    for index in range(5 if one is CAMILLE else chance(8, one.number, "movements")):
        booked = day(one.number, index, "booked", years=2).isoformat()
        points = 10 * (1 + chance(20, one.number, index))
        reason = choose(REASONS, one.number, index, "reason")
        yield (one.number * 10 + index, card_number(one), booked, points, reason)


def _rewards(one: Subject) -> Iterator[tuple[Any, ...]]:
    if one is CAMILLE or chance(3, one.number, "reward") == 0:
        spent = day(one.number, "spent", years=1).isoformat()
        yield (one.number, card_number(one), choose(REWARDS, one.number, "label"), spent)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
