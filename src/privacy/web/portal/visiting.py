"""The session in which a subject sees their preferences: a cookie of its own, for half an hour."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from privacy.errors import SignInRequiredError
from privacy.preferences import queries
from privacy.preferences.links import SESSION_LASTS
from privacy.purposes.models import Controller
from privacy.web import current


def cookie_name() -> str:
    """Return the name of the cookie, which over TLS binds it to this very host."""
    secure = current.runtime().settings.is_secure
    return "__Host-privacy_preferences" if secure else "privacy_preferences"


def token() -> str | None:
    """Return the token that the browser sent, whether or not it is still good."""
    return request.cookies.get(cookie_name())


def subject_id(controller: Controller) -> UUID | None:
    """Return who is looking at the preferences of this controller; None if nobody is."""
    sent, runtime = token(), current.runtime()
    if not sent:
        return None
    with runtime.database.reading() as session:
        return queries.subject_of(
            session, token=sent, controller_id=controller.id, at=runtime.clock()
        )


def subject_here(controller: Controller) -> UUID:
    """Return who is looking; raise SignInRequiredError if nobody is."""
    found = subject_id(controller)
    if found is None:
        raise SignInRequiredError("Open your preferences by a link first.")
    return found


def enter(
    controller: Controller, opened: str, page: str = "portal.preferences", **asked: Any
) -> AnyResponse:
    """Lead to the preferences or another page, with the token of the session that was opened."""
    response = redirect(url_for(page, slug=controller.slug, **asked), 303)
    response.set_cookie(
        cookie_name(),
        opened,
        max_age=int(SESSION_LASTS.total_seconds()),
        path="/",
        secure=current.runtime().settings.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def leave(controller: Controller) -> AnyResponse:
    """Lead back to the portal's first page, without the session."""
    response = redirect(url_for("portal.home", slug=controller.slug), 303)
    response.delete_cookie(
        cookie_name(),
        path="/",
        secure=current.runtime().settings.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response
