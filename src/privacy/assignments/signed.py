"""Whether an answer is the vendor’s, fresh, and to this question (Standard Webhooks); pure."""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from privacy.assignments.answers import Answer, Result
from privacy.errors import ForbiddenError, InvalidError
from privacy.outbox.webhook import signature

TOLERANCE: Final = timedelta(minutes=5)
"""How far a vendor's clock may be from ours."""


def ensure_signed(secret: str, headers: Mapping[str, str], *, body: bytes, at: datetime) -> None:
    """Raise ForbiddenError unless the headers sign this body with the secret, minutes ago."""
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not message_id or not timestamp.isascii() or not timestamp.isdigit():
        raise ForbiddenError("The answer is not signed.")
    expected = signature(secret, message_id, timestamp, body=body)
    sent = headers.get("webhook-signature", "").split(" ")
    if not any(hmac.compare_digest(one.encode(), expected.encode()) for one in sent):
        raise ForbiddenError("The signature of the answer is wrong.")
    if abs(int(timestamp[:12]) - at.timestamp()) > TOLERANCE.total_seconds():
        raise ForbiddenError("The answer was signed too long ago, or in the future.")


def answer_of(assignment_id: UUID, document: Mapping[str, Any]) -> Answer:
    """Return what a vendor's document answers; InvalidError when it is to another question."""
    known = {"id", "result", "rows", "reason"}
    if document.get("id") != str(assignment_id):
        raise InvalidError("The answer names another question.", fields={"id": ["differs"]})
    if foreign := document.keys() - known:
        raise _wrong(min(foreign), "is not known here")
    result, rows = document.get("result"), document.get("rows", {})
    if result not in set(Result):
        raise _wrong("result", f"must be one of: {', '.join(Result)}")
    if not isinstance(rows, dict) or not all(map(_are_rows, rows.values())):
        raise _wrong("rows", "must be lists of objects, by collection")
    reason = document.get("reason", "")
    if not isinstance(reason, str):
        raise _wrong("reason", "must be a text")
    return Answer(Result(result), rows, (), reason)


def _are_rows(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _wrong(name: str, what: str) -> InvalidError:
    return InvalidError("The answer cannot be understood.", fields={name: [what]})
