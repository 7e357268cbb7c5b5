"""Where recipients of data are told of withdrawals, and with which keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.consent.telling.fanout import forget_watched
from privacy.crypto import sealed_version
from privacy.errors import GoneError, InvalidError, NotFoundError
from privacy.outbox import queries as outbox
from privacy.outbox.jobs import Telling
from privacy.outbox.models import OutboxMessage, WebhookEndpoint, endpoint_context
from privacy.outbox.webhook import Target, new_secret, place_of
from privacy.purposes import queries as purposes
from privacy.subjects.identify import IdentifierKind
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.mailing import Sheet, owe
from privacy.subjects.queries import identifiers_of
from privacy.subjects.rotation import Resealed, record_resealed

WARNING = "dpo_recipient_silent"
ONE_WARNING = timedelta(days=1)
KINDS = frozenset({"", *(kind.value for kind in IdentifierKind)})
"""By which identifier a recipient may know a subject; none where our own number is enough."""


@dataclass(frozen=True)
class EndpointFacts:
    """An address that the edge has checked, and the identifier that the recipient needs."""

    url: str = field(repr=False)
    identifier_kind: str = ""


def set_endpoint(
    session: Session,
    *,
    actor: str,
    at: datetime,
    cabinet: KeyCabinet,
    recipient_id: UUID,
    facts: EndpointFacts,
) -> str:
    """Let a recipient be told at an address, and return the new signing secret, shown only now.

    An endpoint that it had is replaced. Raises NotFoundError and InvalidError.
    """
    if facts.identifier_kind not in KINDS:
        raise InvalidError(
            "Choose an identifier that recipients may get.",
            fields={"identifier_kind": sorted(KINDS - {""})},
        )
    recipient = purposes.recipient(session, recipient_id=recipient_id)
    row = session.get(WebhookEndpoint, recipient_id) or WebhookEndpoint(
        recipient_id=recipient_id, controller_id=recipient.controller_id, created_at=at
    )
    row.host, row.identifier_kind = place_of(facts.url).host, facts.identifier_kind
    secret = new_secret()
    _seal(session, cabinet, row, {"url": facts.url, "secret": secret})
    session.add(row)
    forget_watched(session, row.controller_id)
    log.append(
        session,
        Action.RECIPIENT_ENDPOINT_SET,
        at=at,
        actor=actor,
        controller_id=row.controller_id,
        recipient=str(recipient_id),
        kind=facts.identifier_kind,
    )
    return secret


def remove_endpoint(
    session: Session, *, actor: str, at: datetime, controller_id: UUID, recipient_id: UUID
) -> None:
    """Tell a recipient no more; what is still owed to it will fail and be shown."""
    row = outbox.endpoint(session, controller_id=controller_id, recipient_id=recipient_id)
    session.delete(row)
    forget_watched(session, controller_id)
    log.append(
        session,
        Action.RECIPIENT_ENDPOINT_REMOVED,
        at=at,
        actor=actor,
        controller_id=controller_id,
        recipient=str(recipient_id),
    )


def telling(session: Session, *, cabinet: KeyCabinet, message: OutboxMessage) -> Telling:
    """Return where an owed webhook goes, with the identifiers that its recipient needs.

    Only proven identifiers are told, and none of a subject whose key was destroyed. Raises
    NotFoundError when the recipient has no endpoint any more.
    """
    if message.recipient_id is None:
        raise NotFoundError("This message goes to no recipient.")
    row = outbox.endpoint(
        session, controller_id=message.controller_id, recipient_id=message.recipient_id
    )
    target = Target(
        url=_open(session, cabinet, row, "url", row.url_sealed),
        secret=_open(session, cabinet, row, "secret", row.secret_sealed),
    )
    if not row.identifier_kind:
        return Telling(target)
    try:
        known = identifiers_of(session, cabinet=cabinet, subject_id=message.subject_id)
    except (GoneError, NotFoundError):
        known = []
    wanted = [one for one in known if one.kind == row.identifier_kind and one.verified_at]
    return Telling(target, [{"kind": one.kind, "value": one.value} for one in wanted])


def warn_dpo(
    session: Session, *, at: datetime, cabinet: KeyCabinet, recipient_id: UUID, link: str
) -> bool:
    """Owe the DPO a mail that a recipient could not be told; at most one a day of a controller.

    False where one is on its way already, or the DPO has no mail address.
    """
    recipient = purposes.recipient(session, recipient_id=recipient_id)
    controller = purposes.controller(session, recipient.controller_id)
    warned = outbox.last_written(session, controller_id=controller.id, template=WARNING)
    if "@" not in controller.dpo_contact or (warned and at - warned < ONE_WARNING):
        return False
    owe(
        session,
        at=at,
        key=cabinet.wrap_key(session, controller_id=controller.id),
        sheet=Sheet(
            controller_id=controller.id,
            address=controller.dpo_contact,
            template=WARNING,
            variables={
                "controller": controller.name, "recipient": recipient.name, "link": link,
            },
            language="fr",  # the language in which controllers' own people are written to
        ),
    )  # fmt: skip
    return True


def reseal_endpoints(
    session: Session, *, actor: str, at: datetime, cabinet: KeyCabinet, controller_id: UUID
) -> int:
    """Seal the endpoints again that older versions of the controller's key sealed."""
    newest = cabinet.wrap_key(session, controller_id=controller_id).version
    rows = outbox.endpoints(session, controller_id=controller_id).values()
    behind = [row for row in rows if sealed_version(row.secret_sealed) != newest]
    for row in behind:
        opened = {
            "url": _open(session, cabinet, row, "url", row.url_sealed),
            "secret": _open(session, cabinet, row, "secret", row.secret_sealed),
        }
        _seal(session, cabinet, row, opened)
    done = Resealed(controller_id, kind="webhook_endpoint", keys=len(behind), version=newest)
    return record_resealed(session, actor=actor, at=at, done=done)


def _seal(
    session: Session, cabinet: KeyCabinet, row: WebhookEndpoint, values: Mapping[str, str]
) -> None:
    for part, value in values.items():
        context = endpoint_context(
            part, controller_id=row.controller_id, recipient_id=row.recipient_id
        )
        sealed = cabinet.seal(session, value, controller_id=row.controller_id, context=context)
        setattr(row, f"{part}_sealed", sealed)


def _open(
    session: Session, cabinet: KeyCabinet, row: WebhookEndpoint, part: str, sealed: bytes
) -> str:
    context = endpoint_context(
        part, controller_id=row.controller_id, recipient_id=row.recipient_id
    )
    return cabinet.open_text(session, sealed, controller_id=row.controller_id, context=context)
