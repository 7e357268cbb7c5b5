"""The receipt: a signed statement of one answer, which carries its place in the audit log.

Anybody who holds it can show later that the answer was recorded: the leaf hash is proven to be
in the log by an inclusion proof (RFC 6962), the rest by the signature.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from privacy.audit.form import canonical, stamp
from privacy.crypto import Signer
from privacy.errors import InvalidError

SCHEMA = "privacy-receipt/1"
MERGE_DELAY = 60
"""Seconds within which the entry is promised to be part of the signed log."""


@dataclass(frozen=True)
class Receipt:
    """What one answer was, to whom, on which words, and where its proof is."""

    id: UUID
    subject: UUID
    controller: UUID
    site: str
    notice: str
    language: str
    method: str
    answers: Mapping[str, bool]
    at: datetime
    valid_until: datetime
    origin: str
    leaf: bytes

    def statement(self) -> dict[str, Any]:
        """Return the receipt as JSON values; its canonical bytes are what is signed."""
        return {
            "schema": SCHEMA,
            "id": str(self.id),
            "subject": str(self.subject),
            "controller": str(self.controller),
            "site": self.site,
            "notice": self.notice,
            "language": self.language,
            "method": self.method,
            "answers": dict(self.answers),
            "at": stamp(self.at),
            "valid_until": stamp(self.valid_until),
            "log": {
                "origin": self.origin,
                "leaf": base64.b64encode(self.leaf).decode(),
                "merge_delay": MERGE_DELAY,
            },
        }

    @classmethod
    def read(cls, statement: Mapping[str, Any]) -> Self:
        """Read a receipt from JSON values; raise InvalidError when it is not one."""
        try:
            if statement["schema"] != SCHEMA:
                raise InvalidError(f"This is not a receipt of the form {SCHEMA}.")
            return cls(
                id=UUID(statement["id"]),
                subject=UUID(statement["subject"]),
                controller=UUID(statement["controller"]),
                site=statement["site"],
                notice=statement["notice"],
                language=statement["language"],
                method=statement["method"],
                answers=dict(statement["answers"]),
                at=datetime.fromisoformat(statement["at"]),
                valid_until=datetime.fromisoformat(statement["valid_until"]),
                origin=statement["log"]["origin"],
                leaf=_leaf(statement["log"]["leaf"]),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InvalidError("This receipt is incomplete or damaged.") from error


def to_sign(statement: Mapping[str, Any]) -> bytes:
    """Return the canonical bytes of a statement: sorted keys, no spaces, UTF-8."""
    return canonical(statement).encode()


def signed(
    statement: Mapping[str, Any], signer: Signer, *, proof: Mapping[str, Any] | None = None
) -> bytes:
    """Return a statement with its signature, its key and its proof if there is one, as JSON.

    The very bytes that were signed are what is sent.
    """
    text = to_sign(statement)
    signature = base64.b64encode(signer.sign(text))
    key = json.dumps(signer.vkey).encode()
    beside = b',"proof":%b' % to_sign(proof) if proof else b""
    return b'{"key":%b,"receipt":%b,"signature":"%b"%b}' % (key, text, signature, beside)


def octets(text: str) -> bytes:
    """Return what base64 spells in its one canonical form; raise ValueError for any other.

    Else a changed character would go unnoticed where the last bits are not used.
    """
    found = base64.b64decode(text, validate=True)
    if base64.b64encode(found).decode() != text:
        raise ValueError("not canonical base64")
    return found


def _leaf(text: str) -> bytes:
    found = octets(text)
    if len(found) != 32:
        raise ValueError("a leaf hash has 32 bytes")
    return found
