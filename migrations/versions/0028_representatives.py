"""Requests: representatives who ask in the portal, and the person whom they ask for."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

_WORDS = (("linkuse", "MANDATE", "ANSWER"), ("capacity", "LAWYER", "MANDATE"))


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        for kind, word, before in _WORDS:
            op.execute(f"ALTER TYPE {kind} ADD VALUE '{word}' AFTER '{before}'")
    op.add_column("subject_request", sa.Column("acting_sealed", sa.LargeBinary(), nullable=True))
    for name in ("asked_at", "replied_at"):
        column = sa.Column(name, sa.DateTime(timezone=True), nullable=True)
        op.add_column("request_representative", column)
    op.add_column("request_representative", sa.Column("agreed", sa.Boolean(), nullable=True))
