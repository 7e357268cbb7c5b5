"""Which rows of a draft belong to whom: down from those about someone, sideways else; pure."""

from collections.abc import Iterator, Mapping, Sequence

from privacy.stores.definition import Condition, Link
from privacy.stores.proposals.facts import ForeignKey, TableFacts
from privacy.stores.proposals.polymorphic import pairs_of, tables_meant
from privacy.stores.proposals.vocabulary import ACCESSORS, Meaning, words_of
from privacy.stores.terms import DataCategory, Direction


def is_about_someone(meanings: Mapping[str, Meaning]) -> bool:
    """Whether a table has a column that identifies somebody."""
    return any(meaning.kind for meaning in meanings.values())


def links_of(
    tables: Sequence[TableFacts], meanings: Mapping[str, Mapping[str, Meaning]]
) -> Mapping[str, Sequence[Link]]:
    """Return by table its links: down from those about someone, sideways to all others."""
    links: dict[str, list[Link]] = {table.name: [] for table in tables}
    owned = {table.name for table in tables if is_about_someone(meanings[table.name])}
    roots = frozenset(owned)
    keys = [(t.name, key) for t in tables for key in t.foreign_keys if key.table in links]
    keys += [(t.name, key) for t in tables for key in _typed_keys(t, tables)]
    while True:
        down = [
            (child, key)
            for child, key in keys
            if key.table in owned and child not in roots and not _names_an_accessor(key)
        ]
        more = {child for child, _key in down} - owned
        owned |= more
        if not more:
            break
    for child, key in keys:
        if (child, key) in down:
            links[key.table].append(Link(key.to_columns, child, key.columns, where=key.when))
        else:
            explains = key.table not in owned and _is_catalogue(meanings[key.table])
            links[child].append(
                Link(
                    key.columns,
                    key.table,
                    key.to_columns,
                    Direction.REFERS,
                    exported=explains,
                    when=key.when,
                )
            )
    return links


A_NAME_ALONE = 0.5
"""How sure a column is to name somebody that is called no more than `name`."""
_PLAIN = frozenset({DataCategory.TECHNICAL, DataCategory.PURCHASE, DataCategory.NONE})


def _is_catalogue(meanings: Mapping[str, Meaning]) -> bool:
    """Whether a table names things and nobody: what was bought is no more than a number else."""
    return all(
        one.category in _PLAIN
        or (one.category is DataCategory.IDENTITY and one.confidence <= A_NAME_ALONE)
        for one in meanings.values()
    )


def _typed_keys(table: TableFacts, tables: Sequence[TableFacts]) -> Iterator[ForeignKey]:
    """Yield the references to whichever table another column names, one for each seen."""
    keys = {one.name: one.primary_key for one in tables if len(one.primary_key) == 1}
    for type_column, column in pairs_of(table.columns):
        meant = tables_meant(table.samples.get(type_column, ()), keys)
        for value, name in meant.items():
            yield ForeignKey((column,), name, keys[name], Condition(type_column, value))


def _names_an_accessor(key: ForeignKey) -> bool:
    return any(word in ACCESSORS for column in key.columns for word in words_of(column))
