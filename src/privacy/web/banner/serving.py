"""Serves the files that websites embed, so that browsers keep them as long as they may.

The entry is short-lived. It is everything that a first visit needs, until the browser has told
that its visitor answered: its copy is then the stub, and so it stays. The browser's own cache
knows that, by the tag of what it holds; neither a cookie nor a number of the visitor does.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar, cast

from flask import Flask, Response, request

from privacy.web import current
from privacy.web.auth import public
from privacy.web.banner import script
from privacy.web.banner.shelf import Packed, Shelf
from privacy.web.openapi import Blueprint

SHARED = "public, max-age=300"
"""A new notice reaches every visitor within five minutes."""
OWN = "private, max-age=300"
"""The stub is for browsers that asked for it; a cache of many must not hand it to newcomers."""
FOR_EVER = "public, max-age=31536000, immutable"
STUB = "text/stub"
"""What the banner accepts, in place of itself, once the visitor has answered."""
View = TypeVar("View", bound=Callable[..., Any])
_EXTENSION = "privacy_banner_files"

blueprint = Blueprint(
    "banner-files", __name__, url_prefix="/banner", description="The script of the banner."
)


def install(app: Flask) -> None:
    """Give the app its memory of packed files."""
    runtime = app.extensions[current.RUNTIME]
    app.extensions[_EXTENSION] = Shelf(runtime)


def _answers(text: str) -> Callable[[View], View]:
    told = blueprint.doc(responses={200: {"description": text}})
    return cast("Callable[[View], View]", told)


@blueprint.get("/<string:key>.js")
@public("every page of the site loads it, before anybody is known")
@_answers("The banner's code, configured for the site.")
def banner_script(key: str) -> Response:
    """The file that a page embeds with one script tag."""
    files = _shelf().files(key, _languages())
    stub = request.accept_mimetypes.to_header() == STUB or _holds_stub()
    response = _send(files["stub" if stub else "banner"], OWN if stub else SHARED, stub=stub)
    response.vary.add("Accept-Language")
    return response


@blueprint.get("/<string:key>.json")
@public("every page of the site may load it, before anybody is known")
@_answers("What the banner of the site asks and says, as data.")
def banner_configuration(key: str) -> Response:
    """What the entry carries inside, for pages that pin the code by its hash."""
    response = _send(_shelf().files(key, _languages())["json"], SHARED, kind="application/json")
    response.vary.add("Accept-Language")
    return response


@blueprint.get("/<string:key>.html")
@public("servers of the site's pages put it into them, before anybody is known")
@_answers("The first layer as markup with its style, to stand first in a page's body.")
def banner_drawn(key: str) -> Response:
    """The first layer for the first paint of a page; the script takes it over when it comes."""
    response = _send(_shelf().files(key, _languages())["html"], SHARED, kind="text/html")
    response.vary.add("Accept-Language")
    return response


@blueprint.get("/<string:key>/<string:name>.js")
@public("pages of the site load it when somebody wants to see or change something")
@_answers("A part of the banner; its address changes with its bytes.")
def banner_part(key: str, name: str) -> Response:
    """A part that the entry names: the interface, or what explains."""
    return _send(_shelf().part(key, name), FOR_EVER)


@blueprint.get("/assets/<string:name>.js")
@public("pages that pin the code by its hash load it, before anybody is known")
@_answers("All code of the banner in one file whose bytes never change.")
def banner_asset(name: str) -> Response:
    """A file that a page may pin with an `integrity` attribute."""
    return _send(_shelf().pinned(name), FOR_EVER)


def _send(
    file: Packed, kept: str, *, kind: str = "text/javascript", stub: bool = False
) -> Response:
    encoding = _encoding()
    response = Response(file.bodies[encoding], HTTPStatus.OK, mimetype=kind)
    if encoding != "identity":
        response.headers["Content-Encoding"] = encoding
    response.headers["Cache-Control"] = kept
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.vary.add("Accept-Encoding")
    response.set_etag(f"{'stub' if stub else 'file'}-{file.tag}-{encoding}")
    response.make_conditional(request)
    return response


def _encoding() -> str:
    accepted = request.accept_encodings
    return next((one for one in ("br", "gzip") if accepted.quality(one) > 0), "identity")


def _holds_stub() -> bool:
    return any(tag.startswith("stub-") for tag in request.if_none_match.as_set())


def _shelf() -> Shelf:
    shelf: Shelf = current.extension(_EXTENSION)
    return shelf


def _languages() -> tuple[str, ...]:
    """Return the languages to try: what the tag asks for (`?lang=fr`), then the browser's."""
    wanted = [request.args.get("lang", "")]
    wanted += [tag for tag, quality in request.accept_languages if quality > 0]
    spoken = (tag.lower().split("-")[0] for tag in wanted)
    return tuple(dict.fromkeys(one for one in spoken if one in script.LANGUAGES))
