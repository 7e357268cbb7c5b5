"""Who has the data that were rectified, and what each of them is told (Art. 19 GDPR)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from privacy.audit.form import canonical, stamp
from privacy.errors import GoneError
from privacy.outbox.models import Notification, OutboxMessage
from privacy.rectification import queries
from privacy.rectification.models import Correction
from privacy.requests.models import SubjectRequest
from privacy.stores.definition import StoreDefinition
from privacy.subjects.keys import KeyCabinet

RECTIFIED: Final = "subject.rectified"


@dataclass(frozen=True)
class Holder:
    """One recipient of data that were rectified."""

    id: UUID
    name: str
    has_endpoint: bool
    rows: Sequence[Correction]


@dataclass(frozen=True)
class Registered:
    """A recipient as the register knows it."""

    id: UUID
    name: str
    purposes: frozenset[str]
    has_endpoint: bool


def holders(
    about: SubjectRequest,
    rows: Sequence[Correction],
    register: Sequence[Registered],
    definitions: Mapping[str, StoreDefinition],
) -> Iterator[Holder]:
    """Yield who gets data of the stores that changed, by their purposes or by their name.

    A name that only a definition knows is a holder too: a person has to tell it.
    """
    known = {one.name for one in register}
    for one in register:
        mine = [row for row in rows if _gets(one, definitions.get(row.store_name), row)]
        if mine:
            yield Holder(one.id, one.name, one.has_endpoint, mine)
    for name in dict.fromkeys(_named(rows, definitions)):
        if name not in known:
            yield Holder(uuid5(about.id, name), name, has_endpoint=False, rows=[])


def _gets(one: Registered, definition: StoreDefinition | None, row: Correction) -> bool:
    if definition is None:
        return False
    purposes = definition.collection(row.collection).purposes or definition.purposes
    return one.name in definition.recipients or not one.purposes.isdisjoint(purposes)


def _named(
    rows: Sequence[Correction], definitions: Mapping[str, StoreDefinition]
) -> Iterator[str]:
    for row in rows:
        if row.store_name in definitions:
            yield from definitions[row.store_name].recipients


def notification(about: SubjectRequest, holder: Holder, at: datetime) -> Notification:
    """Return the webhook that tells a holder; it names fields, and their values when it is sent.

    Its id comes from the request, so that it is owed once.
    """
    told = {
        "type": RECTIFIED,
        "timestamp": stamp(at),
        "data": {
            "controller": str(about.controller_id),
            "subject": str(about.subject_id),
            "request": str(about.id),
            "corrections": [
                {"id": str(row.id), "store": row.store_name, "collection": row.collection,
                 "field": row.field}
                for row in holder.rows
            ],
        },
    }  # fmt: skip
    return Notification(
        id=uuid5(about.id, f"{RECTIFIED}:{holder.id}"),
        subject_id=about.subject_id or about.id,
        controller_id=about.controller_id,
        recipient_id=holder.id,
        event=RECTIFIED,
        body=canonical(told),
    )


def values_for(session: Session, *, cabinet: KeyCabinet, message: OutboxMessage) -> dict[str, Any]:
    """Return what a webhook says beside its body: before and after, which are kept sealed alone.

    Nothing for other events, nor once the subject's key was destroyed.
    """
    if message.template != RECTIFIED or message.body is None:
        return {}
    data = json.loads(message.body)["data"]
    about = session.get_one(SubjectRequest, UUID(data["request"]))
    known = {str(row.id): row for row in queries.corrections(session, about=about)}
    rows = [known[one["id"]] for one in data["corrections"] if one["id"] in known]
    try:
        opened = queries.changes(session, cabinet=cabinet, rows=rows)
    except GoneError:
        return {}
    return {
        "corrections": [
            {"id": str(row.id), "store": row.store_name, "collection": row.collection,
             "field": row.field, "before": change.before, "after": change.after}
            for row, change in zip(rows, opened, strict=True)
        ]
    }  # fmt: skip
