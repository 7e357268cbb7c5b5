"""What a database that speaks SQL says of its own tables, for a first definition."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnClause,
    Connection,
    column,
    func,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import (
    JSON,
    Boolean,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Time,
    TypeEngine,
)

from privacy.stores.connectors.reflection import exact, is_catalogue
from privacy.stores.proposals.facts import MANY, ForeignKey, TableFacts

LOOKED_AT = 200
"""Rows of a table whose values are judged."""
LONGEST_SAMPLE = 200
_MOST_SAMPLES = 30

_KINDS: Sequence[tuple[tuple[type[TypeEngine[Any]], ...], str]] = (
    ((Boolean,), "boolean"),
    ((Integer, Numeric), "number"),
    ((Date, DateTime, Time), "date"),
    ((LargeBinary,), "bytes"),
    ((JSON,), "document"),
    ((String,), "text"),
)
_TRIGGERS: Mapping[str, str] = {
    "sqlite": "SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY 1",
    "postgresql": "SELECT c.relname, count(*) FROM pg_trigger t JOIN pg_class c ON c.oid ="
    " t.tgrelid WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
    " GROUP BY 1",
    "mssql": "SELECT object_name(parent_id), count(*) FROM sys.triggers WHERE parent_id <> 0"
    " GROUP BY parent_id",
    "oracle": "SELECT table_name, count(*) FROM user_triggers WHERE table_name IS NOT NULL"
    " GROUP BY table_name",
    "mysql": "SELECT event_object_table, count(*) FROM information_schema.triggers"
    " WHERE event_object_schema = database() GROUP BY 1",
}


_PARTS: Mapping[str, str] = {
    "postgresql": "SELECT relname FROM pg_class WHERE relispartition"
    " AND relnamespace = current_schema()::regnamespace",
}
"""How a database names the partitions of its tables, whose rows are read through the whole."""

_UNIQUE_IN_SQLITE = (
    "SELECT m.name, l.name, i.name FROM sqlite_master m, pragma_index_list(m.name) l,"
    " pragma_index_info(l.name) i WHERE m.type = 'table' AND l.\"unique\" = 1 AND l.partial = 0"
    " ORDER BY m.name, l.name, i.seqno"
)


def survey(connection: Connection) -> Sequence[TableFacts]:
    """Return the tables of the default schema, by name; views and other schemas are left out."""
    return sorted(_facts(connection), key=lambda facts: facts.name)


def _facts(connection: Connection) -> Iterator[TableFacts]:
    inspector = inspect(connection)
    columns = inspector.get_multi_columns()
    primary = inspector.get_multi_pk_constraint()
    foreign = inspector.get_multi_foreign_keys()
    unique = _unique(connection)
    triggers = _triggers(connection)
    parts = _parts(connection)
    for (schema, name), found in columns.items():
        if not is_catalogue("", name) and name not in parts:
            yield TableFacts(
                name=name,
                columns=tuple(one["name"] for one in found),
                primary_key=tuple(primary[schema, name]["constrained_columns"]),
                foreign_keys=[
                    ForeignKey(
                        tuple(key["constrained_columns"]),
                        key["referred_table"],
                        tuple(key["referred_columns"]),
                    )
                    for key in foreign.get((schema, name), ())
                    if key["referred_schema"] in {None, schema}
                ],
                types={one["name"]: kind_of(one["type"]) for one in found},
                unique=unique.get(name, ()),
                required=frozenset(one["name"] for one in found if not one["nullable"]),
                triggers=triggers.get(name, 0),
            )


def _unique(connection: Connection) -> Mapping[str, Sequence[tuple[str, ...]]]:
    """Return by table what is declared to be different in each row."""
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    if connection.dialect.name == "sqlite":  # whose reflection complains of what it cannot read
        parts: dict[tuple[str, str], list[str | None]] = defaultdict(list)
        for name, index, part in connection.execute(text(_UNIQUE_IN_SQLITE)):
            parts[name, index].append(part)
        for (name, _index), columns in parts.items():
            if None not in columns:
                found[name].append(tuple(str(one) for one in columns))
        return found
    if connection.dialect.name == "mssql":  # whose inspector knows them as indexes only
        for (_schema, name), indexes in inspect(connection).get_multi_indexes().items():
            found[name] += [
                tuple(str(part) for part in one["column_names"])
                for one in indexes
                if one["unique"] and not one.get("dialect_options", {}).get("mssql_where")
            ]
        return found
    for (_schema, name), known in inspect(connection).get_multi_unique_constraints().items():
        found[name] += [tuple(one["column_names"]) for one in known]
    return found


def _parts(connection: Connection) -> Collection[str]:
    question = _PARTS.get(connection.dialect.name)
    return set(connection.execute(text(question)).scalars()) if question else ()


def _triggers(connection: Connection) -> Mapping[str, int]:
    question = _TRIGGERS.get(connection.dialect.name)
    rows = connection.execute(text(question)).all() if question else ()
    return {_name(connection.dialect, str(name)): int(count) for name, count in rows}


def _name(dialect: Dialect, name: str) -> str:
    """Return a name that a catalogue gives as SQLAlchemy's inspector does."""
    return str(dialect.normalize_name(name)) if dialect.requires_name_normalize else name


def kind_of(type_: TypeEngine[Any]) -> str:
    """Return one of `proposals.KINDS` for a reflected type."""
    return next((kind for types, kind in _KINDS if isinstance(type_, types)), "unknown")


def look(connection: Connection, facts: TableFacts) -> TableFacts:
    """Return the facts with a few values of each column and how many rows there are."""
    columns: list[ColumnClause[Any]] = [
        column(exact(connection.dialect, name)) for name in facts.columns
    ]
    source = table(exact(connection.dialect, facts.name), *columns)
    rows = connection.execute(select(*source.columns).limit(LOOKED_AT)).all()
    first = select(next(iter(source.columns)).label("one")).limit(MANY).subquery()
    return replace(
        facts,
        samples={
            name: _samples([row[place] for row in rows])
            for place, name in enumerate(facts.columns)
        },
        rows=connection.execute(select(func.count()).select_from(first)).scalar_one(),
    )


def _samples(values: Sequence[object]) -> Sequence[str]:
    texts = (str(one)[:LONGEST_SAMPLE] for one in values if isinstance(one, str | int))
    return list(dict.fromkeys(texts))[:_MOST_SAMPLES]
