"""What commands share: the runtime of this process, and how results are printed."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from privacy import runtime
from privacy.cli.reach import connected, ensure_at_head
from privacy.clock import system_clock
from privacy.config import Settings
from privacy.errors import ConfigError
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller
from privacy.runtime import Runtime

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
controller_option = click.option(
    "--controller", metavar="SLUG", help="Which controller, where there are several."
)


@contextmanager
def opened() -> Iterator[Runtime]:
    """Yield the runtime that the environment describes; the database must be up to date."""
    settings = Settings.from_env()
    with connected(settings) as database:
        ensure_at_head(database)
        yield runtime.assemble(settings, database, system_clock)


def controller_of(open_runtime: Runtime, slug: str | None) -> Controller:
    """Return the controller with this slug, or the only one there is."""
    with open_runtime.database.reading() as session:
        known = purposes.controllers(session)
    found = [one for one in known if slug in {None, one.slug}]
    if len(found) != 1:
        names = ", ".join(one.slug for one in known) or "none; run: privacy setup"
        raise ConfigError(f"Say which controller with --controller: {names}")
    return found[0]


def tell(as_json: bool, facts: Mapping[str, Any], *lines: str) -> None:  # noqa: FBT001 -- click's flag
    """Print the facts as JSON, or the lines."""
    if as_json:
        click.echo(json.dumps(facts, default=str, ensure_ascii=False))
        return
    for line in lines:
        click.echo(line)
