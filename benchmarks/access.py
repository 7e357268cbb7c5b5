"""How long an access request takes, from submission to the finished package.

Run it as `python -m benchmarks.access` (needs PostgreSQL's programs). One PostgreSQL store with
100,000 customers in 11 tables, registered by introspection alone; requests by e-mail, submitted to
`POST /v1/requests` as already verified and approved; each ends when its sealed package is a row of
our database. Printed as wall time, processor time of the service, and transactions on our
database, for our rows in PostgreSQL and in SQLite.

The named baseline is Fides 2.78, measured on two cores with the same store and the same request:
0.92 s and 367 transactions on its own database.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
from sqlalchemy import func, select

from benchmarks.consent_post import Side, free_port, serving
from privacy.cli.demo import register
from privacy.cli.setup import prepare
from privacy.config import Settings
from privacy.db import Database
from privacy.operators import acts as operators
from privacy.operators.roles import Role
from privacy.requests.models import Package
from privacy.runtime import Runtime
from privacy.stores.acts import StoreFacts, register_store
from privacy.stores.registry import introspect
from privacy.subjects.rotation import create_controller_keys
from tests.postgres import DURABLE, NoPostgresError, PostgresServer, running_server

CUSTOMERS = 100_000
FIDES = {"seconds": 0.92, "transactions": 367}
SCHEMA = """
CREATE TABLE customer (id int PRIMARY KEY, email text NOT NULL UNIQUE, first_name text,
  last_name text, phone text, born_on date, created_at timestamptz);
CREATE TABLE address (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer,
  line text, postal_code text, city text);
CREATE TABLE product (id int PRIMARY KEY, name text, price numeric(10, 2));
CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer,
  address_id int REFERENCES address, ordered_at timestamptz, state text);
CREATE TABLE order_item (order_id int REFERENCES orders, line_no int,
  product_id int REFERENCES product, quantity int, price numeric(10, 2),
  PRIMARY KEY (order_id, line_no));
CREATE TABLE payment_card (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer,
  holder text, ending char(4), expires text);
CREATE TABLE visit (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer,
  visited_at timestamptz, page text);
CREATE TABLE login (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer,
  at timestamptz, ip inet);
CREATE TABLE review (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer,
  product_id int REFERENCES product, stars int, body text);
CREATE TABLE support_case (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer,
  opened_at timestamptz, subject text);
CREATE TABLE support_message (id int PRIMARY KEY, case_id int NOT NULL REFERENCES support_case,
  sent_at timestamptz, body text);
"""
ROWS = """
INSERT INTO customer SELECT n, 'subject' || n || '@example.org', 'First' || n, 'Last' || n,
  '+336' || lpad(n::text, 8, '0'), date '1960-01-01' + n % 15000, now() FROM generate_series(1, {n}) n;
INSERT INTO product SELECT n, 'Product ' || n, n % 90 + 1 FROM generate_series(1, 500) n;
INSERT INTO address SELECT n, (n - 1) % {n} + 1, n || ' rue Fictive', '00000', 'Fictive'
  FROM generate_series(1, {n}) n;
INSERT INTO orders SELECT n, (n - 1) % {n} + 1, (n - 1) % {n} + 1, now(), 'sent'
  FROM generate_series(1, 2 * {n}) n;
INSERT INTO order_item SELECT (n - 1) / 2 + 1, n % 2, n % 500 + 1, 1, 9.90
  FROM generate_series(1, 4 * {n}) n;
INSERT INTO payment_card SELECT n, n, 'First' || n, '0000', '12/29' FROM generate_series(1, {n}) n;
INSERT INTO visit SELECT n, (n - 1) % {n} + 1, now(), '/page' FROM generate_series(1, 4 * {n}) n;
INSERT INTO login SELECT n, (n - 1) % {n} + 1, now(), '192.0.2.1'
  FROM generate_series(1, 2 * {n}) n;
INSERT INTO review SELECT n, n, n % 500 + 1, 5, 'Fine' FROM generate_series(1, {n}) n;
INSERT INTO support_case SELECT n, n, now(), 'Question' FROM generate_series(1, {n}) n;
INSERT INTO support_message SELECT n, (n - 1) / 2 + 1, now(), 'Hello'
  FROM generate_series(1, 2 * {n}) n;
"""  # noqa: E501 -- one statement for each table
LINKED = ("address", "orders", "payment_card", "visit", "login", "review", "support_case")


@dataclass(frozen=True)
class Case:
    """One database of ours under test, with the means to ask it how far it is."""

    title: str
    side: Side
    database: Database
    token: str
    transactions: Callable[[], int] | None

    def answered(self) -> int:
        """Return how many packages there are."""
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(Package)) or 0

    def submit(self, number: int) -> None:
        """Submit one request, verified and approved."""
        body = {
            "controller": "maison-lumen",
            "kind": "access",
            "identifiers": [{"kind": "email", "value": f"subject{number}@example.org"}],
            "verification": "signed-in",
            "approve": True,
        }
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.side.port}/v1/requests",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 -- our own server
            assert answer.status == 201


def main() -> None:
    """Measure with our rows on each database and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--requests", type=int, default=20)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    asked = parser.parse_args()
    try:
        with running_server(DURABLE) as server, tempfile.TemporaryDirectory() as folder:
            store = filled_store(server, asked.customers)
            for kind in ("postgresql", "sqlite"):
                with ExitStack() as stack:
                    case = started(stack, kind, server, Path(folder), store)
                    measure(case, asked.requests, asked.customers)
    except NoPostgresError as missing:
        sys.exit(f"This needs PostgreSQL: {missing}")


def filled_store(server: PostgresServer, customers: int) -> str:
    """Make the company's database, and return its address."""
    server.create("shop")
    with psycopg.connect(f"{server.url}/shop", autocommit=True) as connection:
        connection.execute(SCHEMA.encode())
        for statement in ROWS.split(";\n")[:-1]:
            connection.execute(statement.format(n=customers).encode())
        for table in LINKED:
            connection.execute(f"CREATE INDEX ON {table} (customer_id)".encode())
        connection.execute(b"CREATE INDEX ON support_message (case_id)")
        connection.execute(b"CREATE INDEX ON customer (lower(trim(email)))")
        connection.execute(b"ANALYZE")
    return f"{server.url}/shop"


def started(stack: ExitStack, kind: str, server: PostgresServer, folder: Path, store: str) -> Case:
    """Start the service with one registered data store, and return it."""
    url = server.create("ours") if kind == "postgresql" else f"sqlite:///{folder}/ours.sqlite3"
    port = free_port()
    environment = {
        "PRIVACY_DATABASE_URL": url,
        "PRIVACY_KEY_FILE": str(folder / f"{kind}.key.json"),
        "PRIVACY_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PRIVACY_BIND": f"127.0.0.1:{port}",
        "PRIVACY_LOG_LEVEL": "ERROR",
    }
    runtime = prepare(Settings.from_env(environment))
    token = fill(runtime, store)
    command = [sys.executable, "-m", "benchmarks.unlimited"]
    process = stack.enter_context(serving(command, environment, port))
    counted = None
    if kind == "postgresql":
        counted = committed(stack, server.url)
    title = "PostgreSQL" if kind == "postgresql" else "SQLite"
    stack.callback(runtime.database.dispose)
    return Case(title, Side("ours", port, process), runtime.database, token, counted)


def fill(runtime: Runtime, store: str) -> str:
    """Register a controller, the store as introspection proposes it, and an operator's token."""
    at = runtime.clock()
    proposed = introspect("shop", store)
    with runtime.database.transaction() as session:
        controller = register.register_controller(session, at=at, policy_url="http://x.example")
        create_controller_keys(
            session, actor="system", at=at, cabinet=runtime.cabinet, controller_id=controller.id
        )
        register_store(
            session,
            actor="system",
            at=at,
            controller_id=controller.id,
            cabinet=runtime.cabinet,
            facts=StoreFacts(store, proposed.definition),
        )
        new = operators.NewOperator("dpo@example.org", "DPO", "vK7#mQz2!tRb-long")
        made = operators.add_operator(
            session, actor="system", at=at, keyring=runtime.keyring, new=new
        )
        operators.grant_role(
            session, actor="system", at=at, operator_id=made.id, controller_id=controller.id,
            role=Role.DPO,
        )  # fmt: skip
        return operators.issue_token(
            session, actor="system", at=at, operator_id=made.id, name="benchmark",
            expires_at=at + timedelta(days=1),
        )  # fmt: skip


def committed(stack: ExitStack, url: str) -> Callable[[], int]:
    """Return what counts the transactions of our database so far."""
    connection = stack.enter_context(psycopg.connect(f"{url}/postgres", autocommit=True))

    def count() -> int:
        time.sleep(1.2)  # PostgreSQL tells its counters once a second
        row = connection.execute(
            "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = 'ours'"
        ).fetchone()
        return int(row[0]) if row else 0

    return count


def measure(case: Case, requests: int, customers: int) -> None:
    """Answer requests one after the other and print what each took."""
    answer_one(case, 1)  # the first opens connections and compiles templates
    cpu = case.side.seconds_of_cpu()
    walls = [
        answer_one(case, 2 + round(index * customers / (requests + 2)))
        for index in range(requests)
    ]
    cpu = (case.side.seconds_of_cpu() - cpu) / requests
    print(f"Our rows in {case.title}, {requests} requests, {customers} customers")
    print(f"  wall, median: {statistics.median(walls):.3f} s  longest {max(walls):.3f} s")
    print(f"  of Fides 2.78: {statistics.median(walls) / FIDES['seconds']:.3f}")
    print(f"  processor: {cpu:.3f} s for each")
    if case.transactions:
        print(f"  transactions: {transactions_of(case, requests):.1f} for each, "
              f"Fides 2.78: {FIDES['transactions']}")  # fmt: skip


def answer_one(case: Case, number: int) -> float:
    """Submit one request and return the seconds until its package is there."""
    before = case.answered()
    begun = time.perf_counter()
    case.submit(number)
    while case.answered() == before:
        if time.perf_counter() - begun > 30:
            raise SystemExit("A request was not answered within 30 seconds.")
        time.sleep(0.002)
    return time.perf_counter() - begun


def transactions_of(case: Case, requests: int) -> float:
    """Return the transactions of one request, without those of a service at rest and of ours.

    Nobody asks meanwhile how far it is, so that only the service's own are counted.
    """
    if case.transactions is None:
        return 0
    start, begun = case.transactions(), time.monotonic()
    time.sleep(5)
    resting = (case.transactions() - start) / (time.monotonic() - begun)
    start, begun = case.transactions(), time.monotonic()
    for number in range(requests):
        case.submit(50 + number)
        time.sleep(0.3)
    total, spent = case.transactions() - start, time.monotonic() - begun
    return (total - resting * spent) / requests


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
