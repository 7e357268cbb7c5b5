"""What a sender says beside the kind of a request: what is wrong and what is right, or to whom.

Until the sender is proven it is sealed under the controller's key, then under the subject's.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.crypto import Context
from privacy.errors import InvalidError
from privacy.outbox.webhook import place_of
from privacy.requests.models import RequestKind, SubjectRequest
from privacy.subjects.keys import KeyCabinet, subject_key

LONGEST = 2000
"""Characters of each part."""


@dataclass(frozen=True)
class Statement:
    """The words of a subject, as they were typed; empty where nothing was said."""

    wrong: str = ""
    """What is wrong or incomplete (Art. 16 GDPR)."""
    right: str = ""
    """What should stand there instead."""
    send_to: str = ""
    """The https address of another controller that is to get the data (Art. 20(2) GDPR)."""
    answer: str = ""
    """What the DPO answers to it beside the decision itself."""

    def __bool__(self) -> bool:
        """Whether anything was said."""
        return any(asdict(self).values())


NOTHING = Statement()


def said_with(kind: RequestKind, typed: Mapping[str, str]) -> Statement:
    """Return what belongs to a request of this kind among what was typed."""
    if kind is RequestKind.RECTIFICATION:
        return Statement(typed.get("wrong", "").strip(), typed.get("right", "").strip())
    if kind is RequestKind.PORTABILITY:
        return Statement(send_to=typed.get("send_to", "").strip())
    return NOTHING


def check_statement(kind: RequestKind, said: Statement) -> None:
    """Raise InvalidError where a request of this kind says too little, or too much."""
    faults = {
        field.name: ["is too long"]
        for field in fields(said)
        if len(getattr(said, field.name)) > LONGEST
    }
    if kind is RequestKind.RECTIFICATION and not said.right.strip():
        faults["right"] = ["say what is right"]
    if said.send_to and not _is_address(said.send_to):
        faults["send_to"] = ["give an https address without a password"]
    if faults:
        raise InvalidError("What is said beside the kind is not enough.", fields=faults)


def _is_address(url: str) -> bool:
    try:
        return bool(place_of(url))
    except InvalidError:
        return False


def seal_unproven(
    session: Session, *, cabinet: KeyCabinet, about: SubjectRequest, said: Statement
) -> bytes | None:
    """Seal what was said by somebody who is not proven yet; None where nothing was."""
    if not said:
        return None
    return cabinet.seal(
        session, _text(said), controller_id=about.controller_id, context=_context(about)
    )


def seal_proven(
    session: Session,
    *,
    cabinet: KeyCabinet,
    about: SubjectRequest,
    said: Statement,
    subject_id: UUID,
) -> bytes | None:
    """Seal what a subject said under their key, with which it goes; None where nothing was."""
    if not said:
        return None
    key = subject_key(session, cabinet=cabinet, subject_id=subject_id)
    return key.seal(_text(said), context=_context(about))


def unproven(session: Session, *, cabinet: KeyCabinet, about: SubjectRequest) -> Statement:
    """Return what was said with a request that nobody confirmed yet."""
    if about.statement_sealed is None:
        return NOTHING
    text = cabinet.open_text(
        session,
        about.statement_sealed,
        controller_id=about.controller_id,
        context=_context(about),
    )
    return Statement(**json.loads(text))


def statement_of(session: Session, *, cabinet: KeyCabinet, about: SubjectRequest) -> Statement:
    """Return what the subject of a confirmed request said; GoneError once their key is gone."""
    if about.statement_sealed is None or about.subject_id is None:
        return NOTHING
    key = subject_key(session, cabinet=cabinet, subject_id=about.subject_id)
    return Statement(**json.loads(key.open_text(about.statement_sealed, context=_context(about))))


def _text(said: Statement) -> str:
    return json.dumps(asdict(said), ensure_ascii=False)


def _context(about: SubjectRequest) -> Context:
    return ("subject_request", "statement", str(about.controller_id), str(about.id))
