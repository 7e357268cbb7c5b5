"""What an audit entry costs: commits a second of one business row, alone and with its entry.

Rates depend on the machine and its neighbours; read the ratios: medians over pairs of rounds that
follow each other. The sequencer runs all the while, on the same machine.

    PRIVACY_BENCH_POSTGRESQL=postgresql://…/scratch python benchmarks/audit_append.py

Needs an empty PostgreSQL database; SQLite gets a file in a temporary folder.
"""

import argparse
import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

from sqlalchemy import Column, LargeBinary, MetaData, Table, Uuid, func, insert, select
from sqlalchemy.orm import Session

from privacy.audit import guard, log
from privacy.audit.actions import Action
from privacy.audit.models import AuditPending
from privacy.audit.seal import Sequencer
from privacy.audit.verify import verify_log
from privacy.clock import system_clock
from privacy.crypto import Signer
from privacy.db import Base, Database, new_id

URL_VARIABLE = "PRIVACY_BENCH_POSTGRESQL"
WRITERS = (1, 8)
ENTRIES = 20_000
SIGNER = Signer("bench.example/log", bytes(32))
CONTROLLER = UUID(int=7)
ANSWER = Table(
    "bench_answer",
    MetaData(),
    Column("subject_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)


def connect(url: str) -> Database:
    """Open the database with the guard on; the bare row is let through by name."""
    database = Database.connect(url)
    guard.install(database, exempt=guard.EXEMPT | {ANSWER.name})
    return database


def commit_row(database: Database, *, with_entry: bool) -> None:
    """Commit one row of about the size of an answer, and maybe its entry."""
    at, subject_id = system_clock(), uuid4()
    with database.transaction() as session:
        row = {"subject_id": subject_id, "id": new_id(at), "sealed": bytes(200)}
        session.execute(insert(ANSWER), row)
        if with_entry:
            append(session, subject_id, row["id"])


def append(session: Session, subject_id: UUID, answer: object) -> None:
    """Append the entry of a recorded consent."""
    log.append(
        session,
        Action.CONSENT_RECORDED,
        at=system_clock(),
        actor="subject",
        controller_id=CONTROLLER,
        subject_id=subject_id,
        answer=str(answer),
        site="shop",
        language="fr",
        granted="statistics,maps",
        refused="advertising",
    )


def count_commits(database: Database, *, with_entry: bool, seconds: float) -> int:
    """Commit rows for some seconds; return how many."""
    done, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        commit_row(database, with_entry=with_entry)
        done += 1
    return done


def write_on_request(url: str, pipe: Connection) -> None:
    """Be one writing process: answer each (with_entry, seconds) with a count."""
    database = connect(url)
    while order := pipe.recv():
        with_entry, seconds = order
        pipe.send(count_commits(database, with_entry=with_entry, seconds=seconds))


Round = Callable[[int, bool, float], int]
"""Let some writers commit, with entries or without, for some seconds; return how many they did."""


@contextmanager
def processes(database: Database) -> Iterator[Round]:
    """Yield rounds of writers that are processes, as workers of a server are."""
    url = database.engine.url.render_as_string(hide_password=False)
    spawn = multiprocessing.get_context("spawn")
    pairs = [spawn.Pipe() for _ in range(max(WRITERS))]
    workers = [spawn.Process(target=write_on_request, args=(url, far)) for _near, far in pairs]
    for worker in workers:
        worker.start()

    def one_round(writers: int, with_entry: bool, seconds: float) -> int:  # noqa: FBT001 -- Round
        for near, _far in pairs[:writers]:
            near.send((with_entry, seconds))
        return sum(near.recv() for near, _far in pairs[:writers])

    one_round(max(WRITERS), True, 0.05)  # noqa: FBT003 -- warms connections and caches
    yield one_round
    for near, _far in pairs:
        near.send(None)
    for worker in workers:
        worker.join()


@contextmanager
def threads(database: Database) -> Iterator[Round]:
    """Yield rounds of writers that are threads, since the embedded store has one process."""

    def one_round(writers: int, with_entry: bool, seconds: float) -> int:  # noqa: FBT001 -- Round
        with ThreadPoolExecutor(writers) as pool:
            counts = [
                pool.submit(count_commits, database, with_entry=with_entry, seconds=seconds)
                for _ in range(writers)
            ]
            return sum(count.result() for count in counts)

    yield one_round


@contextmanager
def sequencer(database: Database) -> Iterator[None]:
    """Integrate in the background of this process, as a runtime does."""
    stop = threading.Event()
    sealing = Sequencer(database, SIGNER, system_clock, SIGNER.name)
    loop = threading.Thread(target=sealing.run, args=(stop,))
    loop.start()
    yield
    stop.set()
    sealing.wake()
    loop.join()


def drain(database: Database) -> float:
    """Wait until no entry waits; return how many seconds that took."""
    start, count = time.perf_counter(), select(func.count()).select_from(AuditPending)
    while True:
        with database.reading() as session:
            if not session.scalar(count):
                return time.perf_counter() - start
        time.sleep(0.02)


def measure(database: Database, one_round: Round, *, seconds: float, rounds: int) -> None:
    """Print rates and their ratio for each number of writers."""
    print("  writers   row alone     with entry   ratio   sequencer behind by")
    for writers in WRITERS:
        rates: dict[bool, list[float]] = {False: [], True: []}
        behind = 0.0
        for _ in range(rounds):
            for with_entry, found in rates.items():
                found.append(one_round(writers, with_entry, seconds) / seconds)
                behind = max(behind, drain(database))
        alone, entry = median(rates[False]), median(rates[True])
        ratio = median(both / one for one, both in zip(*rates.values(), strict=True))
        print(f"  {writers:>7} {alone:>9,.0f}/s  {entry:>11,.0f}/s {ratio:>7.2f}   {behind:.2f} s")
    verify(database)


def verify(database: Database) -> None:
    """Print how fast the routine check hashes everything again, on a log worth checking."""
    with database.transaction() as session:
        for _ in range(ENTRIES):
            append(session, uuid4(), uuid4())
    drain(database)
    cpu, wall = time.process_time(), time.perf_counter()
    verdict = verify_log(database, [SIGNER.verifier], at=system_clock())
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(
        f"  check of {verdict.size:,} entries: {verdict.size / cpu:,.0f}/s of processor time,"
        f" {verdict.size / wall:,.0f}/s by the clock; whole: {verdict.is_whole}"
    )


def prepare(url: str) -> None:
    """Create the tables; start from nothing."""
    database = Database.connect(url)
    for metadata in (ANSWER.metadata, Base.metadata):  # only what is imported here: the log
        metadata.drop_all(database.engine)
        metadata.create_all(database.engine)
    database.dispose()


def main() -> None:
    """Measure what this machine offers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.3, help="length of one round")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each kind")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        databases = {"SQLite, threads": f"sqlite:///{Path(folder) / 'bench.sqlite3'}"}
        if url := os.environ.get(URL_VARIABLE):
            plain = url.replace("postgresql://", "postgresql+psycopg://", 1)
            databases["PostgreSQL, processes"] = plain
        else:
            print(f"PostgreSQL is left out: {URL_VARIABLE} is not set.")
        for name, each in databases.items():
            print(name)
            prepare(each)
            database = connect(each)
            writers = threads if database.engine.dialect.name == "sqlite" else processes
            with sequencer(database), writers(database) as one_round:
                measure(database, one_round, seconds=given.seconds, rounds=given.rounds)
            database.dispose()


if __name__ == "__main__":
    main()
