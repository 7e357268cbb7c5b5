"""The one parser of JSON bodies, for every surface that speaks JSON.

What it lets through is an object (RFC 8259) that every database can store and that every reader
understands alike: UTF-8, no duplicate name, no number beyond I-JSON (RFC 7493), no NUL, no half
of a surrogate pair, no deep nesting.
"""

import functools
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn, TypeVar

from flask import Flask, Request, request
from marshmallow import RAISE, Schema, ValidationError
from typing_extensions import override
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from privacy.errors import InvalidError
from privacy.web import current

MAX_BYTES: Final = 64 * 1024
"""What a body may have unless its route says otherwise; more is answered 413, unread."""
MOST_PARTS: Final = 500
"""Fields and files of a form that may be larger than others."""
MAX_DEPTH: Final = 32
LARGEST: Final = 2**53 - 1
_FORMS: Final = {"application/x-www-form-urlencoded", "multipart/form-data"}
_ALLOWED: Final = "__most_bytes__"
View = TypeVar("View", bound=Callable[..., Any])
_TYPE = re.compile(r"application/json(; ?charset=utf-8)?", re.IGNORECASE)


class MalformedError(BadRequest):
    """The body is not what every reader would understand alike; answered 400."""


def install(app: Flask) -> None:
    """Refuse every request to the app whose address or form holds a NUL character.

    One database cannot store it and the other would; bodies of JSON are checked by `parse`.
    """

    def check() -> None:
        asked = current.asked()
        most = getattr(app.view_functions.get(asked.endpoint or ""), _ALLOWED, None)
        if most is not None:  # said before anything reads the form
            asked.max_content_length, asked.max_form_parts = most, MOST_PARTS
        if "\0" in asked.path or b"%00" in asked.query_string or b"\0" in asked.query_string:
            raise MalformedError("The address holds a NUL character.")
        if asked.mimetype in _FORMS and any("\0" in text for text in asked.form.values()):
            raise MalformedError("The form holds a NUL character.")

    app.before_request(check)


def allowing(octets: int) -> Callable[[View], View]:
    """Let the body of a view's requests be so large; the files in it are not kept in memory."""

    def declare(view: View) -> View:
        setattr(view, _ALLOWED, octets)
        return view

    return declare


def load(schema: Schema) -> dict[str, Any]:
    """Return the body of this request as the schema loads it.

    Raises what `body` raises, and InvalidError with the messages of each field.
    """
    return loaded(schema, body(request))


def loaded(schema: Schema, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return data as the schema loads them; InvalidError has the messages of each field."""
    try:
        result: dict[str, Any] = schema.load(data)
    except ValidationError as error:
        raise refusal(error) from None
    return result


def body(incoming: Request) -> dict[str, Any]:
    """Return the JSON object that a request carries.

    Raises UnsupportedMediaType for another content type or a compressed body,
    RequestEntityTooLarge before too large a body is read, MalformedError for what is no object.
    """
    if not _TYPE.fullmatch(incoming.environ.get("CONTENT_TYPE", "")):
        raise UnsupportedMediaType("Send the body as application/json.")
    if incoming.environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body without a content encoding.")
    octets = incoming.get_data(cache=False)
    limit = incoming.max_content_length or MAX_BYTES
    if len(octets) >= limit and incoming.content_length is None:
        raise RequestEntityTooLarge  # a body of unknown length was cut off there
    return parse(octets)


def parse(octets: bytes) -> dict[str, Any]:
    """Return the object that the bytes spell; raise MalformedError saying where it is not one."""
    try:
        text = octets.decode()
        value = _decode(text)
    except RecursionError:
        raise MalformedError("The body is nested too deeply.") from None
    except UnicodeDecodeError:
        raise MalformedError("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise MalformedError(
            f"The body is not JSON: line {error.lineno}, column {error.colno}."
        ) from None
    if not isinstance(value, dict):
        raise MalformedError("The body must be a JSON object.")
    # Only an escape can spell what UTF-8 cannot, and only brackets nest: most bodies need no walk.
    if "\\u" in text or text.count("{") + text.count("[") > MAX_DEPTH:
        _inspect(value)
    return value


def refusal(error: ValidationError) -> InvalidError:
    """Return what a schema found wrong, as messages by dotted path of the field."""
    fields = _flat(error.messages_dict)
    return InvalidError("Some fields are missing or wrong.", fields=fields)


def _flat(messages: Any, path: str = "") -> dict[str, list[str]]:
    if not isinstance(messages, dict):
        listed = messages if isinstance(messages, list) else [messages]
        return {path or "body": [str(message) for message in listed]}
    found: dict[str, list[str]] = {}
    for name, inner in messages.items():
        inside = path if name == "_schema" else f"{path}.{name}".lstrip(".")
        found.update(_flat(inner, inside))
    return found


def _inspect(root: dict[str, Any]) -> None:
    """Walk every value with a stack of our own, so that depth costs no recursion."""
    stack: list[tuple[Any, str, int]] = [(root, "body", 1)]
    while stack:
        value, path, depth = stack.pop()
        if isinstance(value, str):
            _check_text(value, path)
        elif isinstance(value, dict | list):
            if depth > MAX_DEPTH:
                raise MalformedError(f"The body is nested more than {MAX_DEPTH} deep.")
            inside = value.items() if isinstance(value, dict) else enumerate(value)
            for name, inner in inside:
                _check_text(str(name), f"{path}: a name")
                stack.append((inner, f"{path}.{name}", depth + 1))


def _check_text(text: str, path: str) -> None:
    if "\0" in text:
        raise MalformedError(f"{path} holds a NUL character.")
    if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
        raise MalformedError(f"{path} holds half of a surrogate pair.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedError("An object has the same name twice.")
    return found


def _finite(literal: str) -> float:
    number = float(literal)
    if math.isinf(number):
        raise MalformedError("A number is too large.")
    return number


def _whole(literal: str) -> int:
    if len(literal) > 17 or not -LARGEST <= (number := int(literal)) <= LARGEST:
        raise MalformedError("A whole number is too large; send it as a string.")
    return number


def _no_constant(_literal: str) -> NoReturn:
    raise MalformedError("NaN and Infinity are no JSON.")


_decode = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_finite, parse_int=_whole, parse_constant=_no_constant
).decode


class Parser(FlaskParser):
    """The part of flask-smorest that reads arguments; JSON goes through this file."""

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012 -- webargs reads a plain dict
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
    }

    @override
    def use_args(self, argmap: Any, *args: Any, **kwargs: Any) -> Callable[..., Any]:
        if kwargs.get("location") != "json":
            return super().use_args(argmap, *args, **kwargs)
        schema = argmap() if isinstance(argmap, type) else argmap
        return functools.partial(_with_body, schema)

    @override
    def handle_error(self, error: ValidationError, *args: Any, **kwargs: Any) -> NoReturn:
        raise refusal(ValidationError(_without_place(error))) from None


def _with_body(schema: Schema, view: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return view(*args, load(schema), **kwargs)

    return wrapper


def _without_place(error: ValidationError) -> dict[str, Any]:
    """Drop the outer name (query, form …) that webargs puts around the names of fields."""
    messages: dict[str, dict[str, Any]] = error.messages_dict
    return {name: said for place in messages.values() for name, said in place.items()}
