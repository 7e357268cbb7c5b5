"""What a package shows of one collection: the fields that may leave, row by row."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from privacy.packages.withheld import GROUNDS, Ground, Withheld, Withholding
from privacy.stores.definition import Collection, Field
from privacy.stores.search.findings import FoundRow, Rows


@dataclass(frozen=True)
class Omitted:
    """Stands in the place of one value that was left out by decision; programs read null."""

    text: str


@dataclass(frozen=True)
class Shown:
    """One collection of a data store in which something of the subject was found."""

    store: str
    collection: Collection
    found: Rows
    decisions: Iterable[Withheld]
    language: str

    def columns(self) -> list[Field]:
        """Return the fields that stand in the copy, in their declared order."""
        return self._withholding.columns()

    @property
    def number(self) -> int:
        """Return how many rows stand in the copy."""
        gone = sum(n for (field, _), n in self.rows_left_out().items() if not field)
        return 0 if self.whole() else self.found.exported - gone

    def __iter__(self) -> Iterator[dict[str, object]]:
        """Yield the shown values of each row by the field's name; may be begun again."""
        withholding = self._withholding
        names = [field.name for field in withholding.columns()]
        for row in self.found if names else ():
            if row.exported:
                hidden = withholding.of_row(row)
                if "" not in hidden:
                    yield {name: self._value(row, name, hidden) for name in names}

    def _value(self, row: FoundRow, name: str, hidden: dict[str, Ground]) -> object:
        if name in hidden:
            return Omitted(GROUNDS[hidden[name]][self.language])
        return row.values.get(name)

    def fields_left_out(self) -> dict[str, Ground]:
        """Return by name the fields that no row shows, and why."""
        return self._withholding.fields()

    def whole(self) -> Ground | None:
        """Return why the whole collection is left out, or None."""
        return self._withholding.whole

    def rows_left_out(self) -> Counter[tuple[str, Ground]]:
        """Return how many rows lack a field ("" for all of the row) by decision on them alone."""
        counted: Counter[tuple[str, Ground]] = Counter()
        withholding = self._withholding
        if withholding.decides_on_rows:
            for row in self.found:
                if row.exported:
                    counted.update(withholding.of_row(row).items())
        return counted

    @property
    def _withholding(self) -> Withholding:
        return Withholding(self.collection, self.decisions)
