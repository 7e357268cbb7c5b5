"""What a log signs: its name, its size and its root (C2SP tlog-checkpoint)."""

import base64
import binascii
from typing import NamedTuple

from privacy.audit.merkle import HASH_SIZE
from privacy.crypto import Signer, Verifiers, open_note
from privacy.errors import SealError


class Checkpoint(NamedTuple):
    """The state of a log at one moment; `origin` is the log's unique name."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text of a note, ready to be signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def signed(self, signer: Signer) -> str:
        """Return the checkpoint as a signed note."""
        return signer.sign_note(self.text())


def open_checkpoint(note: str, verifiers: Verifiers, *, origin: str | None = None) -> Checkpoint:
    """Return what a signed checkpoint states; else SealError.

    A checkpoint of another log is refused when `origin` names the one that is meant.
    """
    checkpoint = _parsed(open_note(note, verifiers))
    if checkpoint is None or (origin is not None and checkpoint.origin != origin):
        raise SealError("This is not a checkpoint of this log.")
    return checkpoint


def _parsed(text: str) -> Checkpoint | None:
    origin, size, root, *_extensions = [*text.split("\n"), "", ""]
    try:
        checkpoint = Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
    except (ValueError, binascii.Error):
        return None
    # Only the canonical writing: no leading zeros, no signs, no loose base64.
    whole = text.startswith(checkpoint.text()) and len(checkpoint.root) == HASH_SIZE
    return checkpoint if whole and checkpoint.origin and checkpoint.size >= 0 else None
