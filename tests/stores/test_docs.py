"""docs/connectors.md says what the code does."""

import re
from pathlib import Path

import pytest

from privacy.stores.definition_file import from_yaml
from privacy.stores.erasing import Erasure, FieldErasure, KeepGround
from privacy.stores.normalise import NORMALISERS
from privacy.stores.registry import SCHEMES
from privacy.stores.search.findings import Outcome, Reason
from privacy.stores.terms import DataCategory, Direction, SubjectKind

PAGE = (Path(__file__).parents[2] / "docs" / "connectors.md").read_text("utf-8")


def test_the_example_of_a_definition_is_one() -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    definition = from_yaml(example)
    assert [c.source_table for c in definition.collections] == ["customer", "Order Header"]


@pytest.mark.parametrize(
    "word",
    [
        *DataCategory,
        *NORMALISERS,
        *Outcome,
        *Reason,
        *SubjectKind,
        *Erasure,
        *FieldErasure,
        *KeepGround,
        *(f"direction: {direction}" for direction in Direction),
    ],
)
def test_every_word_of_a_definition_and_of_the_ledger_is_explained(word: str) -> None:
    assert f"`{word}`" in PAGE


def test_every_kind_of_address_is_named() -> None:
    assert all(f"`{scheme}://" in PAGE for scheme in SCHEMES if scheme in {"sqlite", "postgresql"})
