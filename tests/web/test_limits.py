"""Buckets: how many calls fit, who shares one, and what a full table does."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from privacy.config import Settings
from privacy.errors import TooManyError
from privacy.web import limits
from privacy.web.app import create_app
from privacy.web.limits import LIMITS, Buckets, Limit, prefix
from tests.fakes import FakeClock
from tests.web import probe


class Seconds:
    """A stopwatch that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def buckets(seconds: Seconds) -> Buckets:
    return Buckets({"door": Limit(calls=3, seconds=60)}, now=seconds)


def calls_let_in(buckets: Buckets, key: str, tries: int = 10) -> int:
    let_in = 0
    for _ in range(tries):
        try:
            buckets.take("door", key)
        except TooManyError:
            continue
        let_in += 1
    return let_in


def test_as_many_calls_fit_as_the_table_says(buckets: Buckets):
    assert calls_let_in(buckets, "a") == 3


def test_each_key_has_its_own_bucket(buckets: Buckets):
    assert calls_let_in(buckets, "a") == 3
    assert calls_let_in(buckets, "b") == 3


def test_a_bucket_refills_evenly(buckets: Buckets, seconds: Seconds):
    calls_let_in(buckets, "a")
    seconds.now += 20
    assert calls_let_in(buckets, "a") == 1
    seconds.now += 600
    assert calls_let_in(buckets, "a") == 3


def test_a_refusal_says_how_long_to_wait_and_that_is_enough(buckets: Buckets, seconds: Seconds):
    calls_let_in(buckets, "a")
    with pytest.raises(TooManyError) as caught:
        buckets.take("door", "a")
    assert caught.value.retry_after == 20
    seconds.now += caught.value.retry_after
    buckets.take("door", "a")


@given(st.lists(st.floats(0, 50), max_size=40))
def test_no_minute_lets_in_more_than_twice_what_fits(pauses: list[float]):
    seconds = Seconds()
    buckets = Buckets({"door": Limit(calls=3, seconds=60)}, now=seconds)
    let_in = []
    for pause in pauses:
        seconds.now += pause
        if calls_let_in(buckets, "a", tries=1):
            let_in.append(seconds.now)
    for at in let_in:
        assert sum(at <= other < at + 60 for other in let_in) <= 6


def test_the_table_of_buckets_does_not_grow_for_ever(
    buckets: Buckets, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limits, "CAPACITY", 100)
    for number in range(1_000):
        buckets.take("door", str(number))
    assert len(buckets) == 100
    assert calls_let_in(buckets, "999") == 2  # the newest is remembered


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("no:address", "no:address"),
        (None, ""),
    ],
)
def test_one_sender_is_an_ipv4_address_or_a_64_of_ipv6(address: str | None, expected: str):
    assert prefix(address) == expected


@pytest.fixture
def sender(core: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Return a sender for whom no time passes, however slow the machine is."""
    monkeypatch.setattr(core.extensions["privacy_buckets"], "_now", lambda: 0.0)
    return core.test_client()


def test_too_many_tries_are_answered_429_with_the_wait(sender: FlaskClient):
    tries = LIMITS["sign-in"].calls
    headers = {"Sec-Fetch-Site": "same-origin"}
    answers = [sender.post("/console/probe-sign-in", headers=headers) for _ in range(tries + 1)]
    assert [one.status_code for one in answers] == [200] * tries + [429]
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert sender.get("/portal/probe-script").status_code == 200  # another bucket


def test_a_flood_from_one_address_leaves_another_alone(sender: FlaskClient):
    headers = {"Sec-Fetch-Site": "same-origin"}
    flood = [
        sender.post("/console/probe-sign-in", headers=headers)
        for _ in range(LIMITS["sign-in"].calls + 1)
    ]
    other = sender.post(
        "/console/probe-sign-in", headers=headers, environ_overrides={"REMOTE_ADDR": "192.0.2.9"}
    )
    assert (flood[-1].status_code, other.status_code) == (429, 200)


def test_a_forged_forwarding_header_makes_no_new_sender(sender: FlaskClient):
    answers = [
        sender.post(
            "/console/probe-sign-in",
            headers={"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": f"192.0.2.{number}"},
        )
        for number in range(LIMITS["sign-in"].calls + 1)
    ]
    assert answers[-1].status_code == 429


def test_one_site_has_a_bucket_of_its_own(settings: Settings, clock: FakeClock):
    app = create_app(settings, clock=clock, rates={**LIMITS, "site": Limit(2, 60)})
    probe.register(app)
    sender = app.test_client()
    statuses = [
        sender.post(
            f"/banner/probe-site/{key}", environ_overrides={"REMOTE_ADDR": f"192.0.2.{n}"}
        ).status_code
        for n, key in enumerate(("a", "a", "a", "b"))
    ]
    app.extensions["privacy"].database.dispose()
    assert statuses == [200, 200, 429, 200]
