"""Data stores that a controller has registered."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "data_store",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("connector", sa.String(), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column("state", sa.Enum("NEW", "GOOD", "FAILING", name="storestate"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_result", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["controller_id"], ["controller.id"], name=op.f("fk_data_store_controller_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_store")),
        sa.UniqueConstraint(
            "controller_id", "name", name=op.f("uq_data_store_controller_id_name")
        ),
    )
