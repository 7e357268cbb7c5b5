"""What commands share: the runtime of this process, and how results are printed."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from privacy import runtime as composition
from privacy.cli.reach import connected, ensure_at_head
from privacy.clock import system_clock
from privacy.config import Settings
from privacy.errors import ConfigError
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller
from privacy.runtime import Runtime

Command = TypeVar("Command", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
controller_option = click.option(
    "--controller", metavar="SLUG", help="Which controller, where there are several."
)


def keys_option(*, required: bool) -> Callable[[Command], Command]:
    """Return the option that names the public keys which somebody trusts."""
    return click.option(
        "--key",
        "keys",
        multiple=True,
        required=required,
        metavar="VKEY",
        help="A key that you trust, such as the one that `privacy keys show` prints.",
    )


@contextmanager
def opened() -> Iterator[Runtime]:
    """Yield the runtime that the environment describes; the database must be up to date."""
    settings = Settings.from_env()
    with connected(settings) as database:
        ensure_at_head(database)
        yield composition.assemble(settings, database, system_clock)


@contextmanager
def opened_for(slug: str | None) -> Iterator[tuple[Runtime, Controller]]:
    """Yield the runtime, and the controller with this slug or the only one there is."""
    with opened() as runtime:
        yield runtime, controller_of(runtime, slug)


def controller_of(runtime: Runtime, slug: str | None) -> Controller:
    """Return the controller with this slug, or the only one there is."""
    with runtime.database.reading() as session:
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
