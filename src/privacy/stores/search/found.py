"""The rows of one collection that a search has found: each once, and not all in memory."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from uuid import UUID

from privacy.stores.protocol import Key, Row
from privacy.stores.search.digests import Digests
from privacy.stores.search.findings import FoundRow, Place
from privacy.stores.search.spool import Spool

KEPT = (bool, int, float, str, bytes, date, time, timedelta, Decimal, UUID)
"""Types that stay as they are; another driver's type becomes the text that it is shown as."""
KEYS_IN_MEMORY = 1024 * 1024


class FoundRows:
    """Rows in the order in which they were found; counting them costs nothing."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._met = Digests()
        self._rows: Spool[tuple[Row, str, bool, bool]] = Spool()
        self.owned = 0
        """How many are the subject's."""
        self.exported = 0
        """How many a package shows."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._rows)

    def __contains__(self, key: object) -> bool:
        """Whether a row of this key is among them."""
        return key in self._met

    def __iter__(self) -> Iterator[FoundRow]:
        """Yield every row, read anew."""
        for values, why, owned, exported in self._rows:
            yield FoundRow(*self._place, values, why, owned=owned, exported=exported)

    def add(
        self, key: object, row: Row, why: str, *, owned: bool = True, exported: bool = True
    ) -> bool:
        """Keep a row and return True, or False when one of this key is there already."""
        if not self._met.add(key):
            return False
        self._rows.append(({name: _kept(row[name]) for name in row}, why, owned, exported))
        self.owned += owned
        self.exported += exported
        return True


class Keys:
    """Keys that are yet to be asked for, each once."""

    def __init__(self) -> None:
        self._met = Digests()
        self._keys: Spool[Key] = Spool(KEYS_IN_MEMORY)

    def add(self, key: Key) -> None:
        """Keep a key, unless it is there already."""
        if self._met.add(key):
            self._keys.append(key)

    @property
    def are_many(self) -> bool:
        """Whether they are too many to be in memory together."""
        return self._keys.is_on_disk

    def parts(self) -> Iterator[set[Key]]:
        """Yield them in sets of which each fits in memory."""
        return (set(part) for part in self._keys.parts())


def _kept(value: object) -> object:
    if value is None or isinstance(value, KEPT):
        return value
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    if isinstance(value, Mapping):
        return {str(name): _kept(inner) for name, inner in value.items()}
    if isinstance(value, Sequence):
        return [_kept(inner) for inner in value]
    return str(value)
