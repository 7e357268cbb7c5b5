"""The consent ledger: what was said outside a banner, and for whom it holds."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

SAID = ("FORM", "AGENT", "PHONE", "PAPER", "IMPORT", "PREFERENCE_CENTRE", "ONE_CLICK")
SCOPES = ("TERMINAL", "ACCOUNT", "SUBJECT")


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        # SQLite makes the table again; that it is kept in the order of its key must be said anew.
        with op.batch_alter_table("consent", table_kwargs={"sqlite_with_rowid": False}) as batch:
            batch.alter_column("site_id", existing_type=sa.Uuid(), nullable=True)
            batch.alter_column("method", existing_type=sa.String(11), type_=sa.String(17))
    else:
        op.alter_column("consent", "site_id", nullable=True)
        for word in SAID:
            op.execute(f"ALTER TYPE method ADD VALUE '{word}'")
    scope = sa.Enum(*SCOPES, name="scope", native_enum=False, length=16)
    op.add_column("consent", sa.Column("scope", scope, nullable=False, server_default="TERMINAL"))
    for name in ("evidence", "beneficiary", "about"):
        op.add_column(
            "consent", sa.Column(name, sa.String(), nullable=False, server_default=sa.text("''"))
        )
    op.add_column(
        "consent",
        sa.Column("needs_joint", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("consent", sa.Column("joint_id", sa.Uuid(), nullable=True))
    op.create_table(
        "consent_link",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "account_id", name=op.f("pk_consent_link")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "site_secret",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_secret_site_id")),
        sa.PrimaryKeyConstraint("site_id", "version", name=op.f("pk_site_secret")),
    )
