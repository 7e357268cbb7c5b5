"""One person on several devices: yes and no travel alike, on the word of the site only."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import TestResponse

from privacy.consent import queries, vouching
from privacy.consent.models import Consent, Method, Scope
from privacy.subjects.identify import visitor_subject_id
from privacy.subjects.queries import find_by_identifier
from tests.fakes import FakeClock
from tests.make import ORIGIN, make_purpose
from tests.vouched import signed_token
from tests.web.banner.conftest import ASKED, VISITOR, Shop, open_shop, publish
from tests.web.conftest import told

ADDRESS = "/banner/account"
PHONE, DESKTOP, TABLET = VISITOR, "e" * 32, "d" * 32


class Members:
    """A site whose members sign in on several devices."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        runtime = shop.runtime
        with runtime.database.transaction() as session:
            self.secret = vouching.issue_secret(
                session,
                actor="system",
                at=runtime.clock(),
                cabinet=runtime.cabinet,
                site=shop.site,
            )

    def token(self, secret: str | None = None, **changes: Any) -> str:
        word = {
            "site": self.shop.site.key,
            "aud": "account",
            "sub": "member-17",
            "exp": int(self.shop.runtime.clock().timestamp()) + 300,
            **changes,
        }
        given = {name: value for name, value in word.items() if value is not None}
        return signed_token(secret or self.secret, **given)

    def post(
        self, visitor: str | None, token: str | None = None, origin: str = ORIGIN
    ) -> TestResponse:
        body = {"site": self.shop.site.key, "token": token or self.token(), "visitor": visitor}
        return self.shop.app.test_client().post(ADDRESS, json=body, headers={"Origin": origin})

    def visit(self, visitor: str | None) -> dict[str, bool]:
        """Open a page on a device while signed in, and return what the account has chosen."""
        answer = self.post(visitor)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        chosen: dict[str, bool] = told(answer)["answers"]
        return chosen

    def choose(self, visitor: str, *, granted: bool) -> None:
        answer = self.shop.post(self.shop.body(visitor=visitor, granted=granted))
        assert answer.status_code == 201

    def open_for(self, visitor: str | None = None) -> list[str]:
        """Return why the first purpose is open or closed, for a browser or for the member."""
        runtime = self.shop.runtime
        controller_id = self.shop.site.controller_id
        with runtime.database.reading() as session:
            member = find_by_identifier(
                session,
                cabinet=runtime.cabinet,
                controller_id=controller_id,
                kind="customer_number",
                value="member-17",
            )
            assert member is not None
            asked = member
            if visitor is not None:
                index_key = runtime.cabinet.index_key(session, controller_id=controller_id)
                asked = visitor_subject_id(index_key, controller_id, visitor)
            return [
                queries.holds(
                    session,
                    subject_id=asked,
                    controller_id=controller_id,
                    purpose_code=code,
                    at=runtime.clock(),
                ).reason.value
                for code in ASKED
            ]

    def of_account(self) -> list[Consent]:
        return [row for row in self.shop.rows() if row.scope is Scope.ACCOUNT]


@pytest.fixture
def members(shop: Shop) -> Members:
    """Return the members of the one site."""
    return Members(shop)


@pytest.mark.parametrize("granted", [True, False])
def test_a_choice_on_the_phone_holds_on_the_desktop(
    members: Members, clock: FakeClock, *, granted: bool
):
    members.choose(PHONE, granted=granted)
    chosen_at = clock()
    members.visit(PHONE)
    clock.advance(minutes=5)
    answer = members.post(DESKTOP)
    assert told(answer)["answers"] == dict.fromkeys(ASKED, granted)
    assert told(answer)["at"] == chosen_at.isoformat().replace("+00:00", ".000Z")
    reason = "given" if granted else "refused"
    assert members.open_for(DESKTOP) == members.open_for() == [reason, reason]
    rows = members.of_account()
    assert {(row.method, row.said_at, row.granted) for row in rows} == {
        (Method.DEVICE, chosen_at, granted)
    }
    until = {row.valid_until for row in members.shop.rows() if row.scope is Scope.TERMINAL}
    assert {row.valid_until for row in rows} == until, "a visit never extends a choice"


def test_a_withdrawal_on_one_device_closes_the_others(members: Members, clock: FakeClock):
    members.choose(PHONE, granted=True)
    members.visit(PHONE)
    clock.advance(minutes=1)
    members.visit(DESKTOP)
    assert members.open_for(DESKTOP) == ["given", "given"]
    clock.advance(minutes=1)
    members.choose(PHONE, granted=False)
    members.visit(PHONE)
    assert members.open_for(DESKTOP) == ["withdrawn", "withdrawn"]
    assert members.visit(DESKTOP) == dict.fromkeys(ASKED, False)


def test_the_last_choice_in_time_holds_in_whatever_order_devices_sign_in(
    members: Members, clock: FakeClock
):
    members.choose(PHONE, granted=True)
    clock.advance(minutes=1)
    members.choose(DESKTOP, granted=False)
    clock.advance(minutes=1)
    assert members.visit(PHONE) == dict.fromkeys(ASKED, True)
    clock.advance(minutes=1)
    assert members.visit(DESKTOP) == dict.fromkeys(ASKED, False)
    assert members.visit(PHONE) == dict.fromkeys(ASKED, False)


@pytest.mark.parametrize("first", [True, False])
def test_of_two_choices_of_one_instant_the_refusal_holds(members: Members, *, first: bool):
    members.choose(PHONE, granted=first)
    members.choose(DESKTOP, granted=not first)
    members.visit(PHONE)
    assert members.visit(DESKTOP) == dict.fromkeys(ASKED, False)
    assert members.visit(PHONE) == dict.fromkeys(ASKED, False)


def test_a_further_page_records_nothing(members: Members, clock: FakeClock):
    members.choose(PHONE, granted=True)
    members.visit(PHONE)
    before = (len(members.shop.rows()), members.shop.entries())
    for _ in range(3):
        clock.advance(minutes=1)
        members.visit(PHONE)
        members.visit(None)
    assert (len(members.shop.rows()), members.shop.entries()) == before


def test_whoever_never_chose_is_told_so(members: Members):
    answer = members.post(DESKTOP)
    assert (answer.status_code, told(answer)["answers"], told(answer)["at"]) == (200, {}, None)


def test_what_the_one_before_chose_on_a_shared_device_is_not_carried(
    members: Members, clock: FakeClock
):
    members.choose(TABLET, granted=True)
    members.visit(TABLET)
    clock.advance(minutes=1)
    other = members.post(TABLET, members.token(sub="member-18"))
    assert told(other)["answers"] == {}
    clock.advance(minutes=1)
    members.choose(TABLET, granted=False)
    other = members.post(TABLET, members.token(sub="member-18"))
    assert told(other)["answers"] == dict.fromkeys(ASKED, False)


def test_an_expired_or_outdated_choice_is_not_passed_on(members: Members, clock: FakeClock):
    members.choose(PHONE, granted=False)
    members.visit(PHONE)
    runtime = members.shop.runtime
    material = told(members.post(PHONE))["material"]
    with runtime.database.transaction() as session:
        site = session.get_one(type(members.shop.site), members.shop.site.id)
        make_purpose(session, at=clock(), controller_id=site.controller_id, code=ASKED[0])
        publish(session, site, clock())
    assert members.visit(DESKTOP) == {ASKED[1]: False}
    assert told(members.post(DESKTOP))["material"] != material
    clock.advance(days=200)
    assert members.visit(DESKTOP) == {}


def test_forged_and_borrowed_words_are_refused_and_leave_nothing(
    members: Members, clock: FakeClock
):
    other = open_shop(members.shop.app, "autre")
    theirs = Members(other)
    good = members.token()
    _, payload, mac = good.split(".")
    unsigned = base64.urlsafe_b64encode(json.dumps({"sub": "admin"}).encode()).decode()
    now = int(clock().timestamp())
    wrong = [
        "x", "v1.e30", f"v2.{payload}.{mac}", f"v1.{payload}.{'0' * 64}",
        f"v1.{unsigned.rstrip('=')}.{mac}", f"v1.{payload}.{mac.upper()}",
        members.token("another secret"), theirs.token(site=members.shop.site.key),
        members.token(site=other.site.key), members.token(aud="preferences"),
        members.token(exp=now), members.token(exp=now - 1), members.token(exp=now + 601),
        members.token(exp=None), members.token(sub=None), members.token(sub=""),
        members.token(admin="yes"), members.token(exp=2**40), members.token(kind="No Kind"),
    ]  # fmt: skip
    before = len(members.shop.rows())
    for token in wrong:
        answer = members.post(PHONE, token)
        assert answer.status_code == 422, token
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert len(members.shop.rows()) == before
    assert members.post(PHONE, good).status_code == 200


def test_a_page_of_another_origin_learns_nothing(members: Members):
    answer = members.post(PHONE, origin="https://evil.example")
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_an_unknown_site_is_not_found(members: Members):
    body = {"site": "pk_000000000000", "token": members.token(), "visitor": PHONE}
    client = members.shop.app.test_client()
    assert client.post(ADDRESS, json=body, headers={"Origin": ORIGIN}).status_code == 404


def test_the_secret_before_works_for_a_day(members: Members, clock: FakeClock):
    first = members.secret
    clock.advance(hours=1)
    second = Members(members.shop)
    assert second.secret != first
    assert second.post(PHONE, second.token(first)).status_code == 200
    clock.advance(days=1)
    assert second.post(PHONE, second.token(first)).status_code == 422
    assert second.post(PHONE).status_code == 200
    third = Members(members.shop)
    assert third.post(PHONE, third.token(first)).status_code == 422


def test_a_browser_may_ask_first(members: Members):
    answer = members.shop.app.test_client().options(ADDRESS, headers={"Origin": ORIGIN})
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"


def test_two_pages_at_once_record_once(members: Members):
    members.choose(PHONE, granted=True)
    bodies = [members.token() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda token: members.post(PHONE, token).status_code, bodies))
    assert answers == [200] * 4
    assert len(members.of_account()) == len(ASKED)
