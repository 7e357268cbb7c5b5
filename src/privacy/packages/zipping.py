"""ZIP archives written as a stream (PKWARE APPNOTE 6.3), of any size, in bounded memory.

Each file is compressed aside first, so that its size stands before it and any program can read
the archive from its beginning. Names are ASCII, there is no time and no comment: the same files
give the same headers, so a reader can tell whether one byte of them was changed.
"""

import struct
import zlib
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

from privacy.stores.search.spool import Spool

STORED, DEFLATED = 0, 8
EARLIEST = 0, (1 << 5) | 1
"""1 January 1980, midnight; ZIP has no earlier instant, and no zone."""
BEYOND_32, BEYOND_16 = 0xFFFFFFFF, 0xFFFF
ZIP64 = 1
PIECE = 256 * 1024
LEVEL = 3
"""Of nine: half as much again of the time of 6, and a fourteenth more of the size, for texts."""


@dataclass(frozen=True)
class Entry:
    """One file of an archive; sizes and place in bytes."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    at: int

    @property
    def _is_large(self) -> bool:
        return max(self.packed, self.size) >= BEYOND_32

    def local(self) -> bytes:
        """Return the header that stands before the file."""
        extra = struct.pack("<HHQQ", ZIP64, 16, self.size, self.packed) if self._is_large else b""
        return self._header(b"PK\x03\x04", b"", extra) + self.name.encode() + extra

    def central(self) -> bytes:
        """Return the line of the directory at the end."""
        beyond = [self.size, self.packed] if self._is_large else []
        beyond += [self.at] if self.at >= BEYOND_32 else []
        wide = struct.pack(f"<{len(beyond)}Q", *beyond)
        extra = struct.pack("<HH", ZIP64, len(wide)) + wide if wide else b""
        tail = struct.pack("<HHHII", 0, 0, 0, 0, min(self.at, BEYOND_32))
        made_by = struct.pack("<H", 45)
        return self._header(b"PK\x01\x02", made_by, extra) + tail + self.name.encode() + extra

    def _header(self, magic: bytes, made_by: bytes, extra: bytes) -> bytes:
        sizes = [BEYOND_32, BEYOND_32] if self._is_large else [self.packed, self.size]
        needs = 45 if extra else 20
        common = (needs, 0, self.method, *EARLIEST, self.crc, *sizes, len(self.name), len(extra))
        return magic + made_by + struct.pack("<HHHHHIIIHH", *common)


def zipped(files: Iterable[tuple[str, Iterable[bytes]]], *, stored: str = "") -> Iterator[bytes]:
    """Yield an archive of these files; the one named `stored` is not compressed.

    A file's contents are asked for when all files before it have been yielded whole. An empty
    piece says that a file is still being compressed, which of a large one takes minutes.
    """
    entries: list[Entry] = []
    at = 0
    for name, contents in files:
        body: Spool[bytes] = Spool(1024 * 1024)
        entry = yield from _written(
            body, name, contents, STORED if name == stored else DEFLATED, at
        )
        yield entry.local()
        yield from body
        entries.append(entry)
        at += len(entry.local()) + entry.packed
    yield from directory(entries, at)


def _written(
    body: Spool[bytes], name: str, contents: Iterable[bytes], method: int, at: int
) -> Generator[bytes, None, Entry]:
    squeeze = zlib.compressobj(LEVEL, zlib.DEFLATED, -15)
    crc = size = packed = 0
    for piece in pieces(contents, PIECE):
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        out = squeeze.compress(piece) if method == DEFLATED else piece
        packed += len(out)
        body.append(out)
        yield b""
    if method == DEFLATED:
        body.append(last := squeeze.flush())
        packed += len(last)
    return Entry(name, method, crc, packed, size, at)


def directory(entries: Iterable[Entry], at: int) -> Iterator[bytes]:
    """Yield what stands after the files, from that place on; entries have one form only."""
    count = size = 0
    for entry in entries:
        line = entry.central()
        count, size = count + 1, size + len(line)
        yield line
    if max(at, size) >= BEYOND_32 or count >= BEYOND_16:
        yield struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, at)
        yield struct.pack("<4sIQI", b"PK\x06\x07", 0, at + size, 1)
    few, narrow, first = min(count, BEYOND_16), min(size, BEYOND_32), min(at, BEYOND_32)
    yield struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, few, few, narrow, first, 0)


def pieces(contents: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield the same bytes cut anew: each piece has this size, only the last may be shorter.

    There is always a last piece; it is empty when there is nothing.
    """
    waiting = bytearray()
    for piece in contents:
        waiting += piece
        while len(waiting) > size:
            yield bytes(waiting[:size])
            del waiting[:size]
    yield bytes(waiting)
