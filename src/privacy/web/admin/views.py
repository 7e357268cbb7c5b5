"""What machines of the staff call: the audit log and the policy values, by bearer token."""

from datetime import date
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from privacy.audit import log, queries
from privacy.audit.actions import Action
from privacy.audit.entry import Entry
from privacy.errors import ForbiddenError, NotFoundError
from privacy.operators.roles import Permission
from privacy.policy import queries as policy
from privacy.policy.models import PolicyValue
from privacy.policy.months import day_of
from privacy.policy.values import UNITS
from privacy.purposes import queries as purposes
from privacy.web import current
from privacy.web.admin.schemas import EntriesQuery, EntriesSchema, PolicyQuery, PolicySchema
from privacy.web.admin.tiles import place
from privacy.web.auth import operators_only
from privacy.web.intake import LARGEST
from privacy.web.openapi import Blueprint

KEPT = "private, max-age=31536000, immutable"
"""A tile never changes: it is full, or it is addressed by how much of it there was."""
OCTETS = "application/octet-stream"
BINARY = {"type": "string", "format": "binary"}

blueprint = Blueprint(
    "admin", __name__, url_prefix="/v1", description="For machines of the staff: bearer tokens."
)


@blueprint.get("/audit/entries")
@operators_only(Permission.AUDIT_READ)
@blueprint.arguments(EntriesQuery, location="query")
@blueprint.response(HTTPStatus.OK, EntriesSchema)
def entries(asked: dict[str, Any]) -> dict[str, Any]:
    """List entries of the audit log, newest first.

    Those of the controllers for which the operator may read them; an operator who may for all
    also sees those that belong to none. A search leaves an entry itself.
    """
    limit, before = asked.pop("limit"), asked.pop("before", None)
    if asked:
        _record_search(asked)
    with current.runtime().database.reading() as session:
        found = queries.entries(
            session, controller_ids=_scope(session), before_index=before, limit=limit + 1, **asked
        )
    page = found[:limit]
    more = len(found) > limit
    return {"entries": [_told(one) for one in page], "next": _next(page) if more else None}


@blueprint.get("/audit/checkpoint")
@operators_only(Permission.AUDIT_READ)
@blueprint.response(HTTPStatus.OK, {"type": "string"}, content_type="text/plain")
def checkpoint() -> Response:
    """Read the newest checkpoint, a signed note (C2SP tlog-checkpoint)."""
    with current.runtime().database.reading() as session:
        return Response(queries.checkpoint(session), mimetype="text/plain")


@blueprint.get("/audit/tile/<int(max=63):level>/<path:address>")
@operators_only(Permission.AUDIT_READ)
@blueprint.response(HTTPStatus.OK, BINARY, content_type=OCTETS)
def tile(level: int, address: str) -> Response:
    """Read hashes of the tree, 32 bytes each (C2SP tlog-tiles).

    Hashes tell nothing of what was hashed, so every auditor may check the whole tree.
    """
    wanted = place(address)
    with current.runtime().database.reading() as session:
        return _octets(queries.tile(session, level, wanted.n, wanted.width))


@blueprint.get("/audit/tile/entries/<path:address>")
@operators_only(Permission.AUDIT_READ)
@blueprint.response(HTTPStatus.OK, BINARY, content_type=OCTETS)
def entry_bundle(address: str) -> Response:
    """Read entries as they were hashed, each after its length in two bytes (C2SP tlog-tiles).

    A bundle mixes controllers, so it is for operators who may read the entries of all.
    """
    wanted = place(address)
    with current.runtime().database.reading() as session:
        if _scope(session) is not None:
            raise ForbiddenError("Entry bundles are for auditors of every controller.")
        return _octets(queries.entry_bundle(session, wanted.n, wanted.width))


@blueprint.get("/policy")
@operators_only(Permission.SETTINGS_READ)
@blueprint.arguments(PolicyQuery, location="query")
@blueprint.response(HTTPStatus.OK, PolicySchema)
def policy_values(asked: dict[str, date]) -> dict[str, Any]:
    """List the dated legal values that are in force on a day."""
    runtime = current.runtime()
    day = asked.get("on") or day_of(runtime.clock(), policy.LAW_ZONE)
    with runtime.database.reading() as session:
        found = [_value(session, key, day) for key in sorted(UNITS)]
    return {"on": day, "values": [one for one in found if one is not None]}


def _scope(session: Session) -> frozenset[UUID] | None:
    """Return whose entries this operator may read; None for everybody's."""
    mine = current.operator().controllers(Permission.AUDIT_READ)
    known = {one.id for one in purposes.controllers(session)}
    return None if known <= mine else mine


def _told(entry: Entry) -> dict[str, Any]:
    told = {name: getattr(entry, name) for name in entry.__dataclass_fields__}
    return told | {"leaf_hash": entry.leaf_hash.hex()}


def _next(page: list[Entry]) -> int:
    """Return where to go on; after entries that have no index yet, at the end of the log."""
    last = page[-1].index
    return LARGEST if last is None else last


def _record_search(asked: dict[str, Any]) -> None:
    runtime = current.runtime()
    with runtime.database.transaction() as session:
        log.append(
            session,
            Action.AUDIT_SEARCHED,
            at=runtime.clock(),
            actor=current.operator().actor,
            subject_id=asked.get("subject_id"),
            filters=",".join(sorted(asked)),
        )


def _value(session: Session, key: str, day: date) -> PolicyValue | None:
    try:
        return policy.value_at(session, key=key, at=day)
    except NotFoundError:
        return None


def _octets(octets: bytes) -> Response:
    response = Response(octets, mimetype=OCTETS)
    response.headers["Cache-Control"] = KEPT
    return response
