"""Data stores: definitions that a person still reviews."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "store_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("connector", sa.String(), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_store_draft"),
        sa.ForeignKeyConstraint(
            ["controller_id"], ["controller.id"], name="fk_store_draft_controller_id_controller"
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["data_store.id"], name="fk_store_draft_store_id_data_store"
        ),
    )
    op.create_index("ix_store_draft_controller_id", "store_draft", ["controller_id"])
