"""Where the demo keeps its files and which addresses it uses."""

import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """Files in one folder, ports in one row; the shop has an origin of its own."""

    folder: Path
    port: int
    host: str = "127.0.0.1"

    @property
    def shop_port(self) -> int:
        """The fictional shop's port."""
        return self.port + 1

    @property
    def mailbox_port(self) -> int:
        """The port of the mailbox in the browser."""
        return self.port + 2

    @property
    def smtp_port(self) -> int:
        """The port of the mail catcher."""
        return self.port + 25

    @property
    def service_url(self) -> str:
        """The service."""
        return f"http://{self.host}:{self.port}"

    @property
    def shop_url(self) -> str:
        """The shop; another host name, since cookies do not tell ports apart."""
        return f"http://localhost:{self.shop_port}"

    @property
    def mailbox_url(self) -> str:
        """The mailbox in the browser."""
        return f"http://{self.host}:{self.mailbox_port}"

    @property
    def key_file(self) -> Path:
        """The key file, beside the database only because this is a demo."""
        return self.folder / "privacy.key.json"

    @property
    def database_url(self) -> str:
        """The service's own database."""
        return f"sqlite:///{self.folder / 'privacy.sqlite3'}"

    @property
    def sign_in_file(self) -> Path:
        """Where the demo keeps its made-up passwords, so that a second run can print them."""
        return self.folder / "sign-in.json"

    def store_file(self, name: str) -> Path:
        """A fictional data store's database."""
        return self.folder / f"{name}.sqlite3"

    def environment(self) -> dict[str, str]:
        """Return the settings of the service."""
        return {
            "PRIVACY_DATABASE_URL": self.database_url,
            "PRIVACY_KEY_FILE": str(self.key_file),
            "PRIVACY_PUBLIC_URL": self.service_url,
            "PRIVACY_BIND": f"{self.host}:{self.port}",
            "PRIVACY_SMTP_URL": f"smtp://{self.host}:{self.smtp_port}",
            "PRIVACY_MAIL_FROM": "Maison Lumen (fictive) <bonjour@maison-lumen.example>",
            "PRIVACY_LOG_LEVEL": "WARNING",
        }

    def busy(self) -> int | None:
        """Return a port that something else uses, or None."""
        for port in (self.port, self.shop_port, self.mailbox_port, self.smtp_port):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((self.host, port))
                except OSError:
                    return port
        return None
