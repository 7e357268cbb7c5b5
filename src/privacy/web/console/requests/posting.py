"""Letters that a person posts, to who has neither mailbox nor phone."""

from functools import partial
from uuid import UUID

from werkzeug.wrappers import Response as AnyResponse

from privacy.errors import ForbiddenError
from privacy.operators.roles import Permission
from privacy.purposes.models import Controller
from privacy.requests import posting, queries
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.requests.board import controller_of
from privacy.web.console.requests.deciding import decide
from privacy.web.console.surface import blueprint, page
from privacy.web.mails import render_mail


@blueprint.get("/requests/<uuid:request_id>/letters/<uuid:message_id>")
@operators_only(Permission.REQUESTS_HANDLE)
def letter(request_id: UUID, message_id: UUID) -> str:
    """Show a letter as it is to be printed, and the button that says that it was posted."""
    controller, runtime = _handler_of(request_id), current.runtime()
    with runtime.database.reading() as session:
        about = queries.request_of(session, controller_id=controller.id, request_id=request_id)
        waiting = posting.letter_to_post(
            session, cabinet=runtime.cabinet, about=about, message_id=message_id
        )
    mail = render_mail(waiting.row.template, waiting.row.language, waiting.variables)
    return page(
        "letter",
        controller,
        subject_request=about,
        message_id=message_id,
        written_at=waiting.row.created_at,
        language_of=waiting.row.language,
        subject=mail.subject,
        lines=mail.text.splitlines(),
    )


@blueprint.post("/requests/<uuid:request_id>/letters/<uuid:message_id>")
@operators_only(Permission.REQUESTS_HANDLE)
def letter_posted(request_id: UUID, message_id: UUID) -> AnyResponse:
    """Write down that a letter was posted or handed over."""
    controller, cabinet = _handler_of(request_id), current.runtime().cabinet
    act = partial(posting.note_posted, cabinet=cabinet, message_id=message_id)
    return decide(controller, request_id, act, done="letter_posted")


def _handler_of(request_id: UUID) -> Controller:
    found = controller_of(request_id)
    if not current.operator().may(found.id, Permission.REQUESTS_HANDLE):
        raise ForbiddenError("Your roles do not allow this.")
    return found
