"""What a data store holds, in the words that Art. 15 and 30 GDPR ask for: pure values.

It says where rows are, whom they identify, to whom they belong, why and how long they are kept.
Connectors read nothing that is not declared here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias

from privacy.errors import InvalidError
from privacy.stores.erasing import ErasureRule, FieldErasure
from privacy.stores.nested import column_of, within
from privacy.stores.normalise import USUAL
from privacy.stores.terms import (
    PRESUMED,
    About,
    DataCategory,
    Direction,
    Provenance,
    Rectifiable,
    SubjectKind,
)

LANGUAGES = ("fr", "en")

Texts: TypeAlias = Mapping[str, str]
"""The same text by language; always one in each of `LANGUAGES`."""

Columns: TypeAlias = tuple[str, ...]
"""Columns that only mean something together, in order: a key is never compared in parts."""


@dataclass(frozen=True)
class Field:
    """One column, by its exact name."""

    name: str
    title: Texts
    data_category: DataCategory
    normalise: str = "exact"
    """How values are made comparable: a name of `normalise.NORMALISERS`."""
    exported: bool = True
    """Whether a package shows it."""
    provenance: Provenance | None = None
    """Where its values come from; None where nobody has said so yet."""
    derived_from: tuple[str, ...] = ()
    """Fields that it is computed from, as `field`, `collection.field` or `store.collection.field`:
    when one is rectified, this one is to be computed again."""
    about: About | None = None
    """Whom its values speak of; None where nobody has said so: then as of the subject alone, and
    who previews an answer is shown what looks like somebody else's."""
    rectifiable: Rectifiable | None = None
    """Whether the subject may correct it; None where only a request in words does."""
    erasure: FieldErasure | None = None
    """What becomes of it where its rows are anonymised; None is what is usual for its category."""

    @property
    def origin(self) -> Provenance:
        """Return its provenance, presumed by its category where it is not declared."""
        if self.provenance is None and self.derived_from:
            return Provenance.DERIVED
        return self.provenance or PRESUMED[self.data_category]


@dataclass(frozen=True)
class Identity:
    """Columns that together hold an identifier of the subject whom the row is about.

    The same value of the same kind means the same subject in every store of the controller.
    """

    kind: str
    columns: Columns
    spreads: bool = True
    """Whether a value met here is searched elsewhere; not so for what several people share."""
    path: str = ""
    """Where values stand in its one column, when that holds a document or a list."""

    @property
    def asked_by(self) -> Columns:
        """Return the columns, or the place within the one, by which rows are asked for."""
        return (within(self.columns[0], self.path),) if self.path else self.columns


@dataclass(frozen=True)
class Condition:
    """A column that must hold one value, compared as the column is."""

    column: str
    equals: str


@dataclass(frozen=True)
class Link:
    """From a row's columns to the rows of another collection whose columns are equal."""

    columns: Columns
    to: str
    """A collection of the same store, or `store.collection`."""
    to_columns: Columns
    direction: Direction = Direction.OWNS
    exported: bool = False
    """Whether rows that are only referred to are shown in a package; owned ones always are."""
    when: Condition | None = None
    """Which rows it begins at: those whose `owner_type` is `Order`, say."""
    where: Condition | None = None
    """Which of the rows count that it leads to."""
    path: str = ""
    """Where the values stand in its one column, when that holds a document or a list."""
    to_path: str = ""
    """Where they stand in the one column that it leads to, when that holds one."""
    depth: int | None = None
    """How many links away from a row with an identifier it is no more followed, if ever."""

    @property
    def asked_by(self) -> Columns:
        """Return the columns by which the rows are asked for that it leads to."""
        columns = (within(self.to_columns[0], self.to_path),) if self.to_path else self.to_columns
        return (*columns, self.where.column) if self.where else columns


@dataclass(frozen=True)
class Kept:
    """How long a row is kept, counted from a day that it holds."""

    period: str
    """ISO 8601, such as P3Y or P6M."""
    since: str
    """A column with a date or an instant; where it holds none, no end is known."""


@dataclass(frozen=True)
class Collection:
    """Rows of one kind: a table, a view, a folder of documents."""

    name: str
    """What definitions, ledgers and packages call it."""
    title: Texts
    primary_key: Columns
    """Columns that tell two rows apart."""
    fields: tuple[Field, ...]
    identities: tuple[Identity, ...] = ()
    links: tuple[Link, ...] = ()
    retention: Texts | None = None
    purposes: tuple[str, ...] = ()
    """Codes of purposes; the store's own where empty."""
    table: str = ""
    """The exact name in the store; the same as `name` where empty."""
    schema: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What only the connector understands, such as a request or an encoding: plain values."""
    kept: Kept | None = None
    """How long each row is kept, where that can be counted from one of its dates."""
    subjects: SubjectKind | None = None
    """Whom its rows are about; None for the same as what leads here, or where nobody said."""
    erasure: ErasureRule | None = None
    """What an erasure does with its rows; None is that they are deleted."""

    @cached_property
    def columns(self) -> Columns:
        """Return the names of all declared fields, in order."""
        return tuple(declared.name for declared in self.fields)

    @cached_property
    def normalisers(self) -> Mapping[str, str]:
        """Return by column, and by identity within one, how values are made comparable."""
        known = {declared.name: declared.normalise for declared in self.fields}
        return known | {
            one.asked_by[0]: USUAL.get(one.kind, known.get(one.columns[0], "exact"))
            for one in self.identities
            if one.path
        }

    def way(self, column: str) -> str:
        """Return how values of a column, or of a place within one, are made comparable."""
        known = self.normalisers
        return known.get(column) or known.get(column_of(column), "exact")

    @property
    def source_table(self) -> str:
        """Return the exact name of the table in the store."""
        return self.table or self.name

    @property
    def is_personal(self) -> bool:
        """Whether any field says something of someone."""
        return any(field.data_category != DataCategory.NONE for field in self.fields)


@dataclass(frozen=True)
class Waiver:
    """A table or a column that nobody has classified yet, and why that may wait."""

    table: str
    """Its exact name in the store."""
    column: str
    """Empty for the whole table."""
    reason: str
    until: date
    """The last day on which it is accepted."""

    @property
    def place(self) -> str:
        """Return what ledgers call it."""
        return f"{self.table}.{self.column}" if self.column else self.table


@dataclass(frozen=True)
class StoreDefinition:
    """All that is declared of one data store."""

    name: str
    title: Texts
    purposes: tuple[str, ...]
    collections: tuple[Collection, ...]
    source: Texts | None = None
    """Where the data come from (Art. 15(1)(g) GDPR)."""
    recipients: tuple[str, ...] = field(default=())
    """Names of those to whom the data are disclosed (Art. 15(1)(c) GDPR)."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What only the connector understands of the whole store; never a secret."""
    waivers: tuple[Waiver, ...] = ()
    unclassified: tuple[str, ...] = ()
    """Tables and columns that its last check found new, as ledgers call them; in no file."""

    def collection(self, name: str) -> Collection:
        """Return a collection by name; raise InvalidError when it is not declared."""
        found = self._by_name.get(name)
        if found is None:
            raise InvalidError(f"The store {self.name} declares no collection {name!r}.")
        return found

    @cached_property
    def _by_name(self) -> Mapping[str, Collection]:
        return {collection.name: collection for collection in self.collections}

    def targets(self, origin: Collection) -> Iterator[tuple[Link, tuple[str, str]]]:
        """Yield each link of a collection with the (store, collection) that it leads to."""
        for link in origin.links:
            store, dot, collection = link.to.partition(".")
            yield link, (store, collection) if dot else (self.name, link.to)
