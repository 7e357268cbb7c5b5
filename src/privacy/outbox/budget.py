"""What texts cost in a day, and how many a number gets: counted before anything is sent."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import CursorResult, Table, delete, select, update
from sqlalchemy.orm import Session

from privacy.db import Database
from privacy.inserting import insert_many
from privacy.outbox.gateway import Gateway
from privacy.outbox.models import TextDay, TextNumber

KEPT: Final = timedelta(days=3)
"""How long it is known what was spent, and which number got how many."""


def affordable(session: Session, *, controller_id: UUID, gateway: Gateway, at: datetime) -> bool:
    """Whether one more text of one segment may be sent today (UTC)."""
    spent = session.scalar(
        select(TextDay.spent).where(
            TextDay.controller_id == controller_id, TextDay.sent_on == _day(at)
        )
    )
    return (spent or 0) + gateway.price <= gateway.budget


def spent_on(session: Session, *, controller_id: UUID, at: datetime) -> tuple[int, int]:
    """Return how many texts went out on the day (UTC) of an instant, and what they cost."""
    row = session.get(TextDay, (controller_id, _day(at)))
    return (row.texts, row.spent) if row else (0, 0)


def take_number(
    session: Session, *, controller_id: UUID, number_index: bytes, most: int, at: datetime
) -> bool:
    """Count one more link to a number today (UTC); False when it got so many already."""
    key = {"controller_id": controller_id, "number_index": number_index, "sent_on": _day(at)}
    insert_many(session, _table(TextNumber), [{**key, "texts": 0}], skip_existing=True)
    more = update(TextNumber).where(
        TextNumber.controller_id == controller_id,
        TextNumber.number_index == number_index,
        TextNumber.sent_on == _day(at),
        TextNumber.texts < most,
    )
    return _changed(session, more.values(texts=TextNumber.texts + 1))


def forget_counts(session: Session, *, at: datetime) -> None:
    """Forget which numbers were written to, and what was spent, some days ago."""
    before = _day(at - KEPT)
    session.execute(delete(TextNumber).where(TextNumber.sent_on < before))
    session.execute(delete(TextDay).where(TextDay.sent_on < before))


def spend(database: Database, controller_id: UUID, at: datetime, cost: int, budget: int) -> bool:
    """Spend before sending, in one statement, so that two processes never spend the same."""
    key = {"controller_id": controller_id, "sent_on": _day(at)}
    with database.transaction() as session:
        insert_many(
            session, _table(TextDay), [{**key, "texts": 0, "spent": 0}], skip_existing=True
        )
        more = _of_day(controller_id, at).where(TextDay.spent + cost <= budget)
        return _changed(session, more.values(spent=TextDay.spent + cost, texts=TextDay.texts + 1))


def give_back(database: Database, controller_id: UUID, at: datetime, cost: int) -> None:
    """Take back what a text cost that was surely not sent."""
    with database.transaction() as session:
        back = _of_day(controller_id, at)
        session.execute(back.values(spent=TextDay.spent - cost, texts=TextDay.texts - 1))


def _of_day(controller_id: UUID, at: datetime) -> Any:
    return update(TextDay).where(
        TextDay.controller_id == controller_id, TextDay.sent_on == _day(at)
    )


def _changed(session: Session, statement: Any) -> bool:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return isinstance(result, CursorResult) and result.rowcount == 1


def _table(model: type[TextDay | TextNumber]) -> Table:
    return cast("Table", model.__table__)


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def next_day(at: datetime) -> datetime:
    """Return when the next day (UTC) begins, and with it a new budget."""
    return datetime.combine(_day(at) + timedelta(days=1), time(), UTC)
