"""Puts another file of text in the place of one: whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from privacy.errors import ConflictError
from privacy.stores.connectors.files.formats import Format, Record
from privacy.stores.connectors.files.table import TextTable, faults_told

Change = Callable[[Format, Record], str | None]
"""Returns the raw text that stands for a record from now on; None takes it out."""


def rewrite(table: TextTable, path: Path, change: Change) -> None:
    """Put another file in the place of a table's, with the records as `change` gives them.

    Who reads meanwhile sees the old file or the new one. ConflictError when somebody else
    wrote meanwhile; then nothing is changed.
    """
    with faults_told():
        before = path.stat()
        with table.opened() as (form, file), _beside(path, file.encoding) as draft:
            for record in form.records(file):
                raw = record.raw if record.values is None else change(form, record)
                draft.write(raw or "")
            draft.flush()
            os.fsync(draft.fileno())
            take_place(path, draft.name, before)


def take_place(path: Path, draft: str, before: os.stat_result) -> None:
    """Move a draft to a path; ConflictError when the file there is not as it was."""
    now = path.stat()
    if (now.st_ino, now.st_mtime_ns, now.st_size) != (
        before.st_ino,
        before.st_mtime_ns,
        before.st_size,
    ):
        raise ConflictError("Somebody else is writing the file; try again.")
    shutil.copymode(path, draft)
    with suppress(PermissionError):  # only root may give a file away
        os.chown(draft, before.st_uid, before.st_gid)
    Path(draft).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _beside(path: Path, encoding: str) -> Iterator[IO[str]]:
    """Yield a new file in the same folder, which is gone at the end unless it was moved."""
    with tempfile.NamedTemporaryFile(
        "w", encoding=encoding, newline="", dir=path.parent, prefix=".privacy-", delete=False
    ) as draft:
        try:
            yield draft
        finally:
            Path(draft.name).unlink(missing_ok=True)
