from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from privacy.db import Database
from privacy.errors import InvalidError, NotFoundError
from privacy.policy import queries
from privacy.policy.acts import set_value
from privacy.policy.months import Period
from privacy.policy.values import Force, Unit, Value

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOURS = Value("breach.sa.hours", "96", Unit.HOURS, date(2027, 1, 1), None, "Regulation", Force.LAW)


def put(session: Session, value: Value) -> None:
    set_value(session, actor="system", at=AT, value=value, reason="the law changed")


def test_an_empty_table_gives_the_built_in_value(database: Database):
    with database.reading() as session:
        value = queries.value_at(session, key="breach.sa.hours", at=date(2026, 11, 20))
        assert (value.value, value.unit, value.force) == ("72", Unit.HOURS, Force.LAW)
        assert value.source == "GDPR 33(1)"
        assert value not in session


def test_the_value_is_that_of_the_day_of_the_event(database: Database):
    with database.transaction() as session:
        put(session, HOURS)
    with database.reading() as session:
        before = queries.number(session, key="breach.sa.hours", at=date(2026, 12, 31))
        since = queries.number(session, key="breach.sa.hours", at=date(2027, 1, 1))
    assert (before, since) == (72, 96)


def test_an_instant_belongs_to_its_day_in_france(database: Database):
    midnight = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
    with database.transaction() as session:
        put(session, HOURS)
    with database.reading() as session:
        before = queries.number(session, key="breach.sa.hours", at=midnight - timedelta(seconds=1))
        since = queries.number(session, key="breach.sa.hours", at=midnight)
    assert (before, since) == (72, 96)


def test_a_row_holds_until_its_last_day_and_then_the_built_in_value_again(database: Database):
    short = Value(
        "cookie.choice",
        "P3M",
        Unit.PERIOD,
        date(2026, 1, 1),
        date(2026, 6, 30),
        "Decision of the DPO",
        Force.SOFT,
    )
    with database.transaction() as session:
        put(session, short)
    with database.reading() as session:
        found = [
            queries.period(session, key="cookie.choice", at=day)
            for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
        ]
    assert found == [Period(6), Period(3), Period(3), Period(6)]


def test_of_two_rows_the_one_that_began_last_wins(database: Database):
    with database.transaction() as session:
        put(session, Value("logs", "P9M", Unit.PERIOD, date(2026, 1, 1), None, "DPO", Force.SOFT))
        put(session, Value("logs", "P2Y", Unit.PERIOD, date(2026, 2, 1), None, "DPO", Force.SOFT))
    with database.reading() as session:
        assert queries.period(session, key="logs", at=date(2026, 1, 31)) == Period(9)
        assert queries.period(session, key="logs", at=date(2026, 2, 1)) == Period(24)


def test_typed_readers_read_what_their_unit_says(database: Database):
    day = date(2026, 10, 1)
    with database.reading() as session:
        assert queries.period(session, key="phone.consent.max", at=day) == Period(12)
        assert queries.number(session, key="dsar.pause.max_ask_delay", at=day) == 5
        assert queries.flag(session, key="partner.named", at=day) is True
        assert queries.flag(session, key="soft_optin.free_account", at=day) is False
        assert queries.word(session, key="phone.regime", at=day) == "optin"


def test_a_reader_of_another_unit_is_refused(database: Database):
    with database.reading() as session, pytest.raises(InvalidError, match="another kind: hours"):
        queries.period(session, key="breach.sa.hours", at=date(2026, 1, 1))


def test_an_unknown_key_is_not_found(database: Database):
    with (
        database.reading() as session,
        pytest.raises(NotFoundError, match=r"no policy value x\.y"),
    ):
        queries.number(session, key="x.y", at=date(2026, 1, 1))


def test_a_day_before_the_first_value_is_not_found(database: Database):
    with database.reading() as session, pytest.raises(NotFoundError, match="2018-05-24"):
        queries.value_at(session, key="dsar.base", at=date(2018, 5, 24))
