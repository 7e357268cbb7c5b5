"""Logs without personal data: one line of JSON for each event, a route instead of a path.

Exceptions are logged by class and place, never by message: a message may quote what was sent.
For the same reason the texts of other libraries are logged without the values they would fill in.
"""

import json
import logging
import sys
import time
import traceback
from datetime import UTC, datetime
from typing import Any, Final, TextIO

from flask import Flask, Response
from typing_extensions import override

from privacy.audit.form import stamp
from privacy.web import current

LOGGER: Final = logging.getLogger("privacy.web")
OURS: Final = "privacy"
PLACES: Final = 8
NO_ROUTE: Final = "(none)"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_encode = json.JSONEncoder(default=str).encode
_STARTED: Final = "privacy.started"
_KNOWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure(level: str, stream: TextIO | None = None) -> None:
    """Write all logs of this process as JSON lines to a stream (standard error by default)."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    # What no line of ours tells need not be asked for each line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(OURS).setLevel(level)


def install(app: Flask) -> None:
    """Log each request of the app once, and what went wrong in it."""
    app.before_request(_start)
    app.after_request(_finish)


def failure(error: BaseException) -> None:
    """Log an error that nobody expected: its class, its place and the request's id."""
    LOGGER.error("failure", extra={"id": current.request_id(), "route": route()}, exc_info=error)


def route() -> str:
    """Return the template of this request's address, in which tokens are names only."""
    rule = current.asked().url_rule
    return rule.rule if rule else NO_ROUTE


class JsonLines(logging.Formatter):
    """Makes a record one line of ASCII JSON, so that nothing in it can break the line."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        ours = record.name.split(".")[0] == OURS
        line: dict[str, Any] = {
            "at": stamp(at),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage() if ours else str(record.msg),
        }
        if ours:
            line |= {k: v for k, v in vars(record).items() if k not in _KNOWN}
        if record.exc_info and record.exc_info[1]:
            line |= _told(record.exc_info[1])
        return _encode(line)


def _told(error: BaseException) -> dict[str, Any]:
    """Return what may be said of an exception: classes, and where in which function."""
    frames = traceback.extract_tb(error.__traceback__)[-PLACES:]
    causes = [type(error).__name__]
    cause = error.__cause__ or error.__context__
    while cause is not None and len(causes) < PLACES:
        causes.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    return {
        "error": causes,
        "where": [f"{'/'.join(f.filename.split('/')[-3:])}:{f.lineno} {f.name}" for f in frames],
    }


def _start() -> None:
    current.asked().environ[_STARTED] = time.perf_counter()


def _finish(response: Response) -> Response:
    response.headers.add("X-Request-Id", current.request_id())
    if LOGGER.isEnabledFor(logging.INFO):
        LOGGER.handle(_record(response.status_code))
    return response


def _record(status: int) -> logging.LogRecord:
    """Return the line of this request, without looking up who asks for it: always this file."""
    asked = current.asked()
    record = logging.LogRecord(LOGGER.name, logging.INFO, __file__, 0, "request", None, None)
    vars(record).update(
        id=current.request_id(),
        method=asked.method if asked.method in METHODS else "OTHER",
        route=route(),
        status=status,
        ms=round((time.perf_counter() - asked.environ[_STARTED]) * 1000, 1),
    )
    return record
