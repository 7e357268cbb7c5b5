"""Subjects, their identifiers and the keys that both stand under."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "controller_key",
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("use", sa.String(length=10), nullable=False),
        sa.Column("version", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("root_id", sa.String(length=60), nullable=False),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("controller_id", "use", "version", name=op.f("pk_controller_key")),
    )
    op.create_table(
        "identifier_index",
        sa.Column("value_index", sa.LargeBinary(), nullable=False),
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("identifier_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("value_index", name=op.f("pk_identifier_index")),
    )
    op.create_index(
        op.f("ix_identifier_index_subject_id"), "identifier_index", ["subject_id"], unique=False
    )
    op.create_table(
        "subject",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restricted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_subject")),
    )
    op.create_index(
        op.f("ix_subject_controller_id_created_at"),
        "subject",
        ["controller_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "identifier",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.subject_id"], name=op.f("fk_identifier_subject_id")
        ),
        sa.PrimaryKeyConstraint("subject_id", "id", name=op.f("pk_identifier")),
    )
    op.create_table(
        "subject_key",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("controller_version", sa.SmallInteger(), nullable=False),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("check_value", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(key_sealed IS NULL) = (destroyed_at IS NOT NULL)",
            name=op.f("ck_subject_key_destroyed"),
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.subject_id"], name=op.f("fk_subject_key_subject_id")
        ),
        sa.PrimaryKeyConstraint("subject_id", "version", name=op.f("pk_subject_key")),
    )
    op.create_index(
        op.f("ix_subject_key_controller_id_controller_version_subject_id"),
        "subject_key",
        ["controller_id", "controller_version", "subject_id"],
        unique=False,
    )
