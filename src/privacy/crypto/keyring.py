"""The root of all keys, kept in one file outside the database and outside its backups.

Root keys wrap the keys of controllers; the service key seals operators' rows; the signing key
signs the log's checkpoints and the visitors' receipts; a key of its own signs what goes to other
controllers.
"""

import secrets
from pathlib import Path
from typing import Self

from typing_extensions import override

from privacy.crypto import keyfile
from privacy.crypto.aead import DataKey
from privacy.crypto.blind import Context
from privacy.crypto.keyfile import KeyFile
from privacy.crypto.signing import Signer, Verifiers
from privacy.errors import ConfigError, ConflictError, NotFoundError, SealError

WRAPPED = b"\x02"
"""The first byte of what a root wrapped; then the length of the root's id and the id."""


class Keyring:
    """The keys of one key file; follows the file when another process adds a root."""

    def __init__(self, path: Path, contents: KeyFile) -> None:
        self.path = path
        self._contents = contents

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a key file; raise ConfigError if it is missing, damaged or readable by others."""
        return cls(path, KeyFile.read(path))

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make fresh keys and write them with mode 0600; ConflictError if there is a file."""
        root = _new_id()
        document = {
            "format": keyfile.FORMAT,
            "current_root": root,
            "roots": {root: _new_key()},
            "service": {"1": _new_key()},
            "log": [_new_signer("log")],
            "transfers": [_new_signer("transfers")],
        }
        keyfile.create(path, document)
        return cls.load(path)

    @override
    def __repr__(self) -> str:
        return f"<Keyring {self.path} root {self.current_root}>"

    @property
    def current_root(self) -> str:
        """The id of the root that wraps from now on."""
        return self._contents.current_root

    @property
    def roots(self) -> frozenset[str]:
        """The ids of all roots that still open what they wrapped."""
        return frozenset(self._contents.roots)

    @property
    def service(self) -> DataKey:
        """The key of what belongs to no controller, such as operators' rows."""
        return self._contents.service

    @property
    def signer(self) -> Signer:
        """The key that signs from now on."""
        return self._contents.signers[-1]

    @property
    def verifiers(self) -> Verifiers:
        """The public halves of every key that ever signed."""
        return tuple(signer.verifier for signer in self._contents.signers)

    @property
    def transfer_signer(self) -> Signer:
        """The key that signs data on their way to another controller; made where there is none.

        It follows the file, since another process may have renewed it. Raises ConfigError when
        it is missing and the file cannot be written.
        """
        self._read_again()
        return self._transfers()[-1]

    @property
    def transfer_verifiers(self) -> Verifiers:
        """The public halves of the keys for transfers that are still published, newest last."""
        self._read_again()
        return tuple(signer.verifier for signer in self._transfers())

    def renew_transfers(self, *, forget: bool = False) -> Signer:
        """Make a new key for transfers; older ones stay published unless they are to be forgotten.

        What an older key signed is verified for minutes after it was sent, so that a day later
        it can be forgotten; at once where it was stolen.
        """
        with keyfile.changing(self.path) as document:
            older = [] if forget else document.get("transfers", [])
            document["transfers"] = [*older, _new_signer("transfers")]
        self._read_again()
        return self._contents.transfers[-1]

    def _transfers(self) -> tuple[Signer, ...]:
        if not self._contents.transfers:
            try:
                with keyfile.changing(self.path) as document:
                    if not document.get("transfers"):  # another process may have been faster
                        document["transfers"] = [_new_signer("transfers")]
            except OSError as error:
                raise ConfigError(
                    f"The key file {self.path} has no key for transfers and cannot be written:"
                    " run `privacy keys renew-transfers` where it can."
                ) from error
            self._read_again()
        return self._contents.transfers

    def add_root(self) -> str:
        """Make a new root, write the file and return the id; it is current from now on."""
        root = _new_id()
        with keyfile.changing(self.path) as document:
            document["roots"][root] = _new_key()
            document["current_root"] = root
        self._read_again()
        return root

    def drop_root(self, root: str) -> None:
        """Destroy a root: nothing that it wrapped opens ever again, from the next start on.

        Raises ConflictError for the current root and NotFoundError for an unknown one.
        """
        with keyfile.changing(self.path) as document:
            if root == document["current_root"]:
                raise ConflictError("The current root is in use; add another one first.")
            if document["roots"].pop(root, None) is None:
                raise NotFoundError("The key file has no root of this id.")
        self._read_again()

    def wrap(self, key: bytes, *, context: Context) -> bytes:
        """Return key bytes sealed under the current root and bound to their context."""
        # A root that another process has replaced may be dropped soon; never wrap under it.
        self._read_again()
        root = self.current_root
        sealed = self._contents.roots[root].seal(key, context=("root", root, *context))
        return WRAPPED + len(root).to_bytes(1, "big") + root.encode() + sealed

    def unwrap(self, blob: bytes, *, context: Context) -> bytes:
        """Return key bytes that were wrapped; SealError if root, context or a bit differs."""
        root = self.root_of(blob)
        if root not in self._contents.roots:
            self._read_again()
        key = self._contents.roots.get(root)
        if key is None:
            raise SealError(f"The key file has no root key {root!a}, which wrapped this key.")
        return key.open_sealed(blob[2 + blob[1] :], context=("root", root, *context))

    @staticmethod
    def root_of(blob: bytes) -> str:
        """Return the id of the root that wrapped a key, read from its header."""
        if len(blob) < 2 or blob[:1] != WRAPPED or not blob[2 : 2 + blob[1]].isascii():
            raise SealError("The wrapped key is of an unknown format.")
        return blob[2 : 2 + blob[1]].decode()

    def _read_again(self) -> None:
        self._contents = KeyFile.read(self.path)


def _new_id() -> str:
    return secrets.token_hex(4)


def _new_signer(use: str) -> dict[str, str]:
    return {"name": f"privacy.invalid/{use}/{_new_id()}", "seed": _new_key()}


def _new_key() -> str:
    return keyfile.encoded_key(secrets.token_bytes(32))
