"""Requests: what is seen before an answer goes out, and what is decided on it."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

_STATES = ("ASKED", "DONE", "FAILED")


def upgrade() -> None:
    op.create_table(
        "request_preview",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Enum(*_STATES, name="previewstate"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("searched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contents_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("plan", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "request_id", name="pk_request_preview"),
    )
    op.create_index("ix_request_preview_state", "request_preview", ["state"])
    op.create_index("ix_request_preview_expires_at", "request_preview", ["expires_at"])
    op.create_table(
        "withholding_decision",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("place_index", sa.LargeBinary(), nullable=False),
        sa.Column("store_name", sa.String(), nullable=False),
        sa.Column("collection", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("row_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("treatment", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "subject_id", "request_id", "place_index", name="pk_withholding_decision"
        ),
    )
    op.create_table(
        "lead_decision",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("value_index", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "subject_id", "request_id", "value_index", name="pk_lead_decision"
        ),
    )
