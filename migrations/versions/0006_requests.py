"""Requests of subjects: states, tasks, links, packages."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "package",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("contents_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "request_id", name=op.f("pk_package")),
    )
    op.create_table(
        "subject_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Enum("ACCESS", name="requestkind"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "SUBMITTED",
                "OPEN",
                "APPROVED",
                "READY",
                "COMPLETED",
                "REFUSED",
                "EXPIRED",
                "LAPSED",
                name="requeststate",
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("target_on", sa.Date(), nullable=False),
        sa.Column("legal_latest_on", sa.Date(), nullable=False),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exceptions", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["controller_id"], ["controller.id"], name=op.f("fk_subject_request_controller_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_request")),
    )
    op.create_index(
        op.f("ix_subject_request_controller_id_state_legal_latest_on"),
        "subject_request",
        ["controller_id", "state", "legal_latest_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_subject_request_subject_id"), "subject_request", ["subject_id"], unique=False
    )
    op.create_table(
        "request_claim",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["subject_request.id"], name=op.f("fk_request_claim_request_id")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_request_claim")),
    )
    op.create_table(
        "request_link",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("use", sa.Enum("CONFIRM", "STATUS", "DOWNLOAD", name="linkuse"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["subject_request.id"], name=op.f("fk_request_link_request_id")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_request_link")),
    )
    op.create_index(
        op.f("ix_request_link_request_id"), "request_link", ["request_id"], unique=False
    )
    op.create_table(
        "request_task",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("store_name", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("OWED", "FOUND", "EMPTY", "NOT_SEARCHED", "FAILED", name="taskstate"),
            nullable=False,
        ),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["subject_request.id"], name=op.f("fk_request_task_request_id")
        ),
        sa.PrimaryKeyConstraint("request_id", "store_name", name=op.f("pk_request_task")),
    )
