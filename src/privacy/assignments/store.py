"""Answers of keepers seen as a data store, and what this room keeps on a subject.

A keeper is asked once for all that is known when the other stores have been searched. What is
learned later is asked by a further assignment that names only what is new. A store is never
asked again for what its own answer brought.
"""

import re
from collections import defaultdict
from collections.abc import Collection as Values
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from typing_extensions import override

from privacy.assignments.answers import Question, answers, filled
from privacy.assignments.models import Assignment, AssignmentFile, AssignmentLink, AssignmentState
from privacy.assignments.queries import Known
from privacy.errors import AwaitedError, ImpossibleError
from privacy.stores.assigned import Assigned, Terms, holds_documents
from privacy.stores.connectors.asking import declared_of, matcher
from privacy.stores.definition import Collection, Columns, Field, Identity, StoreDefinition
from privacy.stores.normalise import fold
from privacy.stores.own import SUBJECT, OwnCollection
from privacy.stores.protocol import Key, Row, Store
from privacy.stores.terms import DataCategory


class AssignedStore(Store):
    """One assigned store for one request: reads what was answered, notes what is to be asked."""

    def __init__(self, store: Store, known: Sequence[Known]) -> None:
        if not isinstance(store, Assigned):
            raise TypeError("only a store that is assigned has assignments")
        self._store = store
        self._terms = store.terms
        self._known = known
        self._states: dict[tuple[str, Columns, Key], AssignmentState] = {
            (question.collection, question.columns, key): one.state
            for one in known
            for question in one.questions
            for key in question.keys
        }
        self.documents: dict[str, bytes] = {}
        """Files of the answers, by the path that their rows have in the place of the content."""
        self._answered = [
            (
                one.questions,
                collection,
                self._whole(collection, row, f"{one.id.hex[-6:]}-{number}"),
            )
            for one in known
            for collection in (store.definition.collection(name) for name in one.rows)
            for number, row in enumerate(one.rows[collection.name], start=1)
        ]
        self._brought = set(self._identifying())
        self._unasked: dict[tuple[str, Columns], dict[Key, None]] = defaultdict(dict)

    @property
    def unasked(self) -> tuple[Question, ...]:
        """Return what was read and nobody has been asked for yet."""
        return tuple(Question(*place, tuple(keys)) for place, keys in self._unasked.items())

    @property
    def known(self) -> Sequence[Known]:
        """Return what was asked and answered when this was made."""
        return self._known

    @property
    @override
    def definition(self) -> StoreDefinition:
        return self._store.definition

    @property
    def terms(self) -> Terms:
        """Return on which terms who is asked."""
        return self._terms

    @override
    def check(self) -> None:
        self._store.check()

    @override
    def read(self, collection: Collection, columns: Columns, values: Values[Key]) -> Iterator[Row]:
        declared = declared_of(self.definition, collection, columns)
        states = {self._state(declared, columns, key) for key in values}
        yield from self._rows(declared, columns, values)
        if AssignmentState.IMPOSSIBLE in states:
            raise ImpossibleError(f"The data store {self.definition.name} cannot be searched.")
        if AssignmentState.OPEN in states:
            raise AwaitedError(f"The data store {self.definition.name} has not answered yet.")

    @override
    def close(self) -> None:
        self._store.close()

    def _state(self, collection: Collection, columns: Columns, key: Key) -> AssignmentState:
        asked = self._states.get((collection.name, columns, key))
        if asked is None and self._brought.issuperset(key):
            return AssignmentState.ANSWERED
        if asked is None:
            self._unasked[collection.name, columns][key] = None
        return asked or AssignmentState.OPEN

    def _rows(
        self, collection: Collection, columns: Columns, values: Values[Key]
    ) -> Iterator[Row]:
        matches = matcher(collection, columns, values)
        wanted = set(values)
        for questions, of, row in self._answered:
            if of.name != collection.name:
                continue
            asked = [one for one in questions if one.collection == of.name]
            is_asked = any(o.columns == columns and wanted.intersection(o.keys) for o in asked)
            if matches(row) or (is_asked and answers(collection, asked, row)):
                yield row

    def _whole(self, collection: Collection, row: Row, number: str) -> dict[str, Any]:
        """Return a row with its primary key, and a document's path in the place of its content."""
        whole = _keyed(collection, row, number)
        content = whole.get("content")
        if holds_documents(collection) and isinstance(content, bytes):
            path = f"documents/{self.definition.name}-{number}{_ending(str(whole['name']))}"
            self.documents[path] = content
            whole["content"] = path
        return whole

    def _identifying(self) -> Iterator[str]:
        """Yield the identifiers and keys that the store's own answers hold, as compared."""
        for _questions, collection, row in self._answered:
            columns = {c for one in collection.identities if not one.path for c in one.columns} | {
                c for link in collection.links if not link.path for c in link.columns
            }
            for column in columns:
                text = fold(collection.normalisers[column], row[column])
                if text:
                    yield text


def _keyed(collection: Collection, row: Row, number: str) -> dict[str, Any]:
    """Return a whole row with its primary key, since not every archive numbers what it has."""
    whole = filled(collection, row)
    missing = [name for name in collection.primary_key if whole[name] in {None, ""}]
    return whole | ({missing[0]: number} if missing else {})


def _ending(name: str) -> str:
    """Return the ending of a file's name if it is a plain one, so that programs know its kind."""
    found = re.search(r"\.[A-Za-z0-9]{1,8}$", name)
    return found[0].lower() if found else ""


def seen(stores: Mapping[str, Store], known: Mapping[str, Sequence[Known]]) -> dict[str, Store]:
    """Return the stores, those that are assigned with what was answered for one request."""
    return {
        name: AssignedStore(one, known.get(name, ())) if isinstance(one, Assigned) else one
        for name, one in stores.items()
    }


def _field(name: str, fr: str, en: str) -> Field:
    return Field(name, {"fr": fr, "en": en}, DataCategory.TECHNICAL)


ASSIGNMENTS = Collection(
    name="assignment",
    title={"fr": "Recherches faites à la main pour vous", "en": "Searches by hand for you"},
    primary_key=("subject_id", "id"),
    fields=(
        _field("subject_id", "Numéro interne", "Internal number"),
        _field("id", "N°", "No."),
        _field("store_name", "Source", "Data store"),
        _field("state", "État", "State"),
        _field("records", "Éléments trouvés", "Records found"),
        _field("opened_at", "Demandée le", "Asked at"),
        _field("answered_at", "Répondue le", "Answered at"),
        _field("closed_at", "Effacée le", "Destroyed at"),
    ),
    identities=(Identity("subject_id", SUBJECT),),
    purposes=("requests",),
)


def _own(session: Session, subjects: Sequence[UUID]) -> Iterator[Row]:
    wanted = select(Assignment).where(Assignment.subject_id.in_(subjects))
    for about in session.scalars(wanted.order_by(Assignment.opened_at)):
        row = {name: getattr(about, name) for name in ASSIGNMENTS.columns}
        yield row | {"state": about.state.value}


OWN = OwnCollection(
    ASSIGNMENTS,
    frozenset(
        {Assignment.__tablename__, AssignmentFile.__tablename__, AssignmentLink.__tablename__}
    ),
    _own,
)
