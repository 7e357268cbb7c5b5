"""What sealed values are bound to, and how they are found without being opened."""

import hmac
from typing import TypeAlias

from privacy.errors import InvalidError

Context: TypeAlias = tuple[str, ...]
"""The address of a value: table, column, controller, subject, row, in constant words and ids."""

INDEX_LENGTH = 16
INDEX_VERSION = b"\x01"


def octets(text: str) -> bytes:
    """Return the UTF-8 of a text; raise InvalidError where it has none."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        # Not chained: the message of the codec quotes the text.
        raise InvalidError("The text holds half a surrogate pair.") from None


def encoded(context: Context) -> bytes:
    """Return a context so that no two share their bytes: a count, then each part's length."""
    if not context:
        raise ValueError("a sealed value needs its address as context")
    parts = [len(context).to_bytes(2, "big")]
    for part in context:
        field = part.encode()
        parts.append(len(field).to_bytes(2, "big"))
        parts.append(field)
    return b"".join(parts)


def blind_index(key: bytes, value: str, context: Context) -> bytes:
    """Return 16 bytes that are equal for equal values in equal contexts under one key."""
    message = INDEX_VERSION + encoded(context) + octets(value)
    return hmac.digest(key, message, "sha256")[:INDEX_LENGTH]
