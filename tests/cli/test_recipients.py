"""`privacy recipients`."""

import socket

import pytest

from privacy.runtime import Runtime
from tests.cli.conftest import Privacy
from tests.entries import waiting_entries

ADD = (
    "recipients", "add", "--name", "Partner SAS", "--role", "separate", "--country", "FR",
    "--purpose", "mk_email",
)  # fmt: skip
URL = "https://partner.example/hooks"


pytestmark = pytest.mark.usefixtures("runtime")


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every name lead to one public address."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", FOUND)])


FOUND = ("93.184.215.14", 443)


def test_a_recipient_is_added_and_listed(privacy: Privacy, runtime: Runtime):
    made = privacy(*ADD, "--json").facts
    listed = privacy("recipients", "list", "--json").facts
    assert listed["Partner SAS"] == {
        "id": made["recipient"],
        "purposes": ["mk_email"],
        "endpoint": None,
        "pending": 0,
        "given_up": 0,
    }
    assert "no endpoint" in privacy("recipients", "list").out
    assert len(waiting_entries(runtime.database, "recipient.registered")) == 1


def test_an_endpoint_is_set_with_a_secret_that_is_shown_once_and_removed(privacy: Privacy):
    privacy(*ADD)
    made = privacy("recipients", "endpoint", "Partner SAS", "--url", URL, "--json").facts
    assert made["secret"].startswith("whsec_")
    assert "partner.example" in privacy("recipients", "list").out
    assert "whsec_" not in privacy("recipients", "list").out
    privacy("recipients", "endpoint", "Partner SAS", "--remove")
    assert "no endpoint" in privacy("recipients", "list").out


def test_what_cannot_be_done_is_said(privacy: Privacy):
    privacy(*ADD)
    for wrong in (
        ("recipients", "endpoint", "Partner SAS"),
        ("recipients", "endpoint", "Partner SAS", "--url", URL, "--remove"),
        ("recipients", "endpoint", "Nobody", "--url", URL),
        ("recipients", "endpoint", "Partner SAS", "--url", "http://partner.example/"),
        (*ADD[:-1], "nothing_published"),
    ):
        assert privacy(*wrong).status == 2


def test_a_retry_says_how_many(privacy: Privacy):
    privacy(*ADD)
    assert privacy("recipients", "retry", "Partner SAS", "--json").facts == {"retried": 0}
