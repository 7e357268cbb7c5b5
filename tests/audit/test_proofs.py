from dataclasses import replace

import pytest

from privacy.audit import merkle, proofs, queries
from privacy.audit.checkpoint import Checkpoint, open_checkpoint
from privacy.audit.proofs import parse_proof, prove, verify_receipt_inclusion
from privacy.db import Database
from privacy.errors import ConflictError, InvalidError, NotFoundError, SealError
from tests.audit.logs import ORIGIN, SIGNER, STRANGER, append, make_log, sequencer
from tests.fakes import FakeClock


def test_every_entry_can_be_proved_by_the_hash_of_its_receipt(
    database: Database, clock: FakeClock
):
    appended = make_log(database, clock, 256, 44)
    with database.reading() as session:
        for index in (0, 1, 255, 256, 298, 299):
            leaf = appended[index].leaf_hash
            proof = prove(session, leaf)
            assert (proof.index, proof.size) == (index, 300)
            covered = verify_receipt_inclusion(leaf, proof, [SIGNER.verifier], origin=ORIGIN)
            assert covered.size == 300
            assert parse_proof(proof.text()) == proof


def test_a_proof_does_not_fit_another_entry_or_key_or_log(database: Database, clock: FakeClock):
    first, second = make_log(database, clock, 2)
    with database.reading() as session:
        proof = prove(session, first.leaf_hash)
    root = open_checkpoint(proof.checkpoint, [SIGNER.verifier]).root
    strange = Checkpoint(ORIGIN, 2, root).signed(STRANGER)
    for leaf, offered, origin in (
        (second.leaf_hash, proof, ORIGIN),
        (first.leaf_hash, replace(proof, index=1), ORIGIN),
        (first.leaf_hash, replace(proof, hashes=()), ORIGIN),
        (first.leaf_hash, replace(proof, checkpoint=strange), ORIGIN),
        (first.leaf_hash, proof, "another.example/log"),
    ):
        with pytest.raises(SealError):
            verify_receipt_inclusion(leaf, offered, [SIGNER.verifier], origin=origin)


def test_an_entry_that_waits_or_is_not_there_has_no_proof(database: Database, clock: FakeClock):
    (appended,) = append(database, 1, clock.now)
    with database.reading() as session:
        with pytest.raises(ConflictError, match="try again"):
            prove(session, appended.leaf_hash)
        with pytest.raises(NotFoundError):
            prove(session, bytes(32))


def test_a_later_log_is_proved_to_continue_an_earlier_one(database: Database, clock: FakeClock):
    sealing = sequencer(database, clock)
    roots = {}
    for count in (5, 300, 7):
        append(database, count, clock.now)
        sealing.integrate()
        with database.reading() as session:
            note = queries.checkpoint(session)
        checkpoint = open_checkpoint(note, [SIGNER.verifier])
        roots[checkpoint.size] = checkpoint.root
    with database.reading() as session:
        for old, new in ((5, 305), (5, 312), (305, 312)):
            proof = proofs.prove_consistency(session, old=old, new=new)
            merkle.verify_consistency(
                old=old, old_root=roots[old], new=new, new_root=roots[new], proof=proof
            )


def test_a_proof_is_written_as_c2sp_asks(database: Database, clock: FakeClock):
    first, _second = make_log(database, clock, 2)
    with database.reading() as session:
        text = prove(session, first.leaf_hash).text()
    lines = text.split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 0"]
    assert len(lines[2]) == 44
    assert lines[3:6] == ["", ORIGIN, "2"]
    assert text.endswith("\n")
    assert parse_proof(text.replace("\nindex", "\nextra AAAA\nindex")) == parse_proof(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\nindex 0\n",
        "c2sp.org/tlog-proof@v1\nindex one\n\norigin\n1\nroot\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n***\n\norigin\n1\nroot\n",
        "c2sp.org/tlog-proof@v2\nindex 0\n\norigin\n1\nroot\n",
    ],
)
def test_what_is_no_proof_is_refused(text: str):
    with pytest.raises(InvalidError, match="proof of inclusion"):
        parse_proof(text)
