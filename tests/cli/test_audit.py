"""`privacy audit`: a true log is called whole, and one changed byte is found and named."""

import base64
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from privacy.audit.proofs import parse_proof, verify_receipt_inclusion
from privacy.cli.process import opened
from privacy.config import Settings
from privacy.crypto import Keyring
from privacy.web.app import create_app
from tests.cli.conftest import Privacy
from tests.web.banner.conftest import Shop, open_shop

PLACES = (0, 3, -1)


def integrate() -> int:
    """Let every entry get its place, as the service does; return how long the log is."""
    with opened() as runtime:
        runtime.sequencer.integrate()
        with runtime.database.reading() as session:
            from_note = session.connection().exec_driver_sql("SELECT size FROM audit_head")
            return int(from_note.scalar_one())


@pytest.fixture
def receipt(company: Path, tmp_path: Path) -> Path:
    """Return the file of a receipt that a visitor got through the web."""
    assert company.exists()
    app = create_app(Settings.from_env())
    app.testing = True
    shop: Shop = open_shop(app)
    answer = shop.post(shop.body())
    assert answer.status_code == 201
    shop.runtime.database.dispose()
    path = tmp_path / "receipt.json"
    path.write_bytes(answer.get_data())
    return path


def attack(file: Path, index: int) -> None:
    """Change one byte of one entry in the file, as somebody with the file could."""
    with sqlite3.connect(file) as connection:
        triggers = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'"
        ).fetchall()
        assert triggers != []
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        ((body,),) = connection.execute(
            "SELECT body FROM audit_entry WHERE idx = ?", (index,)
        ).fetchall()
        at = body.index(b'"at":"20') + 7
        changed = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        connection.execute("UPDATE audit_entry SET body = ? WHERE idx = ?", (changed, index))
    connection.close()


def test_a_true_log_is_whole(company: Path, privacy: Privacy):
    assert company.exists()
    waiting = privacy("audit", "verify", "--json")
    assert (waiting.status, waiting.facts["entries"]) == (0, 0)
    assert waiting.facts["waiting"] > 0
    size = integrate()
    ran = privacy("audit", "verify", "--json")
    assert ran.status == 0
    assert (ran.facts["whole"], ran.facts["entries"]) == (True, size)
    assert (ran.facts["waiting"], ran.facts["first_bad"], ran.facts["faults"]) == (0, None, [])
    assert f"{size} entries" in privacy("audit", "verify").out


@pytest.mark.parametrize("place", PLACES)
def test_one_changed_byte_is_found_and_its_entry_named(
    company: Path, privacy: Privacy, place: int
):
    index = place % integrate()
    attack(company, index)
    ran = privacy("audit", "verify")
    assert ran.status == 1
    assert ran.out.startswith("The log was altered.")
    assert f"entry {index}:" in ran.out
    told = privacy("audit", "verify", "--json")
    assert (told.status, told.facts["first_bad"]) == (1, index)


def test_the_receipt_of_an_answer_is_proven_to_be_in_the_log(
    receipt: Path, privacy: Privacy, tmp_path: Path
):
    early = privacy("audit", "prove", str(receipt))
    assert (early.status, "waits for its place" in early.err) == (2, True)
    size = integrate()
    proof = tmp_path / "proof.txt"
    ran = privacy("audit", "prove", str(receipt), "--proof", str(proof), "--json")
    assert (ran.status, ran.facts["proven"], ran.facts["size"]) == (0, True, size)
    leaf = base64.b64decode(json.loads(receipt.read_text())["receipt"]["log"]["leaf"])
    verifiers = Keyring.load(tmp_path / "privacy.key.json").verifiers
    verify_receipt_inclusion(leaf, parse_proof(proof.read_text()), verifiers)
    said = privacy("audit", "prove", str(receipt)).out
    assert f"number {ran.facts['index']} of {size}" in said


def _changed(signed: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**signed, "receipt": {**signed["receipt"], **changes}}


@pytest.mark.parametrize("fault", ["answers", "leaf", "signature", "form", "text"])
def test_a_receipt_that_was_changed_proves_nothing(receipt: Path, privacy: Privacy, fault: str):
    integrate()
    signed = json.loads(receipt.read_text())
    log = {**signed["receipt"]["log"], "leaf": base64.b64encode(b"x" * 32).decode()}
    forged: dict[str, Any] = {
        "answers": _changed(signed, answers={"audience_consent": False}),
        "leaf": _changed(signed, log=log),
        "signature": {**signed, "signature": "A" + signed["signature"][1:]},
        "form": {"receipt": "yes"},
        "text": [],
    }
    if forged["signature"] == signed:
        forged["signature"] = {**signed, "signature": "B" + signed["signature"][1:]}
    receipt.write_text(json.dumps(forged[fault]))
    ran = privacy("audit", "prove", str(receipt))
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("privacy: ")


def test_a_checkpoint_that_was_kept_must_still_be_continued(
    company: Path, privacy: Privacy, tmp_path: Path
):
    assert company.exists()
    size = integrate()
    note = privacy("audit", "checkpoint").out
    assert note.split("\n")[1] == str(size)
    assert privacy("audit", "checkpoint", "--json").facts == {"checkpoint": note}
    kept = tmp_path / "kept.txt"
    kept.write_text(note)
    assert privacy("audit", "verify", "--kept", str(kept)).status == 0
    lines = note.split("\n")
    kept.write_text("\n".join([lines[0], str(size - 1), *lines[2:]]))
    assert privacy("audit", "verify", "--kept", str(kept)).status != 0


def test_before_the_first_entry_has_its_place_there_is_no_checkpoint(
    company: Path, privacy: Privacy
):
    assert company.exists()
    ran = privacy("audit", "checkpoint")
    assert (ran.status, ran.out) == (2, "")
