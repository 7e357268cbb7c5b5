"""What a database that speaks SQL says of its own tables, for a first definition."""

from collections.abc import Sequence

from sqlalchemy import Connection, inspect

from privacy.stores.connectors.reflection import is_catalogue
from privacy.stores.proposals import ForeignKey, TableFacts


def survey(connection: Connection) -> Sequence[TableFacts]:
    """Return the tables of the default schema, by name; views and other schemas are left out."""
    inspector = inspect(connection)
    columns = inspector.get_multi_columns()
    primary = inspector.get_multi_pk_constraint()
    foreign = inspector.get_multi_foreign_keys()
    return [
        TableFacts(
            name=name,
            columns=tuple(column["name"] for column in columns[schema, name]),
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
        )
        for schema, name in sorted(columns, key=lambda place: place[1])
        if not is_catalogue("", name)
    ]
