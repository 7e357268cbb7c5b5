"""What runs by itself for who asks: texts to their phones, and facts that they gave."""

from uuid import UUID

from privacy.outbox import texting as outbox
from privacy.outbox.gateway import Gateway
from privacy.outbox.mail import OpenedMessage
from privacy.outbox.models import OutboxMessage
from privacy.outbox.texting import Counter, RenderText
from privacy.requests import texting
from privacy.requests.comparing import Comparing, compare_facts
from privacy.requests.letters import open_letter
from privacy.runtime import Runtime


def deliver_texts(runtime: Runtime, render: RenderText) -> int:
    """Hand texts for phones to the gateways of their controllers; return how many were taken."""

    def opened(message: OutboxMessage) -> OpenedMessage:
        with runtime.database.reading() as session:
            return open_letter(session, cabinet=runtime.cabinet, message=message)

    def gateway(controller_id: UUID) -> Gateway:
        with runtime.database.reading() as session:
            return texting.gateway_of(
                session, cabinet=runtime.cabinet, controller_id=controller_id
            )

    done = outbox.deliver_texts(
        Counter(runtime.database, runtime.clock, opened, render, gateway, runtime.poster)
    )
    for controller_id in done.stopped:
        with runtime.database.transaction() as session:
            texting.warn_dpo(
                session,
                at=runtime.clock(),
                cabinet=runtime.cabinet,
                controller_id=controller_id,
                link=runtime.desk.links.for_board(),
            )
    if done.stopped:
        runtime.wake("deliver-mail")
    return done.sent


def compare(runtime: Runtime) -> int:
    """Compare what senders gave to be recognised by with what data stores hold."""
    return compare_facts(
        Comparing(runtime.database, runtime.clock, runtime.cabinet, runtime.open_stores)
    )
