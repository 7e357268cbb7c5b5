"""Operators: the role of a machine, which asks the gate and keeps nothing else."""

from alembic import op

revision = "0014"
down_revision = "0013"

NAME = "ck_operator_role_role"
ROLES = "role IN ('dpo', 'agent', 'auditor', 'machine')"


def upgrade() -> None:
    with op.batch_alter_table("operator_role") as batch:
        batch.drop_constraint(op.f(NAME), type_="check")
        batch.create_check_constraint(op.f(NAME), ROLES)
