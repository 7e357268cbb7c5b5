"""The rows of the log: what waits, what is integrated, the tree over it, what was signed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from privacy.audit import triggers
from privacy.db import Base

LOG = 1
"""The number of the log that this installation writes; the tables have room for more."""

NOBODY = UUID(int=0)
"""What `audit_pending.subject_id` holds when the act is about nobody."""


class AuditPending(Base):
    """An entry that is committed with its act and waits for its place in the log."""

    __tablename__ = "audit_pending"
    __table_args__ = (Index(None, "id"), {"info": {"placement": "subject"}})

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    log_id: Mapped[int] = mapped_column(SmallInteger, default=LOG)
    body: Mapped[bytes]
    at: Mapped[datetime]


class AuditEntry(Base):
    """An entry in its place; `body` is the evidence, the columns after it are for searching."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("log_id", "leaf_hash"),
        Index(None, "subject_id", "idx"),
        Index(None, "controller_id", "idx"),
        {"info": {"placement": "local"}},
    )

    log_id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    idx: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    body: Mapped[bytes]
    leaf_hash: Mapped[bytes]
    id: Mapped[UUID]
    action: Mapped[str] = mapped_column(String(60))
    actor: Mapped[str] = mapped_column(String(80))
    controller_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    at: Mapped[datetime]


class AuditTile(Base):
    """Up to 256 hashes of one level of the tree, 32 bytes each (C2SP tlog-tiles)."""

    __tablename__ = "audit_tile"
    __table_args__ = ({"info": {"placement": "local"}},)

    log_id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes]


class AuditHead(Base):
    """How long the log is, and who may lengthen it: a lease, fenced by an epoch."""

    __tablename__ = "audit_head"
    __table_args__ = ({"info": {"placement": "local"}},)

    log_id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)
    epoch: Mapped[int] = mapped_column(BigInteger)
    holder: Mapped[str] = mapped_column(String(64))
    leased_until_at: Mapped[datetime]


class AuditCheckpoint(Base):
    """A signed statement of the log's size and root (C2SP tlog-checkpoint)."""

    __tablename__ = "audit_checkpoint"
    __table_args__ = ({"info": {"placement": "local"}},)

    log_id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


triggers.attach(Base.metadata.tables[AuditEntry.__tablename__])
