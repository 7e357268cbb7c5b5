"""What a mail is, and how it is written on the wire (RFC 5322, RFC 2045)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from uuid import UUID

from privacy.errors import InvalidError


@dataclass(frozen=True)
class Mail:
    """The words of one mail; `html` says the same as `text`."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class OpenedMessage:
    """What the seals of a message hid."""

    address: str
    variables: Mapping[str, str]


_BARE = re.compile(r"""([^\s@<>(),;:\\"\[\]]+)@([^\s@<>(),;:\\"\[\]]+)""")
"""One address without a name, a comment or quotes: never two where one was meant."""


def address_of(text: str, *, name: str = "") -> Address:
    """Read a bare address, such as local@domain; its domain comes back in ASCII (IDNA).

    Raises InvalidError for what is no address; the message does not repeat it.
    """
    found = _BARE.fullmatch(text)
    if found is None or not text.isprintable():
        raise InvalidError("This is no mail address.")
    try:
        return Address(name, found[1], found[2].encode("idna").decode())
    except ValueError:
        raise InvalidError("This is no mail address.") from None


def sender_of(text: str) -> Address:
    """Read `Name <local@domain>` or a bare address; raise InvalidError like `address_of`."""
    name, bare = parseaddr(text)
    return address_of(bare, name=name)


def compose(
    mail: Mail, *, sender: Address, recipient: Address, message_id: UUID, at: datetime
) -> EmailMessage:
    """Return the mail with both its parts; one message id always gives one Message-ID.

    A receiver can so tell a mail that is sent twice, after a crash, from two mails.
    """
    policy = SMTP if recipient.username.isascii() else SMTPUTF8
    message = EmailMessage(policy)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{message_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    # Quoted-printable passes every relay, also one that knows no 8BITMIME.
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message
