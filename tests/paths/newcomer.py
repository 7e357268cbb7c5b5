"""The demo as a process, and what people do in it with a browser."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

STARTS_WITHIN = 60
PATIENCE = 15_000
"""Milliseconds that a browser waits for what must come."""


@dataclass(frozen=True)
class Demo:
    """A running demo."""

    folder: Path
    port: int

    @property
    def service(self) -> str:
        """The address of portal and console."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def shop(self) -> str:
        """The address of the shop that embeds the banner."""
        return f"http://localhost:{self.port + 1}"

    @property
    def mailbox(self) -> str:
        """The address at which all mails can be read."""
        return f"http://127.0.0.1:{self.port + 2}"

    def password(self, role: str) -> str:
        """Return the password of the member of the staff who has a role."""
        signs = json.loads((self.folder / "sign-in.json").read_text())
        return str(next(one["password"] for one in signs if one["role"] == role))

    def privacy(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the service on the demo's database."""
        environment = {
            "PRIVACY_DATABASE_URL": f"sqlite:///{self.folder / 'privacy.sqlite3'}",
            "PRIVACY_KEY_FILE": str(self.folder / "privacy.key.json"),
        }
        return subprocess.run(
            [sys.executable, "-m", "privacy", *command],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def signed_in(self, chromium: Browser, role: str) -> Page:
        """Return the console as the member of the staff who has a role sees it."""
        page = chromium.new_context(locale="fr-FR").new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{self.service}/console/")
        page.fill("[name=email]", f"{role}@maison-lumen.example")
        page.fill("[name=password]", self.password(role))
        page.click("main button")
        page.wait_for_url("**/console/requests*")
        return page

    def links(self, page: Page, part: str) -> list[str]:
        """Return the links of a kind in the mailbox, newest first, which is read as people do."""
        page.goto(self.mailbox)
        numbers = page.locator("li a").evaluate_all("all => all.map(a => a.pathname)")
        found: list[str] = []
        for number in numbers:
            page.goto(f"{self.mailbox}{number}")
            found += page.locator("pre a").evaluate_all("all => all.map(a => a.href)")
        return [link for link in found if part in link]

    def link_in_mail(self, page: Page, part: str, *, but: Sequence[str] = ()) -> str:
        """Return the newest link of a kind that is not one of those known before."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            fresh = [link for link in self.links(page, part) if link not in but]
            if fresh:
                return fresh[0]
            time.sleep(0.3)
        raise AssertionError(f"no mail with {part} came")


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """Start the demo in a folder as a newcomer does, and end it as they do: by Ctrl-C."""
    port = _free_ports()
    process = _start(folder, port)
    yield Demo(folder, port)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0, "Ctrl-C must end the demo in order"


def _start(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    log = folder / "demo.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "privacy.cli.demo", "--folder", folder, "--port", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and process.poll() is None:
        if "Everything runs" in log.read_text():
            return process
        time.sleep(0.2)
    process.kill()
    raise AssertionError(log.read_text())


def _free_ports() -> int:
    """Return a port with which all the demo's ports are free."""
    for port in range(8640, 9600, 40):
        with socket.socket() as first, socket.socket() as smtp:
            try:
                first.bind(("127.0.0.1", port))
                smtp.bind(("127.0.0.1", port + 25))
            except OSError:
                continue
            return port
    raise AssertionError("no free ports")
