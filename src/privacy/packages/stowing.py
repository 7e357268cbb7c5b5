"""An archive in sealed parts: none can be changed, moved, left out or added unnoticed.

Each part is bound to the request, to its number, and to being the last or not, as in the STREAM
construction of Hoang, Reyhanitabar, Rogaway and Vizár; an archive that was cut does not open.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from privacy.crypto import Context
from privacy.packages.package import key_of
from privacy.packages.zipping import pieces

PART = 1024 * 1024
"""Bytes of a part before it is sealed; the last may have fewer."""


class Box:
    """Seals and opens the parts of one archive under the token of its link."""

    def __init__(self, token: str, address: Context) -> None:
        self._key = key_of(token)
        self._address = address

    def seal(self, number: int, part: bytes, *, last: bool) -> bytes:
        """Return one part sealed; numbers count from 0."""
        return self._key.seal(part, context=self._context(number, last=last))

    def unseal(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        """Return one part; SealError if it is not that part of this archive, unchanged."""
        return self._key.open_sealed(sealed, context=self._context(number, last=last))

    def _context(self, number: int, *, last: bool) -> Context:
        if last and number == 0:
            return self._address
        return (*self._address, "last" if last else "part", str(number))


@dataclass(frozen=True)
class Stowed:
    """An archive in parts, of which all but the last are where they are kept."""

    token: str = field(repr=False)
    """What opens it; kept nowhere."""
    last: bytes
    """The last part, sealed."""
    parts: int
    """How many come before it."""
    size: int
    """Bytes of the archive."""
    digest: str
    """SHA-256 of all sealed parts in order, in hexadecimal."""


def stow(
    archive: Iterable[bytes],
    *,
    token: str,
    address: Context,
    keep: Callable[[int, bytes], None],
) -> Stowed:
    """Seal an archive part by part; `keep` gets each sealed part but the last, with its number."""
    box, digest = Box(token, address), hashlib.sha256()
    number = size = 0
    waiting: bytes | None = None
    for part in pieces(archive, PART):
        if waiting is not None:
            sealed = box.seal(number, waiting, last=False)
            digest.update(sealed)
            keep(number, sealed)
            number += 1
        waiting = part
        size += len(part)
    last = box.seal(number, waiting or b"", last=True)
    digest.update(last)
    return Stowed(token, last, number, size, digest.hexdigest())
