"""How much memory, time and disk an answer takes whose data are larger than the memory for it.

Run it as `python -m benchmarks.large_package` (needs nothing beside the project), with `--size
5GB` for the size that is promised. An SQLite store is filled with one subject's documents up to
that size. The very service of `privacy serve` then takes a request by API, searches, packs and
seals it, and hands the archive over by HTTP through the link of its mail; a first download breaks
off at 60 % and is begun again. `privacy package verify` reads what came. Printed is by how much
the resident set of the service grew at most, what the check took, and how long each step was.
"""

import argparse
import base64
import hashlib
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from benchmarks.access import fill
from benchmarks.consent_post import free_port, serving
from privacy.cli.setup import prepare
from privacy.config import Settings
from privacy.crypto import Keyring
from privacy.db import Database
from privacy.requests.models import RequestState, SubjectRequest
from tests.outbox.post import PostOffice, opened

EMAIL = "camille.durand@example.org"
DOCUMENT = 8_000
"""Characters of one document of the subject."""
PARTS = 8
PARAGRAPH = DOCUMENT // PARTS - 1
WORDS, PARAGRAPHS = 4_000, 200
UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9}
NEEDED = 6
"""Times the size that the disk must have free: the store, what is found, two files aside, the
sealed parts, and the download."""
PIECE = 1024 * 1024
BROKEN_AT = 0.6


@dataclass(frozen=True)
class Service:
    """The service under test."""

    url: str
    pid: int
    database: Database
    keyring: Keyring
    token: str
    post: PostOffice


def main() -> None:
    """Make the store, answer from it, fetch, verify, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--size", default="200MB", help="of the subject's data, such as 5GB")
    parser.add_argument("--folder", help="where the files go; the system's folder otherwise")
    parser.add_argument("--patience", type=int, default=600, help="seconds for the answer")
    asked = parser.parse_args()
    size = bytes_of(asked.size)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=asked.folder)))
        if shutil.disk_usage(folder).free < NEEDED * size:
            sys.exit(f"This needs {NEEDED * size / 1e9:.1f} GB of free disk.")
        begun = time.monotonic()
        store = filled(folder / "shop.sqlite3", size)
        print(f"{size / 1e6:,.0f} MB of one subject, stored in {time.monotonic() - begun:.0f} s")
        measure(started(stack, folder, store), folder, size, asked.patience)


def bytes_of(text: str) -> int:
    """Return a size such as 200MB in bytes."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(KB|MB|GB)", text.strip().upper())
    if not found:
        sys.exit("Write the size as 200MB or 5GB.")
    return int(float(found[1]) * UNITS[found[2]])


def filled(path: Path, size: int) -> str:
    """Make the company's database, and return its address."""
    with sqlite3.connect(path) as shop:
        shop.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT UNIQUE)")
        shop.execute(
            "CREATE TABLE document (id INTEGER PRIMARY KEY,"
            " customer_id INTEGER NOT NULL REFERENCES customer, body TEXT)"
        )
        shop.execute("CREATE INDEX by_customer ON document (customer_id)")
        shop.executemany("INSERT INTO customer VALUES (?, ?)", [(1, EMAIL), (2, "x@example.org")])
        lines = ((n, 1, body) for n, body in enumerate(documents(size // DOCUMENT)))
        shop.executemany("INSERT INTO document VALUES (?, ?, ?)", lines)
    shop.close()
    return f"sqlite:///{path}"


def documents(count: int) -> Iterator[str]:
    """Yield texts that compress about as those of people do, the same ones in every run."""
    made = hashlib.shake_256(b"words").digest(6 * WORDS)
    words = [base64.b32encode(made[at : at + 6])[: 3 + made[at] % 7].decode().lower()
             for at in range(0, len(made), 6)]  # fmt: skip
    picks = hashlib.shake_256(b"picks").digest(2 * PARAGRAPHS * DOCUMENT // 7)
    picked = [words[int.from_bytes(picks[at : at + 2]) % WORDS] for at in range(0, len(picks), 2)]
    text = " ".join(picked)
    last = len(text) - PARAGRAPH
    for number in range(count):
        places = (zlib.crc32(b"%d %d" % (number, part)) % last for part in range(PARTS))
        yield " ".join(text[at : at + PARAGRAPH] for at in places)


def started(stack: ExitStack, folder: Path, store: str) -> Service:
    """Start the service with the store as introspection proposes it."""
    port, mail, post = free_port(), free_port(), PostOffice()
    environment = {
        "PRIVACY_DATABASE_URL": f"sqlite:///{folder}/ours.sqlite3",
        "PRIVACY_KEY_FILE": str(folder / "key.json"),
        "PRIVACY_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PRIVACY_BIND": f"127.0.0.1:{port}",
        "PRIVACY_SMTP_URL": f"smtp://127.0.0.1:{mail}",
        "PRIVACY_LOG_LEVEL": "ERROR",
        "TMPDIR": str(folder),
    }
    stack.enter_context(opened(post, port=mail))
    runtime = prepare(Settings.from_env(environment))
    stack.callback(runtime.database.dispose)
    token = fill(runtime, store)
    command = [sys.executable, "-m", "benchmarks.unlimited"]
    process = stack.enter_context(serving(command, environment, port))
    return Service(
        f"http://127.0.0.1:{port}", process.pid, runtime.database, runtime.keyring, token, post
    )


def measure(service: Service, folder: Path, size: int, patience: int) -> None:
    """Take the whole way of one request, and print each step."""
    before, begun = peak_of(service.pid), time.monotonic()
    submit(service)
    answered(service, patience)
    told("searched, packed and sealed", size, begun)
    link = link_of(service)
    begun = time.monotonic()
    part = fetched(service, link, folder / "broken.zip", until=BROKEN_AT)
    (folder / "broken.zip").unlink()
    whole = fetched(service, link, folder / "answer.zip")
    told(f"fetched, after a break at {part / whole:.0%} of {whole / 1e6:,.0f} MB", whole, begun)
    grown = peak_of(service.pid) - before
    print(f"the service grew by {grown / 1e6:.0f} MB at most, {grown / size:.1%} of the data")
    verify(service, folder / "answer.zip", whole)


def told(what: str, size: int, begun: float) -> None:
    """Print how long a step took, and how much it did in a second."""
    seconds = time.monotonic() - begun
    print(f"{what}: {seconds:.0f} s, {size / 1e6 / seconds:.0f} MB/s", flush=True)


def submit(service: Service) -> None:
    """Submit the request, verified and approved."""
    body = {
        "controller": "maison-lumen", "kind": "access", "approve": True,
        "identifiers": [{"kind": "email", "value": EMAIL}], "verification": "signed-in",
    }  # fmt: skip
    asked = urllib.request.Request(  # noqa: S310 -- our own server
        f"{service.url}/v1/requests",
        data=json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json", "Authorization": f"Bearer {service.token}"
        },
    )  # fmt: skip
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 -- our own server
        assert answer.status == 201


def answered(service: Service, patience: int) -> None:
    """Wait until the answer is ready."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        with service.database.reading() as session:
            about = session.scalars(select(SubjectRequest)).one()
            if about.state is RequestState.READY:
                return
        time.sleep(0.2)
    sys.exit(f"The request was not answered within {patience} seconds.")


def link_of(service: Service) -> str:
    """Return the path of the link that the mail has."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for mail in service.post.received:
            body = mail.get_body(("plain",))
            if found := re.search(r"(/portal/\S*/download/\S+)", str(body and body.get_content())):
                return found[1]
        time.sleep(0.2)
    sys.exit("No mail has a link to the answer.")


def fetched(service: Service, link: str, to: Path, *, until: float = 1.0) -> int:
    """Press the button and write what comes, up to a part of it; return how many bytes came."""
    url = f"{service.url}{link}"
    pressed = urllib.request.Request(url, b"", {"Origin": service.url}, method="POST")  # noqa: S310 -- our own server
    with urllib.request.urlopen(pressed, timeout=60) as answer, to.open("wb") as file:  # noqa: S310 -- our own server
        left = most = int(until * int(answer.headers["Content-Length"]))
        while left and (piece := answer.read(min(PIECE, left))):
            left -= file.write(piece)
    return most - left


def peak_of(pid: int) -> int:
    """Return the largest resident set of a process and of those that it started, in bytes."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,ppid=", "-e"], check=True, capture_output=True, text=True
    )
    ours = {pid}
    for line in sorted(listed.stdout.splitlines(), key=lambda one: int(one.split()[0])):
        child, parent = map(int, line.split())
        if parent in ours:
            ours.add(child)
    total = 0
    for one in ours:
        with suppress(FileNotFoundError):  # a child may have ended meanwhile
            said = Path(f"/proc/{one}/status").read_text()
            if found := re.search(r"VmHWM:\s+(\d+) kB", said):
                total += int(found[1]) * 1024
    return total


def verify(service: Service, archive: Path, size: int) -> None:
    """Let the command that subjects have check every byte, and print what it took."""
    key = service.keyring.signer.vkey
    command = [sys.executable, "-m", "privacy", "package", "verify", str(archive), "--key", key]
    begun, peak = time.monotonic(), 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as checking:
        while checking.poll() is None:
            peak = max(peak, peak_of(checking.pid))
            time.sleep(0.1)
        told("verified", size, begun)
        said = checking.communicate()[0].strip()
    print(f"{said} Status {checking.returncode}, in no more than {peak / 1e6:.0f} MB.")


if __name__ == "__main__":
    main()
