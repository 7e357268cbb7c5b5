"""`privacy audit`: verify the whole log, prove one receipt, print the signed checkpoint."""

import base64
import binascii
import json
from pathlib import Path
from typing import Any

import click

from privacy.audit.proofs import prove as proof_of
from privacy.audit.proofs import verify_receipt_inclusion
from privacy.audit.queries import checkpoint as newest_checkpoint
from privacy.audit.verify import verify_log
from privacy.cli.process import as_json, opened, tell
from privacy.consent.receipts.receipt import Receipt, to_sign
from privacy.errors import InvalidError


@click.group()
def audit() -> None:
    """The tamper-evident log."""


@audit.command("verify")
@click.option(
    "--kept",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A checkpoint that was kept elsewhere; the log must still continue it.",
)
@as_json
def verify(kept: tuple[Path, ...], *, as_json: bool) -> None:
    """Hash every entry again and compare with what was signed; status 1 if it was altered."""
    with opened() as runtime:
        verdict = verify_log(
            runtime.database,
            runtime.keyring.verifiers,
            at=runtime.clock(),
            kept=[path.read_text(encoding="utf-8") for path in kept],
        )
    faults = [{"index": fault.index, "what": fault.what} for fault in verdict.faults]
    facts = {
        "whole": verdict.is_whole,
        "entries": verdict.size,
        "root": verdict.root.hex(),
        "checkpoints": verdict.checkpoints,
        "waiting": verdict.waiting,
        "first_bad": verdict.first_bad,
        "faults": faults,
    }
    if verdict.is_whole:
        lines = [f"The log is whole: {verdict.size} entries, root {verdict.root.hex()}."]
        if verdict.waiting:
            lines.append(f"{verdict.waiting} entries wait for their place.")
    else:
        lines = ["The log was altered.", *(_line(fault) for fault in faults)]
    tell(as_json, facts, *lines)
    raise SystemExit(0 if verdict.is_whole else 1)


@audit.command("prove")
@click.argument("receipt", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--proof", type=click.Path(path_type=Path), help="Write the proof (C2SP) here.")
@as_json
def prove(receipt: Path, proof: Path | None, *, as_json: bool) -> None:
    """Prove that the answer of a receipt (a JSON file) is in the log."""
    signed = _signed(receipt)
    with opened() as runtime:
        statement = signed["receipt"]
        _check_signature(runtime.keyring.signer.verifier, statement, signed["signature"])
        leaf = Receipt.read(statement).leaf
        with runtime.database.reading() as session:
            found = proof_of(session, leaf)
        verified = verify_receipt_inclusion(leaf, found, runtime.keyring.verifiers)
    if proof is not None:
        proof.write_text(found.text(), encoding="utf-8")
    facts = {
        "proven": True,
        "index": found.index,
        "size": verified.size,
        "hashes": len(found.hashes),
        "checkpoint": found.checkpoint,
    }
    tell(
        as_json,
        facts,
        "The signature of the receipt is ours.",
        f"Its entry is number {found.index} of {verified.size} in the signed log "
        f"({len(found.hashes)} hashes).",
    )


@audit.command("checkpoint")
@as_json
def checkpoint(*, as_json: bool) -> None:
    """Print the newest signed checkpoint (C2SP tlog-checkpoint), to be kept elsewhere."""
    with opened() as runtime, runtime.database.reading() as session:
        note = newest_checkpoint(session)
    if as_json:
        tell(as_json, {"checkpoint": note})
    else:
        click.echo(note, nl=False)  # to the byte, since the signature covers it


def _line(fault: dict[str, Any]) -> str:
    where = "the log" if fault["index"] is None else f"entry {fault['index']}"
    return f"  {where}: {fault['what']}"


def _signed(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        return {"receipt": dict(read["receipt"]), "signature": str(read["signature"])}
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidError("This file is no receipt; take it as the banner gave it.") from error


def _check_signature(verifier: Any, statement: dict[str, Any], signature: str) -> None:
    try:
        decoded = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidError("The signature of this receipt is damaged.") from error
    verifier.verify(to_sign(statement), decoded)
