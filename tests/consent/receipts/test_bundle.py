"""A proof holds as it is, and whoever changed one byte of it is told where."""

import base64
import copy
import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.audit.checkpoint import Checkpoint
from privacy.audit.log import canonical
from privacy.audit.merkle import Edge, inclusion_proof, leaf_hash
from privacy.consent.receipts.bundle import LARGEST, Step, judge, proof, read
from privacy.consent.receipts.receipt import Receipt, signed
from privacy.crypto import Signer
from privacy.errors import InvalidError

SIGNER = Signer("privacy.invalid/log/1", bytes(range(32)))
OTHER = Signer("privacy.invalid/log/1", bytes(range(1, 33)))
NOTICE = '{"language":"fr","purposes":["audience_consent","social_sharing"]}'
AT = datetime(2026, 3, 2, 9, 0, 0, 123000, tzinfo=UTC)
INDEX, SIZE = 5, 300


def made(signer: Signer = SIGNER) -> dict[str, Any]:
    """Return a receipt with its proof, in a log of 300 entries."""
    digest = hashlib.sha256(NOTICE.encode()).hexdigest()
    shared = {"site": "pk_demo1234", "notice": digest, "method": "choices", "language": "fr"}
    details = {
        "answer": str(UUID(int=1)), "granted": "audience_consent", "refused": "social_sharing",
    }  # fmt: skip
    entry = canonical(
        {
            "v": 1, "id": str(UUID(int=9)), "t": "consent.recorded", "a": "subject",
            "at": "2026-03-02T09:00:00.123Z", "c": str(UUID(int=3)), "s": str(UUID(int=2)),
            "d": shared | details,
        }
    )  # fmt: skip
    leaves = [leaf_hash(b"%d" % number) for number in range(SIZE)]
    leaves[INDEX] = leaf_hash(entry)
    edge = Edge()
    tiles = edge.extend(leaves)
    path = inclusion_proof(INDEX, SIZE, lambda level, n: tiles.get((level, n), b""))
    receipt = Receipt(
        id=UUID(int=1), subject=UUID(int=2), controller=UUID(int=3),
        answers={"social_sharing": False, "audience_consent": True},
        at=AT, valid_until=AT.replace(month=9), origin=signer.name, leaf=leaf_hash(entry),
        **shared,
    )  # fmt: skip
    beside = proof(
        entry=entry, notice=NOTICE, index=INDEX, hashes=path, key=signer.vkey,
        note=Checkpoint(signer.name, SIZE, edge.root()).signed(signer),
    )  # fmt: skip
    told: dict[str, Any] = json.loads(signed(receipt.statement(), signer, proof=beside))
    return told


TRUE = made()


def _written_otherwise(text: str) -> str:
    """Return base64 that a lenient reader would take for the same bytes."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    body = text.rstrip("=")
    last = digits[digits.index(body[-1]) ^ 1]
    assert base64.b64decode(body[:-1] + last + text[len(body) :]) == base64.b64decode(text)
    return body[:-1] + last + text[len(body) :]


def faults(told: dict[str, Any], *trusted: str) -> dict[str, str]:
    """Return the steps that did not hold, with what they say."""
    found = judge(read(json.dumps(told)), trusted=trusted)
    assert found.is_false == any(one.good is False for one in found.found)
    assert not (found.is_proven and found.is_false)
    return {one.step.value: one.detail for one in found.found if one.good is False}


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    """Return the true proof with one value replaced."""
    told = copy.deepcopy(TRUE)
    inner: Any = told
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = to(inner[path[-1]]) if callable(to) else to
    return told


def test_a_true_proof_holds_at_every_step_and_names_the_checkpoint():
    found = judge(read(json.dumps(TRUE)), trusted=[SIGNER.vkey])
    assert found.is_proven
    assert [one.step for one in found.found] == list(Step)
    assert found.checkpoint is not None
    assert (found.checkpoint.size, found.checkpoint.origin) == (SIZE, SIGNER.name)


def test_a_proof_in_another_order_and_with_spaces_holds_too():
    text = json.dumps(dict(reversed(TRUE.items())), indent=3, ensure_ascii=True)
    assert judge(read(text)).is_proven


def test_a_receipt_without_its_proof_is_neither_proven_nor_false():
    bare = {name: value for name, value in TRUE.items() if name != "proof"}
    found = judge(read(json.dumps(bare)))
    assert (found.is_proven, found.is_false) == (False, False)
    held = {one.step: one.good for one in found.found}
    assert [held[step] for step in Step] == [True, True, *[None] * 5]


def test_words_that_are_not_in_the_file_are_no_fault():
    found = judge(read(json.dumps(changed("proof", "notice", to=""))))
    assert found.is_proven


@pytest.mark.parametrize(
    ("path", "to", "expected"),
    [
        (("receipt", "answers", "social_sharing"), True,
         {"signature": "", "entry": "granted,refused"}),
        (("receipt", "at"), "2026-03-02T09:00:00.124Z", {"signature": "", "entry": "at"}),
        (("receipt", "subject"), str(UUID(int=7)), {"signature": "", "entry": "subject"}),
        (("receipt", "language"), "en", {"signature": "", "entry": "language"}),
        (("receipt", "valid_until"), "2027-03-02T09:00:00.123Z", {"signature": ""}),
        (("receipt", "log", "leaf"), base64.b64encode(bytes(32)).decode(),
         {"signature": "", "leaf": "", "inclusion": ""}),
        (("receipt", "log", "origin"), "privacy.invalid/log/2",
         {"signature": "", "checkpoint": ""}),
        (("signature",), lambda old: ("B" if old[0] == "A" else "A") + old[1:],
         {"signature": ""}),
        (("proof", "entry"), lambda old: old.replace("choices", "choicez"),
         {"leaf": "", "entry": "method"}),
        (("proof", "notice"), lambda old: old.replace("fr", "en"), {"notice": ""}),
        (("proof", "index"), 6, {"inclusion": ""}),
        (("proof", "hashes", 3), base64.b64encode(bytes(32)).decode(), {"inclusion": ""}),
        (("proof", "hashes"), lambda old: old[1:], {"inclusion": ""}),
        (("proof", "hashes", 0), _written_otherwise, {"inclusion": ""}),
        (("signature",), _written_otherwise, {"signature": ""}),
        (("proof", "checkpoint"), lambda old: old.replace("\n300\n", "\n301\n"),
         {"checkpoint": ""}),
    ],
)  # fmt: skip
def test_what_was_changed_is_named(path: tuple[str | int, ...], to: Any, expected: dict[str, str]):
    assert faults(changed(*path, to=to)) == expected


def test_a_proof_that_somebody_else_signed_whole_is_refused_where_a_key_is_trusted():
    forged = made(OTHER)
    assert faults(forged) == {}
    assert faults(forged, SIGNER.vkey) == {"key": OTHER.vkey}
    assert faults(TRUE, SIGNER.vkey, OTHER.vkey) == {}


@given(place=st.integers(min_value=0), byte=st.integers(min_value=1, max_value=127))
def test_whatever_byte_is_changed_the_file_proves_nothing_else(place: int, byte: int):
    text = json.dumps(TRUE, ensure_ascii=False)
    at = place % len(text)
    turned = chr(ord(text[at]) ^ byte)
    try:
        bundle = read(text[:at] + turned + text[at + 1 :])
    except InvalidError:
        return
    found = judge(bundle, trusted=[SIGNER.vkey])
    # A byte between values, or of a name that nobody reads, changes nothing that is proven.
    assert not found.is_proven or bundle.statement == TRUE["receipt"]


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "null", "1", "{}", '{"receipt": 1, "signature": "", "key": ""}', "[" * 100_000,
        json.dumps({**TRUE, "signature": 1}), json.dumps({**TRUE, "proof": []}),
        json.dumps({**TRUE, "proof": {**TRUE["proof"], "schema": "other/1"}}),
        " " * (LARGEST + 1),
    ],
)  # fmt: skip
def test_what_is_no_receipt_is_refused_in_plain_words(text: str):
    with pytest.raises(InvalidError):
        read(text)


@pytest.mark.parametrize("name", ["entry", "notice", "index", "hashes", "checkpoint", "key"])
@pytest.mark.parametrize("junk", [None, 7, "x", [], {}, ["x"], -1, 10**30])
def test_junk_in_a_proof_is_a_fault_and_never_a_crash(name: str, junk: Any):
    found = judge(read(json.dumps(changed("proof", name, to=junk))))
    assert found.is_proven == (name == "notice" and not junk)
