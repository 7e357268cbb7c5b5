"""`privacy operators`: who may sign in to the console."""

import secrets
from datetime import timedelta

import click

from privacy.cli.process import as_json, controller_of, controller_option, opened, tell
from privacy.errors import NotFoundError
from privacy.operators import queries
from privacy.operators.acts import NewOperator, add_operator, grant_role, issue_token
from privacy.operators.roles import Role

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
    with opened() as runtime:
        owner = controller_of(runtime, controller)
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
            operator = queries.by_email(session, keyring=runtime.keyring, email=email)
            if operator is None:
                raise NotFoundError("No operator has this e-mail.")
            made = issue_token(
                session,
                actor="system",
                at=at,
                operator_id=operator.id,
                name=name,
                expires_at=at + timedelta(days=days),
            )
    tell(as_json, {"token": made}, f"Token, shown this once: {made}")


def new_password() -> str:
    """Return about 98 bits that can be typed: four groups of five letters and digits."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))
    return "-".join(groups).capitalize()
