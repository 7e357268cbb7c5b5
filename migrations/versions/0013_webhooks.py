"""Webhooks to recipients of data, and how subjects come to their preferences."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("outbox_message", sa.Column("recipient_id", sa.Uuid(), nullable=True))
    op.add_column("outbox_message", sa.Column("body", sa.String(), nullable=True))
    op.create_table(
        "webhook_endpoint",
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("url_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("identifier_kind", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("recipient_id", name=op.f("pk_webhook_endpoint")),
    )
    op.create_index(
        op.f("ix_webhook_endpoint_controller_id"),
        "webhook_endpoint",
        ["controller_id"],
        unique=False,
    )
    op.create_table(
        "preference_link",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("address_index", sa.LargeBinary(), nullable=True),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_preference_link")),
    )
    op.create_index(
        op.f("ix_preference_link_address_index_created_at"),
        "preference_link",
        ["address_index", "created_at"],
        unique=False,
    )
    op.create_table(
        "preference_session",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_preference_session")),
    )
