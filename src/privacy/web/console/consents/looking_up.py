"""Looking an answer up by what its receipt says: its number, and its hash in the log."""

import re
from collections.abc import Sequence

from sqlalchemy.orm import Session

from privacy.consent.models import Consent
from privacy.consent.receipts import proofs
from privacy.errors import ConflictError, NotFoundError
from privacy.purposes.models import Controller
from privacy.web.console.surface import uuid_of


def leaf_of(text: str) -> bytes | None:
    """Return the hash that an address names, or None for what is none."""
    return bytes.fromhex(text) if re.fullmatch(r"[0-9a-f]{64}", text) else None


def look_up(
    session: Session, controller: Controller, *, receipt: str, leaf: str
) -> tuple[Sequence[Consent], str | None]:
    """Return the rows of one answer, or what to say of the number that was typed.

    The number is chosen by the visitor's browser: where two answers share it, the hash decides,
    and without one none of them is shown. Nothing is said where nothing was typed.
    """
    answer_id = uuid_of(receipt)
    if answer_id is None:
        return (), "receipt.unknown" if receipt else None
    try:
        kept = proofs.by_answer(
            session, answer_id=answer_id, controller_ids=[controller.id], leaf=leaf_of(leaf)
        )
    except NotFoundError:
        return (), "receipt.unknown"
    except ConflictError:
        return (), "receipt.several"
    return kept.rows, None
