"""Ed25519 signatures and signed notes (C2SP signed-note), readable by any tool that knows them."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from typing_extensions import override

from privacy.crypto.secret import Secret
from privacy.errors import InvalidError, SealError

ED25519 = b"\x01"
"""The signature type of C2SP signed-note for Ed25519 over the text of the note."""
MOST_SIGNATURES = 100
LINE_START = "\u2014 "


class Signer(Secret):
    """A private signing key under a name."""

    __slots__ = ("_key", "name", "verifier", "vkey")

    def __init__(self, name: str, seed: bytes) -> None:
        super().__init__(seed)
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.name = _checked_name(name)
        self.vkey = _vkey(name, self._key.public_key().public_bytes_raw())
        self.verifier = Verifier(self.vkey)

    @override
    def __repr__(self) -> str:
        return f"<Signer {self.vkey}>"

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of the signature (RFC 8032)."""
        return self._key.sign(message)

    def sign_note(self, body: str) -> str:
        """Return the body as a note with this key's signature line.

        Raises InvalidError when the body does not end in a newline or holds control characters.
        """
        _check_text(body)
        if not body.endswith("\n"):
            raise InvalidError("The text of a note must end in a newline.")
        signature = self.verifier.key_id + self.sign(body.encode())
        return f"{body}\n{LINE_START}{self.name} {_base64(signature)}\n"


class Verifier:
    """A public key under a name, read from `name+key id+base64`.

    Raises InvalidError when the text is malformed or its key id is not that of its key.
    """

    __slots__ = ("_key", "key_id", "name", "public", "vkey")

    def __init__(self, vkey: str) -> None:
        name, _, rest = vkey.partition("+")
        key_id, _, encoded = rest.partition("+")
        public = _decoded(encoded)
        if public is None or len(public) != 33 or public[:1] != ED25519:
            raise InvalidError("A verifier key must be of type Ed25519: name+key id+base64.")
        if key_id != _key_id(_checked_name(name), public[1:]).hex():
            raise InvalidError("The key id of the verifier key does not belong to its key.")
        self.vkey = vkey
        self.name = name
        self.key_id = bytes.fromhex(key_id)
        self.public = public[1:]
        self._key = Ed25519PublicKey.from_public_bytes(public[1:])

    @override
    def __repr__(self) -> str:
        return f"<Verifier {self.vkey}>"

    def verify(self, message: bytes, signature: bytes) -> None:
        """Return if the signature is this key's over exactly this message; else SealError."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            raise SealError("The signature does not belong to this text.") from None


Verifiers: TypeAlias = Sequence[Verifier]
"""The keys whose signatures are believed."""


def open_note(note: str, verifiers: Verifiers) -> str:
    """Return the text of a note that at least one known key has signed.

    Signatures of unknown keys are ignored; a wrong one of a known key, or none of any known
    key, raises SealError.
    """
    body, lines = _split(note)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    believed = 0
    for name, signature in map(_parsed_line, lines):
        verifier = known.get((name, signature[:4]))
        if verifier is not None:
            verifier.verify(body.encode(), signature[4:])
            believed += 1
    if not believed:
        raise SealError("No known key has signed this note.")
    return body


def _split(note: str) -> tuple[str, list[str]]:
    cut = note.rfind("\n\n")
    body, lines = note[: cut + 1], note[cut + 2 :].split("\n")
    if cut < 0 or lines.pop() or not 0 < len(lines) <= MOST_SIGNATURES:
        raise SealError("This is not a signed note.")
    try:
        _check_text(note)
    except InvalidError:
        raise SealError("A signed note has no control characters.") from None
    return body, lines


def _parsed_line(line: str) -> tuple[str, bytes]:
    name, _, encoded = line.removeprefix(LINE_START).partition(" ")
    signature = _decoded(encoded)
    if not line.startswith(LINE_START) or not name or signature is None or len(signature) < 5:
        raise SealError("A signature line of the note is malformed.")
    return name, signature


def _vkey(name: str, public: bytes) -> str:
    return f"{name}+{_key_id(name, public).hex()}+{_base64(ED25519 + public)}"


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def _checked_name(name: str) -> str:
    _check_text(name)
    if not name or "+" in name or any(sign.isspace() for sign in name):
        raise InvalidError("The name of a signing key must have no spaces and no plus sign.")
    return name


def _check_text(text: str) -> None:
    # Lone surrogates have no UTF-8, and notes are UTF-8.
    if any((sign < " " and sign != "\n") or "\ud800" <= sign <= "\udfff" for sign in text):
        raise InvalidError("The text of a note must have no control characters.")


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _decoded(encoded: str) -> bytes | None:
    """Decode base64 in its one canonical form; return None for anything else."""
    try:
        octets = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return octets if _base64(octets) == encoded else None
