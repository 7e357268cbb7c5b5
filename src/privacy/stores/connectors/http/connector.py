"""HTTP interfaces that answer in JSON, asked as the definition words it."""

import re
from collections.abc import Collection as Values
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlencode

from typing_extensions import override

from privacy.errors import InvalidError, UnavailableError
from privacy.stores.connectors.asking import declared_of, like, matcher
from privacy.stores.connectors.declared import DeclaredStore
from privacy.stores.connectors.http.conversation import Answer, Conversation
from privacy.stores.connectors.http.wording import (
    Method,
    Paging,
    Wording,
    at_path,
    endpoints_of,
    is_there,
    manners_of,
    put_at,
)
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.normalise import text_of
from privacy.stores.protocol import Capability, Key, Row, refusal

MOST_PAGES = 100_000
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*?\brel="?([^",;]*\s)?next\b', re.IGNORECASE)
REFUSED = frozenset({401, 403, 407})


class HttpConnector(DeclaredStore):
    """An interface of another service; what it answers is matched again here."""

    def __init__(self, definition: StoreDefinition, address: str) -> None:
        self._definition = definition
        self._manners = manners_of(definition)
        self._endpoints = endpoints_of(definition)
        self._conversation = Conversation(address, self._manners)

    @property
    @override
    def capabilities(self) -> frozenset[Capability]:
        """Return what every collection can do; one that cannot speaks for the whole store."""
        ends = self._endpoints.values()
        can = {
            Capability.ERASE: all(end.erase for end in ends),
            Capability.RECTIFY: all(end.rectify for end in ends),
        }
        return frozenset(capability for capability, possible in can.items() if possible)

    @override
    def check(self) -> None:
        if self._manners.check:
            self._understood(self._conversation.ask("GET", self._manners.check))
        missing: dict[str, list[str]] = {}
        for collection in self._definition.collections:
            listing = [w for w in self._endpoints[collection.name].reads if not w.columns]
            for wording in listing[:1]:
                first = next(self._rows(wording, {}, {}), None)
                values = self._values(collection, first) if first else {}
                missing |= {
                    f"{collection.name}.{name}": ["the answer has no such field"]
                    for name in collection.columns
                    if first and name not in values
                }
        if missing:
            name = self._definition.name
            raise InvalidError(
                f"The data store {name} is not as its definition says.", fields=missing
            )

    @override
    def _matching(
        self, collection: Collection, columns: Columns, values: Values[Key]
    ) -> Iterator[Row]:
        matches = matcher(collection, columns, values)
        wording = self._wording_for(collection, columns)
        for asked in _asked(wording, columns, values):
            for document in self._rows(wording, asked, asked):
                there = self._values(collection, document)
                row = {name: there.get(name) for name in collection.columns}
                if matches(row):
                    yield row

    def _wording_for(self, collection: Collection, columns: Columns) -> Wording:
        fitting = [
            wording
            for wording in self._endpoints[collection.name].reads
            if set(wording.columns) <= set(columns)
        ]
        if not fitting:
            raise InvalidError(
                f"The collection {collection.name} has no request by {', '.join(columns)}."
            )
        return max(fitting, key=lambda wording: len(wording.columns))

    def _rows(
        self, wording: Wording, asked: Mapping[str, str], content: Mapping[str, str]
    ) -> Iterator[Mapping[str, Any]]:
        """Yield the rows of all pages, one page in memory at a time."""
        target = wording.target(asked)
        if target is None:
            return
        body, seen, before = wording.content(content), 0, None
        step: str | None = _first(wording, target)
        for number in range(MOST_PAGES):
            if step is None:
                return
            answer = self._conversation.ask(wording.method, step, body)
            if answer.status == 404 and wording.missing:
                return
            rows = _rows_of(self._understood(answer).body, wording.rows)
            if rows and rows == before:
                raise InvalidError("The interface gives the same page again and again.")
            yield from rows
            seen, before = seen + len(rows), rows
            step = self._next(wording, target, answer, _Course(number, seen, bool(rows), step))
        raise InvalidError("The interface has pages without end.")

    def _next(
        self, wording: Wording, target: str, answer: Answer, course: "_Course"
    ) -> str | None:
        pages = wording.pages
        if pages.kind is Paging.LINK:
            found = _NEXT.search(answer.headers.get("link", ""))
            return self._conversation.path_of(course.step, found[1]) if found else None
        if pages.kind is Paging.CURSOR:
            cursor = text_of(at_path(answer.body, pages.at))
            return _with(target, pages.parameter, cursor) if cursor else None
        if pages.kind is Paging.NONE or not course.has_rows:
            return None
        count = course.number + 1 if pages.kind is Paging.PAGE else course.seen
        return _with(target, pages.parameter, str(pages.first + count))

    def _understood(self, answer: Answer) -> Answer:
        name = self._definition.name
        if 200 <= answer.status < 300:
            return answer
        if answer.status in REFUSED:
            raise UnavailableError(f"The data store {name} refuses the account of its address.")
        if answer.status >= 500:
            raise UnavailableError(f"The data store {name} has a fault of its own.")
        raise InvalidError(
            f"The data store {name} does not take a request of its definition"
            f" (status {answer.status})."
        )

    def _values(self, collection: Collection, document: Mapping[str, Any]) -> dict[str, Any]:
        paths = self._endpoints[collection.name].fields
        return {
            name: at_path(document, paths[name]) if name in paths else document[name]
            for name in collection.columns
            if name in paths or name in document
        }

    @override
    def erase(self, collection: Collection, columns: Columns, values: Values[Key]) -> int:
        wording = self._endpoints[collection.name].erase
        if wording is None:
            raise refusal(self._definition, Capability.ERASE)
        doomed = {_own_key(collection, row): row for row in self.read(collection, columns, values)}
        for key in doomed:
            self._change(wording, collection, key, None)
        return len(doomed)

    @override
    def rectify(self, collection: Collection, key: Key, changes: Mapping[str, str | None]) -> int:
        endpoint = self._endpoints[collection.name]
        if endpoint.rectify is None:
            raise refusal(self._definition, Capability.RECTIFY)
        declared = declared_of(self._definition, collection, (*changes, *collection.primary_key))
        rows = list(islice(self.read(declared, declared.primary_key, [key]), 2))
        if len(rows) > 1:
            raise InvalidError(f"The primary key of {declared.name} meets several rows.")
        for row in rows:
            content: dict[str, Any] = dict(endpoint.rectify.content(_named(declared, row)) or {})
            for name, text in changes.items():
                put_at(content, endpoint.fields.get(name, name), like(row[name], text))
            self._change(endpoint.rectify, declared, _own_key(declared, row), content)
        return len(rows)

    def _change(self, wording: Wording, collection: Collection, key: Key, content: object) -> None:
        asked = dict(zip(collection.primary_key, key, strict=True))
        target = wording.target(asked)
        if target is None:
            raise InvalidError(f"A key of {collection.name} cannot stand in a path.")
        answer = self._conversation.ask(wording.method, target, content or wording.content(asked))
        # A second try meets what the first one erased already.
        if not (answer.status in {404, 410} and wording.method is Method.DELETE):
            self._understood(answer)

    @override
    def close(self) -> None:
        self._conversation.close()


class _Course:
    """How far the pages of one request have come."""

    def __init__(self, number: int, seen: int, has_rows: bool, step: str) -> None:  # noqa: FBT001 -- made in one place
        self.number = number
        self.seen = seen
        self.has_rows = has_rows
        self.step = step


def _asked(wording: Wording, columns: Columns, values: Values[Key]) -> Iterator[Mapping[str, str]]:
    """Yield what each request asks by; once nothing where it lists everything."""
    if not wording.columns:
        yield {}
        return
    places = [columns.index(name) for name in wording.columns]
    for key in dict.fromkeys(tuple(key[place] for place in places) for key in values):
        if all(key):
            yield dict(zip(wording.columns, key, strict=True))


def _first(wording: Wording, target: str) -> str:
    if wording.pages.kind in {Paging.PAGE, Paging.OFFSET}:
        return _with(target, wording.pages.parameter, str(wording.pages.first))
    return target


def _with(target: str, parameter: str, value: str) -> str:
    """Return a path whose query says something else of one parameter."""
    path, _, query = target.partition("?")
    kept = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != parameter]
    return f"{path}?{urlencode([*kept, (parameter, value)])}"


def _rows_of(body: Any, path: str) -> list[Mapping[str, Any]]:
    found = at_path(body, path)
    rows = found if isinstance(found, list) else [found]
    if found is None and is_there(body, path):
        return []
    if not all(isinstance(row, dict) for row in rows):
        raise InvalidError("The answer has no rows where the definition says.")
    return rows


def _named(collection: Collection, row: Row) -> Mapping[str, str]:
    return {name: text_of(row[name]) or "" for name in collection.primary_key}


def _own_key(collection: Collection, row: Row) -> Key:
    return tuple(_named(collection, row).values())
