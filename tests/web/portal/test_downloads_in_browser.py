"""A real browser, over a real connection that breaks, and goes on by itself."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import make_server

from privacy.packages.stowing import PART
from privacy.requests.models import RequestState
from tests.browser import running_chromium
from tests.fakes import FakeClock
from tests.outbox.post import free_port
from tests.requests.answering.test_handing import keep, take
from tests.requests.office import Office
from tests.web.conftest import shop
from tests.web.portal.conftest import office_of

ARCHIVE = b"".join(bytes([number]) * PART for number in range(6)) + b"the end"
Wsgi = Callable[..., Iterable[bytes]]


class Line:
    """A connection to the app that may break once, after so many pieces of an archive."""

    def __init__(self, app: Wsgi) -> None:
        self.breaks_after = 0
        self.asked: list[tuple[str, str, str]] = []
        self._app = app

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        """Answer as the app would, until the line breaks."""
        path = environ["PATH_INFO"].rsplit("/", 1)[1]
        asked = environ.get("HTTP_RANGE", "")
        self.asked.append((environ["REQUEST_METHOD"], path, asked))
        answer = self._app(environ, start)
        if path != "archive" or not self.breaks_after:
            return answer
        most, self.breaks_after = self.breaks_after, 0
        return _broken(answer, most)


def _broken(answer: Iterable[bytes], most: int) -> Iterator[bytes]:
    try:
        for number, piece in enumerate(answer):
            if number == most:
                raise ConnectionAbortedError
            yield piece
    finally:
        close: Callable[[], None] = getattr(answer, "close", lambda: None)
        close()


@pytest.fixture
def line(core: Flask) -> Iterator[tuple[Line, str]]:
    """Serve the app on this machine; return the line to it and its address."""
    served = Line(core.wsgi_app)
    server = make_server("127.0.0.1", free_port(), served, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield served, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


@pytest.fixture
def office(core: Flask, clock: FakeClock) -> Office:
    """Return the office of the boutique, with a package of seven parts."""
    one = office_of(core, clock, shop(core))
    keep(one, take(one, one.approved()), archive=ARCHIVE)
    return one


@pytest.fixture
def page(office: Office, line: tuple[Line, str]) -> Iterator[Page]:
    """Return the page that the link of the mail opens."""
    context = running_chromium().new_context(accept_downloads=True, locale="fr-FR")
    context.set_default_timeout(15_000)
    shown = context.new_page()
    shown.goto(f"{line[1]}/portal/boutique/download/{office.token('request_ready')}")
    yield shown
    context.close()


def fetched(page: Page) -> bytes:
    """Press the button, and return what the browser saved."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger mes données").click()
    assert download.value.suggested_filename == "boutique.zip"
    return Path(download.value.path()).read_bytes()


def ended(office: Office) -> bool:
    """Whether the request ends, soon after the browser has the last byte."""
    for _ in range(100):
        if office.all()[0].state is RequestState.COMPLETED and not office.packages():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.browser
def test_one_press_saves_a_large_package(office: Office, line: tuple[Line, str], page: Page):
    assert fetched(page) == ARCHIVE
    assert ended(office)
    assert [one[0] for one in line[0].asked if one[1] == "archive"] == ["GET"]


@pytest.mark.browser
def test_a_browser_goes_on_by_itself_where_the_line_broke(
    office: Office, line: tuple[Line, str], page: Page
):
    line[0].breaks_after = 4
    assert fetched(page) == ARCHIVE
    ranges = [one[2] for one in line[0].asked if one[1] == "archive"]
    assert ranges == ["", f"bytes={4 * PART}-"]
    assert ended(office)
