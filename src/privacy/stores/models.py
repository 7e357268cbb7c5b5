"""The data stores that a controller has registered."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from privacy.crypto import Context
from privacy.db import Base


class StoreState(StrEnum):
    """What the last check of a data store said."""

    NEW = "new"
    """Never checked."""
    GOOD = "good"
    FAILING = "failing"


class DataStore(Base):
    """A place with personal data that is searched for a subject (Art. 15 GDPR)."""

    __tablename__ = "data_store"
    __table_args__ = (
        UniqueConstraint("controller_id", "name"),
        {"info": {"placement": "reference"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    controller_id: Mapped[UUID] = mapped_column(ForeignKey("controller.id"))
    name: Mapped[str]
    connector: Mapped[str]
    address_sealed: Mapped[bytes]
    """Where it is and the account that may read it, under the controller's key."""
    definition: Mapped[str]
    """JSON, as `definition_file.to_json` writes it."""
    state: Mapped[StoreState] = mapped_column(default=StoreState.NEW)
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    check_result: Mapped[str | None]
    """What the last check found wrong, in words and names of columns; never data of a row."""


class StoreDraft(Base):
    """A definition that a person still reviews, of a data store to be or of one that there is."""

    __tablename__ = "store_draft"
    __table_args__ = ({"info": {"placement": "reference"}},)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    controller_id: Mapped[UUID] = mapped_column(ForeignKey("controller.id"), index=True)
    store_id: Mapped[UUID | None] = mapped_column(ForeignKey("data_store.id"))
    """The registered data store that it will change; none for a new one."""
    name: Mapped[str]
    connector: Mapped[str]
    address_sealed: Mapped[bytes | None]
    """Where a new data store is, under the controller's key; a registered one has its own."""
    document: Mapped[str]
    """JSON, as `review.to_json` writes it; never a value of a row."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


def address_context(store: DataStore | StoreDraft) -> Context:
    """Return what a sealed address is bound to."""
    table = store.__tablename__
    return (table, "address", str(store.controller_id), str(store.id))
