"""Processes killed in the middle of a burst: what was acknowledged is there, and there once."""

import hashlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from privacy.audit.models import AuditEntry, AuditPending
from privacy.audit.verify import verify_log
from privacy.clock import system_clock
from privacy.config import Settings
from privacy.crypto import Keyring
from privacy.web.app import create_app
from tests.cli.test_serve import free_port, health
from tests.make import ORIGIN
from tests.web.banner.conftest import ASKED, Shop, open_shop

THREADS = 16
ENOUGH = 60
"""Acknowledged answers before the kill, and again after it."""
PATIENCE = 120
ADDRESS = "/banner/consents"

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="workers are read in /proc"),
    pytest.mark.timeout(300),
]


@dataclass
class Burst:
    """Browsers that answer as fast as they are let, and what each of them was told."""

    shop: Shop
    port: int
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    receipts: dict[str, bytes] = field(default_factory=dict)
    enough: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    over: threading.Event = field(default_factory=threading.Event)

    def browse(self, number: int) -> None:
        """Answer again and again; a connection that breaks is opened anew."""
        while not self.over.is_set():
            body = self.shop.body(visitor=f"{number:032x}", granted=len(self.sent) % 2 == 0)
            self.sent[body["id"]] = body
            try:
                status, told = self.post(body)
            except (OSError, http.client.HTTPException):
                self.over.wait(0.25)
                continue
            if status == http.HTTPStatus.CREATED:
                self.receipts[body["id"]] = told
                self.enough.release()

    def post(self, body: dict[str, Any]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {"Content-Type": "application/json", "Origin": ORIGIN}
            connection.request("POST", ADDRESS, json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def wait(self) -> None:
        """Wait until so many more answers are acknowledged."""
        for _ in range(ENOUGH):
            assert self.enough.acquire(timeout=PATIENCE), "the service answers no more"

    @contextmanager
    def going(self) -> Iterator[None]:
        """Let all browsers answer while the block runs."""
        threads = [threading.Thread(target=self.browse, args=(n,)) for n in range(THREADS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.over.set()
            for thread in threads:
                thread.join()


@dataclass(frozen=True)
class Place:
    """An installation whose service is another process."""

    app: Flask
    shop: Shop
    settings: Settings
    log: Path

    @contextmanager
    def served(self, port: int, workers: int) -> Iterator["subprocess.Popen[bytes]"]:
        """Yield the service once it answers, and leave nothing of it behind."""
        environment = os.environ | {
            "PYTHONPATH": "src",
            "PRIVACY_DATABASE_URL": self.settings.database_url,
            "PRIVACY_KEY_FILE": str(self.settings.key_file),
            "PRIVACY_PUBLIC_URL": "http://localhost",
            "PRIVACY_WORKERS": str(workers),
            "PRIVACY_BIND": f"127.0.0.1:{port}",
            "PRIVACY_RUN_JOBS": "no",
        }
        with self.log.open("ab") as lines:
            service = subprocess.Popen(
                [sys.executable, "-m", "privacy", "serve"],
                env=environment,
                stdout=lines,
                stderr=lines,
                start_new_session=True,
            )
        try:
            health(port, service)
            yield service
        finally:
            if service.poll() is None:
                os.killpg(service.pid, signal.SIGKILL)
            service.wait()


@pytest.fixture
def place(database_url: str, keyring: Keyring, tmp_path: Path) -> Iterator[Place]:
    """Return a site whose banner can be answered."""
    settings = Settings(
        database_url=database_url, key_file=keyring.path, public_url="http://localhost"
    )
    app = create_app(settings)
    shop = open_shop(app)
    yield Place(app, shop, settings, tmp_path / "log")
    shop.runtime.database.dispose()


def workers_of(service: "subprocess.Popen[bytes]") -> list[int]:
    """Return the processes that answer."""
    children = Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text()
    return [int(pid) for pid in children.split()]


def told_bodies(shop: Shop) -> list[bytes]:
    """Return the bytes of every entry about an answer, in the log or on its way."""
    with shop.runtime.database.reading() as session:
        bodies = [
            *session.scalars(select(AuditPending.body)),
            *session.scalars(select(AuditEntry.body)),
        ]
    return [body for body in bodies if json.loads(body)["t"] == "consent.recorded"]


def check_whole(burst: Burst) -> None:
    """See that every acknowledged answer is there once, each with its entry, in a whole log."""
    rows = burst.shop.rows()
    kept = Counter(str(row.answer_id) for row in rows)
    assert burst.receipts.keys() <= kept.keys(), "an acknowledged answer is lost"
    assert kept.keys() <= burst.sent.keys()
    assert set(kept.values()) == {len(ASKED)}
    bodies = told_bodies(burst.shop)
    assert Counter(json.loads(body)["d"]["answer"] for body in bodies) == Counter(kept.keys())
    leaves = {hashlib.sha256(b"\0" + body).digest() for body in bodies}
    assert {row.leaf for row in rows} == leaves
    runtime = burst.shop.runtime
    verdict = verify_log(runtime.database, runtime.keyring.verifiers, at=system_clock())
    assert verdict.is_whole


def check_replays(burst: Burst) -> None:
    """Send everything again: what was acknowledged gets its first receipt, the rest one now."""
    acknowledged = dict(burst.receipts)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(burst.post, burst.sent.values()))
    for answer_id, (status, receipt) in zip(burst.sent, told, strict=True):
        first = acknowledged.get(answer_id)
        assert (status, receipt) == (200, first) if first else status in {200, 201}
        burst.receipts[answer_id] = receipt


def test_a_killed_worker_loses_nothing_and_doubles_nothing(place: Place, backend: str):
    port = free_port()
    burst = Burst(place.shop, port)
    with place.served(port, workers=1 if backend == "sqlite" else 2) as service:
        with burst.going():
            burst.wait()
            os.kill(workers_of(service)[0], signal.SIGKILL)
            burst.wait()
        check_whole(burst)
        check_replays(burst)
        check_whole(burst)
        assert len(burst.receipts) == len(burst.sent)


def test_a_killed_service_has_kept_what_it_acknowledged(place: Place, backend: str):
    port = free_port()
    workers = 1 if backend == "sqlite" else 2
    burst = Burst(place.shop, port)
    with burst.going():
        with place.served(port, workers) as service:
            burst.wait()
            os.killpg(service.pid, signal.SIGKILL)
        acknowledged = dict(burst.receipts)
        with place.served(port, workers):
            burst.wait()
            burst.over.set()
            check_replays_of(burst, acknowledged)
    check_whole(burst)


def check_replays_of(burst: Burst, acknowledged: dict[str, bytes]) -> None:
    """Send again what was acknowledged before; each gets its first receipt."""
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(burst.post, [burst.sent[one] for one in acknowledged]))
    assert told == [(200, first) for first in acknowledged.values()]
