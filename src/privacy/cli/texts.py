"""`privacy texts`: through whom texts go to phones, and what they may cost."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click
import yaml

from privacy.cli.process import as_json, controller_option, opened_for, tell
from privacy.db import new_id
from privacy.errors import InvalidError
from privacy.outbox import queries as outbox
from privacy.outbox.budget import spent_on
from privacy.outbox.gateway import EU, Gateway, Wording, hand_over
from privacy.outbox.mailer import UndeliveredError
from privacy.requests import texting
from privacy.requests.wording import HOUSE_LANGUAGE
from privacy.subjects.identify import normalise_phone
from privacy.web.texts import render_text

ACTOR = "system"
THOUSAND = 1000


@click.group()
def texts() -> None:
    """Texts to the phones of people who have no e-mail address."""


@texts.command("set")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sender", required=True, help="11 letters or digits, or a number as +33…")
@click.option("--price", default="0.08", show_default=True, help="Of one text of 160 characters.")
@click.option("--budget", default="10", show_default=True, help="Of one day, in the same money.")
@click.option("--per-number", default=3, show_default=True, help="Links to one number in a day.")
@click.option("--prefix", "prefixes", multiple=True, help="Such as +33; the states of the EU.")
@controller_option
@as_json
def set_command(file: Path, controller: str | None, *, as_json: bool, **given: Any) -> None:
    """Let texts go through the gateway that a YAML file declares; its secrets are sealed."""
    gateway = Gateway(
        wording=Wording.read(_read(file)),
        sender=given["sender"],
        prefixes=given["prefixes"] or EU,
        price=_thousandths("price", given["price"]),
        budget=_thousandths("budget", given["budget"]),
        per_number=given["per_number"],
    )
    with opened_for(controller) as (runtime, owner):
        place = runtime.poster.check(gateway.wording.url)
        with runtime.database.transaction() as session:
            texting.set_gateway(
                session,
                actor=ACTOR,
                at=runtime.clock(),
                cabinet=runtime.cabinet,
                controller_id=owner.id,
                gateway=gateway,
            )
    tell(as_json, {"host": place.host}, f"Texts go through {place.host}. Try: privacy texts trial")


@texts.command("show")
@controller_option
@as_json
def show(controller: str | None, *, as_json: bool) -> None:
    """Say through whom texts go, what they may cost, and what was spent today."""
    with opened_for(controller) as (runtime, owner), runtime.database.reading() as session:
        row = outbox.gateway(session, controller_id=owner.id)
        sent, spent = spent_on(session, controller_id=owner.id, at=runtime.clock())
    if row is None:
        tell(as_json, {"host": None}, "No texts are sent: privacy texts set")
        return
    facts = {
        "host": row.host,
        "sender": row.sender,
        "prefixes": row.prefixes.split(","),
        "price": row.price / THOUSAND,
        "budget": row.budget / THOUSAND,
        "per_number": row.per_number,
        "texts_today": sent,
        "spent_today": spent / THOUSAND,
    }
    tell(as_json, facts, *(f"{name}: {value}" for name, value in facts.items()))


@texts.command("trial")
@click.argument("number")
@controller_option
@as_json
def trial(number: str, controller: str | None, *, as_json: bool) -> None:
    """Send one text now, to a number of your own, and say what the gateway answered."""
    with opened_for(controller) as (runtime, owner):
        with runtime.database.reading() as session:
            gateway = texting.gateway_of(session, cabinet=runtime.cabinet, controller_id=owner.id)
        told = {
            "controller": owner.name,
            "link": f"{runtime.settings.public_url}/portal/{owner.slug}/",
        }
        to = normalise_phone(number)
        if not gateway.serves(to):
            raise InvalidError("This gateway sends no texts to that country.")
        at = runtime.clock()
        outcome = "sent"
        try:
            hand_over(
                runtime.poster,
                gateway,
                number=to,
                text=render_text("trial", HOUSE_LANGUAGE, told),
                message_id=new_id(at),
            )
        except UndeliveredError as error:
            outcome = error.reason
        with runtime.database.transaction() as session:
            texting.record_trial(
                session, actor=ACTOR, at=at, controller_id=owner.id, outcome=outcome
            )
    tell(as_json, {"outcome": outcome}, f"The gateway said: {outcome}")
    if outcome != "sent":
        raise SystemExit(1)


@texts.command("remove")
@controller_option
@as_json
def remove(controller: str | None, *, as_json: bool) -> None:
    """Send no more texts; the form no longer offers it."""
    with opened_for(controller) as (runtime, owner), runtime.database.transaction() as session:
        texting.remove_gateway(session, actor=ACTOR, at=runtime.clock(), controller_id=owner.id)
    tell(as_json, {"host": None}, "No more texts are sent.")


def _read(file: Path) -> object:
    try:
        return yaml.safe_load(file.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        # Not chained: the words of the fault may repeat a secret of the file.
        raise InvalidError("This file is no YAML.") from None


def _thousandths(name: str, text: str) -> int:
    try:
        found = Decimal(text) * THOUSAND
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found != found.to_integral_value():
        raise InvalidError(f"--{name} is an amount such as 0.08.")
    return int(found)
