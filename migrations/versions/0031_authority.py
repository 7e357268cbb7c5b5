"""Controllers: which supervisory authority their letters name, where it is not their country's."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.add_column("controller", sa.Column("authority", sa.String(), nullable=True))
