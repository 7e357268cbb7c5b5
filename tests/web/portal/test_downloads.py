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
    fetched = browser.post(link)
    assert fetched.data == ARCHIVE
    assert fetched.content_length == len(ARCHIVE)
    assert fetched.mimetype == "application/zip"
    assert office.all()[0].state is RequestState.COMPLETED
    assert office.packages() == []
    assert browser.post(link).status_code == 410


def test_a_download_that_breaks_off_is_begun_again_by_the_same_link(
    browser: FlaskClient, office: Office, link: str
):
    broken = browser.post(link, buffered=False)
    assert next(iter(broken.iter_encoded())) == ARCHIVE[:PART]
    assert browser.post(link).status_code == 410  # while it flows
    broken.close()
    assert office.all()[0].state is RequestState.READY
    assert browser.post(link).data == ARCHIVE
    assert office.all()[0].state is RequestState.COMPLETED
