"""`privacy operators`: who may sign in to the console."""

import secrets
from datetime import timedelta
from uuid import UUID

import click
from sqlalchemy.orm import Session

from privacy.cli.process import as_json, controller_option, opened, opened_for, tell
from privacy.errors import NotFoundError
from privacy.operators import queries
from privacy.operators.acts import (
    NewOperator,
    add_operator,
    close_operator,
    grant_role,
    issue_token,
    revoke_role,
)
from privacy.operators.roles import Role
from privacy.runtime import Runtime

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@click.group()
def operators() -> None:
    """Who may sign in to the console."""


@operators.command("add")
@click.argument("email")
@click.option("--name", required=True, help="How colleagues know them.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="dpo")
@controller_option
@as_json
def add(email: str, name: str, role: str, controller: str | None, *, as_json: bool) -> None:
    """Add an operator with a password that is printed once, here."""
    password = new_password()
    with opened_for(controller) as (runtime, owner):
        at = runtime.clock()
        with runtime.database.transaction() as session:
            new = NewOperator(email, name, password)
            made = add_operator(session, actor="system", at=at, keyring=runtime.keyring, new=new)
            session.flush()
            grant_role(
                session,
                actor="system",
                at=at,
                operator_id=made.id,
                controller_id=owner.id,
                role=Role(role),
            )
    tell(
        as_json,
        {"operator": made.id, "role": role, "password": password},
        f"Added as {role} of {owner.name}.",
        f"Password, shown this once: {password}",
    )


@operators.command("list")
@as_json
def list_command(*, as_json: bool) -> None:
    """Name every operator with roles."""
    with opened() as runtime, runtime.database.reading() as session:
        listed = queries.operators(session, keyring=runtime.keyring)
    rows = [
        (str(one.operator_id), one.name, one.state.value,
         ", ".join(sorted({role.value for roles in one.roles.values() for role in roles})))
        for one in listed
    ]  # fmt: skip
    facts = {"operators": [dict(zip(("id", "name", "state", "roles"), row, strict=True))
                           for row in rows]}  # fmt: skip
    tell(as_json, facts, *("  ".join(row) for row in rows))


@operators.command("token")
@click.argument("email")
@click.option("--name", required=True, help="What the token is for.")
@click.option("--days", default=90, show_default=True, help="After how many days it expires.")
@as_json
def token(email: str, name: str, days: int, *, as_json: bool) -> None:
    """Make a bearer token for /v1 with the operator's roles; it is printed once, here."""
    with opened() as runtime:
        at = runtime.clock()
        with runtime.database.transaction() as session:
            made = issue_token(
                session,
                actor="system",
                at=at,
                operator_id=_known(session, runtime, email),
                name=name,
                expires_at=at + timedelta(days=days),
            )
    tell(as_json, {"token": made}, f"Token, shown this once: {made}")


@operators.command("revoke")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@controller_option
def revoke(email: str, role: str, controller: str | None) -> None:
    """Take a role away, from the operator's next request on; a controller keeps one DPO."""
    with opened_for(controller) as (runtime, owner), runtime.database.transaction() as session:
        revoke_role(
            session,
            actor="system",
            at=runtime.clock(),
            operator_id=_known(session, runtime, email),
            controller_id=owner.id,
            role=Role(role),
        )
    click.echo(f"No longer {role} of {owner.name}.")


@operators.command("close")
@click.argument("email")
def close(email: str) -> None:
    """Shut an operator out for good: every role, session and token ends at once."""
    with opened() as runtime, runtime.database.transaction() as session:
        operator_id = _known(session, runtime, email)
        close_operator(session, actor="system", at=runtime.clock(), operator_id=operator_id)
    click.echo("Shut out. The log still says what this operator did.")


def _known(session: Session, runtime: Runtime, email: str) -> UUID:
    found = queries.by_email(session, keyring=runtime.keyring, email=email)
    if found is None:
        raise NotFoundError("No operator has this e-mail.")
    return found.id


def new_password() -> str:
    """Return about 98 bits that can be typed: four groups of five letters and digits."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))
    return "-".join(groups).capitalize()
