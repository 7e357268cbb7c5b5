"""Rows that go past the mapper: the same rows, the same refusals, the same words for a fault."""

from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select

from privacy.db import Base, new_id
from privacy.errors import UnavailableError
from privacy.inserting import DuplicateRowError, insert_many, pipelined
from privacy.subjects.models import Subject

SUBJECTS = Base.metadata.tables[Subject.__tablename__]


def _row(clock, number):
    return {
        "subject_id": UUID(int=number),
        "controller_id": new_id(clock()),
        "created_at": clock(),
        "restricted_at": None,
    }


def _numbers(database):
    with database.reading() as session:
        return sorted(one.int for one in session.scalars(select(Subject.subject_id)))


@pytest.mark.parametrize("count", [1, 2, 99, 100, 101, 250])
def test_any_number_of_rows_arrives_and_reads_back_as_the_mapper_reads(
    bare_database, clock, count
):
    rows = [_row(clock, number) for number in range(1, count + 1)]
    with bare_database.transaction() as session:
        insert_many(session, SUBJECTS, rows)
    assert _numbers(bare_database) == list(range(1, count + 1))
    with bare_database.reading() as session:
        read = session.get_one(Subject, UUID(int=count))
    assert (read.controller_id, read.created_at) == (rows[-1]["controller_id"], clock())


def test_a_key_that_exists_is_refused_and_nothing_stays(bare_database, clock):
    with bare_database.transaction() as session:
        insert_many(session, SUBJECTS, [_row(clock, 1)])
    with pytest.raises(DuplicateRowError), bare_database.transaction() as session:
        insert_many(session, SUBJECTS, [_row(clock, 2), _row(clock, 1)])
    with pytest.raises(DuplicateRowError):
        _insert_in_one_go(bare_database, [[_row(clock, 3)], [_row(clock, 1)]])
    assert _numbers(bare_database) == [1]


def test_a_key_that_exists_may_be_skipped(bare_database, clock):
    rows = [_row(clock, 1), _row(clock, 2)]
    with bare_database.transaction() as session:
        insert_many(session, SUBJECTS, rows[:1])
    with bare_database.transaction() as session:
        insert_many(session, SUBJECTS, rows, skip_existing=True)
    assert _numbers(bare_database) == [1, 2]


def test_a_connection_that_is_lost_is_told_as_unavailable(bare_database, clock, backend):
    if backend == "sqlite":
        pytest.skip("a file has no connection to lose")
    with pytest.raises(UnavailableError), bare_database.transaction() as session:
        _insert_on_a_lost_connection(bare_database, session, [_row(clock, 1)])
    assert _numbers(bare_database) == []


def _insert_in_one_go(database, batches):
    with database.transaction() as session, pipelined(session):
        for rows in batches:
            insert_many(session, SUBJECTS, rows)


def _insert_on_a_lost_connection(database, session, rows):
    mine = session.connection().connection.driver_connection.info.backend_pid
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [mine])
    insert_many(session, SUBJECTS, rows)
