"""What a path finds in a column that holds a document or a list."""

import json

import pytest

from privacy.errors import InvalidError
from privacy.stores.nested import PATH, values_at


@pytest.mark.parametrize(
    ("document", "path", "found"),
    [
        ([1, "2", None, True], "[*]", [1, "2", True]),
        ({"buyer": {"id": 7}}, "buyer.id", [7]),
        ({"lines": [{"id": 1}, {}, {"id": 2}]}, "lines[*].id", [1, 2]),
        ([[1], [2, 3]], "[*][*]", [1, 2, 3]),
        ({"lines": {"id": 1}}, "lines[*].id", []),
        ({"buyer": [7]}, "buyer.id", []),
        (7, "buyer.id", []),
        (None, "[*]", []),
    ],
)
def test_a_path_leads_to_scalars_and_past_what_is_not_there(
    document: object, path: str, found: list[object]
) -> None:
    assert PATH.fullmatch(path)
    assert list(values_at(json.dumps(document), path)) == found
    assert list(values_at(document, path)) == found


@pytest.mark.parametrize("value", ["not JSON", '{"a": {"b": 1}}', '{"a": [1]}', "[" * 100_000])
def test_what_cannot_be_read_or_identifies_nothing_is_refused(value: str) -> None:
    with pytest.raises(InvalidError):
        list(values_at(value, "a"))


@pytest.mark.parametrize("path", ["", ".", "a.", "a..b", "[0]", "a b", "[*", "a[*"])
def test_other_paths_are_not_understood(path: str) -> None:
    assert PATH.fullmatch(path) is None
