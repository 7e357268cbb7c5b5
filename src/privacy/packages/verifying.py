"""Whether a package is, byte for byte, the one that was signed; needs nothing but the key."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from privacy.crypto import Verifiers, open_note
from privacy.errors import SealError
from privacy.packages.package import MANIFEST, NOTE, note_body
from privacy.packages.zipping import PIECE, Entry, directory

BROKEN = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError,
    OverflowError, ValueError, KeyError,
)  # fmt: skip
"""What reading an archive raises that was changed."""


def verify_package(path: Path, *, verifiers: Verifiers) -> list[str]:
    """Return the names of the files of an archive that is as it was signed.

    Raises SealError, which names what differs, when any byte of it is not as it was, when a file
    was added or taken away, or when none of the keys signed it. Reads any size in little memory.
    """
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                return _verified(file, archive, verifiers)
        except BROKEN as error:
            raise SealError("This is not a whole package of ours.") from error


def _verified(file: IO[bytes], archive: zipfile.ZipFile, verifiers: Verifiers) -> list[str]:
    entries = [_entry(info) for info in archive.infolist()]
    names = [entry.name for entry in entries]
    if names[-2:] != [MANIFEST, NOTE]:
        raise SealError("The manifest or its signature is missing.")
    note = archive.read(NOTE)
    signed = open_note(note.decode(), verifiers)
    manifest = archive.read(MANIFEST)
    _check_files(archive, names[:-2], json.loads(manifest)["sha256"])
    length, digest = _before(file, entries[-1].at)
    if signed != note_body(manifest=manifest, length=length, digest=digest):
        raise SealError("The archive is not as it was signed.")
    _check_tail(file, entries, note)
    return names[:-2]


def _check_files(archive: zipfile.ZipFile, names: list[str], sums: dict[str, str]) -> None:
    for name in dict.fromkeys([*names, *sums]):
        if name not in names or name not in sums:
            raise SealError(f"The file {name!r} was added or taken away.")
        digest = hashlib.sha256()
        with archive.open(name) as contents:
            while piece := contents.read(PIECE):
                digest.update(piece)
        if digest.hexdigest() != sums[name]:
            raise SealError(f"The file {name!r} is not as it was signed.")


def _before(file: IO[bytes], end: int) -> tuple[int, str]:
    """Return the length and the hash of all that stands before the note."""
    digest = hashlib.sha256()
    file.seek(0)
    left = end
    while piece := file.read(min(PIECE, left)):
        digest.update(piece)
        left -= len(piece)
    return end - left, digest.hexdigest()


def _check_tail(file: IO[bytes], entries: list[Entry], note: bytes) -> None:
    """Compare what stands behind the signed bytes with the one form that it can have."""
    for entry in entries:
        file.seek(entry.at)
        if file.read(len(entry.local())) != entry.local():
            raise SealError("The archive is not as it was signed: its directory differs.")
    last = entries[-1]
    after = last.at + len(last.local()) + last.packed
    file.seek(last.at)
    for expected in _tail(entries, after, note):
        if file.read(len(expected)) != expected:
            raise SealError("The archive is not as it was signed: its directory differs.")
    if file.read(1):
        raise SealError("Something was added at the end of the archive.")


def _tail(entries: list[Entry], after: int, note: bytes) -> Iterator[bytes]:
    yield entries[-1].local()
    yield note
    yield from directory(entries, after)


def _entry(info: zipfile.ZipInfo) -> Entry:
    return Entry(
        name=info.filename,
        method=info.compress_type,
        crc=info.CRC,
        packed=info.compress_size,
        size=info.file_size,
        at=info.header_offset,
    )
