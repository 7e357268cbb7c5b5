"""Posting to recipients: what is signed, where it may go, and what each answer means."""

import base64
import hmac
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import pytest

from privacy.errors import InvalidError
from privacy.outbox.mailer import Scope, UndeliveredError
from privacy.outbox.webhook import (
    HttpPoster,
    Target,
    headers,
    is_public,
    new_secret,
    place_of,
)
from tests.outbox import partner as partners
from tests.outbox.partner import DRIP, HANG, Partner

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ID = UUID("019b0000-0000-7000-8000-00000000000c")
BODY = b'{"type":"consent.withdrawn"}'
SECRET = new_secret()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    with partners.opened(tmp_path_factory.mktemp("partner")) as partner:
        yield partner


@pytest.fixture
def partner(shared: Partner) -> Partner:
    """Return the recipient's server with nothing received."""
    shared.received.clear()
    shared.replies.clear()
    shared.location = ""
    return shared


def local(_host: str, _port: int) -> list[str]:
    """Resolve every name to this machine, whatever the family that it prefers."""
    return ["127.0.0.1"]


def poster_of(partner: Partner, **options: object) -> HttpPoster:
    given = {"private": True, "tls": partner.trust, "look_up": local, "patience": 5.0}
    return HttpPoster(**(given | options))  # type: ignore[arg-type] # options are typed above


def post(partner: Partner, url: str = "", **options: object) -> int:
    target = Target(url or partner.url, SECRET)
    return poster_of(partner, **options).post(target, message_id=ID, at=AT, body=BODY)


def refused(partner: Partner, url: str = "", **options: object) -> tuple[str, Scope]:
    with pytest.raises(UndeliveredError) as told:
        post(partner, url, **options)
    assert told.value.__cause__ is None
    return told.value.reason, told.value.scope


def test_a_message_arrives_signed_as_standard_webhooks_say(partner: Partner):
    assert post(partner) == 204
    (got,) = partner.received
    assert (got.path, got.body) == ("/hooks?of=shop", BODY)
    assert got.headers["Content-Type"] == "application/json"
    assert got.headers["Host"] == f"localhost:{partner.port}"
    sent_id, sent_at = got.headers["webhook-id"], got.headers["webhook-timestamp"]
    assert (sent_id, sent_at) == (str(ID), str(int(AT.timestamp())))
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    mac = hmac.new(key, f"{sent_id}.{sent_at}.".encode() + BODY, sha256).digest()
    assert got.headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"


def test_the_signature_is_that_of_the_published_example():
    """The example of the Standard Webhooks specification and of its libraries."""
    told = headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",  # type: ignore[arg-type] # the example's id
        at=datetime.fromtimestamp(1614265330, UTC),
        body=b'{"test": 2432232314}',
    )
    assert told["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("status", "scope"),
    [
        (410, Scope.FOREVER),
        (400, Scope.MESSAGE),
        (404, Scope.MESSAGE),
        (429, Scope.SERVER),
        (500, Scope.SERVER),
        (503, Scope.SERVER),
    ],
)
def test_what_is_not_taken_says_what_to_do_next(partner: Partner, status: int, scope: Scope):
    partner.replies.append(status)
    assert refused(partner) == (f"http-{status}", scope)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(partner: Partner, status: int):
    partner.replies.append(status)
    partner.location = f"https://localhost:{partner.port}/elsewhere"
    assert refused(partner) == (f"http-{status}", Scope.MESSAGE)
    assert [one.path for one in partner.received] == ["/hooks?of=shop"]


@pytest.mark.parametrize("behaviour", [HANG, DRIP])
def test_a_server_that_holds_on_is_left_in_time(partner: Partner, behaviour: int):
    partner.replies.append(behaviour)
    assert refused(partner, patience=0.4) == ("timeout", Scope.SERVER)


def test_nobody_there_is_a_fault_of_the_server(partner: Partner):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"https://localhost:{bound.getsockname()[1]}/"
        assert refused(partner, url) == ("ConnectionRefusedError", Scope.SERVER)


def test_a_certificate_for_another_name_is_no_recipient(partner: Partner):
    url = f"https://partner.example:{partner.port}/hooks"
    assert refused(partner, url) == ("SSLCertVerificationError", Scope.SERVER)
    assert partner.received == []


def test_a_certificate_that_nobody_vouches_for_is_no_recipient(partner: Partner):
    assert refused(partner, tls=ssl.create_default_context()) == (
        "SSLCertVerificationError",
        Scope.SERVER,
    )


def test_a_private_address_is_refused_at_the_moment_of_connecting(partner: Partner):
    """A name may have led elsewhere when it was registered (DNS rebinding)."""
    assert refused(partner, private=False) == ("private-address", Scope.SERVER)
    mixed = lambda _host, _port: ["93.184.215.14", "127.0.0.1"]  # noqa: E731 -- one line says it
    assert refused(partner, private=False, look_up=mixed) == ("private-address", Scope.SERVER)
    assert partner.received == []


def test_the_connection_goes_to_the_address_that_was_checked(partner: Partner):
    asked: list[str] = []

    def turning(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["192.0.2.1"]

    assert post(partner, look_up=turning) == 204
    assert asked == ["localhost"]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1%eth0", "fc00::1",  # noqa: S104 -- no server listens there
        "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
        "2002:7f00:1::", "2002:a00:1::1",
    ],
)  # fmt: skip
def test_what_leads_into_a_private_network_is_not_public(address: str):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f::1", "64:ff9b::5db8:d70e"])
def test_what_is_of_the_internet_is_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.example/", "ftp://partner.example/", "partner.example", "https://",
        "https:///hooks", "https://name:word@partner.example/", "https://partner.example/#a",
        "https://partner.example:99999/", "https://partner.example/a b", "https://pärtner.example/ä",
        "https://partner.example/\r\nX: y", f"https://partner.example/{'a' * 2000}",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_webhook_is_refused(url: str):
    with pytest.raises(InvalidError) as told:
        place_of(url)
    assert list(told.value.fields) == ["url"]


def test_an_address_is_checked_when_it_is_registered():
    public = HttpPoster(look_up=lambda _host, _port: ["93.184.215.14"])
    assert public.check("https://partner.example/hooks?a=1").host == "partner.example"
    with pytest.raises(InvalidError) as told:
        HttpPoster(look_up=local).check("https://partner.example/hooks")
    assert told.value.fields == {"url": ["it leads to a private network"]}
    with pytest.raises(InvalidError) as told:
        HttpPoster(look_up=nowhere).check("https://partner.example/hooks")
    assert told.value.fields == {"url": ["there is no such host"]}


def nowhere(_host: str, _port: int) -> list[str]:
    raise socket.gaierror


def test_an_address_written_as_a_number_is_checked_like_a_name():
    with pytest.raises(InvalidError):
        HttpPoster().check("https://127.0.0.1/")
    with pytest.raises(InvalidError):
        HttpPoster().check("https://[::1]/")
    with pytest.raises(InvalidError):
        HttpPoster().check("https://2130706433/")


def test_neither_address_nor_secret_is_shown_by_accident():
    assert "hooks" not in repr(Target("https://partner.example/hooks", SECRET))
    assert SECRET not in repr(Target("https://partner.example/hooks", SECRET))


def test_each_secret_is_new():
    assert new_secret() != SECRET
    assert len(base64.b64decode(SECRET.removeprefix("whsec_"))) == 32


def test_a_secret_that_is_none_is_refused():
    with pytest.raises(InvalidError):
        headers("whsec_!", message_id=ID, at=AT, body=BODY)
