"""Purposes: from which other banner a site moves here, and what its words mean."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("site", sa.Column("moves", sa.JSON(), nullable=True))
