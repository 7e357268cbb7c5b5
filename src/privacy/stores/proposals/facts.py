"""What a data store says of its tables by itself: pure values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from privacy.stores.definition import Columns, Condition

KINDS = ("text", "number", "boolean", "date", "bytes", "document", "unknown")
"""What the values of a column are, whatever each database calls it."""


MANY = 100_000


@dataclass(frozen=True)
class ForeignKey:
    """Columns that refer to columns of another table, as the database enforces it."""

    columns: Columns
    table: str
    to_columns: Columns
    when: Condition | None = None
    """Which rows it holds for, when another column says to which table it refers."""


@dataclass(frozen=True)
class TableFacts:
    """What a database says of one of its tables."""

    name: str
    columns: Columns
    primary_key: Columns
    foreign_keys: Sequence[ForeignKey] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    """By column what its values are, as far as the store says; see `KINDS`."""
    unique: Sequence[Columns] = ()
    """Columns beside the primary key that together are different in each row."""
    required: frozenset[str] = frozenset()
    """Columns that are never empty."""
    rows: int | None = None
    """How many rows there are; None where nobody counted, `MANY` for that many or more."""
    triggers: int = 0
    """How many triggers run when it is written."""
    samples: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    """By column a few values as texts, for judging what the column holds."""
