"""Pages: the templates, the language that a reader wants, and the words that templates call.

`install(app)` prepares the templates of one app; `render()` makes a page inside a request;
`standalone()` makes what is read without a request, such as a mail or an access package.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, g, render_template, request, url_for
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from privacy.web.words import LANGUAGES, Words, closest_language

LANGUAGE_COOKIE = "privacy_language"
"""Holds "fr" or "en" after a reader used the switch; exempt from consent (Art. 82 LIL)."""
LANGUAGE_AGE = 180 * 24 * 3600
"""Seconds that the choice of a language is kept."""

_HERE = Path(__file__).parent


def _escapes(template: str | None) -> bool:
    return not (template or "").endswith(".txt")


_OPTIONS: dict[str, Any] = {
    "undefined": StrictUndefined,
    "autoescape": _escapes,
    "trim_blocks": True,
    "lstrip_blocks": True,
}


def install(app: Flask) -> None:
    """Give the app's templates their rules and their words, and keep the choice of a language."""
    for name, value in _OPTIONS.items():
        setattr(app.jinja_env, name, value)
    app.jinja_env.globals.update(_vocabulary(lambda: _words(strict=app.testing or app.debug)))
    app.jinja_env.globals.update(
        asset=_asset, language=language, languages=LANGUAGES, language_url=_language_url,
        may_switch=_may_switch,
    )  # fmt: skip
    app.after_request(_keep_language)


def render(template: str, **context: object) -> str:
    """Return a page in the reader's language; each template begins with the context it needs."""
    return render_template(template, **context)


def standalone(language: str, template: str, /, **context: object) -> str:
    """Return what is read outside a request; needs no app, and never falls back to a key."""
    return _environment(language).get_template(template).render(context)


def package_page(language: str, **context: object) -> str:
    """Return the readable page of an access package, complete in one file."""
    return standalone(language, "package/index.html", **context)


def language() -> str:
    """Return the language of this request: the switch, else its cookie, else the browser's."""
    chosen = request.args.get("lang")
    if chosen in LANGUAGES:
        return chosen
    kept = request.cookies.get(LANGUAGE_COOKIE)
    if kept in LANGUAGES:
        return kept
    # One by one: werkzeug's best_match lets a plain `en` win over a preferred `fr-CH`.
    for tag, quality in request.accept_languages:
        spoken = tag.lower().split("-")[0]
        if quality > 0 and spoken in LANGUAGES:
            return spoken
    return LANGUAGES[0]


def words() -> Words:
    """Return the words in the language of this request, for texts made by a view."""
    return _words(strict=False)


def _words(*, strict: bool) -> Words:
    if "words" not in g:
        g.words = Words(language(), strict=strict)
    found: Words = g.words
    return found


@cache
def _environment(language: str) -> Environment:
    spoken = Words(closest_language(language))
    loader = FileSystemLoader(_HERE / "templates")
    environment = Environment(loader=loader, **_OPTIONS)  # noqa: S701 -- autoescape is set above
    environment.globals.update(_vocabulary(lambda: spoken))
    environment.globals.update(language=lambda: spoken.language, stylesheet=_stylesheet)
    return environment


def _vocabulary(speak: Callable[[], Words]) -> Mapping[str, Callable[..., object]]:
    """Return what every template may call; each call asks anew whose language is spoken."""
    return {
        "t": lambda key, **values: speak().markup(key, **values),
        "tn": lambda key, count, **values: speak().counted(key, count, **values),
        "label": lambda group, code: speak().label(group, code),
        "has_text": lambda key: speak().has(key),
        "day": lambda value, **options: speak().day_tag(value, **options),
        "instant": lambda value: speak().instant_tag(value),
        "relative": lambda value, today: speak().relative(value, today),
        "language_name": lambda code: Words(closest_language(code)).text("language.name"),
        "as_json": lambda datum: json.dumps(datum, ensure_ascii=False, default=str),
        "file_size": lambda octets: speak().size(octets),
        "figure": lambda value: speak().figure(value),
    }


@cache
def _stylesheet() -> Markup:
    """Return the style sheet, for a page that must carry it along."""
    return Markup((_HERE / "static" / "privacy.css").read_text("utf-8"))  # noqa: S704 -- our file


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((_HERE / "static" / name).read_bytes()).hexdigest()[:12]


def _asset(name: str) -> str:
    """Return the address of a static file, which changes when the file does."""
    return url_for("static", filename=name, v=_digest(name))


def _may_switch() -> bool:
    """Whether the page can be had again in another language: an answer to a form cannot."""
    return request.method in {"GET", "HEAD"}


def _language_url(code: str) -> str:
    """Return the address of this page in another language."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"?{urlencode([*kept, ('lang', code)])}"


def _keep_language(response: Response) -> Response:
    chosen = request.args.get("lang")
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = language()
        response.vary.update(("Accept-Language", "Cookie"))
        if chosen in LANGUAGES:
            response.set_cookie(
                LANGUAGE_COOKIE, chosen, max_age=LANGUAGE_AGE, httponly=True,
                secure=request.is_secure, samesite="Lax",
            )  # fmt: skip
    return response
