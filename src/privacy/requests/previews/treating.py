"""What becomes of each field of an answer: given, withheld, or with passages struck out.

Where nobody decided, the definition does: what is about others is withheld, and in what is about
the subject and others the identifiers of others are struck out (Art. 15(4) GDPR).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from privacy.packages.withheld import Ground, Withheld, key_of_row
from privacy.requests.previews.passages import Mark, Own, foreign, is_whole, struck, words
from privacy.stores.definition import Collection, Field, StoreDefinition
from privacy.stores.protocol import Key
from privacy.stores.search.findings import Findings, FoundRow, Place, Rows
from privacy.stores.terms import About, DataCategory

Known: TypeAlias = Callable[[AbstractSet[str]], AbstractSet[str]]
"""Returns which of these words are identifiers of other subjects."""

Definitions: TypeAlias = Mapping[str, StoreDefinition]

NUMBERS = frozenset({Mark.IBAN, Mark.CARD, Mark.NIR})
"""One that stands alone in the subject's row is the subject's; an address may be another's."""
REACHES = frozenset({Mark.EMAIL, Mark.PHONE})
OWN_CATEGORIES = frozenset({DataCategory.IDENTITY, DataCategory.PAYMENT})


class Treatment(StrEnum):
    """What an operator decides on a field."""

    GIVE = "give"
    REDACT = "redact"
    """Given without the passages in which others may be recognised."""
    WITHHOLD = "withhold"


@dataclass(frozen=True)
class Choice:
    """One decision: on a field, or a collection where it names none; in every row, or in one."""

    store: str
    collection: str
    field: str
    treatment: Treatment
    ground: Ground = Ground.OTHERS
    row: Key | None = None


@dataclass(frozen=True)
class Treatments:
    """All that was decided on one answer, with what definitions say where nobody did."""

    choices: Sequence[Choice]
    definitions: Definitions

    def withheld(self) -> list[Withheld]:
        """Return what stays out of the package as a whole field, row or collection."""
        decided = [one for one in self.choices if one.treatment is Treatment.WITHHOLD]
        spoken = {(one.store, one.collection, one.field) for one in self.choices if not one.row}
        declared = [
            Withheld(store, collection.name, Ground.OTHERS, field.name)
            for store, collection, field in self._fields(About.OTHERS)
            if (store, collection.name, field.name) not in spoken
        ]
        return declared + [
            Withheld(one.store, one.collection, one.ground, one.field, one.row) for one in decided
        ]

    def strikes(self) -> Mapping[Place, "Strikes"]:
        """Return by place in which fields passages are struck out."""
        made: dict[Place, Strikes] = {}
        for store, collection, field in self._fields(About.BOTH):
            self._strikes_of(made, store, collection).fields.add(field.name)
        for one in self.choices:
            named = self._collection(one)
            if named is not None and one.treatment is not Treatment.WITHHOLD:
                self._strikes_of(made, one.store, named).take(one)
        return {place: strikes for place, strikes in made.items() if strikes.has_any}

    def _strikes_of(
        self, made: dict[Place, "Strikes"], store: str, collection: Collection
    ) -> "Strikes":
        return made.setdefault((store, collection.name), Strikes(collection, set(), {}))

    def _collection(self, choice: Choice) -> Collection | None:
        definition = self.definitions.get(choice.store)
        named = definition.collections if definition else ()
        return next((one for one in named if one.name == choice.collection), None)

    def _fields(self, about: About) -> Iterator[tuple[str, Collection, Field]]:
        for store, definition in self.definitions.items():
            for collection in definition.collections:
                for field in collection.fields:
                    if field.about is about:
                        yield store, collection, field


@dataclass(frozen=True)
class Strikes:
    """In which fields of a collection passages are struck out, and where rows differ in that."""

    collection: Collection
    fields: set[str]
    rows: dict[tuple[Key, str], bool]

    @property
    def has_any(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.fields) or any(self.rows.values())

    def take(self, choice: Choice) -> None:
        """Let a decision stand before what was there."""
        names = [choice.field] if choice.field else list(self.collection.columns)
        redact = choice.treatment is Treatment.REDACT
        for name in names:
            if choice.row is not None:
                self.rows[choice.row, name] = redact
            elif redact:
                self.fields.add(name)
            else:
                self.fields.discard(name)

    def of(self, row: FoundRow) -> set[str]:
        """Return the fields of a row in which passages are struck out."""
        if not self.rows:
            return self.fields
        key = key_of_row(self.collection, row.values)
        here = {name: redact for (of, name), redact in self.rows.items() if of == key}
        return {name for name in self.fields | here.keys() if here.get(name, True)}


def treated(findings: Findings, treatments: Treatments, known: Known) -> Findings:
    """Return the findings in which passages that tell of others are struck out.

    Rows are changed when they are read, so that memory does not grow with them.
    """
    strikes = treatments.strikes()
    if not strikes.keys() & findings.rows.keys():
        return findings
    own = own_of(findings, treatments.definitions)
    rows: dict[Place, Rows] = {
        place: StruckRows(found, strikes[place], own, known) if place in strikes else found
        for place, found in findings.rows.items()
    }
    return replace(findings, rows=rows)


@dataclass(frozen=True)
class StruckRows:
    """The rows of one collection, as they are after striking out."""

    found: Rows
    strikes: Strikes
    own: Own
    known: Known

    @property
    def owned(self) -> int:
        """Return how many are the subject's."""
        return self.found.owned

    @property
    def exported(self) -> int:
        """Return how many a package shows."""
        return self.found.exported

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.found)

    def __iter__(self) -> Iterator[FoundRow]:
        """Yield each row; nothing that identifies others is left in the struck fields."""
        for row in self.found:
            names = self.strikes.of(row)
            changed = {name: self._struck(row.values[name]) for name in names & row.values.keys()}
            yield replace(row, values={**row.values, **changed}) if changed else row

    def _struck(self, value: object) -> object:
        if isinstance(value, str):
            return struck(value, foreign(value, self.own, self.known(words(value))))
        if isinstance(value, Mapping):
            return {key: self._struck(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._struck(inner) for inner in value]
        return value


def own_of(findings: Findings, definitions: Definitions) -> Own:
    """Return what is known to be the subject's own, so that it is never marked.

    That is every identifier the search knows, the numbers that stand alone in fields of the
    subject's rows, and addresses where the definition says that they are the subject's.
    """
    known = [part for keys in findings.identifiers.values() for key in keys for part in key]
    return Own([*known, *_own_cells(findings, definitions)])


def _own_cells(findings: Findings, definitions: Definitions) -> Iterator[str]:
    for (store, name), rows in findings.rows.items():
        marks = _own_marks(definitions[store].collection(name).fields)
        for row in rows if marks else ():
            if row.owned:
                yield from _whole(row, marks)


def _whole(row: FoundRow, marks: Mapping[str, AbstractSet[Mark]]) -> Iterator[str]:
    for name, expected in marks.items():
        value = row.values.get(name)
        if isinstance(value, str) and is_whole(value, expected):
            yield value


def _own_marks(fields: Iterable[Field]) -> Mapping[str, AbstractSet[Mark]]:
    """Return by field of the subject what a whole value in it may be."""
    marks: dict[str, AbstractSet[Mark]] = {}
    for field in fields:
        if field.about is About.SUBJECT:
            marks[field.name] = NUMBERS | REACHES
        elif field.about is None and field.data_category in OWN_CATEGORIES:
            marks[field.name] = NUMBERS
    return marks
