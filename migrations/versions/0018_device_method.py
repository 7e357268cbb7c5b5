"""The consent ledger: a choice that was carried from a device to an account."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TYPE method ADD VALUE 'DEVICE'")
