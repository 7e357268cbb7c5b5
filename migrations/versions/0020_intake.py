"""Requests: questions to subjects, who acts for them, reminders, calendars, merged requests."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_WORDS = (
    ("requeststate", "PAUSED", "OPEN"),
    ("requeststate", "MERGED", "LAPSED"),
    ("linkuse", "ANSWER", "DOWNLOAD"),
)


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        for kind, word, before in _WORDS:
            op.execute(f"ALTER TYPE {kind} ADD VALUE '{word}' AFTER '{before}'")
    op.add_column("subject_request", sa.Column("merged_into", sa.Uuid(), nullable=True))
    _questions()
    _representatives()
    _reminders()
    _calendars()


def _of_request(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_request_id_subject_request"
    return sa.ForeignKeyConstraint(["request_id"], ["subject_request.id"], name=name)


def _questions() -> None:
    op.create_table(
        "request_question",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind", sa.Enum("IDENTITY", "CLARIFICATION", name="questionkind"), nullable=False
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("answer_by_on", sa.Date(), nullable=False),
        sa.Column("doubt_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("question_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("override_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        _of_request("request_question"),
        sa.PrimaryKeyConstraint("request_id", "kind", name="pk_request_question"),
    )


def _representatives() -> None:
    capacity = sa.Enum("MANDATE", "PARENT", "GUARDIAN", name="capacity")
    age_band = sa.Enum("UNDER_15", "FROM_15_TO_17", "ADULT", name="ageband")
    op.create_table(
        "request_representative",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", capacity, nullable=False),
        sa.Column("age_band", age_band, nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("proof_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        _of_request("request_representative"),
        sa.PrimaryKeyConstraint("request_id", name="pk_request_representative"),
    )


def _reminders() -> None:
    stage = sa.Enum("OK", "D_10", "D_5", "D_2", "LATE", name="stage")
    op.create_table(
        "request_reminder",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("stage", stage, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        _of_request("request_reminder"),
        sa.PrimaryKeyConstraint("request_id", "stage", name="pk_request_reminder"),
    )


def _calendars() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.id"], name="fk_calendar_feed_operator_id_operator"
        ),
        sa.PrimaryKeyConstraint("operator_id", name="pk_calendar_feed"),
        sa.UniqueConstraint("digest", name="uq_calendar_feed_digest"),
    )
