from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.audit.guard import UnauditedChangeError
from privacy.audit.models import AuditPending
from privacy.db import Database
from tests.audit.rows import Answer, Exempted, Plain
from tests.fakes import FakeClock

Change = Callable[[Session], None]
TABLE = Plain.metadata.tables["answer"]


def record(session: Session) -> None:
    log.append(session, Action.SUBJECT_CREATED, at=FakeClock().now, actor="system")


def count(database: Database, table: type[Any]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def add_object(session: Session) -> None:
    session.add(Answer(id=1, text="yes"))


def add_by_statement(session: Session) -> None:
    session.execute(insert(Answer).values(id=1, text="yes"))


def add_by_core(session: Session) -> None:
    session.execute(insert(TABLE), {"id": 1, "text": "yes"})


def add_by_text(session: Session) -> None:
    session.execute(text("INSERT INTO answer (id, text) VALUES (1, 'yes')"))


@pytest.mark.parametrize("add", [add_object, add_by_statement, add_by_core, add_by_text])
def test_a_row_without_an_entry_is_not_committed(guarded: Database, add: Change):
    with pytest.raises(UnauditedChangeError), guarded.transaction() as session:
        add(session)
    assert count(guarded, Answer) == 0


@pytest.mark.parametrize("add", [add_object, add_by_statement, add_by_core, add_by_text])
def test_a_row_and_its_entry_are_committed_together(guarded: Database, add: Change):
    with guarded.transaction() as session:
        add(session)
        record(session)
    assert (count(guarded, Answer), count(guarded, AuditPending)) == (1, 1)


def test_an_exception_after_the_act_leaves_neither_row_nor_entry(guarded: Database):
    with suppress(ZeroDivisionError), guarded.transaction() as session:
        add_object(session)
        record(session)
        session.flush()
        raise ZeroDivisionError
    assert (count(guarded, Answer), count(guarded, AuditPending)) == (0, 0)


def change_object(session: Session) -> None:
    answer = session.get(Answer, 1)
    assert answer
    answer.text = "no"


def delete_object(session: Session) -> None:
    session.delete(session.get(Answer, 1))


def update_in_bulk(session: Session) -> None:
    session.execute(update(Answer).values(text="no"))


def delete_in_bulk(session: Session) -> None:
    session.execute(delete(Answer))


def delete_by_core(session: Session) -> None:
    session.execute(delete(TABLE))


def delete_by_text(session: Session) -> None:
    session.execute(text("DELETE FROM answer"))


CHANGES = [
    change_object,
    delete_object,
    update_in_bulk,
    delete_in_bulk,
    delete_by_core,
    delete_by_text,
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_without_an_entry_is_not_committed(guarded: Database, change: Change):
    with guarded.transaction() as session:
        add_object(session)
        record(session)
    with pytest.raises(UnauditedChangeError), guarded.transaction() as session:
        change(session)
    with guarded.reading() as session:
        assert session.get_one(Answer, 1).text == "yes"


def test_the_refusal_names_the_table_and_no_value(guarded: Database):
    with pytest.raises(UnauditedChangeError, match="answer") as refusal:  # noqa: SIM117
        with guarded.transaction() as session:
            add_object(session)
    assert "yes" not in str(refusal.value)


def test_reading_and_unchanged_objects_need_no_entry(guarded: Database):
    with guarded.transaction() as session:
        add_object(session)
        record(session)
    with guarded.transaction() as session:
        answer = session.get_one(Answer, 1)
        answer.text = "yes"
        session.execute(text("SELECT 1"))


def test_an_exempt_table_needs_no_entry(guarded: Database):
    with guarded.transaction() as session:
        session.add(Exempted(id=1))
    with guarded.transaction() as session:
        session.execute(update(Exempted).values(id=2))
    assert count(guarded, Exempted) == 1


def record_in_vain(session: Session) -> None:
    savepoint = session.begin_nested()
    record(session)
    savepoint.rollback()
    add_object(session)


def test_an_entry_that_was_rolled_back_with_a_savepoint_does_not_count(guarded: Database):
    with pytest.raises(UnauditedChangeError), guarded.transaction() as session:
        record_in_vain(session)
    assert (count(guarded, Answer), count(guarded, AuditPending)) == (0, 0)


def test_a_change_that_was_rolled_back_with_a_savepoint_needs_no_entry(guarded: Database):
    with guarded.transaction() as session:
        savepoint = session.begin_nested()
        session.execute(insert(Answer).values(id=1, text="yes"))
        savepoint.rollback()
    assert count(guarded, Answer) == 0


def test_an_entry_from_before_a_rolled_back_savepoint_still_counts(guarded: Database):
    with guarded.transaction() as session:
        add_object(session)
        record(session)
        with suppress(IntegrityError), session.begin_nested():
            session.execute(insert(Answer).values(id=1, text="again"))
    assert (count(guarded, Answer), count(guarded, AuditPending)) == (1, 1)


def test_a_savepoint_may_be_released_before_its_entry_is_appended(guarded: Database):
    with guarded.transaction() as session:
        with session.begin_nested():
            add_object(session)
        record(session)
    assert count(guarded, Answer) == 1


def test_a_released_savepoint_still_needs_an_entry(guarded: Database):
    with (
        pytest.raises(UnauditedChangeError),
        guarded.transaction() as session,
        session.begin_nested(),
    ):
        add_object(session)


def test_the_entry_of_one_transaction_does_not_count_for_the_next(guarded: Database):
    with guarded.sessions() as session:
        record(session)
        session.commit()
        add_object(session)
        with pytest.raises(UnauditedChangeError):
            session.commit()


def test_the_changes_of_a_refused_transaction_do_not_burden_the_next(guarded: Database):
    with guarded.sessions() as session:
        add_object(session)
        with pytest.raises(UnauditedChangeError):
            session.commit()
        session.rollback()
        session.commit()
