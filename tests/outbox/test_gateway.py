"""A gateway is declared; what it is told are values, and its answer says whether it was taken."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import pytest

from privacy.errors import InvalidError
from privacy.outbox.gateway import Gateway, Wording, hand_over
from privacy.outbox.mailer import Scope, UndeliveredError
from privacy.outbox.webhook import HttpPoster
from tests.outbox import partner as partners
from tests.outbox.partner import HANG, Partner
from tests.outbox.test_webhook import poster_of

ID = UUID("019b0000-0000-7000-8000-00000000000d")
NUMBER = "+33612345678"
BODY = {"to": "{to}", "from": "{sender}", "text": "{text}", "options": {"ref": ["{id}"]}}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    with partners.opened(tmp_path_factory.mktemp("gateway")) as partner:
        yield partner


@pytest.fixture
def partner(shared: Partner) -> Partner:
    """Return the gateway's server with nothing received."""
    shared.received.clear()
    shared.replies.clear()
    shared.answer = b""
    return shared


def wording(url: str = "https://sms.example/send", **changes: Any) -> Wording:
    return Wording.read({"url": url, "body": BODY} | changes)


def send(
    partner: Partner, text: str = "Bonjour", *, poster: HttpPoster | None = None, **changes: Any
) -> None:
    gateway = Gateway(wording(partner.url, **changes), "Boutique")
    hand_over(poster or poster_of(partner), gateway, number=NUMBER, text=text, message_id=ID)


def refused(partner: Partner, **changes: Any) -> tuple[str, Scope]:
    with pytest.raises(UndeliveredError) as told:
        send(partner, **changes)
    assert told.value.__cause__ is None
    return told.value.reason, told.value.scope


def test_a_text_is_handed_over_as_declared(partner: Partner):
    send(partner, headers={"Authorization": "Bearer s3cret"})
    (got,) = partner.received
    assert json.loads(got.body) == {
        "to": NUMBER,
        "from": "Boutique",
        "text": "Bonjour",
        "options": {"ref": [str(ID)]},
    }
    assert (got.headers["Authorization"], got.headers["Content-Type"]) == (
        "Bearer s3cret", "application/json",
    )  # fmt: skip


def test_words_are_values_and_never_syntax(partner: Partner):
    text = 'a "quote", a {to} and \\u0000 &=+'
    send(partner, text)
    assert json.loads(partner.received[0].body)["text"] == text
    flat = {"To": "{to}", "Body": "{text}"}
    send(partner, text, body=flat, form=True, account="AC1", password="p:w")
    got = partner.received[1]
    assert parse_qs(got.body.decode()) == {"To": [NUMBER], "Body": [text]}
    assert got.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert base64.b64decode(got.headers["Authorization"].removeprefix("Basic ")) == b"AC1:p:w"


@pytest.mark.parametrize(
    "answer", [{"messages": [{"status": 0}]}, {"messages": [{"status": "0"}]}]
)
def test_the_answer_says_that_it_was_taken(partner: Partner, answer: object):
    partner.replies.append(200)
    partner.answer = json.dumps(answer).encode()
    send(partner, accepted={"messages.0.status": ["0"]})


@pytest.mark.parametrize(
    ("answer", "reason", "scope"),
    [
        (b'{"messages": [{"status": "4"}]}', "not-accepted", Scope.MESSAGE),
        (b'{"messages": []}', "not-accepted", Scope.MESSAGE),
        (b"[]", "not-accepted", Scope.MESSAGE),
        (b"<html>", "no-json", Scope.SERVER),
    ],
)
def test_a_200_that_says_no_is_a_no(partner: Partner, answer: bytes, reason: str, scope: Scope):
    partner.replies.append(200)
    partner.answer = answer
    assert refused(partner, accepted={"messages.0.status": ["0"]}) == (reason, scope)


@pytest.mark.parametrize(
    ("status", "scope"), [(400, Scope.MESSAGE), (429, Scope.SERVER), (503, Scope.SERVER)]
)
def test_a_status_tells_what_failed(partner: Partner, status: int, scope: Scope):
    partner.replies.append(status)
    assert refused(partner) == (f"http-{status}", scope)


def test_a_gateway_that_hangs_is_left_in_time(partner: Partner):
    partner.replies.append(HANG)
    poster = poster_of(partner, patience=0.3)
    assert refused(partner, poster=poster) == ("timeout", Scope.SERVER)


def test_no_private_address_is_reached_unless_it_may(partner: Partner):
    poster = poster_of(partner, private=False)
    assert refused(partner, poster=poster) == ("private-address", Scope.SERVER)
    assert partner.received == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"url": "http://sms.example/"}, "url"),
        ({"url": "https://u:p@sms.example/"}, "url"),
        ({"url": None}, "url"),
        ({"method": "GET"}, "method"),
        ({"headers": {"X": "a\r\nY: b"}}, "headers"),
        ({"headers": {"X Y": "a"}}, "headers"),
        ({"headers": ["X"]}, "headers"),
        ({"body": {"to": "{to}"}}, "body"),
        ({"body": {"to": "{to}", "text": "{text} {name}"}}, "body"),
        ({"body": "{to} {text}"}, "body"),
        ({"body": BODY, "form": True}, "body"),
        ({"account": "a:b"}, "account"),
        ({"password": 12}, "password"),
        ({"accepted": ["x"]}, "accepted"),
        ({"secret": "x"}, "secret"),
    ],
)
def test_what_cannot_be_used_is_named(changes: dict[str, Any], fault: str):
    with pytest.raises(InvalidError) as told:
        wording(**({"url": "https://sms.example/"} | changes))
    assert set(told.value.fields) == {fault}


def test_what_is_kept_can_be_read_again_and_is_not_shown():
    told = wording(
        headers={"X": "s3cret"}, account="AC1", password="p4ss", accepted={"status": ["queued", 1]}
    )
    assert Wording.read(json.loads(told.kept())) == told
    assert "s3cret" not in repr(told)
    assert "p4ss" not in repr(told)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"sender": ""}, "sender"),
        ({"sender": "TwelveLetter"}, "sender"),
        ({"sender": "Île"}, "sender"),
        ({"prefixes": ("33",)}, "prefixes"),
        ({"prefixes": ()}, "prefixes"),
        ({"price": 0}, "budget"),
        ({"price": 90, "budget": 80}, "budget"),
        ({"per_number": 0}, "per_number"),
    ],
)
def test_no_gateway_is_without_bounds(changes: dict[str, Any], fault: str):
    told: dict[str, Any] = {"wording": wording(), "sender": "Boutique"}
    with pytest.raises(InvalidError) as refused_for:
        Gateway(**(told | changes))
    assert set(refused_for.value.fields) == {fault}


@pytest.mark.parametrize(
    ("number", "served"), [(NUMBER, True), ("+4915112345678", True), ("+2348012345678", False)]
)
def test_texts_go_to_the_union_unless_it_is_said_otherwise(number: str, served: bool):  # noqa: FBT001 -- a parameter
    assert Gateway(wording(), "Boutique").serves(number) is served
