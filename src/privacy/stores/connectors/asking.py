"""What every connector does with a question before and after it asks its data store."""

import json
from collections.abc import Callable, Sequence
from collections.abc import Collection as Values
from itertools import product

from privacy.errors import InvalidError
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.nested import column_of, held
from privacy.stores.normalise import fold
from privacy.stores.protocol import Key, Row


def declared_of(
    definition: StoreDefinition, collection: Collection, columns: Columns
) -> Collection:
    """Return the collection as it is declared; InvalidError when it or a column is not."""
    declared = definition.collection(collection.name)
    undeclared = set(map(column_of, columns)) - set(declared.columns)
    if undeclared or not columns:
        raise InvalidError(
            "Rows are asked for by columns that the definition does not declare.",
            fields={f"{collection.name}.{name}": ["is not declared"] for name in undeclared},
        )
    return declared


def matcher(
    collection: Collection, columns: Columns, values: Values[Key]
) -> Callable[[Row], bool]:
    """Return what says whether a row's columns, as they are compared, equal one of the keys.

    Of a column that holds several values, and of a place within one, any may be the equal one.
    """
    ways = [collection.way(name) for name in columns]
    folded = (tuple(map(fold, ways, key)) for key in values)
    wanted = {key for key in folded if None not in key}

    def matches(row: Row) -> bool:
        found = [_folded(way, held(row, name)) for way, name in zip(ways, columns, strict=True)]
        return any(key in wanted for key in product(*found))

    return matches


def _folded(way: str, value: object) -> Sequence[str | None]:
    return [fold(way, one) for one in (value if isinstance(value, list) else [value])]


def like(before: object, text: str | None) -> object:
    """Return a text as the kind of value that was there."""
    if text is None or before is None or isinstance(before, str):
        return text
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    is_number = isinstance(before, int | float) and isinstance(found, int | float)
    if type(found) is type(before) or (is_number and not isinstance(before, bool)):
        return found
    raise InvalidError("A new value does not fit what its field holds.")
