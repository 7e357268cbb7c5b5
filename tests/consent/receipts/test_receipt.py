"""The receipt reads back as it was written, and nothing else does."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.consent.receipts.receipt import Receipt, to_sign
from privacy.errors import InvalidError

RECEIPT = Receipt(
    id=UUID(int=1),
    subject=UUID(int=2),
    controller=UUID(int=3),
    site="pk_demo",
    notice="ab" * 32,
    language="fr",
    method="choices",
    answers={"audience_consent": True, "ads_personalised": False},
    at=datetime(2026, 3, 2, 9, 0, 0, 123000, tzinfo=UTC),
    valid_until=datetime(2026, 9, 2, 22, tzinfo=UTC),
    origin="privacy.example/log",
    leaf=bytes(range(32)),
)


def test_a_receipt_reads_back_whole():
    assert Receipt.read(RECEIPT.statement()) == RECEIPT


def test_the_signed_bytes_do_not_depend_on_the_order_of_keys():
    statement = RECEIPT.statement()
    turned = dict(reversed(statement.items()))
    assert to_sign(turned) == to_sign(statement)


@given(
    key=st.sampled_from(sorted(RECEIPT.statement())), junk=st.none() | st.integers() | st.text()
)
def test_a_damaged_receipt_is_refused_or_differs(key, junk):
    damaged = RECEIPT.statement() | {key: junk}
    try:
        read = Receipt.read(damaged)
    except InvalidError:
        return
    assert to_sign(read.statement()) != to_sign(RECEIPT.statement()) or damaged[key] == junk


def test_a_receipt_without_its_leaf_is_refused():
    statement = RECEIPT.statement()
    del statement["log"]["leaf"]
    with pytest.raises(InvalidError):
        Receipt.read(statement)
