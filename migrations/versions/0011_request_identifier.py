"""Requests: by which identifier the sender was recognised."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("subject_request", sa.Column("identifier_id", sa.Uuid(), nullable=True))
