"""Reading a Fides dataset (fideslang YAML): collections, and every leaf of their fields; pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from privacy.errors import InvalidError
from privacy.stores.document import parse_yaml
from privacy.stores.nested import EVERY

ERASURE_HINTS = frozenset({"masking_strategy_override", "erase_after", "read_only", "redact"})


@dataclass(frozen=True)
class Reference:
    """Where a field leads, or where its values come from."""

    dataset: str
    path: tuple[str, ...]
    """Collection and field, with the names of objects between them."""
    direction: str
    """`from`, `to`, or nothing."""


@dataclass(frozen=True)
class Leaf:
    """One field that holds values, and where they stand."""

    path: tuple[str, ...]
    column: str
    """The column of the row; names of objects stand before it, with dots."""
    inner: str
    """Where its values stand in the column, when that holds a list."""
    categories: tuple[str, ...]
    data_type: str
    is_key: bool
    identity: str
    references: tuple[Reference, ...]
    is_request_field: bool
    is_hinted: bool


@dataclass(frozen=True)
class Source:
    """One collection as its dataset describes it."""

    dataset: str
    name: str
    leaves: tuple[Leaf, ...]
    categories: tuple[str, ...] = ()
    """For fields that have none of their own."""
    is_skipped: bool = False
    is_hinted: bool = False
    retention: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """Return dataset and collection."""
        return self.dataset, self.name


@dataclass(frozen=True)
class Dataset:
    """One dataset."""

    key: str
    title: str
    sources: tuple[Source, ...] = field(default=())


def datasets_of(text: str) -> Sequence[Dataset]:
    """Return the datasets of a file; raise InvalidError for what is none, or has none."""
    document = parse_yaml(text)
    found = document.get("dataset") if isinstance(document, dict) else None
    if not isinstance(found, list) or not found:
        raise InvalidError("A Fides dataset begins with `dataset:` and a list.")
    try:
        return [_dataset(one) for one in found]
    except (KeyError, TypeError, AttributeError, ValueError):
        raise InvalidError(
            "This Fides dataset cannot be understood: each dataset needs fides_key and"
            " collections, each collection and field a name."
        ) from None


def _dataset(node: Mapping[str, Any]) -> Dataset:
    key = str(node["fides_key"])
    sources = tuple(_source(key, one) for one in node["collections"])
    return Dataset(key, str(node.get("name") or key), sources)


def _source(key: str, node: Mapping[str, Any]) -> Source:
    meta = _meta(node)
    leaves = [leaf for one in node["fields"] for leaf in _leaves(one, (), key)]
    return Source(
        dataset=key,
        name=str(node["name"]),
        leaves=tuple(leaves),
        categories=tuple(map(str, node.get("data_categories") or ())),
        is_skipped=bool(meta.get("skip_processing")),
        is_hinted=bool(ERASURE_HINTS & meta.keys()),
        retention=str(node.get("retention") or ""),
    )


def _meta(node: Mapping[str, Any]) -> Mapping[str, Any]:
    found = node.get("fides_meta") or node.get("fidesops_meta") or {}
    return found if isinstance(found, dict) else {}


def _leaves(
    node: Mapping[str, Any], above: tuple[str, ...], dataset: str, at: tuple[str, str] = ("", "")
) -> Iterator[Leaf]:
    """Yield the leaves of a field; `at` is the list that it stands in, and where in that."""
    path = (*above, str(node["name"]))
    data_type = str(_meta(node).get("data_type") or "")
    column, inner = at
    if column:
        inner += f".{path[-1]}"
    else:
        column = ".".join(path)
    if data_type.endswith("[]"):
        inner += EVERY
    children = node.get("fields") or ()
    for child in children:
        yield from _leaves(child, path, dataset, (column, inner) if inner else ("", ""))
    if not children:
        yield _leaf(node, path, (column, inner), data_type.removesuffix("[]"))


def _leaf(
    node: Mapping[str, Any], path: tuple[str, ...], at: tuple[str, str], data_type: str
) -> Leaf:
    meta = _meta(node)
    return Leaf(
        path=path,
        column=at[0],
        inner=at[1],
        categories=tuple(map(str, node.get("data_categories") or ())),
        data_type=data_type,
        is_key=bool(meta.get("primary_key")),
        identity=re.sub(r"[^a-z0-9_]+", "_", str(meta.get("identity") or "").lower()),
        references=tuple(_reference(one) for one in meta.get("references") or ()),
        is_request_field=bool(meta.get("custom_request_field")),
        is_hinted=bool(ERASURE_HINTS & meta.keys()),
    )


def _reference(node: Mapping[str, Any]) -> Reference:
    direction = str(node.get("direction") or "")
    return Reference(str(node["dataset"]), tuple(str(node["field"]).split(".")), direction)
