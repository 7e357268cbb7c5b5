"""Assignments: what is asked of keepers and vendors, and what they answer."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

_STATES = ("OPEN", "ANSWERED", "IMPOSSIBLE", "CLOSED")


def upgrade() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "assignment",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("store_name", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("state", sa.Enum(*_STATES, name="assignmentstate"), nullable=False),
        sa.Column("questions_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("opened_at", at, nullable=False),
        sa.Column("remind_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("sent_at", at, nullable=True),
        sa.Column("next_at", at, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reminded_at", at, nullable=True),
        sa.Column("escalated_at", at, nullable=True),
        sa.Column("answered_at", at, nullable=True),
        sa.Column("closed_at", at, nullable=True),
        sa.PrimaryKeyConstraint("subject_id", "id", name="pk_assignment"),
    )
    for columns in (["controller_id", "state"], ["request_id"], ["id"]):
        op.create_index(f"ix_assignment_{'_'.join(columns)}", "assignment", columns)
    op.create_table(
        "assignment_file",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("contents_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "subject_id", "assignment_id", "number", name="pk_assignment_file"
        ),
    )
    op.create_table(
        "assignment_link",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", at, nullable=False),
        sa.Column("expires_at", at, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_assignment_link"),
    )
    op.create_index("ix_assignment_link_assignment_id", "assignment_link", ["assignment_id"])
    op.add_column(
        "request_claim",
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
    )
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TYPE taskstate ADD VALUE 'AWAITED'")
