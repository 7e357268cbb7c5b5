"""The demo's shop: a database as a small company has one, filled with fiction.

`python -m privacy.cli.demo.stores.shop FILE` writes it; PostgreSQL takes the same schema.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from privacy.cli.demo.stores.fiction import (
    CAMILLE,
    STREETS,
    TOWNS,
    Rows,
    Subject,
    chance,
    choose,
    day,
    instant,
    subjects,
    write,
)

SCHEMA = (
    """CREATE TABLE staff (
        staff_no INTEGER PRIMARY KEY, email VARCHAR(254) NOT NULL UNIQUE, first_name VARCHAR(80),
        last_name VARCHAR(80), job VARCHAR(80), manager_no INTEGER REFERENCES staff (staff_no))""",
    """CREATE TABLE customer (
        customer_no INTEGER PRIMARY KEY, email VARCHAR(254) NOT NULL UNIQUE,
        first_name VARCHAR(80), last_name VARCHAR(80), phone VARCHAR(20), born_on DATE,
        language CHAR(2), created_at TIMESTAMP,
        referred_by INTEGER REFERENCES customer (customer_no))""",
    """CREATE TABLE address (
        address_no INTEGER PRIMARY KEY, customer_no INTEGER NOT NULL REFERENCES customer,
        kind VARCHAR(20), line VARCHAR(200), postal_code VARCHAR(10), city VARCHAR(80))""",
    """CREATE TABLE product (
        product_no INTEGER PRIMARY KEY, name VARCHAR(120), price NUMERIC(10, 2))""",
    """CREATE TABLE orders (
        order_no INTEGER PRIMARY KEY, customer_no INTEGER NOT NULL REFERENCES customer,
        ordered_at TIMESTAMP, state VARCHAR(20), address_no INTEGER REFERENCES address,
        card_ending CHAR(4))""",
    """CREATE TABLE order_line (
        order_no INTEGER REFERENCES orders, line_no INTEGER, product_no INTEGER REFERENCES product,
        quantity INTEGER, price NUMERIC(10, 2), PRIMARY KEY (order_no, line_no))""",
    """CREATE TABLE return_note (
        return_no INTEGER PRIMARY KEY, order_no INTEGER, line_no INTEGER, returned_on DATE,
        reason VARCHAR(200),
        FOREIGN KEY (order_no, line_no) REFERENCES order_line (order_no, line_no))""",
    """CREATE TABLE newsletter (
        subscription_no INTEGER PRIMARY KEY, email VARCHAR(254) NOT NULL, subscribed_at TIMESTAMP,
        page VARCHAR(200))""",
    """CREATE TABLE support_message (
        message_no INTEGER PRIMARY KEY, customer_no INTEGER NOT NULL REFERENCES customer,
        staff_no INTEGER REFERENCES staff, sent_at TIMESTAMP, from_customer INTEGER,
        body VARCHAR(2000))""",
    "CREATE INDEX customer_email ON customer (lower(trim(email)))",
    "CREATE INDEX newsletter_email ON newsletter (lower(trim(email)))",
)
STAFF = (
    (1, "marthe.fictive@example.com", "Marthe", "Fictive", "Direction", None),
    (2, "simon.fictif@example.com", "Simon", "Fictif", "Relation client", 1),
    (3, "nadia.fictive@example.com", "Nadia", "Fictive", "Relation client", 2),
    (4, "paul.fictif@example.com", "Paul", "Fictif", "Logistique", 1),
)
PRODUCTS = (
    (1, "Lampe Aurore", "89.00"),
    (2, "Lampe Brume", "64.50"),
    (3, "Guirlande Étoile", "24.90"),
    (4, "Abat-jour Lin", "39.00"),
    (5, "Ampoule Ambre", "7.90"),
    (6, "Bougie Sapin", "14.00"),
    (7, "Veilleuse Lune", "32.00"),
    (8, "Applique Cuivre", "119.00"),
)
BODIES = (
    "Bonjour, où en est ma commande ?",
    "Bonjour, elle part demain. Bonne journée !",
    "La lampe est arrivée avec un éclat, que puis-je faire ?",
    "Nous vous envoyons une étiquette de retour.",
)


def build(path: Path) -> None:
    """Write the shop to a new SQLite file."""
    write(path, SCHEMA, rows())


def rows() -> Rows:
    """Return the rows of every table, in an order that foreign keys allow."""
    known = subjects()
    orders = [order for one in known for order in _orders(one)]
    lines = [line for order in orders for line in _lines(order[0])]
    return {
        "staff": STAFF,
        "customer": [_customer(one) for one in known],
        "address": [address for one in known for address in _addresses(one)],
        "product": PRODUCTS,
        "orders": orders,
        "order_line": lines,
        "return_note": [_return(line) for line in lines if chance(12, line[:2], "return") == 0],
        "newsletter": [_subscription(one) for one in known if _subscribes(one)],
        "support_message": [message for one in known for message in _messages(one)],
    }


def _customer(one: Subject) -> tuple[Any, ...]:
    born = day(one.number, "born", years=50).replace(day=1).isoformat()
    referrer = one.number - 1 if one.number % 10 == 2 else None
    created = instant(one.number, "created", years=5)
    names = (one.email, one.first_name, one.last_name, one.phone)
    return (one.number, *names, born, "fr", created, referrer)


def _addresses(one: Subject) -> Iterator[tuple[Any, ...]]:
    count = 2 if one is CAMILLE else 1 + chance(2, one.number, "addresses")
    for index in range(count):
        line = f"{1 + chance(90, one.number, index)} {choose(STREETS, one.number, index, 's')}"
        town = f"{choose(TOWNS, one.number, index, 't')} (fictive)"
        kind = "facturation" if index else "livraison"
        yield (one.number * 10 + index, one.number, kind, line, "00000", town)


def _orders(one: Subject) -> Iterator[tuple[Any, ...]]:
    for index in range(3 if one is CAMILLE else chance(5, one.number, "orders")):
        ordered = instant(one.number, index, "ordered")
        state = choose(("livrée", "livrée", "expédiée", "annulée"), one.number, index, "state")
        card = f"{chance(10_000, one.number, 'card'):04d}"
        yield (one.number * 100 + index, one.number, ordered, state, one.number * 10, card)


def _lines(order_no: int) -> Iterator[tuple[Any, ...]]:
    for line_no in range(1, 2 + chance(3, order_no, "lines")):
        product_no, _name, price = choose(PRODUCTS, order_no, line_no)
        yield (order_no, line_no, product_no, 1 + chance(3, order_no, line_no, "q"), price)


def _return(line: tuple[Any, ...]) -> tuple[Any, ...]:
    order_no, line_no = line[:2]
    returned = day(order_no, line_no, "returned", years=1).isoformat()
    return (order_no * 10 + line_no, order_no, line_no, returned, "Couleur différente de la photo")


def _subscribes(one: Subject) -> bool:
    return one is CAMILLE or chance(3, one.number, "newsletter") == 0


def _subscription(one: Subject) -> tuple[Any, ...]:
    # The form keeps what was typed there, and knows nothing of customer numbers.
    subscribed = instant(one.number, "subscribed")
    return (one.number + 50_000, one.email.lower(), subscribed, "/lampes/aurore")


def _messages(one: Subject) -> Iterator[tuple[Any, ...]]:
    asked = 4 if one is CAMILLE else 2 * chance(2, one.number, "messages")
    for index, body in enumerate(BODIES[:asked]):
        sent = instant(one.number, index, "sent", years=1)
        staff_no = choose((2, 3), one.number, "staff")
        yield (one.number * 10 + index, one.number, staff_no, sent, int(index % 2 == 0), body)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
