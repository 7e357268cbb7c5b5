"""Keys that seal values: AES-256-GCM with the row's address as associated data.

A sealed value is `0x01 | algorithm | key version (2 bytes) | nonce (12) | ciphertext | tag (16)`:
32 bytes longer than what it hides. The header and the context are authenticated with it.
"""

import hmac
import secrets
from collections.abc import Iterable
from os import urandom
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from typing_extensions import override

from privacy.crypto.blind import Context, blind_index, encoded, octets
from privacy.crypto.secret import Secret
from privacy.errors import SealError

FORMAT = b"\x01"
AES_256_GCM = b"\x01"
HEADER = len(FORMAT) + len(AES_256_GCM) + 2
NONCE = 12
TAG = 16
FIELD = b"f1"
KEY = b"k1"
"""What is sealed goes into the associated data, so that a field never opens as a key."""


class DataKey(Secret):
    """A key that seals, opens, finds and wraps; it also opens what `older` versions sealed.

    Sub-keys are HKDF-Expand (RFC 5869) of the secret, so no two uses share a key.
    """

    __slots__ = ("_check", "_cipher", "_header", "_index", "_older", "version")

    def __init__(
        self, secret: bytes, *, version: int = 1, older: Iterable["DataKey"] = ()
    ) -> None:
        super().__init__(secret)
        self.version = version
        self._header = sealed_prefix(version)
        self._older = {key.version: key for key in older}
        self._cipher: AESGCM | None = None
        self._index: bytes | None = None
        self._check: bytes | None = None

    @classmethod
    def generate(cls, *, version: int = 1) -> Self:
        """Return a fresh random key."""
        return cls(secrets.token_bytes(32), version=version)

    @override
    def __repr__(self) -> str:
        return f"<{type(self).__name__} version {self.version}>"

    def seal(self, plain: bytes | str, *, context: Context) -> bytes:
        """Return the value sealed under a fresh nonce and bound to its context."""
        return self._sealed(octets(plain) if isinstance(plain, str) else plain, FIELD, context)

    def open_sealed(self, blob: bytes, *, context: Context) -> bytes:
        """Return what was sealed; SealError if key, context or any bit is not as it was."""
        return self._opened(blob, FIELD, context)

    def open_text(self, blob: bytes, *, context: Context) -> str:
        """Return the text that was sealed; SealError as for `open_sealed`."""
        try:
            return self._opened(blob, FIELD, context).decode()
        except UnicodeDecodeError:
            raise SealError("The sealed value is no text.") from None

    def index(self, value: str, *, context: Context) -> bytes:
        """Return the 16-byte blind index of a value that is already normalised."""
        if self._index is None:
            self._index = self._sub_key(b"index")
        return blind_index(self._index, value, context)

    def wrap(self, other: "DataKey", *, context: Context) -> bytes:
        """Return another key, with its version, sealed under this one."""
        return self._sealed(
            other.version.to_bytes(2, "big") + other._secret,  # noqa: SLF001 -- the same class
            KEY,
            context,
        )

    def unwrap(self, blob: bytes, *, context: Context) -> "DataKey":
        """Return the key that was wrapped; SealError as for `open_sealed`."""
        plain = self._opened(blob, KEY, context)
        return DataKey(plain[2:], version=int.from_bytes(plain[:2], "big"))

    def check_value(self) -> bytes:
        """Return 16 bytes that commit to this key and tell nothing of it."""
        if self._check is None:
            self._check = self._sub_key(b"kcv")[:16]
        return self._check

    def confirm(self, check_value: bytes) -> None:
        """Return if this is the key that was committed to; else SealError."""
        if not hmac.compare_digest(self.check_value(), check_value):
            raise SealError("The key is not the one that was committed to.")

    def _sealed(self, plain: bytes, kind: bytes, context: Context) -> bytes:
        nonce = urandom(NONCE)
        bound = kind + self._header + encoded(context)
        return self._header + nonce + self._aead().encrypt(nonce, plain, bound)

    def _opened(self, blob: bytes, kind: bytes, context: Context) -> bytes:
        if blob[:HEADER] != self._header:
            return self._older_of(blob)._opened(blob, kind, context)  # noqa: SLF001 -- as above
        if len(blob) < HEADER + NONCE + TAG:
            raise SealError("The sealed value is cut short.")
        nonce, ciphertext = blob[HEADER : HEADER + NONCE], blob[HEADER + NONCE :]
        try:
            return self._aead().decrypt(nonce, ciphertext, kind + self._header + encoded(context))
        except InvalidTag:
            raise SealError("The sealed value was altered, moved, or is another key's.") from None

    def _older_of(self, blob: bytes) -> "DataKey":
        if blob[:2] != FORMAT + AES_256_GCM:
            raise SealError("The sealed value is of an unknown format.")
        older = self._older.get(sealed_version(blob))
        if older is None:
            raise SealError("The sealed value belongs to another version of the key.")
        return older

    def _aead(self) -> AESGCM:
        # Building the cipher costs as much as using it, so a key keeps its own.
        if self._cipher is None:
            self._cipher = AESGCM(self._sub_key(b"enc"))
        return self._cipher

    def _sub_key(self, use: bytes) -> bytes:
        return HKDFExpand(SHA256(), 32, use).derive(self._secret)


def sealed_prefix(version: int) -> bytes:
    """Return the first 4 bytes of all that one version of a key seals, for counting in SQL."""
    return FORMAT + AES_256_GCM + version.to_bytes(2, "big")


def sealed_version(blob: bytes) -> int:
    """Return the version of the key that sealed a value, read from its header."""
    if len(blob) < HEADER:
        raise SealError("The sealed value is cut short.")
    return int.from_bytes(blob[HEADER - 2 : HEADER], "big")
