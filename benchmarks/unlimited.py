"""`privacy serve` without rate limits: one address sends here what a country's would."""

from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from privacy.cli.worker import running
from privacy.config import Settings
from privacy.web import app as web
from privacy.web import limits

UNLIMITED = {name: limits.Limit(10**9, 1) for name in limits.LIMITS}


def application() -> Flask:
    """Return the very app of `privacy serve`, with wide buckets."""
    return running(web.create_app(Settings.from_env(), rates=UNLIMITED))


def main() -> None:
    """Serve it as `privacy serve` would."""
    settings = Settings.from_env()
    host, _, port = settings.bind.rpartition(":")
    Granian(
        "benchmarks.unlimited:application",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        backpressure=settings.threads,
        factory=True,
        log_access=False,
        log_level=LogLevels.error,
    ).serve()


if __name__ == "__main__":
    main()
