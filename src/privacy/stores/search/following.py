"""Which identifiers stand on one row, and where its links lead: pure."""

from collections.abc import Iterator, Sequence

from privacy.stores.definition import Collection, Identity, Link
from privacy.stores.nested import values_at
from privacy.stores.normalise import fold
from privacy.stores.protocol import Row


def identifiers_of(identity: Identity, row: Row) -> Iterator[Sequence[object]]:
    """Yield what a row holds of an identity: once, or once for each value within its column.

    Raises InvalidError for what a path cannot be read from.
    """
    if not identity.path:
        yield [row[column] for column in identity.columns]
        return
    for value in values_at(row[identity.columns[0]], identity.path):
        yield [value]


def values_of(link: Link, origin: Collection, row: Row) -> Iterator[Sequence[object]]:
    """Yield the values by which a link's `asked_by` columns are asked, for this row.

    Nothing when the row is not one that the link is for; several where a column holds a list.
    Raises InvalidError for what a path cannot be read from.
    """
    if link.when and not _is(origin, link.when.column, row[link.when.column], link.when.equals):
        return
    constant = [link.where.equals] if link.where else []
    if not link.path:
        yield [row[column] for column in link.columns] + constant
        return
    for value in values_at(row[link.columns[0]], link.path):
        yield [value, *constant]


def _is(collection: Collection, column: str, value: object, wanted: str) -> bool:
    way = collection.way(column)
    return fold(way, value) == fold(way, wanted)
