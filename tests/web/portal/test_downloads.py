"""A package of any size goes through the portal as a stream, and is gone after its last byte."""

import pytest
from flask.testing import FlaskClient

from privacy.packages.stowing import PART
from privacy.requests.models import RequestState
from tests.requests.answering.test_handing import keep, take
from tests.requests.office import Office

ARCHIVE = b"".join(bytes([number]) * PART for number in range(3)) + b"the end"


@pytest.fixture
def link(office: Office) -> str:
    """Return the address of a package of four parts."""
    keep(office, take(office, office.approved()), archive=ARCHIVE)
    return f"/portal/boutique/download/{office.token('request_ready')}"


def test_a_large_package_arrives_whole_and_only_once(
    browser: FlaskClient, office: Office, link: str
):
    shown = browser.get(link).text
    assert "Si la connexion se coupe" in shown
    pressed = browser.post(link)
    assert (pressed.status_code, pressed.location) == (303, f"{link}/archive")
    fetched = browser.get(pressed.location)
    assert fetched.data == ARCHIVE
    assert fetched.headers["Cache-Control"] == "no-store"
    assert fetched.headers["Content-Disposition"] == "attachment; filename=boutique.zip"
    assert fetched.content_length == len(ARCHIVE)
    assert fetched.mimetype == "application/zip"
    assert office.all()[0].state is RequestState.COMPLETED
    assert office.packages() == []
    assert browser.post(link).status_code == 410
    assert browser.get(f"{link}/archive").status_code == 410


def test_a_download_that_breaks_off_is_begun_again_by_the_same_link(
    browser: FlaskClient, office: Office, link: str
):
    assert "n’est pas allé jusqu’au bout" not in browser.get(link).text
    browser.post(link)
    broken = browser.get(f"{link}/archive", buffered=False)
    assert next(iter(broken.iter_encoded())) == ARCHIVE[:PART]
    busy = browser.get(f"{link}/archive")
    assert (busy.status_code, "attendez deux minutes" in busy.text) == (409, True)
    broken.close()
    assert office.all()[0].state is RequestState.READY
    assert "n’est pas allé jusqu’au bout" in browser.get(link).text
    again = browser.post(link, follow_redirects=True)
    assert (again.status_code, again.data) == (200, ARCHIVE)
    assert office.all()[0].state is RequestState.COMPLETED


def broken(browser: FlaskClient, link: str) -> str:
    """Break a download off after its first part, and return the tag of what flowed."""
    browser.post(link)
    answer = browser.get(f"{link}/archive", buffered=False)
    next(iter(answer.iter_encoded()))
    answer.close()
    assert answer.headers["Accept-Ranges"] == "bytes"
    return answer.headers["ETag"]


def test_a_browser_goes_on_where_the_connection_broke(
    browser: FlaskClient, office: Office, link: str
):
    tag = broken(browser, link)
    start = PART + 17
    rest = browser.get(f"{link}/archive", headers={"Range": f"bytes={start}-", "If-Range": tag})
    assert (rest.status_code, rest.data) == (206, ARCHIVE[start:])
    size = len(ARCHIVE)
    assert rest.headers["Content-Range"] == f"bytes {start}-{size - 1}/{size}"
    assert rest.content_length == size - start
    assert office.all()[0].state is RequestState.COMPLETED


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=17-", "If-Range": '"another"'},
        {"Range": "bytes=17-", "If-Range": "Wed, 21 Oct 2026 07:28:00 GMT"},
        {"Range": "bytes=17-20"},
        {"Range": "bytes=0-5,17-"},
        {"Range": "bytes=-5"},
        {"Range": f"bytes={len(ARCHIVE)}-"},
        {"Range": "rows=17-"},
        {"Range": "bytes=x-"},
    ],
    ids=str,
)
def test_any_other_range_begins_anew(browser: FlaskClient, link: str, headers: dict[str, str]):
    broken(browser, link)
    answer = browser.get(f"{link}/archive", headers=headers)
    assert (answer.status_code, answer.data) == (200, ARCHIVE)


def test_who_follows_links_fetches_nothing(browser: FlaskClient, office: Office, link: str):
    assert browser.get(f"{link}/archive").status_code == 410
    assert browser.head(f"{link}/archive").status_code == 200
    browser.post(link)
    assert browser.head(f"{link}/archive").data == b""
    assert office.all()[0].state is RequestState.READY
    assert browser.get(f"{link}/archive").data == ARCHIVE, "a look held nothing"
