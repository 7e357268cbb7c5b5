"""What the service weighs before it does anything: packages, disk, cold start, memory.

Run it as `python benchmarks/start.py`. It makes a fresh virtual environment, installs this
checkout as anyone would (`pip install .`), lets `privacy setup` make keys, tables and a controller
from nothing, starts `privacy serve`, asks `/healthz` until it is healthy, sends 50 requests and
reads the memory of all processes.

What is counted, so that nobody has to guess:
- packages: what `pip list` names without pip and setuptools, which the environment brings itself;
- disk: `site-packages` without pip and setuptools, with the byte code that pip compiles;
- cold start: from starting `privacy setup` to the first healthy answer of `privacy serve`;
- memory: the resident set of every process of the command, added up, so that pages which two
  processes share count twice; beside it the proportional set, which counts them once.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
OWN_OF_VENV = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "distutils-precedence")
REQUESTS = 50
RUNS = 3
PATIENCE = 60

PEER = "Fides 2.78"
PEERS = {"packages": "254", "disk": "801 MB", "start": "23.8 s", "memory": "417 MB"}
"""Measured on two cores; its start needs Redis and PostgreSQL running, which are not counted."""
AIMS = {"packages": "60", "disk": "120 MB", "start": "3 s", "memory": "130 MB"}


def install(folder: Path) -> Path:
    """Install this checkout into a fresh environment and return the environment's folder."""
    environment = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = str(environment / "bin/python")
    quiet = ["--disable-pip-version-check", "--quiet"]
    subprocess.run([python, "-m", "pip", "install", *quiet, str(REPOSITORY)], check=True)
    return environment


def count_packages(environment: Path) -> int:
    listing = subprocess.run(
        [environment / "bin/python", "-m", "pip", "list", "--format=json"],
        check=True,
        capture_output=True,
    )
    names = {entry["name"].lower() for entry in json.loads(listing.stdout)}
    return len(names - {"pip", "setuptools"})


def megabytes(environment: Path) -> float:
    packages = next(environment.glob("lib/python3*/site-packages"))
    mine = [path for path in packages.iterdir() if not path.name.startswith(OWN_OF_VENV)]
    files = [file for path in mine for file in [path, *path.rglob("*")] if file.is_file()]
    return sum(file.stat().st_blocks * 512 for file in files) / 1e6


SETUP = [
    *("setup", "--name", "Fictional", "--slug", "fictional", "--address", "1 rue Fictive"),
    *("--contact", "a@fictional.example", "--dpo", "dpo@fictional.example"),
    *("--policy-url", "https://fictional.example/privacy"),
]


def start(environment: Path, folder: Path) -> tuple["subprocess.Popen[bytes]", str, list[float]]:
    """Start the service on nothing; return it, its address, the seconds of both commands."""
    folder.mkdir()
    address = f"127.0.0.1:{free_port()}"
    settings = {
        "PRIVACY_DATABASE_URL": f"sqlite:///{folder}/privacy.sqlite3",
        "PRIVACY_KEY_FILE": f"{folder}/privacy.key.json",
        "PRIVACY_BIND": address,
        "PRIVACY_PUBLIC_URL": f"http://{address}",
    }
    variables = os.environ | settings
    privacy = str(environment / "bin/privacy")
    begun = time.monotonic()
    subprocess.run([privacy, *SETUP], env=variables, check=True, stdout=subprocess.DEVNULL)
    ready = time.monotonic()
    with (folder / "log").open("wb") as log:
        service = subprocess.Popen([privacy, "serve"], env=variables, stdout=log, stderr=log)
    while not healthy(address):
        if service.poll() is not None or time.monotonic() - begun > PATIENCE:
            service.kill()
            raise SystemExit(f"It does not start:\n{(folder / 'log').read_text()[-2000:]}")
        time.sleep(0.01)
    return service, address, [ready - begun, time.monotonic() - ready]


def healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{address}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    children = Path(f"/proc/{pid}/task").glob("*/children")
    born = [int(child) for path in children for child in path.read_text().split()]
    return [pid, *(member for child in born for member in family(child))]


def memory(pids: list[int], kind: str) -> float:
    """Return the megabytes of `Rss` or `Pss` of some processes."""
    kilobytes = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(f"{kind}:"):
                kilobytes += int(line.split()[1])
    return kilobytes * 1024 / 1e6


def measure(environment: Path, folder: Path) -> dict[str, float]:
    service, address, seconds = start(environment, folder)
    try:
        for _number in range(REQUESTS):
            healthy(address)
        pids = family(service.pid)
        largest = max(memory([pid], "Rss") for pid in pids)
        found = {"processes": len(pids), "rss": memory(pids, "Rss"), "largest": largest}
        return found | {
            "setup": seconds[0],
            "serve": seconds[1],
            "start": sum(seconds),
            "pss": memory(pids, "Pss"),
        }
    finally:
        service.terminate()
        service.wait(timeout=PATIENCE)


def table(found: dict[str, str]) -> str:
    lines = ["| what | here | aim | " + PEER + " |", "|---|--:|--:|--:|"]
    names = {
        "packages": "packages of the base install",
        "disk": "on disk",
        "start": "cold start, empty database",
        "memory": "resident, all processes",
    }
    for key, name in names.items():
        lines.append(f"| {name} | {found[key]} | ≤ {AIMS[key]} | {PEERS[key]} |")
    return "\n".join(lines)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="privacy-start-") as name:
        environment = install(Path(name))
        runs = [measure(environment, Path(name) / str(number)) for number in range(RUNS)]
        starts = sorted(run["start"] for run in runs)
        last = runs[-1]
        found = {
            "packages": str(count_packages(environment)),
            "disk": f"{megabytes(environment):.0f} MB",
            "start": f"{starts[len(starts) // 2]:.2f} s",
            "memory": f"{last['rss']:.0f} MB",
        }
    print(table(found))
    print(f"\nStarts: {', '.join(f'{one:.2f} s' for one in starts)} (the middle one counts).")
    print(f"Of the last: setup {last['setup']:.2f} s, serve {last['serve']:.2f} s.")
    print(
        f"{last['processes']:.0f} processes, the largest {last['largest']:.0f} MB;"
        f" proportional set of all {last['pss']:.0f} MB."
    )


if __name__ == "__main__":
    main()
