"""Requests: portability and rectification; what is put right, and who is told of it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

_ORIGINS = ("DECIDED", "PROPAGATED", "DEPENDENT")
_STATES = ("OWED", "BY_HAND", "CHECKING", "DONE", "SAID", "NOT_DONE")
_NOTICES = ("WEBHOOK", "BY_HAND", "TOLD", "NOT_TOLD")


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TYPE requestkind ADD VALUE 'PORTABILITY'")
        op.execute("ALTER TYPE requestkind ADD VALUE 'RECTIFICATION'")
    else:
        with op.batch_alter_table("subject_request") as batch:
            batch.alter_column("kind", existing_type=sa.String(6), type_=sa.String(13))
    op.add_column("subject_request", sa.Column("statement_sealed", sa.LargeBinary()))
    op.create_table(
        "rectification_search",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("contents_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("searched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "request_id", name="pk_rectification_search"),
    )
    op.create_table(
        "correction",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("store_name", sa.String(), nullable=False),
        sa.Column("collection", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("origin", _codes(_ORIGINS, "origin"), nullable=False),
        sa.Column("state", _codes(_STATES, "correctionstate"), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("change_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "id", name="pk_correction"),
    )
    op.create_index("ix_correction_request_id_state", "correction", ["request_id", "state"])
    op.create_table(
        "recipient_notice",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", _codes(_NOTICES, "noticestate"), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "subject_id", "request_id", "recipient_id", name="pk_recipient_notice"
        ),
    )


def _codes(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=16)
