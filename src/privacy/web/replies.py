"""Searches by hand as pages show them, and answers as forms hand them in; two surfaces use it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from privacy.assignments import correcting
from privacy.assignments.acts import ANSWERABLE, Reply
from privacy.assignments.answers import LONGEST_DOCUMENT, Answer, Document, Question, Result, Row
from privacy.assignments.correcting import Line, Outcome, Said
from privacy.assignments.models import Assignment, AssignmentState, Task
from privacy.assignments.queries import Known, by_id, opened_of
from privacy.assignments.reading import rows_of_file, rows_typed
from privacy.errors import InvalidError, NotFoundError
from privacy.rectification import keepers
from privacy.requests.answering import awaiting
from privacy.stores.assigned import Assigned, Terms, holds_documents
from privacy.stores.definition import Collection, StoreDefinition
from privacy.web import current

MOST_BYTES: Final = 12 * 1024 * 1024
"""What one answer may have with all its files."""
LINES: Final = 3
"""Records of a collection that can be typed; more come as a table."""


def asked_of(about: Assignment) -> tuple[StoreDefinition, Terms]:
    """Return the definition of an assignment's store and on which terms it is searched.

    Raises NotFoundError when the store was removed or is no longer searched by hand.
    """
    opened = current.runtime().open_stores(about.controller_id)
    store: object = opened.get(about.store_name)
    if not isinstance(store, Assigned):
        raise NotFoundError("This data store is not searched by hand any more.")
    return opened[about.store_name].definition, store.terms


def take(about: Assignment, *, actor: str) -> dict[str, str]:
    """Take what this request's form answers, and let its request go on at once.

    Returns what is wrong with it by the field of the form, if anything. Raises ConflictError and
    GoneError for what is answered, or needed no more.
    """
    try:
        if about.task == Task.CORRECT:
            _take_correction(about, actor)
        else:
            _take_search(about, actor)
    except InvalidError as error:
        return faults_of(error, about)
    current.runtime().wake("rectify" if about.task == Task.CORRECT else "fulfil-access")
    return {}


def _take_search(about: Assignment, actor: str) -> None:
    runtime, reply = current.runtime(), reply_of(about)
    with runtime.database.transaction() as session:
        awaiting.take_answer(
            session,
            actor=actor,
            at=runtime.clock(),
            desk=runtime.desk,
            about=by_id(session, assignment_id=about.id),
            reply=reply,
        )


def _take_correction(about: Assignment, actor: str) -> None:
    runtime = current.runtime()
    with runtime.database.transaction() as session:
        fresh = by_id(session, assignment_id=about.id)
        lines = correcting.lines_of(session, cabinet=runtime.cabinet, about=fresh)
        keepers.take_answer(
            session,
            actor=actor,
            at=runtime.clock(),
            desk=runtime.desk,
            about=fresh,
            said=dict(_said(lines)),
        )


def _said(lines: Sequence[Line]) -> Iterator[tuple[UUID, Said]]:
    """Yield what was chosen for each line; nothing for one that was passed over."""
    for one in lines:
        chosen = request.form.get(f"result-{one.id}", "")
        if chosen in set(Outcome):
            yield one.id, Said(Outcome(chosen), request.form.get(f"reason-{one.id}", "").strip())


def sheet(session: Session, about: Assignment) -> dict[str, Any]:
    """Return what a page shows of an assignment; what to search for only while it is open."""
    definition, terms = asked_of(about)
    language = current.language()
    known = opened_of(session, cabinet=current.runtime().cabinet, about=about)
    is_open = about.state in ANSWERABLE
    asked = known.questions if is_open else ()
    return {
        "assignment": about,
        "place": definition.title[language],
        "instructions": terms.instructions[language] if terms.instructions else None,
        "searches": list(_searches(definition, asked)),
        "tables": [_table(one) for one in definition.collections if not holds_documents(one)]
        if is_open
        else [],
        "attachable": [
            {"name": one.name, "title": one.title[language]}
            for one in definition.collections
            if holds_documents(one) and any(q.collection == one.name for q in asked)
        ],
        "why": _why(known),
        "lines": [_line(definition, one) for one in _lines(session, about)],
    }


def _lines(session: Session, about: Assignment) -> Sequence[Line]:
    is_open = about.state is AssignmentState.OPEN
    cabinet = current.runtime().cabinet
    return correcting.lines_of(session, cabinet=cabinet, about=about) if is_open else ()


def _line(definition: StoreDefinition, one: Line) -> dict[str, Any]:
    """Return a value to be put right; its field's title, or none for wherever it stands."""
    language = current.language()
    titles = {
        (collection.name, field.name): f"{collection.title[language]} – {field.title[language]}"
        for collection in definition.collections
        for field in collection.fields
    }
    title = titles.get((one.collection, one.field), "")
    return {"id": one.id, "title": title, "before": one.before, "after": one.after}


def _why(known: Known) -> str:
    return known.reason if known.state is AssignmentState.IMPOSSIBLE else ""


def _searches(
    definition: StoreDefinition, questions: tuple[Question, ...] | Any
) -> Iterator[dict[str, Any]]:
    language = current.language()
    for question in questions:
        collection = definition.collection(question.collection)
        titles = {one.name: one.title[language] for one in collection.fields}
        yield {
            "place": collection.title[language],
            "field": ", ".join(titles[name] for name in question.columns),
            "values": [" · ".join(key) for key in question.keys],
        }


def _table(collection: Collection) -> dict[str, Any]:
    language = current.language()
    return {
        "name": collection.name,
        "title": collection.title[language],
        "fields": [{"name": f.name, "title": f.title[language]} for f in collection.fields],
        "lines": range(1, LINES + 1),
    }


def reply_of(about: Assignment) -> Reply:
    """Return what this request's form answers; InvalidError as reading the parts raises."""
    definition, _terms = asked_of(about)
    form = request.form.to_dict()
    if form.get("result") not in set(Result):
        raise InvalidError("Nothing was chosen.", fields={"result": ["result.missing"]})
    rows = {
        one.name: found
        for one in definition.collections
        if not holds_documents(one) and (found := list(_rows(one, form)))
    }
    documents = tuple(_documents(definition))
    result, reason = Result(form["result"]), form.get("reason", "").strip()
    return Reply(definition, Answer(result, rows, documents, reason))


def _rows(collection: Collection, form: Mapping[str, str]) -> Iterator[Row]:
    yield from rows_typed(collection, form)
    file = request.files.get(f"file-{collection.name}")
    data = file.read() if file else b""
    if data.strip():
        try:
            yield from rows_of_file(collection, data)
        except InvalidError as error:
            codes = [code for told in error.fields.values() for code in told]
            raise InvalidError(str(error), fields={collection.name: codes}) from None


def _documents(definition: StoreDefinition) -> Iterator[Document]:
    for collection in definition.collections:
        if holds_documents(collection):
            for file in request.files.getlist(f"documents-{collection.name}"):
                content = file.read(LONGEST_DOCUMENT + 1)
                if content:
                    yield Document(collection.name, _name(file), file.mimetype[:100], content)


def _name(file: FileStorage) -> str:
    """Return a file's own name: no folder, nothing that cannot be shown."""
    last = (file.filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable())[:200] or "document"


def faults_of(error: InvalidError, about: Assignment) -> dict[str, str]:
    """Return the faults of an answer by the field of the form, as one code each."""
    definition, _terms = asked_of(about)
    fields = {
        one.name: f"{'documents' if holds_documents(one) else 'file'}-{one.name}"
        for one in definition.collections
    }
    return {fields.get(name, name): codes[0] for name, codes in error.fields.items()}
