"""The public interface of the only room that touches cryptography."""

from privacy.crypto.signing import Signer, Verifier, Verifiers, open_note

__all__ = ["Signer", "Verifier", "Verifiers", "open_note"]
