"""`privacy texts`."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from privacy.outbox import webhook
from privacy.runtime import Runtime
from tests.cli.conftest import Privacy
from tests.entries import waiting_entries
from tests.outbox import partner as partners
from tests.outbox.partner import Partner

BODY = {"to": "{to}", "text": "{text}"}
NUMBER = "06 12 34 56 78"
REAL = socket.getaddrinfo


def here(host: Any, *more: Any, **named: Any) -> Any:
    """Resolve this machine's name to the family that the server listens on."""
    return REAL("127.0.0.1" if host == "localhost" else host, *more, **named)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    with partners.opened(tmp_path_factory.mktemp("gateway")) as partner:
        yield partner


@pytest.fixture
def partner(shared: Partner, monkeypatch: pytest.MonkeyPatch) -> Partner:
    """Return the gateway's server, on a machine that may reach it and trusts it."""
    shared.received.clear()
    shared.replies.clear()
    monkeypatch.setenv("PRIVACY_WEBHOOK_PRIVATE", "yes")
    monkeypatch.setattr(webhook, "usual_tls", lambda: shared.trust)
    monkeypatch.setattr(socket, "getaddrinfo", here)
    return shared


@pytest.fixture
def declared(partner: Partner, tmp_path: Path) -> str:
    path = tmp_path / "gateway.yaml"
    told = {"url": partner.url, "headers": {"Authorization": "Bearer s3cret"}, "body": BODY}
    path.write_text(yaml.safe_dump(told), "utf-8")
    return str(path)


pytestmark = pytest.mark.usefixtures("runtime")


def test_a_gateway_is_set_tried_shown_and_removed(
    privacy: Privacy, runtime: Runtime, partner: Partner, declared: str
):
    privacy("texts", "set", declared, "--sender", "Boutique", "--price", "0.07", "--budget", "5")
    told = privacy("texts", "show", "--json").facts
    assert (told["host"], told["price"], told["budget"]) == ("localhost", 0.07, 5.0)
    assert "s3cret" not in privacy("texts", "show").out
    assert privacy("texts", "trial", NUMBER, "--json").facts == {"outcome": "sent"}
    (got,) = partner.received
    assert got.headers["Authorization"] == "Bearer s3cret"
    assert b"+33612345678" in got.body
    privacy("texts", "remove")
    assert privacy("texts", "show", "--json").facts == {"host": None}
    for action in ("texts.gateway-set", "texts.tried", "texts.gateway-removed"):
        assert len(waiting_entries(runtime.database, action)) == 1


def test_a_trial_that_fails_says_so_and_ends_with_one(
    privacy: Privacy, partner: Partner, declared: str
):
    privacy("texts", "set", declared, "--sender", "Boutique")
    partner.replies.append(401)
    tried = privacy("texts", "trial", NUMBER)
    assert (tried.status, "http-401" in tried.out) == (1, True)


def test_what_cannot_be_used_is_said(privacy: Privacy, declared: str, tmp_path: Path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("url: [s3cret", "utf-8")
    for wrong in (
        ("texts", "set", str(broken), "--sender", "Boutique"),
        ("texts", "set", declared, "--sender", "Bou-tique"),
        ("texts", "set", declared, "--sender", "Boutique", "--price", "free"),
        ("texts", "set", declared, "--sender", "Boutique", "--price", "0.00001"),
        ("texts", "trial", NUMBER),
        ("texts", "remove"),
    ):
        told = privacy(*wrong)
        assert told.status == 2, wrong
        assert "s3cret" not in told.out + told.err
