"""`privacy receipt`: what a receipt proves, told without any database, key file or network."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from privacy.cli.process import as_json, keys_option, tell
from privacy.consent.receipts.bundle import Bundle, Found, Judgement, Step, judge, read
from privacy.errors import InvalidError

HELD = {
    Step.KEY: "The keys are those that you trust.",
    Step.SIGNATURE: "The receipt was signed by its key, and no byte of it has changed since.",
    Step.NOTICE: "The words that were shown are in the file, and are those that it names.",
    Step.LEAF: "The entry of the log is the one that the receipt names.",
    Step.ENTRY: "The entry says what the receipt says, field by field.",
    Step.INCLUSION: "The entry is in the log.",
    Step.CHECKPOINT: "The log signed that it has this entry among its own.",
}
FAILED = {
    Step.KEY: "Signed by another key than those you trust.",
    Step.SIGNATURE: "The receipt was changed after it was signed, or its key never signed it.",
    Step.NOTICE: "The words in the file are not those that were shown.",
    Step.LEAF: "The entry in the file is not the one that the receipt names.",
    Step.ENTRY: "The entry of the log says other than the receipt.",
    Step.INCLUSION: "The path does not lead from the entry to the root of the log.",
    Step.CHECKPOINT: "The checkpoint was changed, or another log or key signed it.",
}
ABSENT = "not in the file"
UNPROVEN = (
    "The file has no proof that the answer is in the log. Ask the service for the receipt again, "
    "at /banner/receipts/<id>?leaf=<hash>, and verify what it gives."
)


@click.group()
def receipt() -> None:
    """Receipts of answers, for anybody who holds one."""


@receipt.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@keys_option(required=False)
@as_json
def verify(file: Path, keys: tuple[str, ...], *, as_json: bool) -> None:
    """Judge a receipt with its proof, offline: status 1 if anything in it is not true.

    Status 2 when the file is no receipt, or has no proof to judge.
    """
    found = judge(read(_text(file)), trusted=keys)
    tell(as_json, facts(found), *map(_plain, _lines(found, keys)))
    raise SystemExit(1 if found.is_false else 0 if found.is_proven else 2)


def facts(found: Judgement) -> dict[str, Any]:
    """Return what was found as JSON values."""
    checkpoint = found.checkpoint
    return {
        "proven": found.is_proven,
        "steps": {one.step.value: one.good for one in found.found},
        "differs": {one.step.value: one.detail for one in found.found if one.detail},
        "receipt": found.bundle.statement,
        "log": {"origin": checkpoint.origin, "size": checkpoint.size,
                "root": checkpoint.root.hex()} if checkpoint else None,
    }  # fmt: skip


def _lines(found: Judgement, keys: tuple[str, ...]) -> Iterator[str]:
    if found.is_proven:
        yield "Proven: this answer was recorded as the receipt says."
        yield from _said(found.bundle)
        yield from _place(found)
    else:
        yield "FALSE: this file was changed." if found.is_false else "Not proven."
    yield ""
    yield from (_step(one) for one in found.found if one.step is not Step.KEY or keys)
    if found.bundle.proof is None:
        yield UNPROVEN
    if not keys:
        yield "The key is the file's own; compare it with what the controller publishes,"
        yield f"or trust it by --key: {found.bundle.key}"


def _said(bundle: Bundle) -> Iterator[str]:
    one = bundle.receipt
    yield f"  who       subject {one.subject}, to controller {one.controller}"
    yield f"  when      {_instant(one.at)}, valid until {_instant(one.valid_until)}"
    yield f"  how       {one.method}{f', site {one.site}' if one.site else ''}, in {one.language}"
    yield f"  granted   {_codes(bundle, granted=True)}"
    yield f"  refused   {_codes(bundle, granted=False)}"
    yield f"  words     SHA-256 {one.notice or '(none known)'}"
    yield f"  signed    {bundle.key}"


def _place(found: Judgement) -> Iterator[str]:
    if found.checkpoint is not None and found.bundle.proof is not None:
        yield f"  entry     number {found.bundle.proof['index']} of {found.checkpoint.size}"
        yield f"  log       {found.checkpoint.origin}, root {found.checkpoint.root.hex()}"


def _step(one: Found) -> str:
    if one.good is None:
        return f"  –  {one.step.value}: {ABSENT}"
    if one.good:
        return f"  ok {HELD[one.step]}"
    return f"  NO {one.step.value}: {FAILED[one.step]}{f' ({one.detail})' if one.detail else ''}"


def _codes(bundle: Bundle, *, granted: bool) -> str:
    answers = bundle.receipt.answers
    return ", ".join(code for code in sorted(answers) if answers[code] is granted) or "(nothing)"


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _plain(line: str) -> str:
    """Return a line that cannot steer a terminal, whatever the file says."""
    return "".join(sign if sign.isprintable() else "?" for sign in line)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidError("This file is no receipt; take it as the service gave it.") from error
