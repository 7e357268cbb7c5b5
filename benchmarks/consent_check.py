"""What the gate costs over HTTP: one question against one row read by its key, and a thousand.

Run it as `python -m benchmarks.consent_check` (needs PostgreSQL's programs for that half). One
server answers all three kinds of call in turns, over one kept connection, with the same token,
guard and log; the yardstick is a view that reads one row of the ledger by its primary key.
"""

import argparse
import http.client
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from flask import Flask, Response
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from benchmarks.consent_post import free_port, serving
from benchmarks.unlimited import UNLIMITED
from privacy.cli.setup import prepare
from privacy.cli.worker import running
from privacy.config import Settings
from privacy.consent.models import Consent, Method
from privacy.consent.statements import Statement, record_statement
from privacy.db import new_id
from privacy.operators.acts import issue_token
from privacy.operators.roles import Permission, Role
from privacy.web import app as web
from privacy.web import current
from privacy.web.auth import operators_only
from tests.make import make_controller, make_operator, make_purpose
from tests.postgres import DURABLE, NoPostgresError, running_server

PEOPLE = 1_000
CODES = ("audience_consent", "content_personalisation", "ads_personalised", "mk_email")
ROW = "/v1/benchmark-row"


@operators_only(Permission.CONSENTS_CHECK)
def row(subject_id: UUID, row_id: UUID) -> Response:
    """Read one row of the ledger by its primary key."""
    with current.runtime().database.reading() as session:
        found = session.get_one(Consent, (subject_id, row_id))
    told = {"purpose": found.purpose_code, "permitted": found.granted}
    return Response(json.dumps(told), mimetype="application/json")


def application() -> Flask:
    """Return the app of `privacy serve` with the yardstick beside it."""
    app = web.create_app(Settings.from_env(), rates=UNLIMITED)
    app.add_url_rule(f"{ROW}/<uuid:subject_id>/<uuid:row_id>", view_func=row)
    return running(app)


def serve() -> None:
    """Serve it with one worker."""
    settings = Settings.from_env()
    Granian(
        "benchmarks.consent_check:application",
        address="127.0.0.1",
        port=int(settings.bind.rpartition(":")[2]),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        factory=True,
        log_access=False,
        log_level=LogLevels.error,
    ).serve()


@dataclass(frozen=True)
class Ledger:
    """What was filled in, as far as a caller must know it."""

    token: str
    controller: UUID
    subjects: Sequence[UUID]
    rows: Sequence[UUID]


def main() -> None:
    """Measure on each database and print the ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    if asked.database in {None, "sqlite"}:
        with tempfile.TemporaryDirectory() as folder:
            measure("SQLite", f"sqlite:///{folder}/gate.sqlite3", Path(folder), asked.rounds)
    if asked.database in {None, "postgresql"}:
        try:
            with running_server(DURABLE) as server, tempfile.TemporaryDirectory() as folder:
                measure("PostgreSQL", server.create("gate"), Path(folder), asked.rounds)
        except NoPostgresError as missing:
            print(f"PostgreSQL: skipped, {missing}")


def measure(title: str, url: str, folder: Path, rounds: int) -> None:
    """Ask in turns and print medians and ratios."""
    port = free_port()
    environment = {
        "PRIVACY_DATABASE_URL": url,
        "PRIVACY_KEY_FILE": str(folder / "key.json"),
        "PRIVACY_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PRIVACY_BIND": f"127.0.0.1:{port}",
        "PRIVACY_LOG_LEVEL": "ERROR",
        "PRIVACY_RUN_JOBS": "no",
    }
    ledger = fill(Settings.from_env(environment))
    command = [sys.executable, "-m", "benchmarks.consent_check", "serve"]
    with serving(command, environment, port):
        seen = ask(port, ledger, rounds)
    told = {name: statistics.median(times) * 1000 for name, times in seen.items()}
    print(f"{title}: p50 " + ", ".join(f"{name} {value:.2f} ms" for name, value in told.items()))
    print(f"  one check to a read by key: {told['one'] / told['row']:.2f}")
    print(f"  {PEOPLE} checks to one: {told['batch'] / told['one']:.2f}")


def fill(settings: Settings) -> Ledger:
    """Let a thousand subjects answer four purposes."""
    opened = prepare(settings)
    at = opened.clock()
    subjects = [new_id(at) for _ in range(PEOPLE)]
    with opened.database.transaction() as session:
        controller = make_controller(session, at=at, cabinet=opened.cabinet)
        for code in CODES:
            make_purpose(session, at=at, controller_id=controller.id, code=code)
        for subject_id in subjects:
            answers = dict.fromkeys(CODES, True)
            statement = Statement(subject_id, controller.id, answers, Method.FORM, "fr")
            record_statement(
                session, actor="system", at=at, statement=statement, origin="benchmark"
            )
        rows = {row.subject_id: row.id for row in session.query(Consent)}
        operator_id = make_operator(
            session,
            at=at,
            keyring=opened.keyring,
            controller_id=controller.id,
            role=Role.MACHINE,
        )
        token = issue_token(
            session,
            actor="system",
            at=at,
            operator_id=operator_id,
            name="benchmark",
            expires_at=at + timedelta(days=1),
        )
    opened.database.dispose()
    return Ledger(token, controller.id, subjects, [rows[one] for one in subjects])


def ask(port: int, ledger: Ledger, rounds: int) -> Mapping[str, list[float]]:
    """Return how long each call took, in seconds, the kinds taken in turns."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Bearer {ledger.token}", "Content-Type": "application/json"}
    body = json.dumps(
        {
            "controller": str(ledger.controller),
            "subjects": [str(one) for one in ledger.subjects],
            "purposes": ["mk_email"],
        }
    )

    def call(method: str, address: str, sent: str | None = None) -> float:
        start = time.perf_counter()
        connection.request(method, address, sent, headers)
        answer = connection.getresponse()
        octets = answer.read()
        if answer.status != http.HTTPStatus.OK:
            sys.exit(octets.decode())
        return time.perf_counter() - start

    def one(n: int) -> float:
        query = f"controller={ledger.controller}&subject={ledger.subjects[n]}&purpose=mk_email"
        return call("GET", f"/v1/consents/check?{query}")

    kinds: Mapping[str, Callable[[int], float]] = {
        "row": lambda n: call("GET", f"{ROW}/{ledger.subjects[n]}/{ledger.rows[n]}"),
        "one": one,
        "batch": lambda _n: call("POST", "/v1/consents/check", body),
    }
    seen: dict[str, list[float]] = {name: [] for name in kinds}
    for turn in range(rounds + 20):
        for name, kind in kinds.items():
            took = kind(turn % PEOPLE)
            if turn >= 20:
                seen[name].append(took)
    return seen


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        main()
