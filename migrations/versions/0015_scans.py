"""Scans of sites, and the proof of how each notice looked."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    _scans()
    _proofs()


def _scans() -> None:
    op.create_table(
        "scan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("scheduled", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("phases", sa.JSON(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["controller_id"], ["controller.id"], name=op.f("fk_scan_controller_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_scan_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
    )
    op.create_index(op.f("ix_scan_controller_id"), "scan", ["controller_id"])
    op.create_index(op.f("ix_scan_site_id_created_at"), "scan", ["site_id", "created_at"])
    op.create_table(
        "scan_finding",
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("phase", "kind", "verdict")),
        sa.Column("fails", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("name", "host", "page", "purpose")
        ),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_scan_finding_scan_id")),
        sa.PrimaryKeyConstraint("scan_id", "number", name=op.f("pk_scan_finding")),
    )
    op.create_table(
        "scan_plan",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("every", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_scan_plan_site_id")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_scan_plan")),
    )


def _proofs() -> None:
    op.create_table(
        "artefact",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_artefact")),
    )
    op.create_table(
        "exhibit",
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("notice", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["controller_id", "notice"],
            ["notice.controller_id", "notice.digest"],
            name=op.f("fk_exhibit_controller_id_notice"),
        ),
        sa.ForeignKeyConstraint(["digest"], ["artefact.digest"], name=op.f("fk_exhibit_digest")),
        sa.PrimaryKeyConstraint("controller_id", "notice", "name", name=op.f("pk_exhibit")),
    )
