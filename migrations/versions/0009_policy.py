"""Dated legal values."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "policy_value",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "PERIOD",
                "HOURS",
                "WORKING_DAYS",
                "YEARS",
                "COUNT",
                "FLAG",
                "DAY",
                "WORD",
                "TEXT",
                name="unit",
            ),
            nullable=False,
        ),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("force", sa.Enum("LAW", "SOFT", "STD", "PROP", name="force"), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "to_on IS NULL OR to_on >= from_on", name=op.f("ck_policy_value_dates")
        ),
        sa.PrimaryKeyConstraint("key", "from_on", name=op.f("pk_policy_value")),
    )
