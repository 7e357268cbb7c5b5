"""Hostile bodies, and the friendly ones that must not be mistaken for them."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from privacy.web.intake import LARGEST, MAX_BYTES, MAX_DEPTH, MalformedError, parse
from tests.web.conftest import browser_of, told

HOSTILE: dict[str, tuple[int, bytes]] = {
    "100,000 nested arrays": (413, b"[" * 100_000 + b"]" * 100_000),
    "30,000 nested arrays": (400, b"[" * 30_000 + b"]" * 30_000),
    "nested objects": (400, b'{"a":' * 40 + b"1" + b"}" * 40),
    "unclosed": (400, b'{"a":' * 2_000),
    "5,000-digit integer": (400, b'{"number":' + b"9" * 5_000 + b"}"),
    "integer beyond I-JSON": (400, b'{"number":9007199254740992}'),
    "1e400": (400, b'{"number":1e400}'),
    "NaN": (400, b'{"number":NaN}'),
    "-Infinity": (400, b'{"number":-Infinity}'),
    "NUL in a string": (400, b'{"name":"a\\u0000b"}'),
    "NUL in a nested name": (400, b'{"anything":[{"a\\u0000b":1}]}'),
    "raw NUL": (400, b'{"name":"a\0b"}'),
    "lone surrogate": (400, b'{"name":"\\ud800"}'),
    "lone surrogate in a name": (400, b'{"anything":{"\\uDFFF":1}}'),
    "duplicate name": (400, b'{"name":"a","name":"b"}'),
    "duplicate name inside": (400, b'{"anything":[{"a":1,"a":1}]}'),
    "array": (400, b"[]"),
    "string": (400, b'"name"'),
    "null": (400, b"null"),
    "nothing": (400, b""),
    "not JSON": (400, b"name=a"),
    "10 MB": (413, b'{"name":"' + b"a" * 10_000_000 + b'"}'),
    "not UTF-8": (400, b'{"name":"\xff"}'),
    "UTF-16": (400, '{"name":"a"}'.encode("utf-16")),
    "byte order mark": (400, b'\xef\xbb\xbf{"name":"a"}'),
    "wrong type of a field": (422, b'{"name":7}'),
    "unknown field": (422, b'{"name":"a","more":1}'),
}


@pytest.fixture
def sender(core: Flask) -> FlaskClient:
    return core.test_client()


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_body_is_refused_as_a_problem(sender: FlaskClient, case: str):
    status, octets = HOSTILE[case]
    answer = sender.post("/banner/probe", data=octets, content_type="application/json")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert told(answer)["status"] == status


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "application/json; charset=latin-1",
        "text/json",
        "",
    ],
)
def test_another_content_type_is_refused(sender: FlaskClient, content_type: str):
    answer = sender.post("/banner/probe", data=b'{"name":"a"}', content_type=content_type)
    assert answer.status_code == 415
    assert told(answer)["type"] == "/problems/wrong-media-type"


def test_a_compressed_body_is_refused(sender: FlaskClient):
    answer = sender.post(
        "/banner/probe",
        data=b'{"name":"a"}',
        content_type="application/json",
        headers={"Content-Encoding": "gzip"},
    )
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"],
)
def test_json_is_read_however_its_type_is_written(sender: FlaskClient, content_type: str):
    answer = sender.post("/banner/probe", data=b'{"name":"a"}', content_type=content_type)
    assert answer.json == {"name": "a"}


def test_a_schema_names_each_field_that_is_wrong(sender: FlaskClient):
    answer = sender.post("/banner/probe", json={"name": "a" * 11, "number": "7"})
    assert answer.status_code == 422
    assert set(told(answer)["errors"]) == {"name", "number"}


def test_a_wrong_query_is_refused_like_a_wrong_body(sender: FlaskClient):
    answer = sender.get("/banner/probe?page=x")
    assert answer.status_code == 422
    assert set(told(answer)["errors"]) == {"page"}
    assert sender.get("/banner/probe?page=2").json == {"page": 2}


def test_a_body_of_unknown_length_is_cut_off(sender: FlaskClient):
    class Endless:
        """A chunked body that never ends."""

        read_octets = 0

        def read(self, size: int = -1) -> bytes:
            self.read_octets += size
            return b"a" * max(size, 0)

        readline = read

    endless = Endless()
    answer = sender.post(
        "/banner/probe",
        content_type="application/json",
        environ_overrides={"wsgi.input": endless, "wsgi.input_terminated": True},
        headers={"Transfer-Encoding": "chunked"},
    )
    assert answer.status_code == 413
    assert endless.read_octets < 3 * MAX_BYTES


def test_a_nul_in_an_address_or_a_form_is_refused(core: Flask):
    browser = browser_of(core)
    for address in ("/portal/probe/a%00b", "/banner/probe?page=1%00", "/portal/x?a%00=1"):
        assert browser.get(address).status_code == 400
    assert browser.post("/portal/probe/token", data={"email": "a\0b"}).status_code == 400
    assert browser.post("/portal/probe/token", data={"email": "ab"}).status_code == 200


FRIENDLY: list[dict[str, Any]] = [
    {},
    {"a": "é\U0001f600\u2028\u0001"},
    {"a": "\\u0000"},  # a backslash and five signs, not an escape
    {"a": [LARGEST, -LARGEST, 1.5, 1e300, True, None]},
    {str(number): [] for number in range(100)},
    json.loads('{"a":' * (MAX_DEPTH - 1) + "{}" + "}" * (MAX_DEPTH - 1)),
]


@pytest.mark.parametrize("friendly", FRIENDLY)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_friendly_body_comes_through_unchanged(friendly: dict[str, Any], ascii_only: bool):  # noqa: FBT001 -- a parameter of the test
    assert parse(json.dumps(friendly, ensure_ascii=ascii_only).encode()) == friendly


def test_one_level_more_than_allowed_is_refused():
    with pytest.raises(MalformedError):
        parse(b'{"a":' * MAX_DEPTH + b"{}" + b"}" * MAX_DEPTH)


_signs = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-LARGEST, LARGEST)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(_signs, max_size=20)
)
_names = st.text(_signs, max_size=20)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names, inner, max_size=4),
    max_leaves=6,
)


@given(st.dictionaries(_names, _values, max_size=4), st.booleans())
def test_every_object_that_is_allowed_comes_back(
    value: dict[str, Any],
    ascii_only: bool,  # noqa: FBT001 -- drawn by Hypothesis
):
    assert parse(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_no_bytes_make_the_parser_fall_over(octets: bytes):
    try:
        value = parse(octets)
    except MalformedError:
        return
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
