"""How a definition words requests to an HTTP interface, and what it means: pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter
from typing import Any
from urllib.parse import quote, urlencode

from privacy.errors import InvalidError
from privacy.stores.definition import Collection, StoreDefinition
from privacy.stores.document import Faults, Node


class Auth(StrEnum):
    """How the secret of the address is presented."""

    NONE = "none"
    BASIC = "basic"
    BEARER = "bearer"
    HEADER = "header"


class Paging(StrEnum):
    """How the rest of the rows is asked for."""

    NONE = "none"
    PAGE = "page"
    """The parameter counts pages, until one is empty."""
    OFFSET = "offset"
    """The parameter counts rows, until a page is empty."""
    CURSOR = "cursor"
    """The parameter takes what the answer holds at a path, until that is not there."""
    LINK = "link"
    """The header `Link` (RFC 8288) names the next page."""


class Method(StrEnum):
    """What may be asked of an interface."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


@dataclass(frozen=True)
class Manners:
    """How the whole interface is spoken to."""

    auth: Auth
    header: str
    allow_hosts: frozenset[str]
    """Hosts that may have a private address, and that may be spoken to without TLS."""
    per_second: float
    seconds: float
    check: str


@dataclass(frozen=True)
class Pages:
    """How pages follow one another."""

    kind: Paging
    parameter: str
    first: int
    at: str


@dataclass(frozen=True)
class Wording:
    """One request; `{column}` in its path, query or body stands for a value of the key."""

    columns: tuple[str, ...]
    """What it asks by; none where it lists everything, which is then matched here."""
    method: Method
    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any]
    rows: str
    """Where in the answer the rows are, such as `data.items`; the whole answer where empty."""
    missing: bool
    """Whether the status 404 says that nothing is there."""
    pages: Pages

    def target(self, values: Mapping[str, str]) -> str | None:
        """Return path and query for one key; None for a key that no path can hold."""
        if any(part in {".", ".."} for part in values.values()):
            return None
        path = self.path.format_map({name: quote(v, safe="") for name, v in values.items()})
        query = urlencode({name: text.format_map(values) for name, text in self.query.items()})
        return f"{path}?{query}" if query else path

    def content(self, values: Mapping[str, str]) -> Mapping[str, Any] | None:
        """Return what is sent beside it."""
        return dict(_filled(self.body, values)) if self.body else None


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one, values) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, values) for one in value]
    return value.format_map(values) if isinstance(value, str) else value


@dataclass(frozen=True)
class Endpoint:
    """All that a collection says of its requests."""

    reads: Sequence[Wording]
    erase: Wording | None
    rectify: Wording | None
    fields: Mapping[str, str]
    """Where in a row the value of a field is, unless it stands under the field's name."""


def manners_of(definition: StoreDefinition) -> Manners:
    """Return how the interface is spoken to; InvalidError names what is not understood."""
    faults = Faults()
    node = Node(dict(definition.options), "options", faults)
    keys = node.keys(("auth", "header", "allow_hosts", "per_second", "seconds", "check"))
    auth = keys["auth"].choice(Auth, Auth.NONE) if keys["auth"].is_given else Auth.NONE
    manners = Manners(
        auth=auth,
        header=keys["header"].name() if auth is Auth.HEADER else "",
        allow_hosts=frozenset(keys["allow_hosts"].names()),
        per_second=_number(keys["per_second"], 10),
        seconds=_number(keys["seconds"], 30),
        check=keys["check"].text() if keys["check"].is_given else "",
    )
    faults.raise_all("The definition of the data store has faults.")
    return manners


def endpoints_of(definition: StoreDefinition) -> Mapping[str, Endpoint]:
    """Return by collection how it is asked for; InvalidError names what is not understood."""
    faults = Faults()
    found = {c.name: _endpoint(c, faults) for c in definition.collections}
    faults.raise_all("The definition of the data store has faults.")
    return found


def _endpoint(collection: Collection, faults: Faults) -> Endpoint:
    node = Node(dict(collection.options), f"{collection.name}.options", faults)
    keys = node.keys(("read", "erase", "rectify", "fields"))
    reads = [_wording(item, collection, Method.GET) for item in keys["read"].items()]
    if not reads:
        keys["read"].fault("needs at least one request")
    fields = keys["fields"].plain()
    for name, path in fields.items():
        if name not in collection.columns or not isinstance(path, str):
            keys["fields"].fault("names fields and the paths to their values")
    return Endpoint(
        reads,
        _change(keys["erase"], collection, Method.DELETE),
        _change(keys["rectify"], collection, Method.PATCH),
        fields,
    )


def _change(node: Node, collection: Collection, usual: Method) -> Wording | None:
    if not node.is_given:
        return None
    wording = _wording(node, collection, usual)
    if not set(_names(wording)) <= set(collection.primary_key):
        node.fault("may only name columns of the primary key")
    return wording


_REQUEST = ("columns", "method", "path", "query", "body", "rows", "missing", "paging")


def _wording(node: Node, collection: Collection, usual: Method) -> Wording:
    keys = node.keys(_REQUEST)
    query = keys["query"].plain()
    wording = Wording(
        columns=keys["columns"].names(),
        method=keys["method"].choice(Method, usual) if keys["method"].is_given else usual,
        path=keys["path"].text(),
        query={name: str(value) for name, value in query.items()},
        body=keys["body"].plain(),
        rows=keys["rows"].text() if keys["rows"].is_given else "",
        missing=keys["missing"].flag(usual=False),
        pages=_pages(keys["paging"]),
    )
    _note_names(wording, collection, usual, node)
    return wording


def _note_names(wording: Wording, collection: Collection, usual: Method, node: Node) -> None:
    if not wording.path.startswith("/"):
        node.fault("its path must begin with a slash")
    try:
        names = set(_names(wording))
    except ValueError:
        node.fault("has braces that do not close")
        return
    if not names | set(wording.columns) <= set(collection.columns):
        node.fault("names a column that is not among the fields")
    if usual is Method.GET and names != set(wording.columns):
        node.fault("must use each of its columns, and no other, as {column}")


def _names(wording: Wording) -> Iterator[str]:
    for text in (wording.path, *wording.query.values(), *_texts(wording.body)):
        for _literal, name, _spec, _conversion in Formatter().parse(text):
            if name is not None:
                yield name


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _pages(node: Node) -> Pages:
    if not node.is_given:
        return Pages(Paging.NONE, "", 1, "")
    keys = node.keys(("kind", "parameter", "first", "at"))
    kind = keys["kind"].choice(Paging, Paging.NONE)
    first = 0 if kind is Paging.OFFSET else 1
    return Pages(
        kind,
        keys["parameter"].name() if kind in {Paging.PAGE, Paging.OFFSET, Paging.CURSOR} else "",
        int(_number(keys["first"], first)) if keys["first"].is_given else first,
        keys["at"].text() if kind is Paging.CURSOR else "",
    )


def _number(node: Node, usual: float) -> float:
    if not node.is_given:
        return usual
    value = node.value
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 3600:
        return value
    node.fault("must be a number from 0 to 3600")
    return usual


def at_path(value: Any, path: str) -> Any:
    """Return what stands at a path such as `data.items` or `emails[0].value`; None if nothing."""
    for step in path.replace("[", ".").replace("]", "").split(".") if path else ():
        if isinstance(value, list) and step.isdecimal():
            value = value[int(step)] if int(step) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value


def is_there(value: Any, path: str) -> bool:
    """Whether an answer has a place at all, be it filled or null."""
    parent, _dot, last = path.rpartition(".")
    above = at_path(value, parent)
    return at_path(value, path) is not None or (isinstance(above, dict) and last in above)


def put_at(document: dict[str, Any], path: str, value: object) -> None:
    """Write a value at a path of names, as in what an interface takes for a change."""
    *parents, last = path.split(".")
    for name in parents:
        document = document.setdefault(name, {})
    if "[" in path:
        raise InvalidError("A value inside a list cannot be rectified over this interface.")
    document[last] = value
