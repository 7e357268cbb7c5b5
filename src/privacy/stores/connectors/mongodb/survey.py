"""What the documents of a database are like, judged from some of them, its indexes and rules."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from privacy.stores.connectors.mongodb import conversation
from privacy.stores.connectors.mongodb.layout import ID, Layout, is_catalogue, source_of
from privacy.stores.connectors.mongodb.rules import Rules, rules_of
from privacy.stores.connectors.mongodb.shapes import Shape, shapes_of
from privacy.stores.definition import Collection
from privacy.stores.proposals.facts import MANY, ForeignKey, TableFacts

LOOKED_AT = 500
"""Documents at each end of a collection, in the order of their `_id`, that are looked at."""
_MOST_SAMPLES = 30
_LONGEST_SAMPLE = 200
_REFERRED = 20
"""Values of a column that are looked for among the keys of other collections."""


def sources(database: Any) -> Sequence[str]:
    """Return the names of the collections and views, without the database's own."""
    return sorted(name for name in database.list_collection_names() if not is_catalogue(name))


def sampled(source: Any) -> Iterator[Mapping[str, Any]]:
    """Yield documents of a collection: the first and the last ones, in short ones all twice."""
    for direction in (1, -1):
        yield from source.find(
            {},
            sort=[(ID, direction)],
            limit=LOOKED_AT,
            max_time_ms=conversation.PATIENCE * 1000,
        )


def survey(database: Any, layouts: Sequence[Layout]) -> Sequence[TableFacts]:
    """Return the tables that there are, declared ones as they are declared."""
    facts: list[TableFacts] = []
    names = sources(database)
    for name in names:
        rules = rules_of(database[name])
        own = [layout for layout in layouts if layout.source == name]
        rows = int(database[name].estimated_document_count())
        for shape in shapes_of(name, sampled(database[name]), own):
            keys = list(_keys(database, shape, names))
            facts.append(_facts(shape, keys, rules, rows))
    return facts


def _facts(shape: Shape, keys: Sequence[ForeignKey], rules: Rules, rows: int) -> TableFacts:
    is_whole = not shape.each
    by_path = {seen.path: column for column, seen in shape.columns.items()}
    return TableFacts(
        name=shape.table,
        columns=tuple(shape.columns),
        primary_key=_key_of(shape),
        foreign_keys=keys,
        types={column: seen.kind for column, seen in shape.columns.items()},
        unique=[
            tuple(by_path[path] for path in paths)
            for paths in rules.unique
            if is_whole and set(paths) <= set(by_path) and paths != (ID,)
        ],
        required=frozenset(
            column
            for column, seen in shape.columns.items()
            if seen.path.split(".")[0] == ID or (is_whole and seen.path in rules.required)
        ),
        rows=min(rows, MANY) if is_whole else None,
    )


def _own_id(shape: Shape) -> tuple[str, ...]:
    """Return the columns of a document's `_id`, which may be a document of its own."""
    return tuple(n for n, seen in shape.columns.items() if seen.path.split(".")[0] == ID)


def _key_of(shape: Shape) -> tuple[str, ...]:
    own = _own_id(shape)
    inside = tuple(name for name in shape.columns if name not in own)
    named = tuple(n for n in inside if shape.columns[n].path == f"{shape.each}.{ID}")
    return (*own, *(named or inside)) if shape.each else own


def _keys(database: Any, shape: Shape, names: Iterable[str]) -> Iterator[ForeignKey]:
    """Yield to which collections a shape's columns refer, as their values prove."""
    own = _own_id(shape)
    if shape.each:
        yield ForeignKey(own, shape.source, own)
    for column, seen in shape.columns.items():
        values = list(islice(seen.references, _REFERRED))
        for name in names if values and column not in own else ():
            if database[name].count_documents({ID: {"$in": values}}, limit=1):
                yield ForeignKey((column,), name, (ID,))


def samples(
    database: Any, table: TableFacts, layout: Layout | None
) -> Mapping[str, Sequence[str]]:
    """Return by column a few values as texts; they are judged and not kept."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    layout = layout or _undeclared(table)
    for document in sampled(database[layout.source]):
        for record in layout.records(document):
            for column in table.columns:
                held = record.row.get(column)
                for one in held if isinstance(held, list) else [held]:
                    if isinstance(one, str | int) and len(found[column]) < _MOST_SAMPLES:
                        found[column][str(one)[:_LONGEST_SAMPLE]] = None
    return {column: list(texts) for column, texts in found.items()}


def _undeclared(table: TableFacts) -> Layout:
    """Return how a table is read that no definition speaks of yet."""
    source, each = source_of(table.name)
    nothing = Collection(table.name, {}, table.primary_key, ())
    return Layout(nothing, source, each, {name: name for name in table.columns})
