"""Requests: a data store that fails may be done without, by decision."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    waived_at = sa.Column("waived_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("request_task", waived_at)
