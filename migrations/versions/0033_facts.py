"""Requests: a fact that a sender gives to be recognised by, compared with what a store holds."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.create_table(
        "fact_question",
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("store_name", sa.String(), nullable=False),
        sa.Column("collection", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("needed_for", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("controller_id", name="pk_fact_question"),
    )
    op.create_table(
        "fact_try",
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("value_index", sa.LargeBinary(), nullable=False),
        sa.Column("tried_on", sa.Date(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("controller_id", "value_index", "tried_on", name="pk_fact_try"),
    )
    op.add_column("subject_request", sa.Column("facts_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("subject_request", sa.Column("facts_outcome", sa.String(), nullable=True))
