"""The public interface of the only room that touches cryptography; it keeps no rows."""

from privacy.crypto.aead import DataKey, sealed_prefix, sealed_version
from privacy.crypto.blind import Context
from privacy.crypto.keyring import Keyring
from privacy.crypto.passwords import hash_password, needs_rehash, verify_password
from privacy.crypto.signing import Signer, Verifier, Verifiers, open_note
from privacy.crypto.tokens import digest, new_token

__all__ = [
    "Context",
    "DataKey",
    "Keyring",
    "Signer",
    "Verifier",
    "Verifiers",
    "digest",
    "hash_password",
    "needs_rehash",
    "new_token",
    "open_note",
    "sealed_prefix",
    "sealed_version",
    "verify_password",
]
