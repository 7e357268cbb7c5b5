"""Portable data on their way to another controller: once approved, signed, received or told."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from privacy.audit.actions import Action
from privacy.errors import ConflictError
from privacy.outbox.mailer import Scope, UndeliveredError
from privacy.outbox.webhook import HttpPoster
from privacy.requests import acts, transfers
from privacy.requests.acts import Submission
from privacy.requests.annexes import Transfer
from privacy.requests.jobs import fulfil_access
from privacy.requests.models import RequestKind
from privacy.requests.sending import Post, send_transfers
from privacy.requests.statements import Statement
from tests.make import make_purpose
from tests.requests.dying import ROWS, SHOP, DyingDatabase, KilledError, Steps
from tests.requests.office import DPO, EMAIL, Office
from tests.stores.fake_store import FakeStore

TO = "https://autre.example/recevoir?jeton=secret"


class Elsewhere:
    """Another controller; fails as often as it has errors."""

    def __init__(self, *errors: UndeliveredError, steps: Steps | None = None) -> None:
        self.errors = list(errors)
        self.got: list[tuple[str, Mapping[str, str], bytes]] = []
        self._steps = steps

    def send(self, url: str, *, signed: Mapping[str, str], body: bytes) -> int:
        if self._steps:
            self._steps.step()
        if self.errors:
            raise self.errors.pop(0)
        self.got.append((url, signed, body))
        if self._steps:
            self._steps.step()
        return 202


def asked(office: Office, send_to: str = TO) -> UUID:
    """Ask for portability and confirm."""
    made = Submission(RequestKind.PORTABILITY, EMAIL, "fr", Statement(send_to=send_to))
    with office.database.transaction() as session:
        request_id = acts.submit_request(
            session,
            actor="subject",
            at=office.clock(),
            desk=office.desk,
            to=office.controller,
            made=made,
        ).id
        make_purpose(
            session, at=office.clock(), controller_id=office.controller.id, code="order_management"
        )
    office.confirm(office.token("confirm_request"))
    return request_id


def packed(office: Office, send_to: str = TO) -> UUID:
    """Ask, approve and let the package be made."""
    request_id = asked(office, send_to)
    office.approve(request_id)
    definition = replace(SHOP, purposes=("order_management",))
    assert fulfil_access(office.bench(FakeStore(definition, ROWS))) == 1
    return request_id


def post(office: Office, elsewhere: Elsewhere | HttpPoster) -> Post:
    signer = office.desk.cabinet.keyring.transfer_signer
    return Post(office.database, office.clock, office.desk, elsewhere, signer.sign)


def transfer(office: Office) -> Transfer:
    with office.database.reading() as session:
        return session.scalars(select(Transfer)).one()


def test_what_is_portable_arrives_signed_and_its_receipt_is_kept(office: Office):
    request_id = packed(office)
    elsewhere = Elsewhere()
    assert send_transfers(post(office, elsewhere)) == 1
    ((url, signed, body),) = elsewhere.got
    assert url == TO
    document = json.loads(body)
    assert (document["type"], document["request"]) == ("portability.transfer", str(request_id))
    assert "Camille Durand" in body.decode()
    assert "Louis" not in body.decode()
    scheme, _, signature = signed["webhook-signature"].partition(",")
    told = f"{signed['webhook-id']}.{signed['webhook-timestamp']}.".encode() + body
    verifier = office.desk.cabinet.keyring.transfer_verifiers[-1]
    verifier.verify(told, base64.b64decode(signature))
    assert scheme == "v1a"
    row = transfer(office)
    assert (row.state.value, row.status, row.body_sealed) == ("sent", "http-202", None)
    assert len(row.digest) == 64
    assert office.letters("transfer_sent")[0].variables["host"] == "autre.example"
    assert send_transfers(post(office, elsewhere)) == 0


def test_nothing_leaves_before_the_dpo_approves(office: Office):
    asked(office)
    elsewhere = Elsewhere()
    assert fulfil_access(office.bench(FakeStore(SHOP, ROWS))) == 0
    assert send_transfers(post(office, elsewhere)) == 0
    assert elsewhere.got == []


def test_what_waits_is_sealed_and_the_log_knows_no_address(office: Office):
    packed(office)
    row = transfer(office)
    assert row.body_sealed is not None
    assert b"Camille" not in row.body_sealed
    assert b"autre.example" not in row.url_sealed
    send_transfers(post(office, Elsewhere()))
    assert "autre.example" not in str([one.details for one in office.entries()])


def test_what_the_dpo_declines_is_told_and_not_sent(office: Office):
    request_id = asked(office)
    with office.taken(request_id) as (session, about):
        transfers.decline_first(
            session, actor=DPO, at=office.clock(), desk=office.desk, about=about
        )
    office.approve(request_id)
    assert fulfil_access(office.bench(FakeStore(SHOP, ROWS))) == 1
    elsewhere = Elsewhere()
    assert send_transfers(post(office, elsewhere)) == 0
    assert elsewhere.got == []
    assert len(office.letters("transfer_failed")) == 1
    assert len(office.letters("request_ready")) == 1
    with pytest.raises(ConflictError), office.taken(request_id) as (session, about):
        transfers.decline_first(
            session, actor=DPO, at=office.clock(), desk=office.desk, about=about
        )


def test_an_address_that_does_not_answer_is_tried_again_and_then_told(office: Office):
    packed(office)
    down = UndeliveredError("http-503", Scope.SERVER)
    elsewhere = Elsewhere(*[down] * 50)
    for _ in range(60):
        if send_transfers(post(office, elsewhere)):
            break
        office.clock.advance(minutes=30)
    row = transfer(office)
    assert (row.state.value, row.status, row.body_sealed) == ("failed", "http-503", None)
    assert len(office.letters("transfer_failed")) == 1
    assert 3 <= 50 - len(elsewhere.errors) <= 30


@pytest.mark.parametrize("url", ["https://127.0.0.1/x", "https://10.1.2.3/x", "https://[::1]/x"])
def test_no_private_address_is_reached_whoever_names_it(office: Office, url: str):
    packed(office, url)
    assert send_transfers(post(office, HttpPoster())) == 1
    assert (transfer(office).state.value, transfer(office).status) == ("failed", "private-address")


def test_killed_at_every_step_it_is_settled_once_and_arrives_under_one_id(office: Office):
    packed(office)
    arrived = []
    for dies_at in range(1, 25):
        steps = Steps(dies_at)
        elsewhere = Elsewhere(steps=steps)
        database = DyingDatabase(office.database.engine, steps)
        signer = office.desk.cabinet.keyring.transfer_signer
        dying = Post(database, office.clock, office.desk, elsewhere, signer.sign)
        try:
            send_transfers(dying)
        except KilledError:
            office.clock.advance(minutes=10 * 2**5)
        arrived += [one[1]["webhook-id"] for one in elsewhere.got]
    assert len(set(arrived)) == 1
    assert transfer(office).state.value == "sent"
    assert len(office.entries(Action.REQUEST_TRANSFERRED)) == 1
    assert len(office.letters("transfer_sent")) == 1


def test_a_request_without_an_address_sends_nothing(office: Office):
    packed(office, "")
    with office.database.reading() as session:
        assert session.scalars(select(Transfer)).all() == []


def test_what_is_too_large_is_told(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(transfers, "LARGEST", 100)
    packed(office)
    assert transfer(office).state.value == "declined"
    assert len(office.letters("transfer_failed")) == 1
