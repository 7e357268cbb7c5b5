"""What a MongoDB collection itself demands of its documents: indexes and a validator."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple


class Rules(NamedTuple):
    """What is true of every document."""

    paths: frozenset[str]
    """Of which the validator speaks."""
    required: frozenset[str]
    """Paths that are never empty."""
    unique: Sequence[tuple[str, ...]]
    """Paths that together are different in each document."""


def rules_of(source: Any) -> Rules:
    """Return the rules of a collection; a view has none."""
    options = source.options()
    if "viewOn" in options:
        return Rules(frozenset(), frozenset(), ())
    schema = options.get("validator", {}).get("$jsonSchema", {})
    enforced = options.get("validationAction", "error") != "warn"
    strict = options.get("validationLevel", "strict") == "strict"
    return Rules(
        frozenset(path for path, _rule in _properties(schema, "")),
        frozenset(_required(schema, "")) if enforced and strict else frozenset(),
        [
            tuple(str(path) for path, _order in index["key"])
            for index in source.index_information().values()
            # One that leaves documents out says nothing of those.
            if index.get("unique") and not index.get("partialFilterExpression")
        ],
    )


def _properties(schema: Mapping[str, Any], before: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, rule in schema.get("properties", {}).items():
        yield f"{before}{name}", rule
        yield from _properties(rule, f"{before}{name}.")


def _required(schema: Mapping[str, Any], before: str) -> Iterator[str]:
    """Yield the paths that must be there, and be something else than null."""
    for name in schema.get("required", ()):
        rule = schema.get("properties", {}).get(name, {})
        types = rule.get("bsonType", rule.get("type", "null"))
        if "null" not in (types if isinstance(types, list) else [types]):
            yield f"{before}{name}"
            yield from _required(rule, f"{before}{name}.")
