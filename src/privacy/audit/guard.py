"""A fence around the one commit: changed rows without an audit entry are not committed.

It sees flushed objects, and inserts, updates and deletes executed through the session. What runs
on `session.connection()` directly, and a change that travels beside another act's entry, it does
not see; those are closed by rules and review.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import TextClause, event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, sessionmaker

from privacy.db import Database

EXEMPT = frozenset(
    {
        "assignment_link",  # sending it leaves the entry; one that has expired opens nothing
        "audit_checkpoint",
        "audit_entry",
        "audit_head",
        "audit_pending",
        "audit_tile",
        "csp_report",  # what browsers send by themselves; nobody acts
        "detail_look",  # a copy to look at for minutes; asking for it and showing it leave entries
        "fact_try",  # how often somebody guessed today, to bound it
        "job_run",
        "outbox_message",
        "package_fetch",  # how far a download is; handing over leaves the entry
        "package_part",  # the package that they belong to has its entry
        "preference_link",  # asking for a link and using it up: the opening leaves the entry
        "preference_session",  # ends by itself
        "rectification_search",  # a copy to decide on, which goes with its request
        "request_claim",
        "text_day",  # sums of what texts cost; the act that owes a text has its entry
        "text_number",  # how often a number was typed today, to bound it
        "request_preview",  # a worker's hold, a sample that expires; acts on it leave entries
    }
)
"""Tables whose rows record no act. A new one needs one line here, and a reason in its review."""

_KEY = "privacy_marks"
_READING = re.compile(r"\s*(select|values|set|show|explain|pragma)\b", re.IGNORECASE)


class UnauditedChangeError(RuntimeError):
    """A transaction changed rows and appended no entry; the message names the tables only."""


@dataclass(frozen=True)
class _Marks:
    """What one transaction has done so far; replaced, never changed, so that it can be kept."""

    tables: frozenset[str] = frozenset()
    entries: int = 0
    before: dict[SessionTransaction, "_Marks"] = field(default_factory=dict)


def install(database: Database, *, exempt: frozenset[str] = EXEMPT) -> None:
    """Refuse, on every session of the database, a commit of changed rows without an entry."""
    attach(database.sessions, exempt=exempt)


def attach(
    target: sessionmaker[Session] | type[Session], *, exempt: frozenset[str] = EXEMPT
) -> None:
    """Refuse the same on the sessions of a factory or class."""

    def after_flush(session: Session, _context: object) -> None:
        _mark(session, _flushed(session) - exempt)

    def do_orm_execute(state: ORMExecuteState) -> None:
        _mark(state.session, _executed(state) - exempt)

    event.listen(target, "after_flush", after_flush)
    event.listen(target, "do_orm_execute", do_orm_execute)
    event.listen(target, "after_transaction_create", _remember)
    event.listen(target, "after_soft_rollback", _restore)
    event.listen(target, "after_transaction_end", _forget)
    event.listen(target, "before_commit", _refuse)


def note_entry(session: Session) -> None:
    """Record that an entry was appended in the session's transaction."""
    marks = _marks(session)
    session.info[_KEY] = replace(marks, entries=marks.entries + 1)


def has_entries(session: Session) -> bool:
    """Say whether an entry was appended in the session's transaction."""
    return _marks(session).entries > 0


def _marks(session: Session) -> _Marks:
    marks: _Marks = session.info.setdefault(_KEY, _Marks())
    return marks


def _mark(session: Session, tables: frozenset[str]) -> None:
    if tables:
        marks = _marks(session)
        session.info[_KEY] = replace(marks, tables=marks.tables | tables)


def _flushed(session: Session) -> frozenset[str]:
    changed = {one for one in session.dirty if session.is_modified(one)}
    touched = changed.union(session.new, session.deleted)
    return frozenset(one.__tablename__ for one in touched)


def _executed(state: ORMExecuteState) -> frozenset[str]:
    statement: Any = state.statement
    if isinstance(statement, TextClause):
        return frozenset() if _READING.match(statement.text) else frozenset({"raw SQL"})
    if state.is_insert or state.is_update or state.is_delete:
        return frozenset({statement.table.name})
    return frozenset()


def _remember(session: Session, transaction: SessionTransaction) -> None:
    """Keep what was true before a savepoint, since rolling back to it makes it true again."""
    if transaction.nested:
        marks = _marks(session)
        marks.before[transaction] = marks


def _restore(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        marks = _marks(session)
        session.info[_KEY] = marks.before.get(transaction, marks)


def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_KEY, None)


def _refuse(session: Session) -> None:
    if session.in_nested_transaction():
        return  # releasing a savepoint commits nothing yet
    session.flush()
    marks = _marks(session)
    if marks.tables and not marks.entries:
        raise UnauditedChangeError(
            f"changed without an audit entry: {', '.join(sorted(marks.tables))}"
        )
