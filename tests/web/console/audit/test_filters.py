"""What may narrow the log, and what is told to be no filter."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from privacy.web.console.audit.filters import filters_of, index_of

PARIS = "Europe/Paris"


def test_filters_are_read_with_days_of_the_controllers_zone():
    subject = UUID(int=5)
    typed = {
        "action": "request.approved",
        "actor": "operator:0190-ab",
        "subject": str(subject),
        "since": "2026-03-29",
        "until": "2026-03-29",
    }
    assert filters_of(typed, PARIS) == {
        "action": "request.approved",
        "actor": "operator:0190-ab",
        "subject_id": subject,
        "since": datetime(2026, 3, 28, 23, tzinfo=UTC),
        "until": datetime(2026, 3, 29, 22, tzinfo=UTC),  # summer time began
    }


def test_nothing_typed_filters_nothing():
    found = filters_of({}, PARIS)
    assert found is not None
    assert set(found.values()) == {None}


@pytest.mark.parametrize("actor", ["subject", "system", "job:fulfil-access", "operator:1"])
def test_every_kind_of_actor_can_be_asked_for(actor: str):
    found = filters_of({"actor": actor}, PARIS)
    assert found is not None
    assert found["actor"] == actor


@pytest.mark.parametrize(
    "typed",
    [
        {"action": "request.nonsense"},
        {"action": "REQUEST_APPROVED"},
        {"actor": "claire"},
        {"actor": "operator:"},
        {"actor": "operator:1\n"},
        {"actor": "subject' OR 1=1"},
        {"subject": "1234"},
        {"since": "yesterday"},
        {"since": "2026-02-30"},
        {"since": "0001-01-01"},
        {"until": "9999-12-31"},
        {"until": "2026-03-01T10:00"},
        {"since": "-2026-03-01"},
    ],
)
def test_what_makes_no_sense_is_no_filter(typed: dict[str, str]):
    assert filters_of(typed, PARIS) is None


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("0", 0),
        ("1204", 1204),
        ("9" * 16, 2**53 - 1),
        ("9" * 17, None),
        ("-1", None),
        ("1e3", None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_an_index_is_a_plain_number(text: str | None, index: int | None):
    assert index_of(text) == index
