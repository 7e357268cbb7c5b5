"""How many identifiers a preview found that nobody has said whose they are."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    undecided = sa.Column("undecided", sa.Integer(), nullable=False, server_default="0")
    op.add_column("request_preview", undecided)
