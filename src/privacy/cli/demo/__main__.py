"""The demo: `make demo` starts the service, a fictional shop and a mail catcher, on loopback.

Everything it keeps is in one folder, which `make demo-clean` forgets.
"""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
from flask import Flask
from typing_extensions import override
from werkzeug.serving import WSGIRequestHandler, make_server

from privacy.cli.demo.filling import Filled, fill
from privacy.cli.demo.mailbox import Mailbox, browser_app, smtp_server
from privacy.cli.demo.places import Places
from privacy.cli.demo.storefront import shop_app
from privacy.config import Settings

PATIENCE = 30
"""Seconds that the service may take to answer its health check."""


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default=Path(".demo"))
@click.option("--port", type=click.IntRange(1024, 65000), default=8600, show_default=True)
def main(folder: Path, port: int) -> None:
    """Run the demo until Ctrl-C."""
    places = Places(folder.resolve(), port)
    busy = places.busy()
    if busy:
        raise click.ClickException(
            f"Port {busy} is taken. Stop what uses it, or choose others: make demo PORT=8700"
        )
    places.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    environment = os.environ | places.environment()
    filled = fill(places, Settings.from_env(environment))
    with ExitStack() as running:
        mailbox = Mailbox()
        catcher = smtp_server(mailbox, places.host, places.smtp_port)
        catcher.start()
        running.callback(catcher.stop)
        running.enter_context(_served(browser_app(mailbox), places.host, places.mailbox_port))
        shop = shop_app(places.service_url, filled.site_key)
        running.enter_context(_served(shop, places.host, places.shop_port))
        service = running.enter_context(_service(environment))
        _wait_until_healthy(places, service)
        _tell(places, filled)
        _wait_for_the_end(service)


class _Silent(WSGIRequestHandler):
    """Serves without a line for each request; the demo's own words are enough."""

    @override
    def log(self, type: str, message: str, *args: object) -> None:
        pass


@contextmanager
def _served(app: Flask, host: str, port: int) -> Iterator[None]:
    """Serve a small app of the demo in a thread."""
    server = make_server(host, port, app, threaded=True, request_handler=_Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield
    server.shutdown()


@contextmanager
def _service(environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run `privacy serve` as a process of its own, as a company would."""
    # Its own group: Ctrl-C reaches it through us, once, and it ends in order.
    service = subprocess.Popen(
        [sys.executable, "-m", "privacy", "serve"], env=dict(environment), start_new_session=True
    )
    try:
        yield service
    finally:
        service.send_signal(signal.SIGTERM)
        try:
            service.wait(timeout=20)
        except subprocess.TimeoutExpired:
            service.kill()


def _wait_until_healthy(places: Places, service: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if service.poll() is not None:
            raise click.ClickException("The service ended at once; its reason stands above.")
        try:
            with urllib.request.urlopen(f"{places.service_url}/healthz", timeout=2):  # noqa: S310 -- loopback
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise click.ClickException("The service does not answer; its reason stands above.")


def _wait_for_the_end(service: subprocess.Popen[bytes]) -> None:
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    while not ended.wait(0.5):
        if service.poll() is not None:
            raise click.ClickException("The service ended; its reason stands above.")
    click.echo("\nStopping.")


def _tell(places: Places, filled: Filled) -> None:
    signs = "\n".join(
        f"    {one.role.value:8} {one.email:30} {one.password}" for one in filled.sign_ins
    )
    click.echo(
        f"""
  Everything runs. All people and companies in it are fictional.

  1. The shop with the banner   {places.shop_url}/
     Accept, refuse or choose; then “Gérer mes cookies” at the foot of the page.
  2. A subject's portal         {places.service_url}/portal/{filled.slug}/
     Ask for access as {filled.subject_email}
  3. The mailbox                {places.mailbox_url}/
     Every mail that the service sends; confirm the request from there.
  4. The DPO's console          {places.service_url}/console/
{signs}
     Approve the request, fetch the package from the mailbox, verify the audit log.
  5. The interface for programs {places.service_url}/v1/docs

  Data: {places.folder}   key file: {places.key_file}
  Check the log from the shell:
     PRIVACY_DATABASE_URL={places.database_url} \\
     PRIVACY_KEY_FILE={places.key_file} .venv/bin/privacy audit verify

  Ctrl-C stops it; `make demo` starts again on the same data; `make demo-clean` forgets it.
"""
    )


if __name__ == "__main__":
    main()
