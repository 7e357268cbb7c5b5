"""The audit log as the DPO and the auditor see it: filter, read, verify."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from privacy.audit import log, queries
from privacy.audit.actions import Action
from privacy.audit.checkpoint import open_checkpoint
from privacy.audit.entry import Entry
from privacy.audit.faults import Fault, Kind
from privacy.audit.jobs import verify_and_record
from privacy.audit.models import AuditCheckpoint
from privacy.errors import SealError
from privacy.operators import queries as operators
from privacy.operators.roles import Permission
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.audit.filters import FILTERS, filters_of, index_of
from privacy.web.console.surface import blueprint, chosen, page, uuid_of

PAGE = 50
WIDEST = 50_000
"""How many indexes are looked through for a newer page; beyond, the newest is shown."""


@blueprint.get("/audit")
@operators_only(Permission.AUDIT_READ)
def audit() -> str:
    """Show the log; a search of it is an act of its own."""
    controller = chosen(Permission.AUDIT_READ)
    typed = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    filters = filters_of(typed, controller.zone)
    if typed and filters is not None:
        _record_search(controller, typed)
    return _page(controller, typed, filters)


@blueprint.post("/audit/verify")
@operators_only(Permission.AUDIT_VERIFY)
def verify() -> str:
    """Hash everything again and show the verdict; it covers the whole installation's log."""
    controller, runtime = chosen(Permission.AUDIT_VERIFY), current.runtime()
    by = current.by_operator()
    found = verify_and_record(
        runtime.database, runtime.keyring.verifiers, **by, controller_id=controller.id
    )
    at = by["at"]
    verdict = {"good": found.is_whole, "entries": found.size, "at": at, "faults": found.faults}
    return _page(controller, {}, {}, verdict)


def _page(
    controller: Controller,
    typed: Mapping[str, str],
    filters: Mapping[str, Any] | None,
    verdict: Mapping[str, Any] | None = None,
) -> str:
    with current.runtime().database.reading() as session:
        scope = _scope(session, controller)
        newest = queries.last_checkpoint(session)
        search = _Search(session, scope, filters or {}, newest.size if newest else 0)
        found, is_newest = search.page()
        names = _names(session)
        pending = queries.pending_count(session)
    shown = found[:PAGE]
    indexes = [one.index for one in shown if one.index is not None]
    checkpoint, distrust = _checkpoint(newest)
    return page(
        "audit",
        controller,
        entries=[
            asdict(one) | {"name": names.get(one.actor), "leaf_hash": one.leaf_hash.hex()}
            for one in shown
        ],
        actions=[action.value for action in Action],
        filters=dict(typed),
        errors={"filter": "filter.invalid"} if filters is None else {},
        older=indexes[-1] if len(found) > PAGE and indexes else None,
        newer=indexes[0] if indexes and not is_newest else None,
        checkpoint=checkpoint,
        pending=pending,
        verdict=verdict or distrust,
    )


def _scope(session: Session, controller: Controller) -> Collection[UUID] | None:
    """Return whose entries are shown: the whole log where the controller is the only one.

    Beside others it sees its own; what belongs to the installation could tell of the others.
    """
    alone = len(purposes.controllers(session)) == 1
    return None if alone else {controller.id}


@dataclass(frozen=True)
class _Search:
    """The entries that are asked for, in a log of some size."""

    session: Session
    scope: Collection[UUID] | None
    filters: Mapping[str, Any]
    size: int

    def page(self) -> tuple[Sequence[Entry], bool]:
        """Return a page and one entry more if there are older ones; whether it is the newest."""
        after = index_of(request.args.get("after"))
        if after is not None and (found := self._after(after)):
            return found, False
        before = index_of(request.args.get("before")) if after is None else None
        return self._before(before, PAGE + 1), before is None

    def _after(self, after: int) -> Sequence[Entry]:
        """Return the page just newer than an index; nothing where the newest has all of it."""
        width = PAGE
        while width <= WIDEST:
            near = self._before(after + width + 1, width + 1)
            newer = sum(one.index is not None and one.index > after for one in near)
            if newer >= PAGE:
                return near[newer - PAGE : newer + 1]
            if after + width >= self.size:
                break
            width *= 4
        return ()

    def _before(self, index: int | None, limit: int) -> Sequence[Entry]:
        return queries.entries(
            self.session,
            controller_ids=self.scope,
            before_index=index,
            limit=limit,
            **self.filters,
        )


def _names(session: Session) -> dict[str, str]:
    """Return what operators are called, by actor; one who left is still known by name."""
    listed = operators.operators(session, keyring=current.runtime().keyring)
    return {f"operator:{one.operator_id}": one.name for one in listed}


def _checkpoint(
    newest: AuditCheckpoint | None,
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Return the newest checkpoint, or a verdict if it is not what this service signed."""
    if newest is None:
        return None, None
    keyring = current.runtime().keyring
    try:
        opened = open_checkpoint(newest.note, keyring.verifiers)
    except SealError as error:
        fault = Fault(None, Kind.NOTE, {"size": newest.size, "why": str(error)})
        at = current.runtime().clock()
        return None, {"good": False, "entries": newest.size, "at": at, "faults": [fault]}
    shown = {"size": opened.size, "root": opened.root.hex(), "key": keyring.signer.vkey}
    return shown | {"signed_at": newest.at}, None


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
