"""`privacy setup`: everything a company needs once, in one command that may be repeated."""

import click

from privacy import runtime
from privacy.cli.process import as_json, tell
from privacy.cli.reach import ensure_reachable
from privacy.clock import system_clock
from privacy.config import Settings
from privacy.crypto import Keyring
from privacy.db import Database
from privacy.packages import pdf
from privacy.purposes import acts
from privacy.purposes import queries as purposes
from privacy.purposes.acts import ControllerFacts, PurposeFacts
from privacy.purposes.defaults import DEFAULT_PURPOSES
from privacy.purposes.models import Controller
from privacy.runtime import Runtime
from privacy.subjects.rotation import create_controller_keys
from privacy.tables import upgrade

ACTOR = "system"


@click.command()
@click.option("--name", required=True, help="The controller, as subjects know it.")
@click.option("--slug", required=True, help="Its name in addresses: letters, digits, dashes.")
@click.option("--address", required=True, help="Its postal address.")
@click.option("--contact", required=True, help="Where subjects write to.")
@click.option("--dpo", required=True, help="The data protection officer's address.")
@click.option("--policy-url", required=True, help="The privacy policy.")
@click.option("--region", default="FR", help="Where it is established, such as FR-971 or BE.")
@click.option("--zone", default="Europe/Paris", help="Its time zone, such as Europe/Brussels.")
@click.option("--authority", help="Who supervises it, if not its country's: such as DE-BE.")
@as_json
def setup(*, authority: str | None, as_json: bool, **typed: str) -> None:
    """Make keys and tables, and register the first controller with the usual purposes."""
    facts = ControllerFacts(
        slug=typed["slug"],
        name=typed["name"],
        address=typed["address"],
        contact_email=typed["contact"],
        dpo_contact=typed["dpo"],
        policy_url=typed["policy_url"],
        region=typed["region"],
        zone=typed["zone"],
        authority=authority,
    )
    settings = Settings.from_env()
    opened = prepare(settings)
    made = register(opened, facts)
    opened.database.dispose()
    tell(
        as_json,
        {"controller": made.id, "key_file": settings.key_file, "pdf": pdf.is_available()},
        f"{made.name} is registered.",
        f"Key file: {settings.key_file} (keep a copy apart from the database's backups)",
        f"Next: privacy operators add EMAIL --name NAME --controller {made.slug}",
        *([] if pdf.is_available() else [pdf.MISSING]),
    )


def prepare(settings: Settings) -> Runtime:
    """Make the key file and the tables if they are missing, and put the process together."""
    if not settings.key_file.exists():
        Keyring.create(settings.key_file)
    database = Database.connect(settings.database_url)
    ensure_reachable(database)
    upgrade(database.engine)
    return runtime.assemble(settings, database, system_clock)


def register(opened: Runtime, facts: ControllerFacts) -> Controller:
    """Register a controller with its keys and the usual purposes; one that exists stays."""
    with opened.database.reading() as session:
        known = [one for one in purposes.controllers(session) if one.slug == facts.slug]
    if known:
        return known[0]
    at = opened.clock()
    with opened.database.transaction() as session:
        made = acts.register_controller(session, actor=ACTOR, at=at, facts=facts)
        create_controller_keys(
            session, actor=ACTOR, at=at, cabinet=opened.cabinet, controller_id=made.id
        )
        for purpose in DEFAULT_PURPOSES:
            published = PurposeFacts(purpose.code, purpose.basis, purpose.texts, purpose.details)
            acts.publish_purpose(
                session, actor=ACTOR, at=at, controller_id=made.id, facts=published
            )
    return made
