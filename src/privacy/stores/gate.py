"""The coverage gate: whether a definition speaks of all that a data store has; pure."""

from collections.abc import Mapping, Sequence
from datetime import date

from privacy.errors import InvalidError
from privacy.stores.definition import StoreDefinition
from privacy.stores.document import Faults
from privacy.stores.proposals.facts import TableFacts

NEW = "is new"
"""What is said of a table or a column of which the definition does not speak."""


def ensure_covered(
    definition: StoreDefinition, tables: Sequence[TableFacts], *, today: date
) -> None:
    """Raise InvalidError naming every table and column that nobody has classified.

    A waiver lets one pass until its day. Only the default schema is compared, for only that is
    surveyed.
    """
    faults = Faults()
    declared = _declared(definition)
    waived = {waiver.place for waiver in definition.waivers if waiver.until >= today}
    for waiver in definition.waivers:
        if waiver.until < today:
            faults.add(waiver.place, f"its waiver ended on {waiver.until.isoformat()}")
    for table in tables:
        if table.name in waived:
            continue
        if table.name not in declared:
            faults.add(table.name, f"the table {NEW}: classify its columns, or waive it")
            continue
        for column in table.columns:
            place = f"{table.name}.{column}"
            if column not in declared[table.name] and place not in waived:
                faults.add(place, f"the column {NEW}: classify it, or waive it")
    faults.raise_all(f"The definition of {definition.name} does not speak of all that is there.")


def new_places(told: str | None) -> tuple[str, ...]:
    """Return the tables and columns that a check called new, from the words that were kept of it.

    Each stands at the beginning of a line, before a colon.
    """
    lines = [line.partition(": ") for line in (told or "").splitlines()]
    return tuple(place for place, _colon, words in lines if f" {NEW}: " in f" {words}")


def _declared(definition: StoreDefinition) -> Mapping[str, set[str]]:
    """Return by exact table name the columns of which any collection speaks."""
    found: dict[str, set[str]] = {}
    for collection in definition.collections:
        if not collection.schema:
            found.setdefault(collection.source_table, set()).update(collection.columns)
    return found


def both(first: InvalidError, second: InvalidError) -> InvalidError:
    """Return one error with what is missing and what is new."""
    return InvalidError(str(first), fields={**first.fields, **second.fields})
