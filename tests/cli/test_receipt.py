"""`privacy receipt verify`: plain words, no database, and a status for each outcome."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Privacy, Ran
from tests.consent.receipts.test_bundle import OTHER, SIGNER, SIZE, TRUE, changed, made


@pytest.fixture
def judge(privacy: Privacy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a function that judges a file where there is no installation at all."""
    monkeypatch.setenv("PRIVACY_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("PRIVACY_KEY_FILE", str(tmp_path / "none.json"))

    def run(told: Any, *options: str) -> Ran:
        file = tmp_path / "receipt.json"
        file.write_text(told if isinstance(told, str) else json.dumps(told))
        return privacy("receipt", "verify", str(file), *options)

    return run


def test_a_true_receipt_is_told_in_plain_words(judge):
    ran = judge(TRUE, "--key", SIGNER.vkey)
    assert (ran.status, ran.err) == (0, "")
    for said in (
        "Proven", f"number 5 of {SIZE}", "granted   audience_consent", "refused   social_sharing",
        "2026-03-02 09:00:00 UTC", SIGNER.vkey, TRUE["receipt"]["subject"], "in fr",
    ):  # fmt: skip
        assert said in ran.out
    assert "NO " not in ran.out


def test_without_a_key_the_reader_is_told_to_compare_it(judge):
    ran = judge(TRUE)
    assert ran.status == 0
    assert f"trust it by --key: {SIGNER.vkey}" in ran.out
    assert "those that you trust" not in ran.out


def test_the_facts_are_there_for_programs(judge):
    facts = judge(TRUE, "--json").facts
    assert facts["proven"] is True
    assert set(facts["steps"].values()) == {True}
    assert (facts["log"]["size"], facts["receipt"]["id"]) == (SIZE, TRUE["receipt"]["id"])


def test_a_changed_answer_is_named_with_the_field_that_differs(judge):
    ran = judge(changed("receipt", "answers", "social_sharing", to=True))
    assert ran.status == 1
    assert ran.out.startswith("FALSE")
    assert "NO signature:" in ran.out
    assert "(granted,refused)" in ran.out
    assert "ok The entry is in the log." in ran.out


def test_a_proof_under_another_key_is_false(judge):
    ran = judge(made(OTHER), "--key", SIGNER.vkey)
    assert ran.status == 1
    assert f"NO key: Signed by another key than those you trust. ({OTHER.vkey})" in ran.out


def test_a_receipt_without_its_proof_says_how_to_get_it(judge):
    ran = judge({name: value for name, value in TRUE.items() if name != "proof"})
    assert ran.status == 2
    assert "Not proven." in ran.out
    assert "/banner/receipts/" in ran.out


@pytest.mark.parametrize("told", ["", "{}", "[]", "\x00"])
def test_what_is_no_receipt_ends_with_one_clear_line(judge, told: str):
    ran = judge(told)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("privacy: ")


def test_a_file_cannot_steer_the_terminal(judge):
    ran = judge(changed("receipt", "language", to="\x1b[2J"))
    assert ran.status == 1
    assert "\x1b" not in ran.out
