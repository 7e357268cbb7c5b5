import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.audit.checkpoint import Checkpoint, open_checkpoint
from privacy.audit.merkle import EMPTY_ROOT
from privacy.errors import SealError
from tests.audit.logs import ORIGIN, SIGNER, STRANGER

ROOT = base64.b64encode(EMPTY_ROOT).decode()


@given(st.integers(0, 2**63), st.binary(min_size=32, max_size=32))
def test_a_signed_checkpoint_opens_to_what_was_signed(size: int, root: bytes):
    checkpoint = Checkpoint(ORIGIN, size, root)
    note = checkpoint.signed(SIGNER)
    assert open_checkpoint(note, [SIGNER.verifier], origin=ORIGIN) == checkpoint


def test_a_checkpoint_is_written_as_c2sp_asks():
    note = Checkpoint(ORIGIN, 20, EMPTY_ROOT).signed(SIGNER)
    assert note.startswith(f"{ORIGIN}\n20\n{ROOT}\n\n\u2014 {ORIGIN} ")


def test_lines_of_extension_are_allowed():
    note = SIGNER.sign_note(f"{ORIGIN}\n20\n{ROOT}\nmore\n")
    assert open_checkpoint(note, [SIGNER.verifier]).size == 20


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n020\n{ROOT}\n",
        f"{ORIGIN}\n+20\n{ROOT}\n",
        f"{ORIGIN}\n-20\n{ROOT}\n",
        f"{ORIGIN}\n20 \n{ROOT}\n",
        f"{ORIGIN}\n\u0662\n{ROOT}\n",
        f"{ORIGIN}\ntwenty\n{ROOT}\n",
        f"{ORIGIN}\n20\n{ROOT[:-4]}\n",
        f"{ORIGIN}\n20\n{ROOT}=\n",
        f"{ORIGIN}\n20\n*{ROOT}\n",
        f"{ORIGIN}\n20\n",
        f"{ORIGIN}\n",
        f"\n20\n{ROOT}\n",
        f"another.example/log\n20\n{ROOT}\n",
    ],
)
def test_what_is_signed_but_no_checkpoint_of_this_log_is_refused(text: str):
    with pytest.raises(SealError):
        open_checkpoint(SIGNER.sign_note(text), [SIGNER.verifier], origin=ORIGIN)


def test_a_changed_or_foreign_checkpoint_is_refused():
    note = Checkpoint(ORIGIN, 20, EMPTY_ROOT).signed(SIGNER)
    for wrong in (
        note.replace("\n20\n", "\n21\n"),
        Checkpoint(ORIGIN, 20, EMPTY_ROOT).signed(STRANGER),
        "",
    ):
        with pytest.raises(SealError):
            open_checkpoint(wrong, [SIGNER.verifier])
