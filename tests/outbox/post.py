"""A real mail server on this machine that answers as a test tells it to."""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class PostOffice:
    """Takes mail over, unless `replies` says otherwise; each reply is used once."""

    def __init__(self) -> None:
        self.replies: dict[str, deque[str]] = {
            verb: deque() for verb in ("MAIL", "RCPT", "DATA", "QUIT")
        }
        self.received: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.signed_in: list[str] = []
        self.pause = 0.0
        """Seconds before each answer to RCPT."""

    async def handle_MAIL(  # noqa: N802 -- aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take the sender."""
        reply = self._next("MAIL")
        if not reply:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply or "250 OK"

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Take the recipient."""
        if self.pause:
            await asyncio.sleep(self.pause)
        reply = self._next("RCPT")
        if not reply:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(  # noqa: N802 -- aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        """Take the mail over."""
        reply = self._next("DATA")
        if not reply:
            message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self.received.append(message)
            self.recipients.extend(envelope.rcpt_tos)
        return reply or "250 OK"

    async def handle_QUIT(  # noqa: N802 -- aiosmtpd's name
        self, _server: Any, _session: Any, _envelope: Any
    ) -> str:
        """Say goodbye."""
        return self._next("QUIT") or "221 Bye"

    def sign_in(self, _server: Any, _session: Any, _envelope: Any, _how: str, data: Any) -> Any:
        """Let `post` with the password `sesame/1` in."""
        fits = (data.login, data.password) == (b"post", b"sesame/1")
        self.signed_in.append(data.login.decode() if fits else "refused")
        return AuthResult(success=fits, handled=False)

    def _next(self, verb: str) -> str:
        return self.replies[verb].popleft() if self.replies[verb] else ""


@contextmanager
def opened(office: PostOffice, *, port: int, **options: Any) -> Iterator[None]:
    """Serve the office on a port of this machine, for as long as the block lasts."""
    controller = Controller(
        office, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True, **options
    )
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def server_tls(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the server's side of TLS, with a fresh certificate, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)  # noqa: TID251 -- TLS looks at the wall clock
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=str(pem))
