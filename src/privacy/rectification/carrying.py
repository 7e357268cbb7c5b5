"""Putting one field right in one data store, and reading it again; repeating it does no harm."""

from dataclasses import dataclass

from privacy.errors import ConflictError, InvalidError
from privacy.rectification.models import CorrectionState
from privacy.rectification.sealed import Change
from privacy.stores.definition import Collection
from privacy.stores.normalise import text_of
from privacy.stores.protocol import Store


@dataclass(frozen=True)
class Result:
    """What became of a field, and why if it is not done."""

    state: CorrectionState
    detail: str = ""


DONE = Result(CorrectionState.DONE)


def carry_out(store: Store, *, collection: str, field: str, change: Change) -> Result:
    """Write a value unless it stands there already, and believe only what is read afterwards.

    A value that is neither the old nor the new one was changed by somebody else: a person
    decides. Raises UnavailableError when the store does not answer; the same call may be made
    again then.
    """
    try:
        return _carried_out(_Cell(store, collection, field, change))
    except ConflictError:
        return Result(CorrectionState.BY_HAND, "conflict")
    except InvalidError:
        return Result(CorrectionState.BY_HAND, "invalid")


def read_again(store: Store, *, collection: str, field: str, change: Change) -> Result:
    """Return whether a person's word holds; raises UnavailableError as `carry_out`."""
    try:
        cell = _Cell(store, collection, field, change)
        there, now = cell.read()
        if not there:
            return Result(CorrectionState.SAID, "row-gone")
        if cell.is_right(now):
            return DONE
    except InvalidError:
        return Result(CorrectionState.SAID, "invalid")
    return Result(
        CorrectionState.BY_HAND, "not-changed" if now == change.before else "another-value"
    )


def _carried_out(cell: "_Cell") -> Result:
    there, now = cell.read()
    if not there:
        return Result(CorrectionState.BY_HAND, "row-gone")
    if cell.is_right(now):
        return DONE
    if now != cell.change.before:
        return Result(CorrectionState.BY_HAND, "changed-meanwhile")
    cell.write()
    there, now = cell.read()
    right = there and cell.is_right(now)
    return DONE if right else Result(CorrectionState.BY_HAND, "not-changed")


class _Cell:
    """One field of one row."""

    def __init__(self, store: Store, collection: str, field: str, change: Change) -> None:
        self._store = store
        self._collection: Collection = store.definition.collection(collection)
        self._field = field
        self.change = change

    def read(self) -> tuple[bool, str | None]:
        """Return whether the row is there, and the text of the field."""
        rows = self._store.read(self._collection, self._collection.primary_key, [self.change.key])
        found = [text_of(row[self._field]) for row in rows]
        return (True, found[0]) if found else (False, None)

    def is_right(self, now: str | None) -> bool:
        """Whether the new value stands there, as it was written or as the column's type says."""
        after = self.change.after
        if now == after:
            return True
        if after is None or now == self.change.before:
            return False
        columns = (*self._collection.primary_key, self._field)
        return self._store.count(self._collection, columns, [(*self.change.key, after)]) == 1

    def write(self) -> None:
        """Write the new value into the row."""
        self._store.rectify(self._collection, self.change.key, {self._field: self.change.after})
