"""Requests: how many wait for one address, without anybody being able to read which."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("subject_request", sa.Column("contact_index", sa.LargeBinary(), nullable=True))
    op.create_index(
        "ix_subject_request_contact_index", "subject_request", ["contact_index"], unique=False
    )
