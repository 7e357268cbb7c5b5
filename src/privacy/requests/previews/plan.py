"""What a search found in numbers, so that a later one can be held against it: values only."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias

from privacy.packages.withheld import Withheld
from privacy.requests.previews.scope import everywhere
from privacy.requests.previews.scope import written as written_out
from privacy.stores.definition import StoreDefinition
from privacy.stores.definition_file import to_json
from privacy.stores.own import NAME
from privacy.stores.search.findings import Findings, Outcome

Plan: TypeAlias = Mapping[str, tuple[str, int]]
"""By place its outcome and number of rows; by store alone, a digest of its definition."""

WITHHELD = "withheld"
"""The outcome in a collection of which the answer gives nothing, whatever was found."""
MUCH = 5
"""Rows by which two searches may differ whatever their number: a customer goes on living."""
SHARE = 0.2
"""The part of the rows by which they may differ beside that."""


class Drift(StrEnum):
    """In what a search differs from the one that was looked at."""

    APPEARED = "appeared"
    VANISHED = "vanished"
    FAILED = "failed"
    REDECLARED = "redeclared"
    NUMBER = "number"


def plan_of(
    findings: Findings,
    definitions: Mapping[str, StoreDefinition],
    omitted: Sequence[Withheld] = (),
) -> Plan:
    """Return what a search found and what of it is `omitted`, without any value.

    Our own rows are left out: that somebody looks at a request adds to them. A store is another
    one as soon as something else of it is omitted, since a purpose may rest on another basis.
    """
    left = written_out(omitted)
    declared = {
        name: (_digest(one, left.get(name)), 0)
        for name, one in definitions.items()
        if name != NAME
    }
    whole = {place for place, fields in everywhere(omitted).items() if "" in fields}
    return declared | {
        f"{line.store}.{line.collection}": (
            (WITHHELD, 0)
            if (line.store, line.collection) in whole
            else (line.outcome.value, line.rows)
        )
        for line in findings.coverage
        if line.store != NAME
    }


def _digest(definition: StoreDefinition, left: Sequence[Sequence[str]] | None) -> str:
    if not left:
        return digest(definition)
    return digest_of(to_json(definition) + json.dumps(left))


def digest(definition: StoreDefinition) -> str:
    """Return what changes whenever a definition does."""
    return digest_of(to_json(definition))


def digest_of(text: str) -> str:
    """Return what stands for a written plan in the log."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def written(plan: Plan) -> str:
    """Return a plan as text, always the same for the same plan."""
    return json.dumps(plan, sort_keys=True, separators=(",", ":"))


def read(text: str) -> Plan:
    """Return the plan that `written` wrote; an empty one for an empty text."""
    return {place: (what, rows) for place, (what, rows) in json.loads(text or "{}").items()}


def drift(before: Plan, after: Plan) -> Iterator[tuple[str, Drift]]:
    """Yield each place in which a search differs strongly from the one before, and in what."""
    for place in sorted(before.keys() | after.keys()):
        one, two = before.get(place), after.get(place)
        if one is None or two is None:
            yield place, Drift.APPEARED if one is None else Drift.VANISHED
        elif one != two:
            yield from ((place, what) for what in _between(place, one, two))


def _between(place: str, one: tuple[str, int], two: tuple[str, int]) -> Iterator[Drift]:
    if "." not in place:
        yield Drift.REDECLARED
    elif Outcome.FAILED in {one[0], two[0]} and one[0] != two[0]:
        yield Drift.FAILED
    elif abs(one[1] - two[1]) > max(MUCH, SHARE * one[1]) or 0 in {one[1], two[1]}:
        yield Drift.NUMBER
