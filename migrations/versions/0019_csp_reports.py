"""Sites: what browsers refused under the policy made for them."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "csp_report",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("directive", sa.String(), nullable=False),
        sa.Column("blocked", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_csp_report_site_id_site"),
        sa.PrimaryKeyConstraint("site_id", "directive", "blocked", name="pk_csp_report"),
    )
