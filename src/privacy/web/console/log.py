"""The audit log as the DPO and the auditor see it: filter, read, verify."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, time, timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from flask import request

from privacy.audit import log, queries
from privacy.audit.actions import Action
from privacy.audit.checkpoint import open_checkpoint
from privacy.audit.verify import verify_log
from privacy.operators import queries as operators
from privacy.operators.roles import Permission
from privacy.purposes.models import Controller
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.surface import blueprint, chosen, page, uuid_of

PAGE = 50
FILTERS = ("action", "actor", "since", "until", "subject")


@blueprint.get("/audit")
@operators_only(Permission.AUDIT_READ)
def audit() -> str:
    """Show the log; a search of it is an act of its own."""
    controller = chosen(Permission.AUDIT_READ)
    typed = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    filters, errors = _filters(typed, controller)
    if typed and not errors:
        _record_search(controller, typed)
    return _page(controller, typed, filters, errors)


@blueprint.post("/audit/verify")
@operators_only(Permission.AUDIT_VERIFY)
def verify() -> tuple[str, HTTPStatus]:
    """Hash everything again and show the verdict; it covers the whole installation's log."""
    controller = chosen(Permission.AUDIT_VERIFY)
    runtime = current.runtime()
    at = runtime.clock()
    found = verify_log(runtime.database, runtime.keyring.verifiers, at=at)
    verdict = {
        "good": found.is_whole,
        "entries": found.size,
        "at": at,
        "faults": [{"index": fault.index, "fault": fault.what} for fault in found.faults],
    }
    with runtime.database.transaction() as session:
        log.append(
            session,
            Action.AUDIT_VERIFIED,
            at=at,
            actor=current.operator().actor,
            controller_id=controller.id,
            entries=found.size,
            outcome="whole" if found.is_whole else "altered",
            first_bad=found.first_bad,
        )
    return _page(controller, {}, {}, {}, verdict), HTTPStatus.OK


def _page(
    controller: Controller,
    typed: Mapping[str, str],
    filters: Mapping[str, Any],
    errors: Mapping[str, str],
    verdict: Mapping[str, Any] | None = None,
) -> str:
    runtime = current.runtime()
    before = request.args.get("before", type=int)
    after = request.args.get("after", type=int)
    if after is not None:
        before = after + PAGE + 1
    with runtime.database.reading() as session:
        found = queries.entries(
            session, controller_ids=None, before_index=before, limit=PAGE + 1, **filters
        )
        names = {
            f"operator:{one.operator_id}": one.name
            for one in operators.operators(session, keyring=runtime.keyring)
        }
        pending = queries.pending_count(session)
        checkpoint = queries.last_checkpoint(session)
    shown = [one for one in found[:PAGE] if one.controller_id in {None, controller.id}]
    indexes = [one.index for one in shown if one.index is not None]
    return page(
        "audit",
        controller,
        entries=[
            asdict(one) | {"name": names.get(one.actor), "leaf_hash": one.leaf_hash.hex()}
            for one in shown
        ],
        actions=[action.value for action in Action],
        filters=dict(typed),
        errors=errors,
        older=indexes[-1] if len(found) > PAGE and indexes else None,
        newer=indexes[0] if before is not None and indexes else None,
        checkpoint=_checkpoint(checkpoint.note, checkpoint.at) if checkpoint else None,
        pending=pending,
        verdict=verdict,
    )


def _checkpoint(note: str, at: datetime) -> dict[str, Any]:
    keyring = current.runtime().keyring
    opened = open_checkpoint(note, keyring.verifiers)
    return {
        "size": opened.size,
        "root": opened.root.hex(),
        "signed_at": at,
        "key": keyring.signer.vkey,
    }


def _filters(
    typed: Mapping[str, str], controller: Controller
) -> tuple[dict[str, Any], dict[str, str]]:
    zone = ZoneInfo(controller.zone)
    wanted: dict[str, Any] = {
        "action": typed.get("action"),
        "actor": typed.get("actor"),
        "subject_id": uuid_of(typed.get("subject")),
    }
    wrong = "subject" in typed and wanted["subject_id"] is None
    try:
        wanted["since"] = _day(typed.get("since"), zone)
        wanted["until"] = _day(typed.get("until"), zone, days=1)
    except ValueError:
        wrong = True
    return ({}, {"filter": "filter.invalid"}) if wrong else (wanted, {})


def _day(text: str | None, zone: ZoneInfo, *, days: int = 0) -> datetime | None:
    if not text:
        return None
    day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=zone).date()
    return datetime.combine(day + timedelta(days=days), time.min, zone)


def _record_search(controller: Controller, typed: Mapping[str, str]) -> None:
    runtime = current.runtime()
    with runtime.database.transaction() as session:
        log.append(
            session,
            Action.AUDIT_SEARCHED,
            at=runtime.clock(),
            actor=current.operator().actor,
            controller_id=controller.id,
            subject_id=uuid_of(typed.get("subject")),
            # Names only: what was typed could be anything.
            filters=",".join(sorted(typed)),
        )
