"""The preference centre: every purpose and channel of a subject, and one button for each."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from http import HTTPStatus
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from privacy.consent import term
from privacy.consent.acts import ReplayedError
from privacy.consent.models import Method
from privacy.consent.receipts import proofs
from privacy.consent.saying import LONGEST
from privacy.consent.statements import Statement, record_statement
from privacy.errors import ConflictError, NotFoundError
from privacy.policy import queries as policy
from privacy.policy.months import day_of
from privacy.policy.values import CALLS
from privacy.preferences import queries
from privacy.preferences.overview import Group, Line, scope_of
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller
from privacy.web import current, pages, proving
from privacy.web.auth import public
from privacy.web.portal import entering, visiting
from privacy.web.portal.surface import WHY, blueprint, controller_of
from privacy.web.words import civil_day

FLASHES = frozenset({"given", "withdrawn", "withdrawn_all", "changed"})
"""What a redirect may say in `?done=` that was just done."""
Lines = Mapping[Group, list[Line]]


@blueprint.get("/<slug>/preferences")
@public(WHY)
def preferences(slug: str) -> str:
    """Show every purpose and channel with its state, or the form by which one gets there."""
    runtime, controller = current.runtime(), controller_of(slug)
    subject_id = visiting.subject_id(controller)
    if subject_id is None:
        return entering.form(controller)
    at = runtime.clock()
    with runtime.database.reading() as session:
        groups = _lines(session, controller, subject_id, at)
        calls_until = _calls_until(session, controller, at)
    done = request.args.get("done")
    return pages.render(
        "portal/preferences.html",
        controller=controller,
        groups=groups,
        calls_until=calls_until,
        new_id=uuid4,
        last_day=_last_day,
        open_count=sum(not one.gives for found in groups.values() for one in found),
        done=done if done in FLASHES else None,
        receipt=_uuid(request.args.get("receipt")),
    )


@blueprint.post("/<slug>/preferences/answers")
@public(WHY)
def preferences_answer(slug: str) -> AnyResponse:
    """Record what the subject answered for one purpose."""
    controller = controller_of(slug)
    subject_id = visiting.subject_here(controller)
    code, granted = request.form.get("purpose", ""), request.form.get("granted") == "yes"
    try:
        receipt = _record(controller, subject_id, {code: granted})
    except ConflictError:
        return _back(controller, "changed", None)
    return _back(controller, "given" if granted else "withdrawn", receipt)


@blueprint.post("/<slug>/preferences/withdraw-all")
@public(WHY)
def preferences_withdraw_all(slug: str) -> AnyResponse:
    """Withdraw every consent and object to what may be objected to, in one action."""
    runtime, controller = current.runtime(), controller_of(slug)
    subject_id = visiting.subject_here(controller)
    with runtime.database.reading() as session:
        groups = _lines(session, controller, subject_id, runtime.clock())
    still_open = [one for found in groups.values() for one in found if not one.gives]
    if not still_open:
        return _back(controller, "withdrawn_all", None)
    receipt = _record(controller, subject_id, {one.code: False for one in still_open})
    return _back(controller, "withdrawn_all", receipt)


@blueprint.get("/<slug>/preferences/history")
@public(WHY)
def preferences_history(slug: str) -> AnyResponse | str:
    """Show the subject's own answers with their dates and receipts."""
    runtime, controller = current.runtime(), controller_of(slug)
    subject_id = visiting.subject_id(controller)
    if subject_id is None:
        return redirect(url_for("portal.preferences", slug=slug), HTTPStatus.SEE_OTHER)
    with runtime.database.reading() as session:
        answers = queries.history(session, to=controller, subject_id=subject_id)
        known = purposes.current_purposes(session, controller_id=controller.id)
    language = pages.language()
    titles = {code: one.texts[language]["title"] for code, one in known.items()}
    return pages.render(
        "portal/preferences_history.html", controller=controller, answers=answers, titles=titles
    )


@blueprint.get("/<slug>/preferences/receipts/<uuid:answer_id>")
@public(WHY)
def preferences_receipt(slug: str, answer_id: UUID) -> Response:
    """Hand out the signed receipt of one of the subject's own answers, with its proof."""
    controller = controller_of(slug)
    subject_id = visiting.subject_here(controller)

    def find(session: Session) -> proofs.Kept:
        return proofs.by_answer(
            session,
            answer_id=answer_id,
            controller_ids=[controller.id],
            subject_id=subject_id,
        )

    response = proving.answer(find)
    name = f"{slug}-{answer_id}.json"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _lines(session: Session, controller: Controller, subject_id: UUID, at: datetime) -> Lines:
    return queries.overview(
        session, to=controller, subject_id=subject_id, at=at, language=pages.language()
    )


def _record(controller: Controller, subject_id: UUID, answers: Mapping[str, bool]) -> UUID:
    """Record a statement and return the id of its receipt; a repetition has the first one's.

    Raises NotFoundError for what is not the subject's to answer, and ConflictError when the page
    showed another version of a purpose than the one in force.
    """
    runtime = current.runtime()
    at = runtime.clock()
    answer_id = _uuid(request.form.get("answer")) or uuid4()
    try:
        with runtime.database.transaction() as session:
            groups = _lines(session, controller, subject_id, at)
            shown = {one.code: one for found in groups.values() for one in found}
            _check_shown(shown, answers)
            call = next((shown[code] for code in answers if shown[code].is_call), None)
            statement = Statement(
                subject_id,
                controller.id,
                dict(answers),
                Method.PREFERENCE_CENTRE,
                pages.language(),
                answer_id=answer_id,
                scope=scope_of(shown[code].group for code in answers),
                beneficiary=controller.name[:LONGEST] if call else "",
                about=call.texts["summary"][:LONGEST] if call else "",
            )
            record_statement(
                session,
                actor="subject",
                at=at,
                statement=statement,
                origin=runtime.keyring.signer.name,
            )
    except ReplayedError:
        return answer_id
    runtime.wake("deliver-webhooks")
    return answer_id


def _check_shown(shown: Mapping[str, Line], answers: Mapping[str, bool]) -> None:
    for code, granted in answers.items():
        if code not in shown:
            raise NotFoundError("There is no such purpose to answer.")
        version = request.form.get("version")
        if granted and version != str(shown[code].version):
            raise ConflictError("This purpose has changed; read it again.")


def _calls_until(session: Session, controller: Controller, at: datetime) -> datetime:
    """Return until when a consent to calls that is given now would stand."""
    day = max(day_of(at, ZoneInfo(controller.zone)), CALLS)  # the first day that has a value
    period = policy.value_at(session, key="phone.consent.max", at=day).value
    return term.calls_until(at, period, controller.zone)


def _last_day(until: datetime) -> date:
    """Return the last day on which an answer stands, since it ends with that day."""
    return civil_day(until - timedelta(seconds=1))


def _back(controller: Controller, done: str, receipt: UUID | None) -> AnyResponse:
    target = url_for("portal.preferences", slug=controller.slug, done=done, receipt=receipt)
    return redirect(target, HTTPStatus.SEE_OTHER)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
