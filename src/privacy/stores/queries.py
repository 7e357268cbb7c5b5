"""Which data stores a controller has registered, and opening them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.crypto import sealed_version
from privacy.errors import ConflictError, InvalidError, NotFoundError, PrivacyError
from privacy.stores import definition_file
from privacy.stores.definition import Collection, Field, StoreDefinition
from privacy.stores.gate import new_places
from privacy.stores.models import DataStore, StoreDraft, address_context
from privacy.stores.own import NAME
from privacy.stores.protocol import Store
from privacy.stores.registry import BrokenStore, connector_for
from privacy.stores.terms import DataCategory
from privacy.subjects.keys import KeyCabinet


def data_stores(session: Session, *, controller_id: UUID) -> Sequence[DataStore]:
    """Return every registered data store of a controller, by name."""
    wanted = (
        select(DataStore).where(DataStore.controller_id == controller_id).order_by(DataStore.name)
    )
    return session.scalars(wanted).all()


def data_store(session: Session, *, controller_id: UUID, name: str) -> DataStore:
    """Return one data store by name; raise NotFoundError when the controller has none such."""
    wanted = select(DataStore).where(
        DataStore.controller_id == controller_id, DataStore.name == name
    )
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFoundError("There is no data store of that name.")
    return found


def ensure_free(session: Session, *, controller_id: UUID, name: str) -> None:
    """Raise ConflictError when a controller has a data store of the name already."""
    taken = select(DataStore.id).where(
        DataStore.controller_id == controller_id, DataStore.name == name
    )
    if name == NAME or session.scalars(taken).one_or_none() is not None:
        raise ConflictError(f"There is a data store of the name {name} already.")


def drafts(session: Session, *, controller_id: UUID) -> Sequence[StoreDraft]:
    """Return every definition that is being reviewed, the newest first."""
    wanted = (
        select(StoreDraft)
        .where(StoreDraft.controller_id == controller_id)
        .order_by(StoreDraft.created_at.desc(), StoreDraft.id)
    )
    return session.scalars(wanted).all()


def drafts_before(session: Session, *, before: datetime) -> Sequence[StoreDraft]:
    """Return the drafts of every controller that nobody has saved since an instant."""
    return session.scalars(select(StoreDraft).where(StoreDraft.changed_at <= before)).all()


def draft(session: Session, *, controller_id: UUID, draft_id: UUID) -> StoreDraft:
    """Return one definition that is being reviewed; NotFoundError when there is none such."""
    found = session.get(StoreDraft, draft_id)
    if found is None or found.controller_id != controller_id:
        raise NotFoundError("There is no such draft; it may have been registered or dropped.")
    return found


def open_stores(session: Session, *, controller_id: UUID, cabinet: KeyCabinet) -> Sequence[Store]:
    """Return a controller's registered stores, ready to be read once the session is closed.

    Nothing connects yet. One whose address or definition cannot be read is there all the same,
    and says so when it is asked.
    """
    rows = data_stores(session, controller_id=controller_id)
    return [open_store(session, row, cabinet=cabinet) for row in rows]


def open_store(session: Session, row: DataStore, *, cabinet: KeyCabinet) -> Store:
    """Return one registered store as `open_stores` does."""
    try:
        definition = definition_file.from_json(row.definition)
    except InvalidError as error:
        return BrokenStore(_unknown(row.name), error)
    try:
        address = cabinet.open_text(
            session,
            row.address_sealed,
            controller_id=row.controller_id,
            context=address_context(row),
        )
        return connector_for(row.connector)(_as_checked(definition, row), address)
    except PrivacyError as error:
        return BrokenStore(definition, error)


def _as_checked(definition: StoreDefinition, row: DataStore) -> StoreDefinition:
    """Return a definition that knows of what its last check found new and nobody has waived."""
    waived = {one.place for one in definition.waivers}
    new = tuple(place for place in new_places(row.check_result) if place not in waived)
    return replace(definition, unclassified=new) if new else definition


def _unknown(name: str) -> StoreDefinition:
    """Return a stand-in, so that what cannot be understood is not passed over."""
    title = {"fr": name, "en": name}
    anything = Field(name, title, DataCategory.TECHNICAL)
    return StoreDefinition(name, title, (), (Collection(name, title, (name,), (anything,)),))


def with_addresses(session: Session, *, controller_id: UUID) -> Sequence[DataStore | StoreDraft]:
    """Return all that may hold a sealed address."""
    stores: list[DataStore | StoreDraft] = [*data_stores(session, controller_id=controller_id)]
    return [*stores, *drafts(session, controller_id=controller_id)]


def addresses_under(session: Session, controller_id: UUID, version: int) -> int:
    """Return how many addresses a version of the controller's key sealed."""
    rows = with_addresses(session, controller_id=controller_id)
    return sum(sealed_version(row.address_sealed) == version for row in rows if row.address_sealed)
