"""Following a request by the links of its mails: confirm, see how far it is, fetch the answer.

Reading a page changes nothing, since mail scanners follow links; its button does.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from privacy.errors import GoneError
from privacy.policy.authorities import authority_of
from privacy.policy.months import day_of
from privacy.purposes.models import Controller
from privacy.requests import acts, queries
from privacy.requests.deadlines import questions
from privacy.requests.deadlines.questions import Asked
from privacy.requests.intake.representing import waits_for_mandate
from privacy.requests.letters import reason_of
from privacy.requests.models import LinkUse, RequestKind, RequestState, RequestTask, SubjectRequest
from privacy.requests.queries import Step
from privacy.web import current, pages
from privacy.web.auth import public
from privacy.web.portal.rectified import rectified_of
from privacy.web.portal.surface import WHY, blueprint, controller_of, gone
from privacy.web.words import Words

STEPS = {
    "request.submitted": "submitted",
    "request.verified": "verified",
    "request.approved": "approved",
    "request.extended": "extended",
    "request.paused": "paused",
    "request.answered": "answered",
    "request.resumed": "resumed",
    "request.merged": "merged",
    "request.packaged": "ready",
    "request.transferred": "transferred",
    "request.completed": "completed",
    "request.refused": "refused",
    "request.expired": "lapsed",
}
"""Which acts a subject is told of, by the step that the page calls them."""


@blueprint.get("/<slug>/confirm/<token>")
@public(WHY)
def confirm(slug: str, token: str) -> str | tuple[str, HTTPStatus]:
    """Show the button that confirms; a mail scanner that follows the link does no harm."""
    controller = controller_of(slug)
    with current.runtime().database.reading() as session:
        try:
            about = _by_link(session, controller, LinkUse.CONFIRM, token)
        except GoneError:
            return gone(controller, LinkUse.CONFIRM)
    return pages.render(
        "portal/confirm.html",
        controller=controller,
        token=token,
        kind=about.kind.value,
        for_another=about.acting_sealed is not None,
    )


@blueprint.post("/<slug>/confirm/<token>")
@public(WHY)
def do_confirm(slug: str, token: str) -> AnyResponse | tuple[str, HTTPStatus]:
    """Take the link as proof of the address, and show the request."""
    runtime, controller = current.runtime(), controller_of(slug)
    try:
        with runtime.database.transaction() as session:
            confirmed = acts.verify_identity(
                session,
                actor="subject",
                at=runtime.clock(),
                desk=runtime.desk,
                to=controller,
                token=token,
            )
    except GoneError:
        return gone(controller, LinkUse.CONFIRM)
    for job in ("deliver-mail", "deliver-texts", "compare-facts"):
        runtime.wake(job)
    if confirmed.kind is RequestKind.RECTIFICATION:
        runtime.wake("rectify")
    target = url_for("portal.status", slug=slug, token=confirmed.status_token, done="confirmed")
    return redirect(target, HTTPStatus.SEE_OTHER)


@blueprint.get("/<slug>/status/<token>")
@public(WHY)
def status(slug: str, token: str) -> str | tuple[str, HTTPStatus]:
    """Show how far a request is, and when its answer is due."""
    runtime, controller = current.runtime(), controller_of(slug)
    with runtime.database.reading() as session:
        try:
            about = _by_link(session, controller, LinkUse.STATUS, token)
        except GoneError:
            return gone(controller, LinkUse.STATUS)
        steps = queries.timeline(session, about=about)
        tasks = queries.tasks(session, request_id=about.id)
        reason = _reason(session, about)
        asked = _waiting(session, about)
        rectified = rectified_of(session, about)
        unchecked = waits_for_mandate(session, about=about)
    return pages.render(
        "portal/status.html",
        controller=controller,
        subject_request=about,
        reason=reason,
        questions=asked,
        rectified=rectified,
        unchecked=unchecked,
        authority=authority_of(controller.region, controller.authority),
        timeline=_timeline(about, steps, _not_searched(about, tasks)),
        today=day_of(runtime.clock(), ZoneInfo(controller.zone)),
        flash="confirmed" if request.args.get("done") == "confirmed" else None,
    )


def _by_link(session: Session, controller: Controller, use: LinkUse, token: str) -> SubjectRequest:
    return queries.by_link(
        session, token=token, use=use, at=current.runtime().clock(), controller_id=controller.id
    )


def _reason(session: Session, about: SubjectRequest) -> str | None:
    try:
        return reason_of(session, cabinet=current.runtime().cabinet, about=about)
    except GoneError:
        return None  # the subject was erased since, and the reason with it


def _waiting(session: Session, about: SubjectRequest) -> list[Asked]:
    """Return the question that awaits the subject's answer, if any."""
    if about.state is not RequestState.PAUSED:
        return []
    try:
        asked = questions.told(session, current.runtime().cabinet, about=about)
    except GoneError:
        return []  # the subject was erased since, and the question with it
    return [one for one in asked if one.row.ended_on is None]


def _timeline(
    about: SubjectRequest, steps: Sequence[Step], missing: str | None
) -> list[dict[str, Any]]:
    rectifies = about.kind is RequestKind.RECTIFICATION
    known = STEPS | ({"request.completed": "rectified"} if rectifies else {})
    return [
        {
            "at": one.at,
            "step": known[one.action],
            "note": missing if known[one.action] in {"ready", "rectified"} else None,
        }
        for one in steps
        if one.action in known
    ]


def _in_plain_words(words: Words, reason: str) -> str:
    """Return why a data store was not searched as its package says it, or as the console does."""
    group = "package.reason" if words.has(f"package.reason.{reason}") else "reason"
    return words.label(group, reason)


def _not_searched(about: SubjectRequest, tasks: Sequence[RequestTask]) -> str | None:
    """Name the data stores that the answer could not cover whole, and say why."""
    if not about.exceptions:
        return None
    words, stores = pages.words(), current.runtime().open_stores(about.controller_id)
    titles = {name: one.definition.title[words.language] for name, one in stores.items()}
    return " ".join(
        words.text(
            "site.pair",
            name=titles.get(task.store_name, task.store_name),
            value=_in_plain_words(words, task.detail),
        )
        for task in tasks
        if task.detail
    )
