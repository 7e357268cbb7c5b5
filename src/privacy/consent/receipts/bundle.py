"""The proof of one answer in one file, and the judgement of it: pure, for anybody, offline.

A receipt says what was answered and is signed. Its proof carries the very entry of the log, the
notice that was shown, the path from the entry to the root (RFC 6962), and the checkpoint (C2SP)
that the log signed over that root. So the words, the answer and its place are bound together,
and whoever changed one byte of one of them is told of it.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from privacy.audit.checkpoint import Checkpoint, open_checkpoint
from privacy.audit.merkle import leaf_hash, verify_inclusion
from privacy.consent.receipts.receipt import Receipt, octets, to_sign
from privacy.crypto import Verifier
from privacy.errors import InvalidError, PrivacyError, SealError

SCHEMA = "privacy-proof/1"
LARGEST = 1_000_000
"""Bytes of a proof; a real one has a few thousand."""
_ENTRY = {"answer": "id", "site": "site", "notice": "notice", "method": "method"}
"""Details that the entry of an answer must have, by the name that the receipt gives them."""


class Step(StrEnum):
    """What is looked at, in this order."""

    KEY = "key"
    SIGNATURE = "signature"
    NOTICE = "notice"
    LEAF = "leaf"
    ENTRY = "entry"
    INCLUSION = "inclusion"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True)
class Found:
    """What came of one step; `good` is None where the file lacks what the step looks at."""

    step: Step
    good: bool | None
    detail: str = ""
    """For a fault of the entry, which fields differ, joined by commas."""


@dataclass(frozen=True)
class Bundle:
    """A receipt as it was given, with its proof if the file has one."""

    receipt: Receipt
    statement: Mapping[str, Any]
    signature: str
    key: str
    proof: Mapping[str, Any] | None


@dataclass(frozen=True)
class Judgement:
    """What a file proves, step by step."""

    bundle: Bundle
    found: Sequence[Found]
    checkpoint: Checkpoint | None

    @property
    def is_proven(self) -> bool:
        """Whether every step held; only the words that were shown may be missing."""
        return all(one.good for one in self.found if one.step is not Step.NOTICE) and not (
            self.is_false
        )

    @property
    def is_false(self) -> bool:
        """Whether some step was looked at and did not hold."""
        return any(one.good is False for one in self.found)


def proof(
    *, entry: bytes, notice: str, index: int, hashes: Sequence[bytes], note: str, key: str
) -> dict[str, Any]:
    """Return the proof as JSON values, to stand beside the receipt under `proof`."""
    return {
        "schema": SCHEMA,
        "entry": entry.decode(),
        "notice": notice,
        "index": index,
        "hashes": [base64.b64encode(one).decode() for one in hashes],
        "checkpoint": note,
        "key": key,
    }


def read(text: str) -> Bundle:
    """Read a receipt, with or without its proof; raise InvalidError when it is none."""
    if len(text) > LARGEST:
        raise InvalidError("This file is too large to be a receipt.")
    try:
        told = json.loads(text)
        statement, signature, key = told["receipt"], told["signature"], told["key"]
        found = told.get("proof")
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise InvalidError("This file is no receipt; take it as the service gave it.") from error
    if not (isinstance(signature, str) and isinstance(key, str)):
        raise InvalidError("This receipt is incomplete or damaged.")
    if found is not None and not (isinstance(found, dict) and found.get("schema") == SCHEMA):
        raise InvalidError(f"The proof of this receipt is not of the form {SCHEMA}.")
    return Bundle(Receipt.read(statement), statement, signature, key, found)


def judge(bundle: Bundle, *, trusted: Sequence[str] = ()) -> Judgement:
    """Look at every step; nothing is believed but the keys that are trusted.

    Without any, the file's own keys are taken, and the reader must compare them.
    """
    checkpoint, note = _checkpoint(bundle, trusted)
    steps: Sequence[tuple[Step, Callable[[], str | None]]] = (
        (Step.KEY, partial(_key, bundle, trusted)),
        (Step.SIGNATURE, partial(_signature, bundle)),
        (Step.NOTICE, partial(_notice, bundle)),
        (Step.LEAF, partial(_leaf, bundle)),
        (Step.ENTRY, partial(_entry, bundle)),
        (Step.INCLUSION, partial(_inclusion, bundle, checkpoint)),
    )
    found = [_looked_at(step, look) for step, look in steps]
    return Judgement(bundle, [*found, note], checkpoint)


class _AbsentError(Exception):
    """The file lacks what a step looks at."""


def _looked_at(step: Step, look: Callable[[], str | None]) -> Found:
    try:
        fault = look()
    except _AbsentError:
        return Found(step, good=None)
    except (PrivacyError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Found(step, good=False)
    return Found(step, good=fault is None, detail=fault or "")


def _key(bundle: Bundle, trusted: Sequence[str]) -> str | None:
    used = {bundle.key, *([bundle.proof["key"]] if bundle.proof else [])}
    for one in used:
        Verifier(one)
    return ",".join(sorted(used - {*trusted})) or None if trusted else None


def _signature(bundle: Bundle) -> None:
    Verifier(bundle.key).verify(to_sign(bundle.statement), octets(bundle.signature))


def _notice(bundle: Bundle) -> None:
    shown = _proof(bundle)["notice"]
    if not shown:
        raise _AbsentError
    if hashlib.sha256(shown.encode()).hexdigest() != bundle.receipt.notice:
        raise SealError("These are not the words that were shown.")


def _leaf(bundle: Bundle) -> None:
    if leaf_hash(_proof(bundle)["entry"].encode()) != bundle.receipt.leaf:
        raise SealError("The entry is not the one that the receipt names.")


def _entry(bundle: Bundle) -> str | None:
    """Return the names of the fields in which receipt and entry differ."""
    return ",".join(differences(json.loads(_proof(bundle)["entry"]), bundle.statement)) or None


def differences(entry: Mapping[str, Any], statement: Mapping[str, Any]) -> list[str]:
    """Return in which fields the entry of the log says other than the receipt; sorted."""
    details = entry["d"]
    says = statement["answers"]
    pairs = {
        "action": (entry["t"].partition(".")[0], "consent"),
        "subject": (entry["s"], statement["subject"]),
        "controller": (entry["c"], statement["controller"]),
        "at": (entry["at"], statement["at"]),
        "granted": (details["granted"], _joined(says, granted=True)),
        "refused": (details["refused"], _joined(says, granted=False)),
        # What was said elsewhere was said on no site.
        **{name: (details.get(name, ""), statement[ours]) for name, ours in _ENTRY.items()},
        # Whatever else both of them say must agree too.
        **{
            name: (details[name], statement[name])
            for name in details.keys() & statement.keys() - _ENTRY.keys()
        },
    }
    return sorted(name for name, (theirs, ours) in pairs.items() if theirs != ours)


def _joined(answers: Mapping[str, bool], *, granted: bool) -> str:
    return ",".join(code for code in sorted(answers) if answers[code] is granted)


def _inclusion(bundle: Bundle, checkpoint: Checkpoint | None) -> None:
    kept = _proof(bundle)
    if checkpoint is None:
        raise _AbsentError
    verify_inclusion(
        bundle.receipt.leaf,
        index=int(kept["index"]),
        size=checkpoint.size,
        proof=[octets(one) for one in kept["hashes"]],
        root=checkpoint.root,
    )


def _checkpoint(bundle: Bundle, trusted: Sequence[str]) -> tuple[Checkpoint | None, Found]:
    opened: list[Checkpoint] = []

    def look() -> None:
        kept = _proof(bundle)
        known = [Verifier(one) for one in {kept["key"], *trusted}]
        opened.append(open_checkpoint(kept["checkpoint"], known, origin=bundle.receipt.origin))

    found = _looked_at(Step.CHECKPOINT, look)
    return (opened[0] if opened else None), found


def _proof(bundle: Bundle) -> Mapping[str, Any]:
    if bundle.proof is None:
        raise _AbsentError
    return bundle.proof
