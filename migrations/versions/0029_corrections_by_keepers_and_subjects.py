"""Corrections that keepers are asked for, and those that subjects type field by field."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    at = sa.DateTime(timezone=True)
    task = sa.Column("task", sa.String(), nullable=False, server_default="search")
    op.add_column("assignment", task)
    op.add_column("assignment", sa.Column("changes_sealed", sa.LargeBinary(), nullable=True))
    op.create_table(
        "detail_look",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", at, nullable=False),
        sa.Column("claimed_until", at, nullable=True),
        sa.Column("searched_at", at, nullable=True),
        sa.Column("expires_at", at, nullable=False),
        sa.Column("contents_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("subject_id", name="pk_detail_look"),
    )
    op.create_table(
        "correction_wish",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("wish_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at_once", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", at, nullable=True),
        sa.Column("confirmed_at", at, nullable=True),
        sa.PrimaryKeyConstraint("subject_id", "request_id", "number", name="pk_correction_wish"),
    )
    op.create_index("ix_correction_wish_digest", "correction_wish", ["digest"])
    op.create_index("ix_correction_wish_request_id", "correction_wish", ["request_id"])
