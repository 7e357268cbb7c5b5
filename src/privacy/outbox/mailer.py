"""Handing a mail to a mail server (RFC 5321), and what its answers mean."""

import smtplib
import ssl
from contextlib import ExitStack, suppress
from enum import StrEnum
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

from privacy.clock import Clock, system_clock
from privacy.errors import InvalidError, UnavailableError
from privacy.outbox.mail import Mail, address_of, compose, sender_of
from privacy.outbox.trust import usual_tls

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
PATIENCE = 15.0
"""Seconds that a server may take for one answer; a mail needs a dozen of them at most."""
CLOSING = 421
"""The reply of a server that is about to close, whatever was asked (RFC 5321, 3.8)."""


class Scope(StrEnum):
    """What failed, and so what to do next."""

    MESSAGE = "message"
    """This message for now: try it again later."""
    FOREVER = "forever"
    """This message for good: its address or its content was refused."""
    SERVER = "server"
    """The server itself: no other message would pass now."""


class UndeliveredError(UnavailableError):
    """A message was not taken over; `reason` is a code such as smtp-451 or http-500, no more."""

    def __init__(self, reason: str, scope: Scope) -> None:
        super().__init__(f"The other side did not take the message: {reason}.")
        self.reason = reason
        self.scope = scope


class Mailer(Protocol):
    """What delivers one mail to one address."""

    def send(self, mail: Mail, *, address: str, message_id: UUID) -> None:
        """Return once the server has taken the mail over; raise UndeliveredError otherwise."""


class SmtpMailer:
    """Sends through one server, by `smtp://`, `smtps://` or `smtp+starttls://`."""

    def __init__(
        self,
        smtp_url: str,
        mail_from: str,
        *,
        clock: Clock = system_clock,
        tls: ssl.SSLContext | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._url = urlsplit(smtp_url)
        self._sender = sender_of(mail_from)
        self._clock = clock
        self._tls = tls
        self._patience = patience

    def send(self, mail: Mail, *, address: str, message_id: UUID) -> None:
        """Return once the server has taken the mail over; raise UndeliveredError otherwise."""
        try:
            recipient = address_of(address)
        except InvalidError:
            raise UndeliveredError("no-address", Scope.FOREVER) from None
        message = compose(
            mail,
            sender=self._sender,
            recipient=recipient,
            message_id=message_id,
            at=self._clock(),
        )
        options = () if recipient.username.isascii() else ("SMTPUTF8", "BODY=8BITMIME")
        client = self._connected()
        try:
            client.sendmail(
                self._sender.addr_spec, recipient.addr_spec, message.as_bytes(), options
            )
            # The mail is taken over; a bad farewell must not make anybody send it again.
            with suppress(smtplib.SMTPException, OSError):
                client.quit()
        except (smtplib.SMTPException, OSError) as error:
            # Not chained: the server's words may repeat the address.
            raise UndeliveredError(_reason(error), _scope(error)) from None
        finally:
            client.close()

    def _connected(self) -> smtplib.SMTP:
        try:
            client = self._open()
            self._sign_in(client)
        except (smtplib.SMTPException, OSError) as error:
            raise UndeliveredError(_reason(error), Scope.SERVER) from None
        return client

    def _open(self) -> smtplib.SMTP:
        host, port = self._url.hostname or "", self._url.port or PORTS[self._url.scheme]
        name = self._sender.domain
        if self._url.scheme == "smtps":
            return smtplib.SMTP_SSL(
                host, port, name, timeout=self._patience, context=self._tls or usual_tls()
            )
        return smtplib.SMTP(host, port, name, timeout=self._patience)

    def _sign_in(self, client: smtplib.SMTP) -> None:
        with ExitStack() as unless_done:
            unless_done.callback(client.close)
            if self._url.scheme == "smtp+starttls":
                client.starttls(context=self._tls or usual_tls())
            if self._url.username:
                client.login(unquote(self._url.username), unquote(self._url.password or ""))
            unless_done.pop_all()


def _reason(error: smtplib.SMTPException | OSError) -> str:
    code = _code(error)
    return f"smtp-{code}" if code else type(error).__name__


def _code(error: smtplib.SMTPException | OSError) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        ((code, _words),) = error.recipients.values()
        return int(code)
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0


def _scope(error: smtplib.SMTPException | OSError) -> Scope:
    """Tell apart what a server says of a message and what it says of itself."""
    if isinstance(error, smtplib.SMTPNotSupportedError):  # the address needs SMTPUTF8
        return Scope.FOREVER
    code = _code(error)
    of_message = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
    if not of_message or code == CLOSING:
        return Scope.SERVER
    return Scope.FOREVER if code >= 500 else Scope.MESSAGE
