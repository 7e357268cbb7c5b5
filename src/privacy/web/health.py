"""Whether this process can do its work, and what is wrong if it cannot."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from flask import Blueprint, Response, jsonify
from sqlalchemy import select

from privacy.db import Database
from privacy.errors import PrivacyError
from privacy.web import current, logs
from privacy.web.auth import public

Check = Callable[[], str | None]
"""Returns what is wrong, in words that hold no secret, or None."""

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public("a monitor asks without a token, and no answer holds data of anybody")
def health() -> Response:
    """Answer 200 if every check is fine, else 503; name each check and what is wrong with it."""
    runtime = current.runtime()
    checks: Mapping[str, Check] = {"database": database(runtime.database), **runtime.checks}
    told = {name: outcome(check) for name, check in checks.items()}
    healthy = all(said is None for said in told.values())
    response = jsonify(
        status="ok" if healthy else "failing",
        checks={name: said or "ok" for name, said in told.items()},
    )
    response.status_code = HTTPStatus.OK if healthy else HTTPStatus.SERVICE_UNAVAILABLE
    return response


def outcome(check: Check) -> str | None:
    """Return what a check says; one that fails itself is told by its class only."""
    try:
        return check()
    except PrivacyError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 -- a health page that falls over helps nobody
        logs.failure(error)
        return f"the check failed: {type(error).__name__}"


def database(target: Database) -> Check:
    """Return the check that the database answers."""

    def check() -> None:
        with target.reading() as session:
            session.execute(select(1))

    return check
