"""How fast the full act of a consent is, as a ratio to a bare insert of one row.

Run it as `python -m benchmarks.consent_post` (needs `wrk`, and PostgreSQL's programs for that
half). Both sides are Flask behind the same server with the same threads, on the same database
engine with durable commits, driven by wrk over 16 kept-alive connections, in turns.

The full act: parse and validate, match the origin, derive the subject, insert it and one row for
each of four purposes, append the audit entry, commit, sign the receipt. The sequencer of the log
runs beside it on the same cores, and its work is part of the price.
"""

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bare import TABLE
from privacy.cli.demo import register
from privacy.cli.setup import prepare
from privacy.config import Settings
from privacy.db import Database
from privacy.purposes import publishing
from privacy.subjects.rotation import create_controller_keys
from privacy.web.banner import script
from tests.postgres import DURABLE, NoPostgresError, running_server

ORIGIN = "http://shop.example"
CONNECTIONS = 16
LUA = """
math.randomseed(os.time() * 1000 + math.floor(os.clock() * 1e6) % 1000)
local function hex(n)
  local s = {{}}
  for i = 1, n do s[i] = string.format("%x", math.random(0, 15)) end
  return table.concat(s)
end
request = function()
  local id = hex(8).."-"..hex(4).."-4"..hex(3).."-a"..hex(3).."-"..hex(12)
  local body = '{{"id":"'..id..'","visitor":"'..hex(32)..'",{rest}'
  return wrk.format("POST", "/banner/consents",
    {{["Content-Type"]="application/json", ["Origin"]="{origin}"}}, body)
end
"""


@dataclass(frozen=True)
class Round:
    """What wrk saw in one round."""

    rate: float
    p99: str
    bad: int
    cpu: float
    """Microseconds of processor time that the server's processes took for one request."""


@dataclass(frozen=True)
class Side:
    """One server under test."""

    name: str
    port: int
    process: "subprocess.Popen[bytes]"

    def seconds_of_cpu(self) -> float:
        """Return what the server's processes used so far; the database's are not in it."""
        told = subprocess.run(
            ["ps", "-o", "pid=,ppid=,cputimes=", "-e"], check=True, capture_output=True, text=True
        )
        ours = {self.process.pid}
        rows = [tuple(map(int, line.split())) for line in told.stdout.splitlines()]
        for pid, parent, _ in sorted(rows):
            if parent in ours:
                ours.add(pid)
        ticks = os.sysconf("SC_CLK_TCK")
        total = 0.0
        for pid in ours:
            with suppress(FileNotFoundError):  # a child may have ended meanwhile
                fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                total += (int(fields[11]) + int(fields[12])) / ticks
        return total


def main() -> None:
    """Measure on each database and print the ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--seconds", type=int, default=5, help="length of one round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("This needs wrk (Debian's package has the same name).")
    if asked.database in {None, "sqlite"}:
        with tempfile.TemporaryDirectory() as folder:
            urls = {side: f"sqlite:///{folder}/{side}.sqlite3" for side in ("ours", "bare")}
            measure("SQLite", urls, Path(folder), asked, workers=1)
    if asked.database in {None, "postgresql"}:
        try:
            with running_server(DURABLE) as server, tempfile.TemporaryDirectory() as folder:
                urls = {side: server.create(side) for side in ("ours", "bare")}
                measure("PostgreSQL", urls, Path(folder), asked, workers=2)
        except NoPostgresError as missing:
            print(f"PostgreSQL: skipped, {missing}")


def measure(
    title: str, urls: Mapping[str, str], folder: Path, asked: argparse.Namespace, *, workers: int
) -> None:
    """Run both sides in turns and print what came of it."""
    rates: dict[str, list[Round]] = {"ours": [], "bare": []}
    with ExitStack() as stack:
        ours, rest = _start_ours(stack, urls["ours"], folder, workers)
        bare = _start_bare(stack, urls["bare"], workers)
        lua = folder / "post.lua"
        lua.write_text(LUA.format(rest=rest.replace("'", "\\'"), origin=ORIGIN))
        for side in (ours, bare):
            run_round(side, lua, 1)
        for _ in range(asked.rounds):
            for side in (ours, bare):
                rates[side.name].append(run_round(side, lua, asked.seconds))
    ratio = statistics.median(r.rate for r in rates["ours"]) / statistics.median(
        r.rate for r in rates["bare"]
    )
    print(f"{title}, {CONNECTIONS} connections, {workers} worker(s), durable commits")
    for name, rounds in rates.items():
        told = "  ".join(f"{r.rate:6.0f}/s p99 {r.p99} {r.cpu:4.0f} us" for r in rounds)
        print(f"  {name:5} {told}   refused: {sum(r.bad for r in rounds)}")
    print(f"  ratio of medians, full act to bare insert: {ratio:.2f}")


def _start_ours(stack: ExitStack, url: str, folder: Path, workers: int) -> tuple[Side, str]:
    port = free_port()
    environment = {
        "PRIVACY_DATABASE_URL": url,
        "PRIVACY_KEY_FILE": str(folder / f"{workers}.key.json"),
        "PRIVACY_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PRIVACY_BIND": f"127.0.0.1:{port}",
        "PRIVACY_WORKERS": str(workers),
        "PRIVACY_LOG_LEVEL": "ERROR",
        # A browser would draw the notice that was just published, once, on the cores that count.
        "PRIVACY_RUN_JOBS": "no",
    }
    rest = fill(Settings.from_env(environment))
    command = [sys.executable, "-m", "benchmarks.unlimited"]
    process = stack.enter_context(serving(command, environment, port))
    return Side("ours", port, process), rest


def _start_bare(stack: ExitStack, url: str, workers: int) -> Side:
    port = free_port()
    database = Database.connect(url)
    TABLE.metadata.create_all(database.engine)  # once, before two workers would race for it
    database.dispose()
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)),
        *("--blocking-threads", "16", "--backpressure", "16", "--log-level", "error"),
        "benchmarks.bare:application",
    ]
    process = stack.enter_context(serving(command, {"BARE_DATABASE_URL": url}, port))
    return Side("bare", port, process)


def fill(settings: Settings) -> str:
    """Register one site, and return what each of its answers has in common, as JSON's end."""
    opened = prepare(settings)
    at = opened.clock()
    with opened.database.transaction() as session:
        controller = register.register_controller(session, at=at, policy_url="http://x.example")
        create_controller_keys(
            session, actor="system", at=at, cabinet=opened.cabinet, controller_id=controller.id
        )
        site = register.register_site(
            session, at=at, controller_id=controller.id, origins=[ORIGIN]
        )
        banner = publishing.Banner({"fr": script.texts("fr")}, script.code_hash(), "P6M")
        digest = publishing.publish_notices(
            session, actor="system", at=at, site=site, banner=banner
        )["fr"]
    opened.database.dispose()
    asked = [code for code in register.ASKED if code != "essential"]
    shared = {
        "site": site.key,
        "notice": digest,
        "language": "fr",
        "method": "accept_all",
        "answers": dict.fromkeys(asked, True),
        "page": "/",
    }
    return json.dumps(shared, separators=(",", ":"))[1:]


def run_round(side: Side, lua: Path, seconds: int) -> Round:
    """Drive one server for so many seconds and return what wrk saw."""
    before = side.seconds_of_cpu()
    told = subprocess.run(
        [
            *("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(lua)),
            f"http://127.0.0.1:{side.port}",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    p99 = re.search(r"99%\s+(\S+)", told)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    count = re.search(r"(\d+) requests in", told)
    used = side.seconds_of_cpu() - before
    return Round(
        rate=float(rate[1]) if rate else 0.0,
        p99=p99[1] if p99 else "?",
        bad=int(bad[1]) if bad else 0,
        cpu=used * 1e6 / max(int(count[1]) if count else 1, 1),
    )


@contextmanager
def serving(
    command: list[str], environment: Mapping[str, str], port: int
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block is left; it answers when the block begins."""
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        end = time.monotonic() + 30
        while time.monotonic() < end and not _answers(port):
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def free_port() -> int:
    """Return a port of loopback that nothing uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
