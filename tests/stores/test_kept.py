"""How long rows are kept is declared so that an end can be counted."""

import pytest

from privacy.errors import InvalidError
from privacy.stores.definition import Kept
from privacy.stores.definition_file import from_yaml, to_yaml

TEXT = """
name: shop
title: Shop
collections:
  - name: orders
    primary_key: [id]
    fields:
      - {name: id, data_category: technical}
      - {name: ordered_on, data_category: purchase}
    kept: {period: PERIOD, since: SINCE}
"""


def declared(period: str = "P10Y", since: str = "ordered_on") -> str:
    return TEXT.replace("PERIOD", period).replace("SINCE", since)


def test_a_period_and_its_date_are_read_and_written():
    definition = from_yaml(declared())
    assert definition.collections[0].kept == Kept("P10Y", "ordered_on")
    assert from_yaml(to_yaml(definition)) == definition


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("collections[0].kept.period", declared(period="ten years")),
        ("collections[0].kept.since", declared(since="paid_on")),
    ],
)
def test_what_cannot_be_counted_is_refused_by_its_place(fault: str, text: str):
    with pytest.raises(InvalidError) as refused:
        from_yaml(text)
    assert fault in refused.value.fields
