"""Closed by default: an endpoint opens to nobody unless its view declares to whom.

A view declares it by one of three decorators, `public("why")`, `signed_in` and
`operators_only(Permission.X)`; an app with a view that declares nothing does not start.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import quote

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from privacy.crypto import digest
from privacy.errors import ForbiddenError, NotFoundError, SignInRequiredError
from privacy.operators import acts, queries
from privacy.operators.queries import ABSOLUTE, SignedInOperator
from privacy.operators.roles import Permission
from privacy.web import current

SIGN_IN: Final = "/console/sign-in"
HOME: Final = "/console/"
MACHINES: Final = "/v1/"
_GUARD: Final = "__guard__"
_TARGET: Final = re.compile(
    r"/console(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?(?:\?[A-Za-z0-9._~=&%-]*)?"
)
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Public:
    """Open to everybody, for a stated reason."""

    why: str


@dataclass(frozen=True)
class SignedIn:
    """Open to every operator."""


@dataclass(frozen=True)
class OperatorsOnly:
    """Open to operators who have the permission for the controller that the address names.

    Where it names none, having it for any controller is enough, and the view must ask
    `current.operator().controllers(permission)` whose things it may show.
    """

    permission: Permission


Guard = Public | SignedIn | OperatorsOnly


def public(why: str) -> Callable[[View], View]:
    """Open a view to everybody; the reason is shown beside the route in documentation."""
    return _declare(Public(why))


def signed_in(view: View) -> View:
    """Open a view to every operator."""
    return _declare(SignedIn())(view)


def operators_only(permission: Permission) -> Callable[[View], View]:
    """Open a view to operators who have the permission."""
    return _declare(OperatorsOnly(permission))


def _declare(guard: Guard) -> Callable[[View], View]:
    def declare(view: View) -> View:
        setattr(view, _GUARD, guard)
        return view

    return declare


def guards(app: Flask) -> dict[str, Guard | None]:
    """Return the guard of every endpoint of the app; None where a view declares none."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    return {one: getattr(app.view_functions.get(one), _GUARD, None) for one in sorted(endpoints)}


def check(app: Flask) -> None:
    """Raise RuntimeError naming every endpoint whose view declares no guard."""
    unguarded = [endpoint for endpoint, guard in guards(app).items() if guard is None]
    if unguarded:
        raise RuntimeError(f"views without a guard: {', '.join(unguarded)}")


def install(app: Flask) -> None:
    """Refuse every request to the app that its view's guard does not let in."""

    def guard() -> AnyResponse | None:
        endpoint = current.asked().endpoint
        if endpoint is None:
            return None  # there is no view; Flask answers 404 or 405
        declared: Guard | None = getattr(app.view_functions[endpoint], _GUARD, None)
        if isinstance(declared, Public):
            return None
        if declared is None:
            raise RuntimeError(f"{endpoint} declares no guard")
        found = _found()
        if found is None:
            return _refused()
        if isinstance(declared, OperatorsOnly):
            _check_permission(found, declared.permission)
        return None

    app.before_request(guard)


def _check_permission(operator: SignedInOperator, permission: Permission) -> None:
    controller_id = (request.view_args or {}).get("controller_id")
    if controller_id is not None and controller_id not in operator.roles:
        raise NotFoundError("There is no such controller.")
    allowed = operator.controllers(permission)
    if not allowed or (controller_id is not None and controller_id not in allowed):
        raise ForbiddenError("Your roles do not allow this.")


def _found() -> SignedInOperator | None:
    """Find out who is asking: by bearer token on the machine surface, by cookie elsewhere."""
    by_machine = request.path.startswith(MACHINES)
    token = _bearer() if by_machine else session_token()
    if not token:
        return None
    runtime = current.runtime()
    ask = queries.operator_of_token if by_machine else queries.operator_of_session
    with runtime.database.reading() as session:
        found = ask(session, keyring=runtime.keyring, digest=digest(token), at=runtime.clock())
    if found is None:
        return None
    current.signed_in(found, token)
    if found.needs_touch:
        with runtime.database.transaction() as session:
            acts.touch_session(
                session, actor=found.actor, at=runtime.clock(), digest=digest(token)
            )
    return found


def _bearer() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _refused() -> AnyResponse:
    """Send a reader to sign in and back again; tell anything else that it must sign in."""
    if request.path.startswith(MACHINES) or request.method not in {"GET", "HEAD"}:
        raise SignInRequiredError("Sign in first.")
    target = next_target(request.full_path.rstrip("?"))
    return redirect(f"{SIGN_IN}?next={quote(target, safe='/')}")


def next_target(wanted: str | None) -> str:
    """Return where to go after signing in: a plain address of the console, else its start."""
    return wanted if wanted and _TARGET.fullmatch(wanted) else HOME


def cookie_name() -> str:
    """Return the name of the session cookie, which over TLS binds it to this very host."""
    return "__Host-privacy" if current.runtime().settings.is_secure else "privacy_session"


def session_token() -> str | None:
    """Return the session token that the browser sent, whether or not it is still good."""
    return request.cookies.get(cookie_name())


def remember(response: Response, token: str) -> None:
    """Give the browser its session token."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        path="/",
        secure=current.runtime().settings.is_secure,
        httponly=True,
        samesite="Lax",
    )


def forget(response: Response) -> None:
    """Take the session token from the browser."""
    response.delete_cookie(
        cookie_name(),
        path="/",
        secure=current.runtime().settings.is_secure,
        httponly=True,
        samesite="Lax",
    )
