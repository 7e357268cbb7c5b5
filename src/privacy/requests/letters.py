"""Letters about a request: sealed, and owed in the transaction of the act that they tell of."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.crypto import Context, sealed_version
from privacy.errors import ConflictError, NotFoundError
from privacy.outbox.mail import OpenedMessage
from privacy.outbox.models import (
    MAIL,
    NOBODY,
    POST,
    TEXT,
    OutboxMessage,
    address_context,
    variables_context,
)
from privacy.purposes.models import Controller
from privacy.requests.acting import acting_for
from privacy.requests.links import Links, send_link
from privacy.requests.models import LinkUse, SubjectRequest
from privacy.requests.texting import serves
from privacy.subjects.identify import IdentifierKind
from privacy.subjects.keys import KeyCabinet, subject_key
from privacy.subjects.mailing import Sheet, owe
from privacy.subjects.queries import identifiers_of

STATUS_LASTS = timedelta(days=400)
"""How long the link to the status page opens it."""
NO_ADDRESS = "by post"
"""What stands for the address of a letter whose envelope a person addresses."""
FIT_A_TEXT = frozenset({"controller", "link"})
"""What a text for a phone says of a letter; the rest stands behind its link."""


@dataclass(frozen=True)
class Desk:
    """What acts on requests need beside their session: the keys, and where links lead."""

    cabinet: KeyCabinet
    links: Links


@dataclass(frozen=True)
class Letter:
    """A template and the texts that it needs."""

    template: str
    variables: Mapping[str, str]
    language: str = ""
    """In which language; that of the request where empty."""


def write_to_subject(
    session: Session, *, at: datetime, desk: Desk, about: SubjectRequest, letter: Letter
) -> None:
    """Owe a letter to the address that confirmed the request, under the subject's key.

    Where somebody acts for the subject, it goes to them. Who has no proven address is sent a text
    with a link, if they proved a number; for who has neither, the DPO is asked to post it.
    """
    if about.subject_id is None:
        raise ConflictError("Nobody has confirmed this request yet.")
    acting = acting_for(session, cabinet=desk.cabinet, about=about)
    own = acting.email if acting else None
    address = own or confirmed_address(session, cabinet=desk.cabinet, about=about)
    address = address or texted_number(session, cabinet=desk.cabinet, about=about)
    if address is None:
        _ask_to_post(session, at, desk, about, letter)
        return
    if "@" not in address and "link" not in letter.variables:
        letter = _with_status(session, at, desk, about, letter)
    send_to_subject(session, at=at, desk=desk, about=about, letter=letter, address=address)


def _ask_to_post(
    session: Session, at: datetime, desk: Desk, about: SubjectRequest, letter: Letter
) -> None:
    """Keep a letter for a person to print, and tell the DPO that it waits."""
    if about.subject_id is None:
        raise ConflictError("Nobody has confirmed this request yet.")
    key = subject_key(session, cabinet=desk.cabinet, subject_id=about.subject_id)
    told = {**letter.variables, "request": str(about.id)}
    sheet = _sheet(about, NO_ADDRESS, replace(letter, variables=told), about.subject_id)
    owe(session, at=at, key=key, sheet=replace(sheet, channel=POST, variables=told))
    to = session.get_one(Controller, about.controller_id)
    link = desk.links.for_operator(about.id)
    waits = Letter("dpo_letter_to_post", {"controller": to.name, "link": link}, "fr")
    write_to(session, at=at, desk=desk, about=about, letter=waits, to=dpo_address(to))


def _with_status(
    session: Session, at: datetime, desk: Desk, about: SubjectRequest, letter: Letter
) -> Letter:
    """Return a letter for a phone, where its words have no place: a link to where they stand."""
    to = session.get_one(Controller, about.controller_id)
    token = send_link(session, about, LinkUse.STATUS, at, at + STATUS_LASTS)
    link = desk.links.for_subject(to.slug, LinkUse.STATUS, token)
    return replace(letter, variables={**letter.variables, "link": link})


def send_to_subject(
    session: Session, *, at: datetime, desk: Desk, about: SubjectRequest, letter: Letter,
    address: str,
) -> None:  # fmt: skip
    """Owe a letter to an address of the subject's, under their key, whoever acts for them."""
    if about.subject_id is None:
        raise ConflictError("Nobody has confirmed this request yet.")
    key = subject_key(session, cabinet=desk.cabinet, subject_id=about.subject_id)
    owe(session, at=at, key=key, sheet=_sheet(about, address, letter, about.subject_id))


def confirmed_address(
    session: Session, *, cabinet: KeyCabinet, about: SubjectRequest
) -> str | None:
    """Return the address that confirmed a request; if it was removed since, another proven one.

    A subject may have several, and not every one may be read by the subject alone any more.
    """
    if about.subject_id is None:
        return None
    proven = [
        one
        for one in identifiers_of(session, cabinet=cabinet, subject_id=about.subject_id)
        if one.kind == IdentifierKind.EMAIL and one.verified_at
    ]
    proven.sort(key=lambda one: one.id != about.identifier_id)
    return proven[0].value if proven else None


def texted_number(session: Session, *, cabinet: KeyCabinet, about: SubjectRequest) -> str | None:
    """Return the number that is sent texts about a request; None without one, or a gateway.

    The number that confirmed the request goes before another proven one of the subject's.
    """
    if about.subject_id is None:
        return None
    proven = [
        one
        for one in identifiers_of(session, cabinet=cabinet, subject_id=about.subject_id)
        if one.kind == IdentifierKind.PHONE
        and one.verified_at
        and serves(session, controller_id=about.controller_id, number=one.value)
    ]
    proven.sort(key=lambda one: one.id != about.identifier_id)
    return proven[0].value if proven else None


def write_to(
    session: Session, *, at: datetime, desk: Desk, about: SubjectRequest, letter: Letter, to: str
) -> None:
    """Owe a letter to an address or number of no known subject, under the controller's key."""
    key = desk.cabinet.wrap_key(session, controller_id=about.controller_id)
    owe(session, at=at, key=key, sheet=_sheet(about, to, letter))


def dpo_address(to: Controller) -> str:
    """Return where the DPO reads mail; the published contact may be a number or a street."""
    return to.dpo_contact if "@" in to.dpo_contact else to.contact_email


def _sheet(
    about: SubjectRequest, address: str, letter: Letter, subject_id: UUID = NOBODY
) -> Sheet:
    texted = "@" not in address
    shown = {name: value for name, value in letter.variables.items() if name in FIT_A_TEXT}
    return Sheet(
        controller_id=about.controller_id,
        address=address,
        channel=TEXT if texted else MAIL,
        template=letter.template,
        variables=shown if texted else letter.variables,
        language=letter.language or about.language,
        subject_id=subject_id,
    )


def open_letter(session: Session, *, cabinet: KeyCabinet, message: OutboxMessage) -> OpenedMessage:
    """Open the seals of an owed letter, whichever key closed them.

    Raises SealError, NotFoundError or GoneError when that can never succeed again.
    """
    if message.address_sealed is None or message.variables_sealed is None:
        raise NotFoundError("The message was settled already.")
    if message.subject_id == NOBODY:
        key = cabinet.wrap_key(
            session,
            controller_id=message.controller_id,
            version=sealed_version(message.address_sealed),  # another process may have renewed it
        )
    else:
        key = subject_key(session, cabinet=cabinet, subject_id=message.subject_id)
    place = {
        "controller_id": message.controller_id,
        "subject_id": message.subject_id,
        "message_id": message.id,
    }
    variables = key.open_text(message.variables_sealed, context=variables_context(**place))
    return OpenedMessage(
        address=key.open_text(message.address_sealed, context=address_context(**place)),
        variables=json.loads(variables),
    )


def reason_of(session: Session, *, cabinet: KeyCabinet, about: SubjectRequest) -> str | None:
    """Return why a request was refused or extended, in the words that its subject was sent.

    Raises GoneError once the subject's key was destroyed.
    """
    if about.reason_sealed is None or about.subject_id is None:
        return None
    key = subject_key(session, cabinet=cabinet, subject_id=about.subject_id)
    return key.open_text(about.reason_sealed, context=reason_context(about))


def reason_context(about: SubjectRequest) -> Context:
    """Return what the sealed reason of a decision is bound to."""
    return ("subject_request", "reason", str(about.controller_id), str(about.id))
