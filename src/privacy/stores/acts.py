"""Registering data stores, noting what a check said, removing them."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.crypto import sealed_version
from privacy.db import new_id
from privacy.errors import InvalidError, NotFoundError, PrivacyError
from privacy.stores import definition_file, queries
from privacy.stores.addresses import seal_address
from privacy.stores.definition import StoreDefinition, Waiver
from privacy.stores.entries import record
from privacy.stores.models import DataStore, StoreState, address_context
from privacy.stores.registry import connector_for, connector_of
from privacy.stores.terms import EndReason
from privacy.stores.validity import ensure_valid
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.rotation import Resealed, record_resealed

LONGEST_ADDRESS = 2000


@dataclass(frozen=True)
class StoreFacts:
    """What it takes to reach a data store and to understand it."""

    address: str
    """A URL with the account that may read, and nothing more, such as postgresql://…"""
    definition: StoreDefinition


def register_store(
    session: Session,
    *,
    actor: str,
    at: datetime,
    controller_id: UUID,
    cabinet: KeyCabinet,
    facts: StoreFacts,
) -> DataStore:
    """Add a data store under the name of its definition; its address is sealed, never shown.

    Raises InvalidError for a faulty definition or an address that no connector knows, and
    ConflictError when the name is taken. Nothing is connected to.
    """
    definition = ensure_valid(facts.definition)
    queries.ensure_free(session, controller_id=controller_id, name=definition.name)
    if len(facts.address) > LONGEST_ADDRESS:
        raise InvalidError(f"An address has at most {LONGEST_ADDRESS} characters.")
    store = DataStore(
        id=new_id(at),
        controller_id=controller_id,
        name=definition.name,
        connector=connector_of(facts.address),
        definition=definition_file.to_json(definition),
        state=StoreState.NEW,
        created_at=at,
    )
    connector_for(store.connector)(definition, facts.address)  # refuses another kind's address
    seal_address(session, store, facts.address, cabinet)
    session.add(store)
    record(session, Action.STORE_REGISTERED, store, at=at, actor=actor)
    return store


def record_check(
    session: Session,
    *,
    actor: str,
    at: datetime,
    store: DataStore,
    error: PrivacyError | None,
) -> None:
    """Keep what a check of the data store said; `error` is what it raised, if anything."""
    store.state = StoreState.FAILING if error else StoreState.GOOD
    store.checked_at = at
    store.check_result = _words(error) if error else None
    outcome = error.code if error else StoreState.GOOD.value
    record(session, Action.STORE_CHECKED, store, at=at, actor=actor, outcome=outcome)


def remove_store(
    session: Session, *, actor: str, at: datetime, controller_id: UUID, name: str
) -> None:
    """Forget a data store and its address; it is not searched any more."""
    store = queries.data_store(session, controller_id=controller_id, name=name)
    for draft in queries.drafts(session, controller_id=controller_id):
        if draft.store_id == store.id:
            session.delete(draft)
    session.flush()
    session.delete(store)
    record(session, Action.STORE_REMOVED, store, at=at, actor=actor)


def change_definition(
    session: Session,
    *,
    actor: str,
    at: datetime,
    store: DataStore,
    definition: StoreDefinition,
) -> None:
    """Let another definition be in force; its last check says nothing of it any more.

    Raises InvalidError for a faulty one, and for one of another name: packages, waivers of
    requests and links of other stores know the store by it.
    """
    if ensure_valid(definition).name != store.name:
        raise InvalidError(f"The definition must keep the name {store.name}.")
    connector_for(store.connector)  # raises when this version has none
    store.definition = definition_file.to_json(definition)
    store.state, store.checked_at, store.check_result = StoreState.NEW, None, None
    record(session, Action.STORE_CHANGED, store, at=at, actor=actor)


def waive(session: Session, *, actor: str, at: datetime, store: DataStore, waiver: Waiver) -> None:
    """Accept that nobody has classified a table or a column, for a reason and until a day.

    It takes the place of an older waiver of the same. Raises InvalidError for a day that is
    past, and when the definition speaks of the table or column already.
    """
    definition = definition_file.from_json(store.definition)
    if waiver.until < at.date():
        raise InvalidError("The last day is past.", fields={"until": ["is past"]})
    if _speaks_of(definition, waiver):
        raise InvalidError(
            f"The definition speaks of {waiver.place} already.", fields={"place": ["is declared"]}
        )
    others = tuple(one for one in definition.waivers if one.place != waiver.place)
    changed = replace(definition, waivers=(*others, waiver))
    store.definition = definition_file.to_json(ensure_valid(changed))
    until = waiver.until.isoformat()
    record(session, Action.STORE_WAIVED, store, at=at, actor=actor, until=until)


def end_waiver(
    session: Session, *, actor: str, at: datetime, store: DataStore, place: str, reason: EndReason
) -> None:
    """Let a waiver end before its day: from now on its place is as new as any other.

    Raises NotFoundError when there is none of this place.
    """
    definition = definition_file.from_json(store.definition)
    left = tuple(one for one in definition.waivers if one.place != place)
    if len(left) == len(definition.waivers):
        raise NotFoundError("There is no such waiver; it may have ended meanwhile.")
    store.definition = definition_file.to_json(replace(definition, waivers=left))
    record(session, Action.STORE_WAIVER_ENDED, store, at=at, actor=actor, reason=reason.value)


def _speaks_of(definition: StoreDefinition, waiver: Waiver) -> bool:
    tables = [c for c in definition.collections if c.source_table == waiver.table]
    return any(not waiver.column or waiver.column in c.columns for c in tables)


def reseal_addresses(
    session: Session, *, actor: str, at: datetime, cabinet: KeyCabinet, controller_id: UUID
) -> int:
    """Seal the addresses again that older versions of the controller's key sealed."""
    newest = cabinet.wrap_key(session, controller_id=controller_id).version
    behind = [
        (row, row.address_sealed)
        for row in queries.with_addresses(session, controller_id=controller_id)
        if row.address_sealed and sealed_version(row.address_sealed) != newest
    ]
    for row, sealed in behind:
        context = address_context(row)
        address = cabinet.open_text(session, sealed, controller_id=controller_id, context=context)
        seal_address(session, row, address, cabinet)
    done = Resealed(controller_id, kind="data_store", keys=len(behind), version=newest)
    return record_resealed(session, actor=actor, at=at, done=done)


def _words(error: PrivacyError) -> str:
    fields = error.fields if isinstance(error, InvalidError) else {}
    return "\n".join([str(error), *(f"{path}: {', '.join(w)}" for path, w in fields.items())])
