"""Proofs that anybody can check offline: an entry is in the log, the log was only continued."""

import base64
import binascii
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.audit import merkle, queries
from privacy.audit.checkpoint import Checkpoint, open_checkpoint
from privacy.audit.models import LOG, AuditEntry, AuditPending
from privacy.crypto import Verifiers
from privacy.errors import ConflictError, InvalidError, NotFoundError

FIRST_LINE = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class InclusionProof:
    """An audit path (RFC 6962, 2.1.1) from an entry to the root of a signed checkpoint."""

    index: int
    size: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    def text(self) -> str:
        """Return the proof as a file that other tools read (C2SP tlog-proof)."""
        path = [base64.b64encode(step).decode() for step in self.hashes]
        return "\n".join([FIRST_LINE, f"index {self.index}", *path, "", self.checkpoint])


def parse_proof(text: str) -> InclusionProof:
    """Read a proof from its file; raises InvalidError. It is not verified yet."""
    head, _, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    lines = [line for line in lines if not line.startswith("extra ")]
    size = note.split("\n")[1:2]
    try:
        path = tuple(base64.b64decode(line, validate=True) for line in lines[1:])
        index = int(lines[0].removeprefix("index "))
        proof = InclusionProof(index, int(size[0]), path, note)
    except (IndexError, ValueError, binascii.Error):
        raise InvalidError("This is not a proof of inclusion; ask for it again.") from None
    if first != FIRST_LINE:
        raise InvalidError(f"The first line of a proof of inclusion is {FIRST_LINE}.")
    return proof


def prove(session: Session, leaf_hash: bytes) -> InclusionProof:
    """Prove that the entry with this leaf hash is in the log, up to its newest checkpoint.

    Raises ConflictError while the entry waits for its place, NotFoundError if there is none.
    """
    known = select(AuditEntry.idx).where(
        AuditEntry.log_id == LOG, AuditEntry.leaf_hash == leaf_hash
    )
    index = session.scalar(known)
    if index is None:
        raise _absence(session, leaf_hash)
    note = queries.checkpoint(session)
    size = int(note.split("\n")[1])
    path = merkle.inclusion_proof(index, size, queries.tile_reader(session))
    return InclusionProof(index, size, tuple(path), note)


def _absence(session: Session, leaf_hash: bytes) -> NotFoundError | ConflictError:
    waiting = session.scalars(select(AuditPending.body))
    if any(merkle.leaf_hash(body) == leaf_hash for body in waiting):
        return ConflictError("The entry waits for its place in the log; try again in a minute.")
    return NotFoundError("No entry of the audit log has this hash.")


def prove_consistency(session: Session, *, old: int, new: int) -> list[bytes]:
    """Prove that the log of `new` entries continues the log of `old` entries."""
    return merkle.consistency_proof(old, new, queries.tile_reader(session))


def verify_receipt_inclusion(
    leaf_hash: bytes, proof: InclusionProof, verifiers: Verifiers, *, origin: str | None = None
) -> Checkpoint:
    """Return the signed checkpoint that covers the entry; raise SealError if none does."""
    checkpoint = open_checkpoint(proof.checkpoint, verifiers, origin=origin)
    merkle.verify_inclusion(
        leaf_hash,
        index=proof.index,
        size=checkpoint.size,
        proof=proof.hashes,
        root=checkpoint.root,
    )
    return checkpoint
