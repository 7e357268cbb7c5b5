"""`privacy requests`: take in many requests at once, from a file."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from privacy.cli.process import as_json, controller_option, opened_for, tell
from privacy.errors import InvalidError
from privacy.policy.months import day_of
from privacy.requests import facts
from privacy.requests.facts import Asks
from privacy.requests.intake import bulk
from privacy.requests.intake.taking_in import Verification
from privacy.stores.definition import StoreDefinition
from privacy.stores.protocol import Store
from privacy.web.words import LANGUAGES

ACTOR = "system"


@click.group()
def requests() -> None:
    """Requests of data subjects, taken in from a file."""


@requests.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--verification",
    type=click.Choice([one.value for one in Verification]),
    required=True,
    help="How the identity of every sender was established (Art. 12(6) GDPR).",
)
@controller_option
@as_json
def import_command(
    file: Path, *, verification: str, controller: str | None, as_json: bool
) -> None:
    """Take in every line of a CSV file, or none: faults are told by the number of their line.

    Columns: email, kind, received_on, channel, language, reference. A reference that was taken in
    before is left as it is, so the same file may be imported again.
    """
    with opened_for(controller) as (runtime, to):
        today = day_of(runtime.clock(), ZoneInfo(to.zone))
        try:
            text = file.read_text("utf-8-sig")
            lines = bulk.read_file(text, today=today, languages=LANGUAGES)
        except (UnicodeDecodeError, csv.Error) as error:
            raise InvalidError("This file is no table in UTF-8.") from error
        with click.progressbar(length=len(lines), label="requests", hidden=as_json) as bar:
            done = bulk.import_lines(
                runtime.database,
                clock=runtime.clock,
                desk=runtime.desk,
                batch=bulk.Batch(to, Verification(verification), "system"),
                lines=lines,
                progress=lambda count: bar.update(count - bar.pos),
            )
        runtime.wake("deliver-mail")
    ids = {reference: str(one) for reference, one in done.ids.items()}
    facts = {"taken": done.taken, "known": done.known, "requests": ids}
    tell(as_json, facts, f"{done.taken} taken in, {done.known} known already.")


@requests.command("recognise")
@click.option("--kind", default="customer_number", show_default=True, help="Of the identifier.")
@click.option("--store", help="The data store that holds the fact.")
@click.option("--collection", help="Its collection.")
@click.option("--field", help="The field that holds the fact.")
@click.option("--label", "labels", multiple=True, help="How it is asked for: fr=Votre code postal")
@click.option("--needed-for", multiple=True, help="A data store for which a link is too little.")
@click.option("--remove", is_flag=True, help="Ask for nothing.")
@controller_option
@as_json
def recognise(controller: str | None, *, remove: bool, as_json: bool, **given: Any) -> None:
    """Let senders be recognised by an identifier and a fact that a data store holds beside it."""
    with opened_for(controller) as (runtime, to):
        known = {} if remove else runtime.open_stores(to.id)
        at = runtime.clock()
        with runtime.database.transaction() as session:
            if remove:
                facts.withdraw(session, actor=ACTOR, at=at, controller_id=to.id)
            else:
                definition, asks = _asks(known, given)
                facts.declare(
                    session,
                    actor=ACTOR,
                    at=at,
                    controller_id=to.id,
                    definition=definition,
                    asks=asks,
                )
    tell(as_json, {"asked": not remove}, "Asked for nothing." if remove else "Asked from now on.")


def _asks(known: Mapping[str, Store], given: Mapping[str, Any]) -> tuple[StoreDefinition, Asks]:
    store = known.get(given["store"] or "")
    unknown = sorted(set(given["needed_for"]) - known.keys())
    if store is None or unknown or not given["collection"] or not given["field"]:
        raise InvalidError("Give --store, --collection and --field of registered data stores.")
    labels = dict(one.split("=", 1) for one in given["labels"] if "=" in one)
    asks = Asks(
        given["kind"],
        given["store"],
        given["collection"],
        given["field"],
        labels,
        tuple(given["needed_for"]),
    )
    return store.definition, asks
