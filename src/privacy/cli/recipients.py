"""`privacy recipients`: who gets data, and where they are told of withdrawals."""

from typing import Any
from uuid import UUID

import click

from privacy.cli.process import as_json, controller_option, opened_for, tell
from privacy.consent.telling.endpoints import KINDS, EndpointFacts, remove_endpoint, set_endpoint
from privacy.errors import InvalidError, NotFoundError
from privacy.outbox import acts as outbox
from privacy.outbox import queries
from privacy.outbox.queries import Traffic
from privacy.purposes import acts
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller, RecipientRole
from privacy.runtime import Runtime

ACTOR = "system"
name_argument = click.argument("name")


@click.group()
def recipients() -> None:
    """Recipients of data, and where they are told of withdrawals."""


@recipients.command("add")
@click.option("--name", required=True, help="The recipient's own name; partners are named.")
@click.option("--role", type=click.Choice([one.value for one in RecipientRole]), required=True)
@click.option("--country", required=True, help="Two letters, such as FR.")
@click.option("--purpose", "codes", multiple=True, required=True, help="Code of a purpose.")
@click.option("--safeguard", default="", help="Of a transfer outside the EEA.")
@controller_option
@as_json
def add(controller: str | None, *, as_json: bool, **given: Any) -> None:
    """Add a recipient, whom answers to access requests will name."""
    facts = acts.RecipientFacts(
        given["name"],
        RecipientRole(given["role"]),
        given["country"],
        given["codes"],
        given["safeguard"],
    )
    with opened_for(controller) as (runtime, owner):
        with runtime.database.transaction() as session:
            known = purposes.current_purposes(session, controller_id=owner.id)
            unknown = sorted(set(facts.purposes) - known.keys())
            if unknown:
                raise InvalidError(f"Publish these purposes first: {', '.join(unknown)}")
            made = acts.register_recipient(
                session,
                actor=ACTOR,
                at=runtime.clock(),
                controller_id=owner.id,
                facts=facts,
            )
        tell(as_json, {"recipient": made.id}, f"{made.id}  {facts.name}")


@recipients.command("list")
@controller_option
@as_json
def list_command(controller: str | None, *, as_json: bool) -> None:
    """Name every recipient, where it is told, and how many messages it has not taken yet."""
    with opened_for(controller) as (runtime, owner), runtime.database.reading() as session:
        known = purposes.recipients(session, controller_id=owner.id)
        endpoints = queries.endpoints(session, controller_id=owner.id)
        counts = queries.traffic(session, controller_id=owner.id)
    facts: dict[str, dict[str, Any]] = {
        one.name: {
            "id": one.id,
            "purposes": one.purposes,
            "endpoint": endpoints[one.id].host if one.id in endpoints else None,
            "pending": counts.get(one.id, Traffic()).pending,
            "given_up": counts.get(one.id, Traffic()).given_up,
        }
        for one in known
    }
    lines = [
        f"{name}  {','.join(told['purposes'])}  {told['endpoint'] or 'no endpoint'}  "
        f"pending {told['pending']}, given up {told['given_up']}"
        for name, told in facts.items()
    ]
    tell(as_json, facts, *lines)


@recipients.command("endpoint")
@name_argument
@click.option("--url", help="Such as https://partner.example/withdrawals")
@click.option("--identifier", "kind", default="", help=f"One of {', '.join(sorted(KINDS - {''}))}")
@click.option("--remove", is_flag=True, help="Tell the recipient no more.")
@controller_option
@as_json
def endpoint(
    name: str, url: str | None, kind: str, controller: str | None, *, remove: bool, as_json: bool
) -> None:
    """Set where a recipient is told, and print the new signing secret, or remove it."""
    with opened_for(controller) as (runtime, owner):
        recipient_id = _id_of(runtime, owner, name)
        if (url is None) is not remove:
            raise InvalidError("Give either --url or --remove.")
        secret = None
        if url is None:
            _remove(runtime, owner, recipient_id)
        else:
            secret = _set(runtime, recipient_id, EndpointFacts(url, kind))
    said = f"Signing secret, shown this once: {secret}" if secret else f"{name} is told no more."
    tell(as_json, {"recipient": recipient_id, "secret": secret}, said)


def _remove(runtime: Runtime, owner: Controller, recipient_id: UUID) -> None:
    with runtime.database.transaction() as session:
        remove_endpoint(
            session,
            actor=ACTOR,
            at=runtime.clock(),
            controller_id=owner.id,
            recipient_id=recipient_id,
        )


def _set(runtime: Runtime, recipient_id: UUID, facts: EndpointFacts) -> str:
    """Set where a recipient is told, and return the new signing secret."""
    runtime.poster.check(facts.url)  # asks the name service, so before the transaction
    with runtime.database.transaction() as session:
        return set_endpoint(
            session,
            actor=ACTOR,
            at=runtime.clock(),
            cabinet=runtime.cabinet,
            recipient_id=recipient_id,
            facts=facts,
        )


@recipients.command("retry")
@name_argument
@controller_option
@as_json
def retry(name: str, controller: str | None, *, as_json: bool) -> None:
    """Let every message that was given up be tried again."""
    with opened_for(controller) as (runtime, owner):
        recipient_id = _id_of(runtime, owner, name)
        with runtime.database.transaction() as session:
            count = outbox.retry(
                session,
                actor=ACTOR,
                at=runtime.clock(),
                controller_id=owner.id,
                recipient_id=recipient_id,
            )
    tell(as_json, {"retried": count}, f"{count} messages are tried again.")


def _id_of(runtime: Runtime, owner: Controller, name: str) -> UUID:
    with runtime.database.reading() as session:
        known = purposes.recipients(session, controller_id=owner.id)
    found = [one.id for one in known if name in {one.name, str(one.id)}]
    if len(found) != 1:
        raise NotFoundError("Name one recipient, or give its id: privacy recipients list")
    return found[0]
