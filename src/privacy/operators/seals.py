"""How operators' e-mails and names are sealed and found again."""

import unicodedata
from uuid import UUID

from privacy.crypto import Keyring
from privacy.errors import InvalidError

_INDEX = ("operator", "email")


def normalised_email(email: str) -> str:
    """Return the form under which an e-mail is found again; raise InvalidError if it is none."""
    text = unicodedata.normalize("NFKC", email).strip().casefold()
    local, _, domain = text.rpartition("@")
    if not local or not domain or len(text) > 254 or not text.isprintable() or " " in text:
        raise InvalidError("Write an e-mail address.", fields={"email": ["not an e-mail address"]})
    return text


def email_index(keyring: Keyring, email: str) -> bytes:
    """Return the blind index of an e-mail that was normalised."""
    return keyring.service.index(email, context=_INDEX)


def seal(keyring: Keyring, text: str, *, column: str, operator_id: UUID) -> bytes:
    """Seal a text so that it opens in this column of this operator only."""
    return keyring.service.seal(text, context=("operator", column, str(operator_id)))


def opened(keyring: Keyring, sealed: bytes, *, column: str, operator_id: UUID) -> str:
    """Open what `seal` sealed; raise SealError if it was moved or altered."""
    return keyring.service.open_text(sealed, context=("operator", column, str(operator_id)))
