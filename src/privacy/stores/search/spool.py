"""Values that may be too many for memory: counted at once, read again as often as wanted.

Few stay in memory. More go, in parts, to a temporary file that has no name, each part sealed
under a random key that is only in memory: when the process ends, however it ends, nothing that
can be read is left. The file lies where the environment variable TMPDIR says.
"""

import pickle
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from typing import IO, Generic, TypeVar

from privacy.crypto import DataKey

T = TypeVar("T")

IN_MEMORY = 256 * 1024
"""About how many bytes of values wait in memory before they are sealed and written together."""
OVERHEAD = 64
"""Bytes that an object costs in Python beside what it holds."""


class Spool(Generic[T]):
    """A list that only grows and is only read from its beginning, by one thread at a time.

    Values must be such as `pickle` keeps. What is added while somebody reads, they do not see.
    """

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._most = in_memory
        self._tail: list[T] = []
        self._weight = 0
        self._written = 0
        self._parts: list[tuple[int, int]] = []
        self._file: IO[bytes] | None = None
        self._key: DataKey | None = None

    def __len__(self) -> int:
        """Return how many values there are; costs nothing."""
        return self._written + len(self._tail)

    @property
    def is_on_disk(self) -> bool:
        """Whether more than one part was too much for memory."""
        return bool(self._parts)

    def append(self, value: T) -> None:
        """Add a value at the end."""
        self._tail.append(value)
        self._weight += weight_of(value)
        if self._weight > self._most:
            self._write()

    def __iter__(self) -> Iterator[T]:
        """Yield the values that are there now, first to last; one part is in memory at a time."""
        for part in self.parts():
            yield from part

    def parts(self) -> Iterator[list[T]]:
        """Yield the values that are there now, in lists of which each fits in memory."""
        written, tail = len(self._parts), list(self._tail)
        for number in range(written):
            yield self._read(number)
        if tail:
            yield tail

    def _write(self) -> None:
        file, key = self._open()
        sealed = key.seal(
            pickle.dumps(self._tail, pickle.HIGHEST_PROTOCOL), context=_context(len(self._parts))
        )
        start = file.seek(0, 2)
        file.write(sealed)
        self._parts.append((start, len(sealed)))
        self._written += len(self._tail)
        self._tail, self._weight = [], 0

    def _read(self, number: int) -> list[T]:
        file, key = self._open()
        start, length = self._parts[number]
        file.seek(start)
        opened = key.open_sealed(file.read(length), context=_context(number))
        part: list[T] = pickle.loads(opened)  # noqa: S301 -- authenticated, and written by us
        return part

    def _open(self) -> tuple[IO[bytes], DataKey]:
        if self._file is None or self._key is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- lives as long as the spool
            self._key = DataKey.generate()
            weakref.finalize(self, self._file.close)
        return self._file, self._key


def _context(number: int) -> tuple[str, ...]:
    return ("spool", str(number))


def weight_of(value: object) -> int:
    """Return about how many bytes a value takes in memory."""
    if isinstance(value, str | bytes):
        return OVERHEAD + len(value)
    if isinstance(value, Mapping):
        return OVERHEAD + sum(weight_of(inner) for inner in value.values())
    if isinstance(value, list | tuple):
        return OVERHEAD + sum(weight_of(inner) for inner in value)
    return OVERHEAD // 2
