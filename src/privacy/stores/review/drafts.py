"""Definitions under review: beginning one, saving it, putting it in force, dropping it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.db import new_id
from privacy.errors import ConflictError, InvalidError
from privacy.stores import queries
from privacy.stores.acts import (
    LONGEST_ADDRESS,
    StoreFacts,
    change_definition,
    register_store,
)
from privacy.stores.addresses import seal_address
from privacy.stores.entries import record
from privacy.stores.models import DataStore, StoreDraft, address_context
from privacy.stores.registry import connector_of
from privacy.stores.review import review
from privacy.stores.review.review import Review
from privacy.subjects.keys import KeyCabinet

KEPT = timedelta(days=30)
"""How long a draft waits for somebody to save it: it holds an address, and what is there."""


@dataclass(frozen=True)
class Proposal:
    """What is at an address, as far as looking there could tell."""

    address: str = field(repr=False)
    review: Review


@dataclass(frozen=True)
class Saving:
    """What a person says, and of which state of the draft."""

    version: str
    """What `version_of` said when the page was made."""
    review: Review
    collection: str = ""
    """The collection that was spoken of; empty for the store as a whole."""


def begin_draft(
    session: Session,
    *,
    actor: str,
    at: datetime,
    controller_id: UUID,
    cabinet: KeyCabinet,
    proposal: Proposal,
) -> StoreDraft:
    """Keep a proposal for a new data store, its address sealed.

    Raises ConflictError when the name is taken and InvalidError for an address too long.
    """
    name = proposal.review.definition.name
    queries.ensure_free(session, controller_id=controller_id, name=name)
    if len(proposal.address) > LONGEST_ADDRESS:
        raise InvalidError(f"An address has at most {LONGEST_ADDRESS} characters.")
    draft = _made(at, controller_id, name, connector_of(proposal.address), proposal.review)
    seal_address(session, draft, proposal.address, cabinet)
    session.add(draft)
    record(session, Action.STORE_DRAFTED, draft, at=at, actor=actor)
    return draft


def begin_change(
    session: Session, *, actor: str, at: datetime, store: DataStore, proposed: Review
) -> StoreDraft:
    """Keep what a registered data store's definition may become."""
    draft = _made(at, store.controller_id, store.name, store.connector, proposed)
    draft.store_id = store.id
    session.add(draft)
    record(session, Action.STORE_DRAFTED, draft, at=at, actor=actor)
    return draft


def save_draft(
    session: Session,
    *,
    actor: str,
    at: datetime,
    draft: StoreDraft,
    said: Saving,
) -> None:
    """Keep what a person said of the store, or of one collection of it.

    Raises ConflictError when somebody else has saved the draft since the page was made.
    """
    if said.version != version_of(draft):
        raise ConflictError("This draft has changed meanwhile: look at it again.")
    draft.document = review.to_json(said.review)
    draft.changed_at = at
    record(
        session, Action.STORE_DRAFT_CHANGED, draft, at=at, actor=actor, collection=said.collection
    )


def version_of(draft: StoreDraft) -> str:
    """Return what changes each time a draft is saved."""
    return draft.changed_at.isoformat()


def settle_draft(
    session: Session, *, actor: str, at: datetime, cabinet: KeyCabinet, draft: StoreDraft
) -> DataStore:
    """Register the data store of a draft, or put its changed definition in force.

    The draft is gone then. Raises as `register_store` and `change_definition` do.
    """
    definition = review.from_json(draft.document).definition
    if draft.store_id:
        store = session.get_one(DataStore, draft.store_id)
        change_definition(session, actor=actor, at=at, store=store, definition=definition)
    else:
        store = register_store(
            session,
            actor=actor,
            at=at,
            controller_id=draft.controller_id,
            cabinet=cabinet,
            facts=StoreFacts(_address(session, draft, cabinet), definition),
        )
    session.delete(draft)
    return store


def drop_draft(session: Session, *, actor: str, at: datetime, draft: StoreDraft) -> None:
    """Forget a draft and the address in it."""
    session.delete(draft)
    record(session, Action.STORE_DRAFT_DROPPED, draft, at=at, actor=actor)


def drop_abandoned(session: Session, *, actor: str, at: datetime) -> int:
    """Forget the drafts that nobody saved for `KEPT`, with their addresses; return how many."""
    found = queries.drafts_before(session, before=at - KEPT)
    for draft in found:
        session.delete(draft)
        record(session, Action.STORE_DRAFT_DROPPED, draft, at=at, actor=actor, reason="abandoned")
    return len(found)


def ends_at(draft: StoreDraft) -> datetime:
    """Return when a draft is forgotten unless somebody saves it before."""
    return draft.changed_at + KEPT


def _made(
    at: datetime, controller_id: UUID, name: str, connector: str, proposed: Review
) -> StoreDraft:
    return StoreDraft(
        id=new_id(at),
        controller_id=controller_id,
        name=name,
        connector=connector,
        document=review.to_json(proposed),
        created_at=at,
        changed_at=at,
    )


def _address(session: Session, draft: StoreDraft, cabinet: KeyCabinet) -> str:
    if draft.address_sealed is None:
        raise ConflictError("This draft has lost its address: begin it again.")
    return cabinet.open_text(
        session,
        draft.address_sealed,
        controller_id=draft.controller_id,
        context=address_context(draft),
    )
