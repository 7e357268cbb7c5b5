"""Capabilities that travel in a link; a database keeps only their digest."""

import hashlib
import secrets


def new_token() -> str:
    """Return 256 random bits as 43 characters that need no escaping in a path."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """Return the 32 bytes by which a row finds its token again; takes any string."""
    # A token is random over 256 bits, so neither salt nor stretching would add anything.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
