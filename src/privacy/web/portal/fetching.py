"""Fetching the answer by the link of its mail, once, whatever becomes of the connection.

Reading the page changes nothing, since mail scanners follow links; its button does. A large answer
flows from an address of its own, so that browsers can go on by themselves where it broke off.
"""

from http import HTTPStatus

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from privacy.errors import ConflictError, GoneError
from privacy.purposes.models import Controller
from privacy.requests import queries
from privacy.requests.answering import delivering
from privacy.requests.answering.delivering import Delivery
from privacy.requests.models import LinkUse, SubjectRequest
from privacy.web import current, pages
from privacy.web.auth import public
from privacy.web.portal.surface import WHY, blueprint, controller_of, gone


@blueprint.get("/<slug>/download/<token>")
@public(WHY)
def download(slug: str, token: str) -> str | tuple[str, HTTPStatus]:
    """Show the button that hands the package over, and whether it was begun before."""
    controller = controller_of(slug)
    try:
        return _page(controller, token)
    except GoneError:
        return gone(controller, LinkUse.DOWNLOAD)


@blueprint.post("/<slug>/download/<token>")
@public(WHY)
def do_download(slug: str, token: str) -> AnyResponse | tuple[str, HTTPStatus]:
    """Hand a small package over; of a large one, let its archive be fetched from now on."""
    runtime, controller = current.runtime(), controller_of(slug)
    try:
        if delivering.press(runtime.database, clock=runtime.clock, to=controller, token=token):
            target = url_for("portal.archive", slug=slug, token=token)
            return redirect(target, HTTPStatus.SEE_OTHER)
        return _streamed(_begun(controller, token), slug)
    except GoneError:
        return gone(controller, LinkUse.DOWNLOAD)


@blueprint.get("/<slug>/download/<token>/archive")
@public(WHY)
def archive(slug: str, token: str) -> Response | tuple[str, HTTPStatus]:
    """Hand a large package over as a stream, whole or from where it broke off."""
    runtime, controller = current.runtime(), controller_of(slug)
    try:
        if request.method == "HEAD":  # only looks, and must not hold the archive
            return _page(controller, token), HTTPStatus.OK
        with runtime.database.reading() as session:
            about = _by_link(session, controller, token)
            size = queries.package(session, about=about).size
        tag = str(about.id)
        delivery = _begun(controller, token, _start(tag, size))
    except GoneError:
        return gone(controller, LinkUse.DOWNLOAD)
    except ConflictError:
        return _page(controller, token, busy=True), HTTPStatus.CONFLICT
    response = _streamed(delivery, slug)
    response.set_etag(tag)
    response.headers["Accept-Ranges"] = "bytes"
    return response


def _begun(controller: Controller, token: str, start: int = 0) -> Delivery:
    runtime = current.runtime()
    return delivering.deliver(
        runtime.database, clock=runtime.clock, to=controller, token=token, start=start
    )


def _start(tag: str, size: int) -> int:
    """Return from which byte on a browser still needs the archive; other ranges are left aside.

    It is one of this archive, since nothing else is ever found under its address.
    """
    asked = request.range
    is_other = request.if_range.etag not in {None, tag} or request.if_range.date is not None
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1 or is_other:
        return 0
    start, stop = asked.ranges[0]
    return start if 0 <= start < size and stop in {None, size} else 0


def _streamed(delivery: Delivery, slug: str) -> Response:
    response = Response(delivery.chunks, mimetype="application/zip")
    response.content_length = delivery.size - delivery.start
    response.headers.set("Content-Disposition", "attachment", filename=f"{slug}.zip")
    if delivery.start:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        last = delivery.size - 1
        response.headers["Content-Range"] = f"bytes {delivery.start}-{last}/{delivery.size}"
    return response


def _page(controller: Controller, token: str, *, busy: bool = False) -> str:
    with current.runtime().database.reading() as session:
        about = _by_link(session, controller, token)
        kept = queries.package(session, about=about)
        tries = delivering.begun(session, about=about)
    return pages.render(
        "portal/download.html",
        controller=controller,
        token=token,
        expires_at=kept.expires_at,
        size=kept.size,
        tries=tries,
        busy=busy,
    )


def _by_link(session: Session, controller: Controller, token: str) -> SubjectRequest:
    return queries.by_link(
        session,
        token=token,
        use=LinkUse.DOWNLOAD,
        at=current.runtime().clock(),
        controller_id=controller.id,
    )
