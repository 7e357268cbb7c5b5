"""An authority of the tests' own, and certificates of servers that it vouches for."""

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

AUTHORITY = "authority of the tests"
NAMES = sorted({"localhost", socket.gethostname(), socket.getfqdn()})
"""OpenLDAP's library means the machine's own name when it is told `localhost`."""


@dataclass(frozen=True)
class Certificates:
    """Files in PEM: whom to trust, and what a server called localhost shows."""

    authority: Path
    server: Path
    key: Path

    def server_side(self) -> ssl.SSLContext:
        """Return the server's side of TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server, self.key)
        return context


def certificates_in(folder: Path) -> Certificates:
    """Make them; the server has a name, and no address."""
    ours, theirs = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _signed(AUTHORITY, ours.public_key(), ours, is_authority=True)
    server = _signed("localhost", theirs.public_key(), ours, is_authority=False)
    found = Certificates(folder / "authority.pem", folder / "server.pem", folder / "key.pem")
    found.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    found.server.write_bytes(server.public_bytes(serialization.Encoding.PEM))
    found.key.write_bytes(
        theirs.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return found


def _signed(
    name: str,
    key: ec.EllipticCurvePublicKey,
    by: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool,
) -> x509.Certificate:
    def called(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now = datetime.now(UTC)  # noqa: TID251 -- TLS looks at the wall clock
    return (
        x509.CertificateBuilder()
        .subject_name(called(name))
        .issuer_name(called(AUTHORITY))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(one) for one in NAMES]), critical=False
        )
        .sign(by, hashes.SHA256())
    )
