"""The only file that sets security headers, checks where a form comes from and answers CORS."""

import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, request
from markupsafe import Markup
from werkzeug.exceptions import Forbidden
from werkzeug.middleware.proxy_fix import ProxyFix

from privacy.config import Settings
from privacy.web import current
from privacy.web.errors import JSON_PREFIXES
from privacy.web.intake import MAX_BYTES

FIELD: Final = "csrf_token"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
PREFLIGHT_SECONDS: Final = 86_400
_PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'{nonce}; style-src 'self'{nonce}; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
_HEADERS: Final = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
"""On every answer; no view may set one of them itself."""
_ANYWHERE: Final = "__from_anywhere__"
View = TypeVar("View", bound=Callable[..., Any])
_HSTS: Final = ("Strict-Transport-Security", "max-age=31536000")


class UntrustedFormError(Forbidden):
    """A form that a page of ours did not send, or sent for another session."""

    problem = "untrusted-form"


def install(app: Flask, settings: Settings) -> None:
    """Put the headers on every answer, and refuse forms that another site sent."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BYTES
    app.config["MAX_FORM_PARTS"] = 100
    app.jinja_env.globals.update(csrf_field=csrf_field, nonce=current.nonce)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign] # the way Flask documents
    home = origin_of(settings.public_url)
    always = (*_HEADERS, _HSTS) if settings.is_secure else _HEADERS

    def check() -> None:
        asked = current.asked()
        view = app.view_functions.get(asked.endpoint or "")
        if hasattr(view, _ANYWHERE):
            return
        if asked.method not in SAFE and not asked.path.startswith(JSON_PREFIXES):
            check_sender(home)
            check_token()

    def finish(response: Response) -> Response:
        headers = response.headers
        headers.extend(always)
        headers.add("Content-Security-Policy", _policy(response))
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Cache-Control", "no-store")
        if "Location" in headers:
            headers["Location"] = local_target(headers["Location"], current.asked().host_url)
        return response

    app.before_request(check)
    app.after_request(finish)


def from_anywhere(why: str) -> Callable[[View], View]:
    """Let any page or program send this form: what it carries is the whole right to the act.

    Such a view must not act on a cookie. The reason is for whoever reads the view.
    """

    def declare(view: View) -> View:
        setattr(view, _ANYWHERE, why)
        return view

    return declare


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL, as a browser writes them in `Origin`."""
    parts = urlsplit(url.lower())
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in {None, usual} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def local_target(location: str, host_url: str) -> str:
    """Return a redirect within this service without its host, which only the sender vouches for.

    Flask spells whole addresses where it adds a slash, from whatever `Host` was sent.
    """
    path = location.removeprefix(host_url.rstrip("/"))
    return path if path.startswith("/") and not path.startswith("//") else location


def check_sender(home: str) -> None:
    """Raise UntrustedFormError unless the browser says that a page of ours sent this.

    Without a referrer browsers send `Origin: null`, so `Sec-Fetch-Site` is asked first; one that
    knows neither header is too old to be told apart from a forgery.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site != "same-origin":
            raise UntrustedFormError("This form was sent by another site.")
    elif request.headers.get("Origin") != home:
        raise UntrustedFormError("This form does not say that a page of this service sent it.")


def check_token() -> None:
    """Raise UntrustedFormError if an operator's form lacks the secret of its session."""
    token = current.token()
    if token is None:
        return  # nobody is signed in here, so there is no right that a forgery could borrow
    sent = request.headers.get("X-CSRF-Token") or request.form.get(FIELD, "")
    if not hmac.compare_digest(sent.encode(), csrf_token(token).encode()):
        raise UntrustedFormError("This form has expired; reload the page.")


def csrf_token(token: str) -> str:
    """Return the secret that forms of a session carry; it tells nothing of the session's token."""
    return hmac.new(token.encode(), b"csrf", sha256).hexdigest()


def csrf_field() -> Markup:
    """Return the hidden field that each form of an operator needs; empty for everybody else."""
    token = current.token()
    if token is None:
        return Markup()
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token(token))


def allow_origin(response: Response, origin: str) -> Response:
    """Let a page of the origin read this answer; the caller has matched it to a site, exactly.

    Credentials are never allowed, so no cookie travels either way.
    """
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.vary.add("Origin")
    return response


def preflight(origin: str | None, *, methods: str) -> Response:
    """Answer a browser that asks before it sends JSON; without an allowed origin, say no more."""
    response = Response(status=204)
    response.vary.add("Origin")
    if origin is not None:
        allow_origin(response, origin)
        response.headers["Access-Control-Allow-Methods"] = methods
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return response


def _policy(response: Response) -> str:
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return _DATA_POLICY
    nonce = current.used_nonce()
    return _PAGE_POLICY.format(nonce=f" 'nonce-{nonce}'" if nonce else "")
