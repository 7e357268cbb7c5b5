"""What is really there: names come from the database itself, never from a definition alone."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    TextClause,
    bindparam,
    column,
    inspect,
    table,
    text,
)
from sqlalchemy.engine.interfaces import Dialect, ReflectedColumn
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.types import TypeEngine

from privacy.errors import InvalidError
from privacy.stores.definition import Collection, StoreDefinition
from privacy.stores.document import Faults

CATALOGUES = ("pg_", "information_schema", "sqlite_")
"""How schemas and tables begin that belong to the database itself."""
_OWN_SCHEMAS: Mapping[str, frozenset[str]] = {
    "mssql": frozenset({"sys"}),
    "mysql": frozenset({"mysql", "performance_schema", "sys"}),
    "oracle": frozenset({"audsys", "ctxsys", "mdsys", "outln", "sys", "system", "xdb"}),
}
"""By dialect, the schemas that are the database's own."""


@dataclass(frozen=True)
class Found:
    """The columns of one table or view, by exact name, with their types."""

    columns: Mapping[str, TypeEngine[Any]]


_SHAPES: Mapping[str, TextClause] = {
    "sqlite": text("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'view')"),
    "postgresql": text(
        "SELECT n.nspname, c.relname, pg_table_is_visible(c.oid), a.attname, a.atttypid,"
        " a.atttypmod, (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)"
        "  FROM pg_enum e WHERE e.enumtypid IN (a.atttypid, t.typbasetype))"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid"
        " WHERE c.relname IN :names AND a.attnum > 0 ORDER BY c.oid, a.attnum"
    ).bindparams(bindparam("names", expanding=True)),
}
"""By dialect, what changes whenever the names or types of columns do; cheap to ask."""


def shape_of(connection: Connection, definition: StoreDefinition) -> object | None:
    """Return something that is equal while the declared tables are what they were, or None.

    None where a database has no cheap answer; it is then looked at whole, each time.
    """
    query = _SHAPES.get(connection.dialect.name)
    if query is None:
        return None
    names = sorted({collection.source_table for collection in definition.collections})
    asked = {"names": names} if connection.dialect.name == "postgresql" else {}
    return tuple(map(tuple, connection.execute(query, asked)))


def looked_up(
    connection: Connection,
    definition: StoreDefinition,
    known: dict[Hashable, tuple[object, Mapping[str, Found]]],
) -> Mapping[str, Found]:
    """Return what `tables_of` does, or what is known of it where the database is as it was."""
    names = names_of(definition)
    shape = shape_of(connection, definition)
    seen, tables = known.get(names, (None, {}))
    if shape is None or shape != seen:
        tables = tables_of(connection, definition)
        known[names] = (shape, tables)
    return tables


def names_of(definition: StoreDefinition) -> Hashable:
    """Return the names by which `tables_of` looks, for telling definitions apart."""
    return tuple((c.name, c.schema, c.source_table) for c in definition.collections)


def tables_of(connection: Connection, definition: StoreDefinition) -> Mapping[str, Found]:
    """Return by collection what the database has of it; what is not there is left out."""
    wanted: dict[str, list[Collection]] = defaultdict(list)
    for collection in definition.collections:
        hidden = collection.schema.lower() in _own_schemas(connection.dialect)
        if not hidden and not is_catalogue(collection.schema, collection.source_table):
            wanted[collection.schema].append(collection)
    found: dict[str, Found] = {}
    for schema, collections in wanted.items():
        columns = _columns(connection, schema, {c.source_table for c in collections})
        for collection in collections:
            if collection.source_table in columns:
                reflected = columns[collection.source_table]
                found[collection.name] = Found({c["name"]: c["type"] for c in reflected})
    return found


def _own_schemas(dialect: Dialect) -> frozenset[str]:
    name = "mysql" if dialect.name == "mariadb" else dialect.name
    return _OWN_SCHEMAS.get(name, frozenset())


def exact(dialect: Dialect, name: str) -> quoted_name:
    """Return a name as statements take it, whatever signs it has.

    Where a database has capitals for names that nobody quoted, small letters mean those.
    """
    stored = dialect.denormalize_name(name) if dialect.requires_name_normalize else name
    return quoted_name(stored, quote=True)


def elements_of(dialect: Dialect, collection: Collection) -> Mapping[str, ColumnElement[Any]]:
    """Return by name the columns of a collection as the dialect will quote them."""
    source = table(
        exact(dialect, collection.source_table),
        *(column(exact(dialect, name)) for name in collection.columns),
        schema=exact(dialect, collection.schema) if collection.schema else None,
    )
    return dict(zip(collection.columns, source.columns, strict=True))


def is_catalogue(schema: str, table: str) -> bool:
    """Whether a name belongs to the database's own books, which no store may declare."""
    return schema.lower().startswith(CATALOGUES) or table.lower().startswith(CATALOGUES)


def _columns(
    connection: Connection, schema: str, tables: Iterable[str]
) -> Mapping[str, list[ReflectedColumn]]:
    reflected = inspect(connection).get_multi_columns(
        schema=schema or None, filter_names=list(tables), kind=ObjectKind.ANY
    )
    return {table: columns for (_schema, table), columns in reflected.items()}


def ensure_there(definition: StoreDefinition, found: Mapping[str, Found]) -> None:
    """Raise InvalidError naming every declared collection and column that is missing."""
    faults = Faults()
    for collection in definition.collections:
        note_missing(collection, found.get(collection.name), faults)
    faults.raise_all(f"The data store {definition.name} is not as its definition says.")


def note_missing(collection: Collection, found: Found | None, faults: Faults) -> None:
    """Note what one collection declares and the database does not have."""
    if found is None:
        faults.add(collection.name, "the data store has no such table or view")
        return
    for name in collection.columns:
        if name not in found.columns:
            faults.add(f"{collection.name}.{name}", "the table has no such column")


def ensure_collection(collection: Collection, found: Found | None) -> Found:
    """Return what is there of one collection; raise InvalidError when it is not all there."""
    faults = Faults()
    note_missing(collection, found, faults)
    if found is None or faults.found:
        raise InvalidError(
            f"The collection {collection.name} is not as its definition says.",
            fields=faults.found,
        )
    return found
