"""The settings of one process, read once from its environment.

Numbers that come from the law are no settings; they are dated rows of the policy room.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from privacy.errors import ConfigError


@dataclass(frozen=True)
class Settings:
    """What one process must know before it can start; every field has a heading in docs."""

    database_url: str
    key_file: Path
    public_url: str = "http://127.0.0.1:8600"
    bind: str = "127.0.0.1:8600"
    workers: int = 1
    threads: int = 16
    surface: str = "all"
    smtp_url: str = "smtp://127.0.0.1:25"
    mail_from: str = "privacy@localhost"
    trusted_proxies: int = 0
    log_level: str = "INFO"
    run_jobs: bool = True
    webhook_private: bool = False
    chromium: str = ""
    store_folders: tuple[Path, ...] = ()

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self:
        """Read every `PRIVACY_…` variable; raise ConfigError naming all faults at once."""
        reader = _Reader(os.environ if env is None else env)
        settings = cls(
            database_url=reader.database_url(),
            key_file=Path(reader.text("KEY_FILE", "privacy.key.json")).resolve(),
            public_url=reader.url("PUBLIC_URL", cls.public_url, ("http", "https")),
            bind=reader.text("BIND", cls.bind),
            workers=reader.number("WORKERS", cls.workers, 1, 64),
            threads=reader.number("THREADS", cls.threads, 1, 256),
            surface=reader.choice("SURFACE", cls.surface, ("all", "public", "staff")),
            smtp_url=reader.url("SMTP_URL", cls.smtp_url, ("smtp", "smtps", "smtp+starttls")),
            mail_from=reader.text("MAIL_FROM", cls.mail_from),
            trusted_proxies=reader.number("TRUSTED_PROXIES", cls.trusted_proxies, 0, 8),
            log_level=reader.choice(
                "LOG_LEVEL", cls.log_level, ("DEBUG", "INFO", "WARNING", "ERROR")
            ),
            run_jobs=reader.choice("RUN_JOBS", "yes", ("yes", "no")) == "yes",
            chromium=reader.text("CHROMIUM", cls.chromium),
            store_folders=reader.folders("STORE_FOLDERS"),
            webhook_private=reader.choice("WEBHOOK_PRIVATE", "no", ("yes", "no")) == "yes",
        )
        reader.raise_faults()
        return settings

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is the embedded one."""
        return self.database_url.startswith("sqlite")

    @property
    def is_secure(self) -> bool:
        """Whether visitors reach the service over TLS, so that cookies may demand it."""
        return self.public_url.startswith("https://")


class _Reader:
    """Reads variables and collects what is wrong with them."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._faults: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self._env.get(f"PRIVACY_{name}", "").strip() or default

    def folders(self, name: str) -> tuple[Path, ...]:
        paths = [Path(part) for part in self.text(name, "").split(os.pathsep) if part]
        if not all(path.is_absolute() for path in paths):
            self._fault(name, f"must be absolute paths, with {os.pathsep} between them")
        return tuple(paths)

    def database_url(self) -> str:
        url = self.text("DATABASE_URL", "sqlite:///privacy.sqlite3")
        if url.startswith("postgresql://"):
            url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            self._fault("DATABASE_URL", "must start with sqlite:/// or postgresql://")
        return url

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        value = self.text(name, default).rstrip("/")
        if urlsplit(value).scheme not in schemes or not urlsplit(value).hostname:
            self._fault(name, f"must be a URL that starts with {' or '.join(schemes)}://")
        return value

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in allowed:
            self._fault(name, f"must be one of {', '.join(allowed)}")
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal() or not low <= int(value) <= high:
            self._fault(name, f"must be a whole number from {low} to {high}")
            return default
        return int(value)

    def raise_faults(self) -> None:
        if self._faults:
            raise ConfigError("Settings that cannot be used:\n  " + "\n  ".join(self._faults))

    def _fault(self, name: str, what: str) -> None:
        self._faults.append(f"PRIVACY_{name} {what}")
