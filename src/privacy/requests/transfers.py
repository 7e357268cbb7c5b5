"""Sending portable data straight to another controller, where feasible (Art. 20(2) GDPR)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.crypto import Context
from privacy.errors import ConflictError
from privacy.outbox.webhook import place_of
from privacy.packages.package import Contents, plain
from privacy.purposes.models import Controller
from privacy.requests import wording
from privacy.requests.annexes import Transfer, TransferState
from privacy.requests.letters import Desk, write_to_subject
from privacy.requests.models import RequestClaim, RequestState, SubjectRequest
from privacy.requests.moves import record
from privacy.requests.statements import statement_of
from privacy.subjects.keys import KeyCabinet, subject_key

LARGEST = 16 * 1024 * 1024
"""Octets that are sent at once; more is only handed over by the link."""
EVENT = "portability.transfer"


@dataclass(frozen=True)
class Parcel:
    """What is sent, and to which address."""

    url: str
    body: bytes


def due(session: Session, *, at: datetime, limit: int = 20) -> list[UUID]:
    """Return the requests whose portable data may be sent now and that no worker holds."""
    wanted = (
        select(Transfer.request_id)
        .outerjoin(RequestClaim, RequestClaim.request_id == Transfer.request_id)
        .where(
            Transfer.state == TransferState.OWED,
            (RequestClaim.claimed_until.is_(None)) | (RequestClaim.claimed_until <= at),
        )
        .order_by(Transfer.created_at)
        .limit(limit)
    )
    return list(session.scalars(wanted))


def transfer_of(session: Session, *, about: SubjectRequest) -> Transfer | None:
    """Return what is or was sent to another controller for a request."""
    return session.get(Transfer, (about.subject_id, about.id)) if about.subject_id else None


def body_of(about: SubjectRequest, contents: Contents) -> bytes:
    """Return the JSON that another controller gets: facts, schema, and every portable row.

    One that would be larger than `LARGEST` is cut short by a single octet more.
    """
    made = bytearray(
        b'{"type":"' + EVENT.encode() + b'","request":"' + str(about.id).encode()
        + b'","facts":' + _json(contents.facts) + b',"data":['
    )  # fmt: skip
    for number, table in enumerate(contents.tables):
        place = {"store": table.store, "collection": table.collection}
        made += b"," if number else b""
        made += _json(place)[:-1] + b',"rows":['
        for index, row in enumerate(table.rows):
            made += (b"," if index else b"") + _json(row)
            if len(made) > LARGEST:
                return bytes(made[: LARGEST + 1])
        made += b"]}"
    return bytes(made + b"]}")


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=plain, separators=(",", ":")).encode()


def decline(
    session: Session, *, actor: str, at: datetime, desk: Desk, about: SubjectRequest
) -> None:
    """Decide that the direct sending is not technically feasible; the subject is told.

    They get the copy by its link all the same. ConflictError once something was sent or decided.
    """
    _add(session, at, desk=desk, about=about, state=TransferState.DECLINED, body=None)
    record(session, Action.REQUEST_TRANSFER_DECLINED, at, actor, about=about)
    _tell(session, at, desk=desk, about=about, sent=False)


def decline_first(
    session: Session, *, actor: str, at: datetime, desk: Desk, about: SubjectRequest
) -> None:
    """Decline before the request is approved; ConflictError for what is under way already."""
    said = statement_of(session, cabinet=desk.cabinet, about=about)
    if about.state is not RequestState.OPEN or not said.send_to:
        raise ConflictError("There is no transfer to decide on.")
    decline(session, actor=actor, at=at, desk=desk, about=about)


def owe(
    session: Session, *, actor: str, at: datetime, desk: Desk, about: SubjectRequest, body: bytes
) -> None:
    """Owe the data to the controller that the subject named, if any; once, and unless declined."""
    if not statement_of(session, cabinet=desk.cabinet, about=about).send_to:
        return
    if transfer_of(session, about=about) is not None:
        return
    if len(body) > LARGEST:
        decline(session, actor=actor, at=at, desk=desk, about=about)
        return
    row = _add(session, at, desk=desk, about=about, state=TransferState.OWED, body=body)
    record(
        session,
        Action.REQUEST_TRANSFER_OWED,
        at,
        actor,
        about=about,
        bytes=len(body),
        digest=row.digest,
    )


def opened(session: Session, *, desk: Desk, row: Transfer) -> Parcel:
    """Return what is sent and to where; GoneError once the subject's key was destroyed."""
    key = subject_key(session, cabinet=desk.cabinet, subject_id=row.subject_id)
    if row.body_sealed is None:
        raise ConflictError("This was settled already.")
    url = key.open_text(row.url_sealed, context=_context(row, "url"))
    return Parcel(url, key.open_sealed(row.body_sealed, context=_context(row, "body")))


def address_of(session: Session, *, cabinet: KeyCabinet, row: Transfer) -> str:
    """Return to which address something was sent; GoneError as `opened`."""
    key = subject_key(session, cabinet=cabinet, subject_id=row.subject_id)
    return key.open_text(row.url_sealed, context=_context(row, "url"))


@dataclass(frozen=True)
class Ending:
    """How one try to send ended."""

    state: TransferState
    status: str


def settle(
    session: Session, *, actor: str, at: datetime, desk: Desk, row: Transfer, ending: Ending
) -> None:
    """Keep the receipt, forget what was sent, and tell the subject."""
    row.state, row.status = ending.state, ending.status
    row.settled_at, row.body_sealed = at, None
    about = session.get_one(SubjectRequest, row.request_id)
    record(
        session,
        Action.REQUEST_TRANSFERRED,
        at,
        actor,
        about=about,
        outcome=row.state.value,
        status=row.status,
        digest=row.digest,
    )
    _tell(session, at, desk=desk, about=about, sent=row.state is TransferState.SENT)


def _add(
    session: Session,
    at: datetime,
    *,
    desk: Desk,
    about: SubjectRequest,
    state: TransferState,
    body: bytes | None,
) -> Transfer:
    if about.subject_id is None:
        raise ConflictError("Nobody has confirmed this request yet.")
    if transfer_of(session, about=about) is not None:
        raise ConflictError("This was decided already.")
    said = statement_of(session, cabinet=desk.cabinet, about=about)
    row = Transfer(
        subject_id=about.subject_id,
        request_id=about.id,
        controller_id=about.controller_id,
        state=state,
        digest=hashlib.sha256(body).hexdigest() if body else "",
        status="",
        created_at=at,
        settled_at=None if body else at,
    )
    key = subject_key(session, cabinet=desk.cabinet, subject_id=about.subject_id)
    row.url_sealed = key.seal(said.send_to, context=_context(row, "url"))
    row.body_sealed = key.seal(body, context=_context(row, "body")) if body else None
    session.add(row)
    return row


def _tell(
    session: Session, at: datetime, *, desk: Desk, about: SubjectRequest, sent: bool
) -> None:
    by = session.get_one(Controller, about.controller_id)
    host = place_of(statement_of(session, cabinet=desk.cabinet, about=about).send_to).host
    letter = wording.transfer_settled(by, host=host, sent=sent)
    write_to_subject(session, at=at, desk=desk, about=about, letter=letter)


def _context(row: Transfer, part: str) -> Context:
    return ("transfer", part, str(row.controller_id), str(row.subject_id), str(row.request_id))
