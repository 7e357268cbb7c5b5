"""What belongs to the request in hand; nothing else reads Flask's globals."""

import secrets
from datetime import datetime
from typing import Any, TypedDict

from flask import Request, current_app, g
from flask.globals import request_ctx

from privacy.errors import SignInRequiredError
from privacy.operators.queries import SignedInOperator
from privacy.runtime import Runtime
from privacy.web import pages

RUNTIME = "privacy"
"""The name under which an app keeps its runtime."""
EMBED = "privacy_embed"
"""The name of what makes a site's tags: the console prints them, the banner's surface knows."""

WORDED = "privacy_worded"
"""The name of what tells, for a term, which words and code of the banner a notice would name."""


def runtime() -> Runtime:
    """Return what this app was assembled from."""
    found: Runtime = extension(RUNTIME)
    return found


def asked() -> Request:
    """Return this request itself; what is read often is read faster than through a proxy."""
    found: Request = request_ctx.request
    return found


def extension(name: str) -> Any:
    """Return what a part of this app keeps under a name."""
    return current_app.extensions[name]


def operator() -> SignedInOperator:
    """Return who is signed in; raise SignInRequiredError if nobody is."""
    found: SignedInOperator | None = g.get("operator")
    if found is None:
        raise SignInRequiredError("Sign in first.")
    return found


class By(TypedDict):
    """Who acts, and when."""

    actor: str
    at: datetime


def by_operator() -> By:
    """Return who is signed in and the present instant, by the names that every act takes."""
    return {"actor": operator().actor, "at": runtime().clock()}


def signed_in(found: SignedInOperator, token: str) -> None:
    """Remember for this request who is signed in, and by which token."""
    g.operator, g.token = found, token


def token() -> str | None:
    """Return the session or bearer token that named the operator, or None."""
    found: str | None = g.get("token")
    return found


def language() -> str:
    """Return the language to speak in this request."""
    return pages.language()


def request_id() -> str:
    """Return the number under which this request is logged; ours, never the sender's."""
    return str(_kept("request_id", lambda: secrets.token_hex(8)))


def nonce() -> str:
    """Return what lets one inline script of this page run; asking for it allows it."""
    return str(_kept("nonce", lambda: secrets.token_urlsafe(16)))


def used_nonce() -> str | None:
    """Return the nonce if the page asked for one."""
    found: str | None = g.get("nonce")
    return found


def _kept(name: str, make: Any) -> Any:
    found = g.get(name)
    if found is None:
        found = make()
        setattr(g, name, found)
    return found
