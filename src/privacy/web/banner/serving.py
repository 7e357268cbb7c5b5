"""Serves the file that websites embed, so that browsers and caches keep it as long as they may."""

import hashlib

from flask import Response, request

from privacy.purposes import queries
from privacy.web import current
from privacy.web.auth import public
from privacy.web.banner import script
from privacy.web.openapi import Blueprint

SHARED = "public, max-age=300"
"""A new notice reaches every visitor within five minutes."""

blueprint = Blueprint(
    "banner-files", __name__, url_prefix="/banner", description="The script of the banner."
)


@blueprint.get("/<string:key>.js")
@public("every page of the site loads it, before anybody is known")
@blueprint.doc(  # type: ignore[untyped-decorator] # flask-smorest has no stubs
    responses={200: {"description": "The banner's code, configured for the site."}}
)
def banner_script(key: str) -> Response:
    """The file that a page embeds with one script tag."""
    runtime = current.runtime()
    with runtime.database.reading() as session:
        site = queries.site_by_key(session, key)
        shown = queries.current_notice(session, site=site, language=_language())
        text = script.render(
            site=site,
            controller=queries.controller(session, site.controller_id),
            notice=shown,
            service=runtime.settings.public_url,
            at=runtime.clock(),
        )
    response = Response(text, mimetype="text/javascript")
    response.headers["Cache-Control"] = SHARED
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.vary.add("Accept-Language")
    response.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _language() -> str:
    """Return the language that the tag asks for (`?lang=fr`), else the browser's."""
    asked = request.args.get("lang")
    if asked in script.LANGUAGES:
        return asked
    # Ours one by one: werkzeug's best_match lets a plain `en` win over a preferred `fr-CH`.
    for tag, quality in request.accept_languages:
        spoken = tag.lower().split("-")[0]
        if quality > 0 and spoken in script.LANGUAGES:
            return spoken
    return script.LANGUAGES[0]
