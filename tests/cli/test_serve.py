"""`privacy serve`: it refuses what could not work; as a process it starts, answers and ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from privacy.cli import watcher
from tests.cli.conftest import Privacy, settle

PATIENCE = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def health(port: int, service: "subprocess.Popen[bytes]") -> dict[str, Any]:
    """Return what the service says of itself, once it answers."""
    pause = threading.Event()
    for _ in range(PATIENCE * 10):
        assert service.poll() is None, "the service ended by itself"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                assert answer.status == 200
                found: dict[str, Any] = json.load(answer)
                return found
        except (urllib.error.URLError, ConnectionError):
            pause.wait(0.1)
    raise AssertionError("the service does not answer")


@contextmanager
def served(port: int, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Yield the service as a process, and leave nothing of it behind."""
    with log.open("wb") as lines:
        service = subprocess.Popen(
            [sys.executable, "-m", "privacy", "serve", "--bind", f"127.0.0.1:{port}"],
            env=os.environ | {"PYTHONPATH": "src"},
            stdout=lines,
            stderr=lines,
            start_new_session=True,
        )
    try:
        yield service
    finally:
        if service.poll() is None:
            os.killpg(service.pid, signal.SIGKILL)
            service.wait()


def test_the_service_starts_answers_and_ends_in_order(company: Path, tmp_path: Path):
    assert company.exists()
    port = free_port()
    log = tmp_path / "log"
    with served(port, log) as service:
        assert health(port, service)["status"] == "ok"
        service.send_signal(signal.SIGTERM)
        assert service.wait(timeout=20) == 0
    text = log.read_text()
    assert "Traceback" not in text
    assert '"event": "request"' in text


def has_a_worker(service: "subprocess.Popen[bytes]") -> bool:
    children = Path(f"/proc/{service.pid}/task/{service.pid}/children")
    return service.poll() is None and bool(children.read_text().strip())


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the children are read in /proc")
def test_a_service_that_is_told_to_end_while_it_starts_ends(company: Path, tmp_path: Path):
    assert company.exists()
    pause = threading.Event()
    with served(free_port(), tmp_path / "log") as service:
        for _ in range(PATIENCE * 100):
            if has_a_worker(service):
                break
            pause.wait(0.01)
        assert has_a_worker(service)
        service.send_signal(signal.SIGTERM)
        service.wait(timeout=watcher.KILL_AFTER / 2)


def test_several_workers_on_sqlite_are_refused(
    company: Path, monkeypatch: pytest.MonkeyPatch, privacy: Privacy
):
    assert company.exists()
    monkeypatch.setenv("PRIVACY_WORKERS", "2")
    ran = privacy("serve")
    assert (ran.status, "PRIVACY_WORKERS=1" in ran.err) == (2, True)


def test_a_database_behind_its_head_is_refused(
    tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch, privacy: Privacy
):
    assert key_file.exists()
    settle(monkeypatch, tmp_path, f"sqlite:///{tmp_path}/old.sqlite3")
    ran = privacy("serve")
    assert (ran.status, "privacy database upgrade" in ran.err) == (2, True)


def test_a_missing_key_file_is_refused_before_any_worker_starts(file: Path, privacy: Privacy):
    ran = privacy("serve")
    assert (ran.status, str(file.with_name("privacy.key.json")) in ran.err) == (2, True)


@pytest.mark.parametrize("place", ["8600", "localhost", "localhost:", ":8600", "a:0", "a:99999"])
def test_a_place_that_nobody_can_listen_on_is_refused(company: Path, privacy: Privacy, place: str):
    assert company.exists()
    ran = privacy("serve", "--bind", place)
    assert (ran.status, "HOST:PORT" in ran.err) == (2, True)
