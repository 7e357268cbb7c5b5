"""Operators' passwords, kept as Argon2id strings (RFC 9106) in PHC form."""

import secrets
import unicodedata

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

# Above the OWASP minimum of 19 MiB and two passes; about 65 ms of one core.
MEMORY_KIB = 32 * 1024
PASSES = 2
LANES = 1
PREFIX = f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"


def hash_password(password: str) -> str:
    """Return a salted PHC string; two calls never return the same."""
    return Argon2id(
        salt=secrets.token_bytes(16),
        length=32,
        iterations=PASSES,
        lanes=LANES,
        memory_cost=MEMORY_KIB,
    ).derive_phc_encoded(_octets(password))


def verify_password(password: str, phc: str) -> bool:
    """Tell whether the password made this PHC string; a malformed string is only a no."""
    try:
        Argon2id.verify_phc_encoded(_octets(password), phc)
    except InvalidKey:
        return False
    return True


def needs_rehash(phc: str) -> bool:
    """Tell whether a string was made with other parameters than new ones are."""
    return not phc.startswith(PREFIX)


def _octets(password: str) -> bytes:
    # Keyboards differ in how they compose an accent; the password is the same (NIST SP 800-63B).
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
