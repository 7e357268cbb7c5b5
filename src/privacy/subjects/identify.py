"""Identifiers in the one form in which they are compared, and ids of anonymous visitors.

Changing what a function here returns makes existing subjects unfindable: add, never alter.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from privacy.crypto import DataKey
from privacy.errors import InvalidError

LONGEST = 254
"""Characters of an identifier; what SMTP allows to an address (RFC 5321)."""


class IdentifierKind(StrEnum):
    """Kinds that the service itself knows; a controller may use others of its own."""

    EMAIL = "email"
    PHONE = "phone"
    VISITOR = "visitor"
    ACCOUNT_NUMBER = "customer_number"
    LOYALTY_CARD = "loyalty_card"


@dataclass(frozen=True)
class Claim:
    """An identifier that somebody gave, normalised; `verified` once they proved to hold it.

    Raises InvalidError when the value cannot be one of its kind. Its repr hides the value.
    """

    kind: str
    value: str = field(repr=False)
    verified: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", normalise(self.kind, self.value))


def normalise(kind: str, value: str) -> str:
    """Return an identifier of any kind as it is compared; raise InvalidError if it is none."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", kind):
        raise InvalidError("A kind of identifier is a word such as loyalty_card.")
    return _FORMS.get(kind, _normalise_other)(value)


def normalise_email(text: str) -> str:
    """Return an address in lower case with an ASCII domain; raise InvalidError if it is none.

    Send mail to the result only: another spelling that looks the same may be somebody else's.
    """
    local, _, domain = _folded(text).rpartition("@")
    domain = _ascii_domain(domain)
    address = f"{local}@{domain}"
    well_formed = _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain) and local.isprintable()
    if not well_formed or len(local.encode()) > 64 or len(address.encode()) > LONGEST:
        raise _invalid("email", "Write an e-mail address such as name@example.org.")
    return address


def normalise_phone(text: str) -> str:
    """Return a number as E.164, one without a country read as French; InvalidError if none."""
    digits = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text[: LONGEST + 1]))
    digits = _PHONE_MARKS.sub("", digits)
    digits = re.sub(r"^00(?=[1-9])", "+", digits)
    digits = re.sub(r"^(\+33)?0(?=[1-9])", "+33", digits, count=1)
    for code, prefixes in _OVERSEAS.items():
        digits = re.sub(rf"^\+33(?={prefixes})", code, digits)
    if not (_FRENCH if digits.startswith("+33") else _E164).fullmatch(digits):
        raise _invalid("phone", "Write a phone number such as +33 6 12 34 56 78.")
    return digits


def normalise_visitor(text: str) -> str:
    """Return the 128 random bits of a browser, 32 hexadecimal digits; InvalidError if not."""
    if not re.fullmatch(r"[0-9a-f]{32}", text):
        raise _invalid("visitor", "A visitor is 32 lower-case hexadecimal digits.")
    return text


def visitor_subject_id(index_key: DataKey, controller_id: UUID, visitor: str) -> UUID:
    """Return the subject id of an anonymous visitor: a UUIDv8 (RFC 9562) that only we can derive.

    The same visitor at another controller is another subject, since each has its own key.
    """
    context = ("subject", "visitor", str(controller_id))
    value = int.from_bytes(index_key.index(normalise_visitor(visitor), context=context), "big")
    value = (value & ~(0xF << 76)) | (0x8 << 76)
    return UUID(int=(value & ~(0x3 << 62)) | (0x2 << 62))


# What comes along when an address or number is copied from another program.
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_LOCAL = re.compile(r'[^\s@()<>\[\]:;,\\"]+')
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_PHONE_MARKS = re.compile(r"\(0\)|[\s()./\u2010-\u2015-]")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_FRENCH = re.compile(r"\+33[1-9][0-9]{8}")
_OVERSEAS = {
    # Dialled like French numbers, but countries of their own in E.164 (ARCEP numbering plan).
    "+262": "(?:262|263|269|639|692|693)[0-9]{6}$",
    "+590": "(?:590|690|691)[0-9]{6}$",
    "+594": "(?:594|694)[0-9]{6}$",
    "+596": "(?:596|696|697)[0-9]{6}$",
}


def _normalise_other(text: str) -> str:
    value = unicodedata.normalize("NFKC", text[: LONGEST + 1]).strip()
    if not value or len(value) > LONGEST or not value.isprintable():
        raise _invalid("value", f"An identifier has 1 to {LONGEST} printable characters.")
    return value


_FORMS: dict[str, Callable[[str], str]] = {
    IdentifierKind.EMAIL: normalise_email,
    IdentifierKind.PHONE: normalise_phone,
    IdentifierKind.VISITOR: normalise_visitor,
}


def _folded(text: str) -> str:
    # Folding can undo a composition, so composing follows it again (Unicode, NFKC_Casefold).
    text = _INVISIBLE.sub("", text[: LONGEST + 1])
    text = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", text).strip()


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode().lower()
    except UnicodeError:
        return ""


def _invalid(name: str, message: str) -> InvalidError:
    return InvalidError(message, fields={name: [message]})
