"""`privacy controllers`: where each is established, and which authority its letters name."""

from typing import Any

import click

from privacy.cli.process import as_json, opened, tell
from privacy.errors import NotFoundError
from privacy.policy.authorities import AUTHORITIES, authority_of
from privacy.policy.authority_table import KNOWN_ON
from privacy.purposes import queries as purposes
from privacy.purposes.establishing import Establishment, change_establishment
from privacy.purposes.models import Controller

ACTOR = "system"
DEFAULT = "default"


@click.group()
def controllers() -> None:
    """Controllers, where they are established, and who supervises them."""


@controllers.command("list")
@as_json
def list_command(*, as_json: bool) -> None:
    """Name every controller, where it is established, and the authority that its letters name."""
    with opened() as runtime, runtime.database.reading() as session:
        known = [_facts(one) for one in purposes.controllers(session)]
    facts = {one.pop("slug"): one for one in known}
    lines = [
        f"{slug}  {told['region']}  {told['zone']}  {told['authority']}  {told['name']}"
        for slug, told in facts.items()
    ]
    tell(as_json, facts, *lines)


@controllers.command("change")
@click.argument("slug")
@click.option("--region", help="Where it is established, such as FR-971 or BE.")
@click.option("--zone", help="The time zone in which its days are counted.")
@click.option("--authority", help="A code of `privacy controllers authorities`, or default.")
@as_json
def change(
    slug: str, region: str | None, zone: str | None, authority: str | None, *, as_json: bool
) -> None:
    """Say anew where a controller is established, and which authority its letters name."""
    with opened() as runtime, runtime.database.transaction() as session:
        found = [one for one in purposes.controllers(session) if one.slug == slug]
        if not found:
            raise NotFoundError("No controller has this name: privacy controllers list")
        chosen = {None: found[0].authority, DEFAULT: None}.get(authority, authority)
        now = Establishment(region or found[0].region, zone or found[0].zone, chosen)
        changed = change_establishment(
            session, actor=ACTOR, at=runtime.clock(), controller=found[0], now=now
        )
        facts = _facts(found[0])
    said = f"{facts['region']}, {facts['zone']}, {facts['authority']}: {facts['supervised_by']}"
    tell(as_json, facts | {"changed": changed}, said)


@controllers.command("authorities")
@as_json
def authorities(*, as_json: bool) -> None:
    """Name every supervisory authority by its code, with its website."""
    facts = {one.code: {"name": one.name, "url": one.url} for one in AUTHORITIES.values()}
    lines = [f"{one.code:13}{one.name}  {one.url}" for one in AUTHORITIES.values()]
    tell(as_json, facts, *lines, f"As known on {KNOWN_ON.isoformat()}.")


def _facts(one: Controller) -> dict[str, Any]:
    authority = authority_of(one.region, one.authority)
    return {
        "slug": one.slug,
        "name": one.name,
        "region": one.region,
        "zone": one.zone,
        "authority": authority.code,
        "supervised_by": authority.name,
    }
