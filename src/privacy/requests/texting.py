"""Reaching people who have a phone and no mailbox: the controller's gateway, and its bounds.

A text carries a link with a token of 256 bits and no code to be typed. Such a link cannot be
guessed, so nothing has to count tries or to be bound to one browser; it opens on the phone that
it came to, as every link of this service does, and acts only by the button behind it.
"""

import json
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.crypto import sealed_version
from privacy.errors import InvalidError, NotFoundError, TooManyError
from privacy.outbox import queries as outbox
from privacy.outbox.budget import affordable, take_number
from privacy.outbox.gateway import Gateway, Wording
from privacy.outbox.models import TextGateway, gateway_context
from privacy.outbox.webhook import place_of
from privacy.purposes import queries as purposes
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.mailing import Sheet, owe
from privacy.subjects.rotation import Resealed, record_resealed

WARNING = "dpo_texts_stopped"
ONE_WARNING = timedelta(days=1)


def set_gateway(
    session: Session, *, actor: str, at: datetime, cabinet: KeyCabinet, controller_id: UUID,
    gateway: Gateway,
) -> None:  # fmt: skip
    """Let a controller's texts go through a gateway from now on; one that it had is replaced."""
    row = session.get(TextGateway, controller_id) or TextGateway(
        controller_id=controller_id, created_at=at
    )
    row.host = place_of(gateway.wording.url).host
    row.sender, row.prefixes = gateway.sender, ",".join(gateway.prefixes)
    row.price, row.budget = gateway.price, gateway.budget
    row.per_number = gateway.per_number
    _seal(session, cabinet, row, gateway.wording.kept())
    session.add(row)
    log.append(
        session,
        Action.TEXTS_GATEWAY_SET,
        at=at,
        actor=actor,
        controller_id=controller_id,
        price=gateway.price,
        budget=gateway.budget,
    )


def remove_gateway(session: Session, *, actor: str, at: datetime, controller_id: UUID) -> None:
    """Send no more texts for a controller; raise NotFoundError where none were sent."""
    session.delete(_row(session, controller_id))
    log.append(
        session, Action.TEXTS_GATEWAY_REMOVED, at=at, actor=actor, controller_id=controller_id
    )


def record_trial(
    session: Session, *, actor: str, at: datetime, controller_id: UUID, outcome: str
) -> None:
    """Write down that an operator sent a text to try a gateway, and how it ended."""
    log.append(
        session,
        Action.TEXTS_TRIED,
        at=at,
        actor=actor,
        controller_id=controller_id,
        outcome=outcome,
    )


def gateway_of(session: Session, *, cabinet: KeyCabinet, controller_id: UUID) -> Gateway:
    """Return through whom a controller's texts go, open; raise NotFoundError where nobody."""
    row = _row(session, controller_id)
    text = cabinet.open_text(
        session,
        row.wording_sealed,
        controller_id=controller_id,
        context=gateway_context(controller_id),
    )
    return Gateway(
        wording=Wording.read(json.loads(text)),
        sender=row.sender,
        prefixes=tuple(row.prefixes.split(",")),
        price=row.price,
        budget=row.budget,
        per_number=row.per_number,
    )


def offered(session: Session, *, controller_id: UUID) -> bool:
    """Whether people may give a phone number instead of an address."""
    return outbox.gateway(session, controller_id=controller_id) is not None


def serves(session: Session, *, controller_id: UUID, number: str) -> bool:
    """Whether texts of a controller may go to a number in E.164."""
    row = outbox.gateway(session, controller_id=controller_id)
    return row is not None and number.startswith(tuple(row.prefixes.split(",")))


def take_text(
    session: Session, *, cabinet: KeyCabinet, controller_id: UUID, number: str, at: datetime
) -> None:
    """Let one link go to a number that somebody typed, who may not own it.

    Raises InvalidError for a number of another country or without a gateway, UnaffordableError
    when the day's budget is used up, and TooManyError when this number got enough today.
    """
    if not serves(session, controller_id=controller_id, number=number):
        raise InvalidError(
            "Texts are not sent to this country.", fields={"phone": ["is of another country"]}
        )
    gateway = gateway_of(session, cabinet=cabinet, controller_id=controller_id)
    if not affordable(session, controller_id=controller_id, gateway=gateway, at=at):
        raise InvalidError(
            "No more texts are sent today.", fields={"texts": ["the day's budget is used up"]}
        )
    index = cabinet.index_key(session, controller_id=controller_id).index(
        number, context=("text_number", str(controller_id))
    )
    if not take_number(
        session,
        controller_id=controller_id,
        number_index=index,
        most=gateway.per_number,
        at=at,
    ):
        raise TooManyError("This number got enough texts today.")


def warn_dpo(
    session: Session, *, at: datetime, cabinet: KeyCabinet, controller_id: UUID, link: str
) -> bool:
    """Owe the DPO a mail that no more texts go out today; False where one is owed already."""
    controller = purposes.controller(session, controller_id)
    warned = outbox.last_written(session, controller_id=controller_id, template=WARNING)
    if "@" not in controller.dpo_contact or (warned and at - warned < ONE_WARNING):
        return False
    owe(
        session,
        at=at,
        key=cabinet.wrap_key(session, controller_id=controller_id),
        sheet=Sheet(
            controller_id=controller_id,
            address=controller.dpo_contact,
            template=WARNING,
            variables={"controller": controller.name, "link": link},
            language="fr",  # the language in which controllers' own people are written to
        ),
    )
    return True


def reseal_gateway(
    session: Session, *, actor: str, at: datetime, cabinet: KeyCabinet, controller_id: UUID
) -> int:
    """Seal a gateway again that an older version of the controller's key sealed; return 1 or 0."""
    row = outbox.gateway(session, controller_id=controller_id)
    newest = cabinet.wrap_key(session, controller_id=controller_id).version
    if row is None or sealed_version(row.wording_sealed) == newest:
        return 0
    context = gateway_context(controller_id)
    opened = cabinet.open_text(
        session, row.wording_sealed, controller_id=controller_id, context=context
    )
    _seal(session, cabinet, row, opened)
    done = Resealed(controller_id, "text_gateway", 1, newest)
    return record_resealed(session, actor=actor, at=at, done=done)


def _row(session: Session, controller_id: UUID) -> TextGateway:
    row = outbox.gateway(session, controller_id=controller_id)
    if row is None:
        raise NotFoundError("This controller has no gateway for texts: privacy texts set")
    return row


def _seal(session: Session, cabinet: KeyCabinet, row: TextGateway, text: str) -> None:
    row.wording_sealed = cabinet.seal(
        session,
        text,
        controller_id=row.controller_id,
        context=gateway_context(row.controller_id),
    )
