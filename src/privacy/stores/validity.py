"""Whether the parts of a definition fit each other: pure, and without a look at the store."""

from collections.abc import Iterable

from privacy.errors import InvalidError
from privacy.policy.months import Period
from privacy.stores.definition import Collection, Columns, Link, StoreDefinition
from privacy.stores.document import CODE, Faults
from privacy.stores.erasing import Erasure, ErasureRule, FieldErasure
from privacy.stores.nested import PATH
from privacy.stores.normalise import NORMALISERS
from privacy.stores.terms import DataCategory, Direction

TYPED = frozenset({DataCategory.IDENTITY, DataCategory.CONTACT})
"""Categories of which subjects themselves know best what is right."""
MOST_STEPS = 20
"""Links away that a limit may lie; each costs a search some memory."""
UNDECLARED = "names a column that is not among the fields: {}"


def ensure_valid(definition: StoreDefinition) -> StoreDefinition:
    """Return the definition; raise InvalidError whose `fields` name every fault by path."""
    faults = Faults()
    note_faults(definition, faults)
    faults.raise_all("The definition of the data store has faults.")
    return definition


def note_faults(definition: StoreDefinition, faults: Faults) -> None:
    """Note all that does not fit: names twice, columns undeclared, links into the void."""
    if not definition.collections:
        faults.add("collections", "needs at least one collection")
    _note_twice([c.name for c in definition.collections], "collections", faults)
    for number, collection in enumerate(definition.collections):
        path = f"collections[{number}]"
        _note_collection(collection, path, faults)
        for index, link in enumerate(collection.links):
            _note_link(definition, collection, link, _At(f"{path}.links[{index}]", faults))


class _At:
    """A place in the document."""

    def __init__(self, path: str, faults: Faults) -> None:
        self.path = path
        self._faults = faults

    def note(self, below: str, what: str) -> None:
        self._faults.add(f"{self.path}.{below}", what)

    def note_columns(self, below: str, columns: Columns, declared: Columns) -> None:
        if not columns:
            self.note(below, "needs at least one column")
        for column in sorted(set(columns) - set(declared)):
            self.note(below, UNDECLARED.format(column))
        if len(set(columns)) < len(columns):
            self.note(below, "names a column twice")

    def note_path(self, below: str, path: str, columns: Columns) -> None:
        if path and len(columns) != 1:
            self.note(below, "needs exactly one column, in which it stands")
        if path and not PATH.fullmatch(path):
            self.note(below, "must be names with dots between them, and [*] for every element")


def _note_collection(collection: Collection, path: str, faults: Faults) -> None:
    at = _At(path, faults)
    if not collection.fields:
        at.note("fields", "needs at least one field")
    _note_twice(collection.columns, f"{path}.fields", faults)
    at.note_columns("primary_key", collection.primary_key, collection.columns)
    _note_kept(collection, at)
    _note_erasure(collection, at)
    for number, field in enumerate(collection.fields):
        if field.normalise not in NORMALISERS:
            at.note(f"fields[{number}].normalise", f"must be one of: {', '.join(NORMALISERS)}")
        if field.rectifiable and field.data_category not in TYPED:
            at.note(f"fields[{number}].rectifiable", "is for identity and contact data only")
    for number, identity in enumerate(collection.identities):
        at.note_columns(f"identities[{number}].columns", identity.columns, collection.columns)
        at.note_path(f"identities[{number}].path", identity.path, identity.columns)


def _note_kept(collection: Collection, at: _At) -> None:
    if collection.kept:
        at.note_columns("kept.since", (collection.kept.since,), collection.columns)
        try:
            Period.parse(collection.kept.period)
        except InvalidError as error:
            at.note("kept.period", str(error))


def _note_erasure(collection: Collection, at: _At) -> None:
    rule = collection.erasure or ErasureRule(Erasure.DELETE)
    if rule.mode is Erasure.KEEP and rule.ground is None:
        at.note("erasure.ground", "is needed to keep rows: one of Art. 17(3) GDPR")
    if rule.mode is not Erasure.KEEP and rule.ground is not None:
        at.note("erasure.ground", "is for rows that are kept only")
    identifying = {column for one in collection.identities for column in one.columns}
    for number, field in enumerate(collection.fields):
        if field.erasure and rule.mode is not Erasure.ANONYMISE:
            at.note(f"fields[{number}].erasure", "is for collections that are anonymised only")
        if field.erasure is FieldErasure.KEEP and field.name in identifying:
            at.note(f"fields[{number}].erasure", "must not keep what identifies the subject")


def _note_link(definition: StoreDefinition, collection: Collection, link: Link, at: _At) -> None:
    at.note_columns("columns", link.columns, collection.columns)
    _note_particulars(collection, link, at)
    if len(link.columns) != len(link.to_columns):
        at.note("to_columns", "needs as many columns as the link begins with")
    store, dot, name = link.to.rpartition(".")
    if not all(CODE.fullmatch(part) for part in (store, name) if part or dot):
        at.note("to", "must be a collection, or store.collection")
    elif not dot or store == definition.name:
        _note_target(definition, name, link, at)
    elif not link.to_columns:
        at.note("to_columns", "needs at least one column")


def _note_particulars(collection: Collection, link: Link, at: _At) -> None:
    if link.when:
        at.note_columns("when.column", (link.when.column,), collection.columns)
    if link.where and link.where.column in link.to_columns:
        at.note("where.column", "must be none of to_columns")
    at.note_path("path", link.path, link.columns)
    at.note_path("to_path", link.to_path, link.to_columns)
    if link.depth is not None and not 0 < link.depth <= MOST_STEPS:
        at.note("depth", f"must be a whole number from 1 to {MOST_STEPS}")
    if link.depth is not None and link.direction is Direction.REFERS:
        at.note("depth", "only means something with owns: what is referred to is one step away")


def _note_target(definition: StoreDefinition, name: str, link: Link, at: _At) -> None:
    targets = [c for c in definition.collections if c.name == name]
    if targets:
        at.note_columns("to_columns", link.to_columns, targets[0].columns)
        if link.where:
            at.note_columns("where.column", (link.where.column,), targets[0].columns)
    else:
        at.note("to", f"leads to no declared collection: {name}")


def _note_twice(names: Iterable[str], path: str, faults: Faults) -> None:
    seen: set[str] = set()
    for name in names:
        if name and name in seen:
            faults.add(path, f"names {name} twice")
        seen.add(name)
