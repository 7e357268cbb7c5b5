"""What a call did to the database: the statements it ran and the rows it left."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event, select
from werkzeug.test import TestResponse

from privacy.db import Database
from privacy.tables import METADATA


def rows(database: Database) -> dict[str, list[str]]:
    """Return every row of every table."""
    with database.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table))))
            for table in METADATA.sorted_tables
        }


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Yield a list that fills with the statements that run meanwhile."""
    found: list[str] = []

    def note(*given: object) -> None:
        found.append(str(given[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def comparable(answer: TestResponse) -> tuple[int, dict[str, str], str]:
    """Return status, headers and body, without the number under which a call is logged."""
    headers = dict(answer.headers)
    number = headers.pop("X-Request-Id")
    return answer.status_code, headers, answer.text.replace(number, "")
