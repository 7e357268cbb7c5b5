"""How much memory an answer takes that has a million rows of one subject.

Run it as `python -m benchmarks.package_memory`. An embedded data store holds one subject with
200,000 orders, each with four lines: a million rows, all reached by links. They are searched,
packed and sealed; the parts are counted and thrown away. Printed is by how much the resident set
of the process grew at most, by step. The claim is that it stays within 200 MB, whatever the size.
"""

import argparse
import hashlib
import resource
import sqlite3
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from privacy.crypto import Signer, tokens
from privacy.packages.answer import Answer, Asked
from privacy.packages.disclosures import Register
from privacy.packages.package import Contents, pack
from privacy.packages.stowing import stow
from privacy.purposes.models import Controller
from privacy.stores.definition import Collection, Field, Identity, Link, StoreDefinition
from privacy.stores.registry import connector_for
from privacy.stores.search.graph import walk
from privacy.stores.terms import DataCategory

EMAIL = "camille.durand@example.fr"
LINES = 4
AT = datetime(2026, 3, 2, tzinfo=UTC)
SAME = {"fr": "x", "en": "x"}


def main() -> None:
    """Make the store, answer from it, and print."""
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    wanted.add_argument("--orders", type=int, default=200_000)
    orders = wanted.parse_args().orders
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.sqlite3"
        _fill(path, orders)
        _answer(path)


def _answer(path: Path) -> None:
    store = connector_for("sqlite")(_definition(), f"sqlite:///{path}")
    started, before = time.monotonic(), _peak()
    findings = walk({"shop": store}, {"email": {EMAIL}})
    rows = sum(len(found) for found in findings.rows.values())
    _tell(f"{rows:,} rows found", started, before)
    controller = Controller(name="Shop", address="", contact_email="", dpo_contact="", region="FR")
    register = Register(controller, {}, (), {"shop": store.definition})
    answer = Answer(Asked("1", "en", AT.date()), register, findings, AT)
    page = str(answer.page())
    contents = Contents(page, "", answer.facts(), answer.tables())
    signer = Signer("shop.example/log", bytes(32))
    digest = hashlib.sha256()
    stowed = stow(
        pack(contents, signer=signer),
        token=tokens.new_token(),
        address=("benchmark",),
        keep=lambda _number, sealed: digest.update(sealed),
    )
    _tell(f"{stowed.size / 1e6:,.0f} MB packed in {stowed.parts + 1} parts", started, before)


def _tell(what: str, started: float, before: int) -> None:
    grown = (_peak() - before) / 1024
    print(f"{what}: {time.monotonic() - started:.0f} s, at most {grown:.0f} MB more memory")


def _peak() -> int:
    """Return the largest resident set of this process so far, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _fill(path: Path, orders: int) -> None:
    with sqlite3.connect(path) as shop:
        shop.execute("CREATE TABLE account (id INTEGER PRIMARY KEY, email TEXT)")
        shop.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, account_id INT, note TEXT)")
        shop.execute("CREATE TABLE line (id INTEGER PRIMARY KEY, order_id INT, article TEXT)")
        shop.execute("INSERT INTO account VALUES (1, ?)", [EMAIL])
        told = ((n, 1, f"Delivered to the neighbour, number {n}") for n in range(orders))
        shop.executemany("INSERT INTO orders VALUES (?, ?, ?)", told)
        lines = ((n, n // LINES, f"Article {n}, in blue") for n in range(orders * LINES))
        shop.executemany("INSERT INTO line VALUES (?, ?, ?)", lines)
        shop.execute("CREATE INDEX by_account ON orders (account_id)")
        shop.execute("CREATE INDEX by_order ON line (order_id)")


def _definition() -> StoreDefinition:
    account = _collection("account", "id email", Link(("id",), "orders", ("account_id",)))
    orders = _collection("orders", "id account_id note", Link(("id",), "line", ("order_id",)))
    line = _collection("line", "id order_id article")
    return StoreDefinition("shop", SAME, (), (account, orders, line))


def _collection(name: str, columns: str, *links: Link) -> Collection:
    fields = tuple(
        Field(column, SAME, DataCategory.PURCHASE, "email" if column == "email" else "exact")
        for column in columns.split()
    )
    identities = (Identity("email", ("email",)),) if "email" in columns else ()
    return Collection(name, SAME, ("id",), fields, identities, links)


if __name__ == "__main__":
    main()
