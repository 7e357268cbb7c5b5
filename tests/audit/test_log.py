import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.audit.form import stamp
from privacy.audit.models import NOBODY, AuditPending
from privacy.db import Database

AT = datetime(2026, 3, 29, 1, 59, 59, 987654, tzinfo=UTC)
SUBJECT = UUID("0190f2a0-0000-7000-8000-000000000001")
CONTROLLER = UUID("0190f2a0-0000-7000-8000-000000000002")


def test_an_entry_is_stored_as_the_bytes_whose_hash_is_returned(database: Database):
    with database.transaction() as session:
        appended = log.append(
            session,
            Action.CONSENT_RECORDED,
            at=AT,
            actor="subject",
            controller_id=CONTROLLER,
            subject_id=SUBJECT,
            answer="0190f2a0-0000-7000-8000-000000000003",
            language="fr",
            granted="statistics,maps",
        )
    with database.reading() as session:
        row = session.scalars(select(AuditPending)).one()
    assert (row.subject_id, row.id, row.at) == (SUBJECT, appended.id, AT)
    assert hashlib.sha256(b"\0" + row.body).digest() == appended.leaf_hash
    assert row.body.decode() == (
        '{"a":"subject","at":"2026-03-29T01:59:59.987Z",'
        f'"c":"{CONTROLLER}",'
        '"d":{"answer":"0190f2a0-0000-7000-8000-000000000003","granted":"statistics,maps",'
        '"language":"fr"},'
        f'"id":"{appended.id}","s":"{SUBJECT}","t":"consent.recorded","v":1}}'
    )


def test_an_entry_about_nobody_stands_under_the_nil_subject(database: Database):
    with database.transaction() as session:
        log.append(session, Action.KEYS_ROTATED, at=AT, actor="system", version=2)
    with database.reading() as session:
        row = session.scalars(select(AuditPending)).one()
    assert row.subject_id == NOBODY
    assert json.loads(row.body) | {"id": ""} == {
        "v": 1,
        "id": "",
        "t": "keys.rotated",
        "at": "2026-03-29T01:59:59.987Z",
        "c": None,
        "a": "system",
        "s": None,
        "d": {"version": 2},
    }


@pytest.mark.parametrize("count", [1, 3])
def test_like_entries_are_appended_together(database: Database, count: int):
    told = [log.Told(CONTROLLER, UUID(int=number), {"version": number}) for number in range(count)]
    with database.transaction() as session:
        appended = log.append_all(
            session, Action.KEYS_ROTATED, at=AT, actor="job:rotate", told=told
        )
    with database.reading() as session:
        rows = session.scalars(select(AuditPending).order_by(AuditPending.id)).all()
    assert [(row.id, hashlib.sha256(b"\0" + row.body).digest()) for row in rows] == appended
    bodies = [json.loads(row.body) for row in rows]
    assert [body["d"] for body in bodies] == [one.details for one in told]
    assert {body["c"] for body in bodies} == {str(CONTROLLER)}
    assert [row.subject_id for row in rows] == [UUID(int=number) for number in range(count)]


def test_ids_rise_within_one_instant(database: Database):
    with database.transaction() as session:
        ids = [
            log.append(session, Action.KEYS_ROTATED, at=AT, actor="system").id for _ in range(50)
        ]
    assert ids == sorted(ids)


@pytest.mark.parametrize(
    ("actor", "details"),
    [
        ("operator:maria@example.org", {}),
        ("Maria", {}),
        ("system", {"email": "maria@example.org"}),
        ("system", {"version": "2" * 201}),
        ("system", {"version": 2**53}),
        ("system", {"version": 1.5}),
        ("system", {"version": ["2"]}),
    ],
)
def test_what_an_entry_may_not_carry_is_refused(
    database: Database, actor: str, details: dict[str, Any]
):
    with database.transaction() as session:
        with pytest.raises(ValueError, match=r"actor is|may not carry|must be a short") as error:
            log.append(session, Action.KEYS_ROTATED, at=AT, actor=actor, **details)
        assert "maria" not in str(error.value).lower()
    with database.reading() as session:
        assert session.scalars(select(AuditPending)).all() == []


def test_an_entry_that_a_bundle_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="65535 bytes"):
        log.canonical({"d": "x" * 65_535})


@given(
    st.dictionaries(
        st.sampled_from("abcdefgh"),
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    )
)
def test_the_canonical_form_is_sorted_and_reads_back(entry: dict[str, log.Scalar]):
    body = log.canonical(entry)
    assert json.loads(body) == entry
    assert list(json.loads(body)) == sorted(entry)
    assert not any(byte < 0x20 for byte in body)


def test_the_canonical_form_escapes_what_rfc_8785_escapes_and_nothing_else():
    text = '\u20ac$\x0f\nA\'B"\\\\"/\x7f\u2028\U0001f600'
    assert log.canonical({"s": text}) == (
        b'{"s":"' + '\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f\u2028\U0001f600"}'.encode()
    )


def test_an_instant_is_written_in_utc_to_the_millisecond():
    paris = timezone(timedelta(hours=2))
    assert stamp(datetime(2026, 7, 1, 2, 0, tzinfo=paris)) == "2026-07-01T00:00:00.000Z"
