"""Unsubscribe links for those who send messages, with the headers that mail programs read."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate, validates_schema

from privacy.errors import InvalidError
from privacy.operators.roles import Permission
from privacy.preferences.unsubscribe import ONE_CLICK, Ticket, tokens_of
from privacy.subjects.identify import Claim
from privacy.subjects.queries import find_by_identifiers
from privacy.web import current
from privacy.web.admin.gate import (
    CODE,
    CONTROLLER,
    KnownBySchema,
    controller_of,
    exactly_one,
    roomy,
)
from privacy.web.auth import operators_only
from privacy.web.openapi import Blueprint

MOST_LINKS = 1_000

blueprint = Blueprint(
    "unsubscribing", __name__, url_prefix="/v1", description="Links that stop messages."
)


class WantedSchema(Schema):
    """For whom and against what one link is."""

    subject = fields.UUID()
    identifier = fields.Nested(KnownBySchema)
    purpose = fields.String(required=True, validate=CODE)

    @validates_schema
    def _one(self, data: Mapping[str, Any], **_options: object) -> None:
        exactly_one(data, "subject", "identifier")


class LinksSchema(Schema):
    """The links that a mailing needs."""

    controller = fields.String(required=True, validate=CONTROLLER)
    links = fields.List(
        fields.Nested(WantedSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST_LINKS),
    )


class HeadersSchema(Schema):
    """What to put into the mail, word for word; its DKIM signature must cover both."""

    unsubscribe = fields.String(data_key="List-Unsubscribe")
    post = fields.String(data_key="List-Unsubscribe-Post")


class LinkSchema(Schema):
    """One link, to be shown in the message as well."""

    url = fields.Url()
    headers = fields.Nested(HeadersSchema)


class MadeSchema(Schema):
    """The links, in the order asked."""

    links = fields.List(fields.Nested(LinkSchema))


@blueprint.post("/unsubscribe-links")
@operators_only(Permission.CONSENTS_RECORD)
@roomy
@blueprint.arguments(LinksSchema)
@blueprint.response(HTTPStatus.OK, MadeSchema)
def unsubscribe_links(wanted: dict[str, Any]) -> dict[str, Any]:
    """Make the unsubscribe link of each subject and purpose, with the headers of RFC 8058.

    Nothing is stored, so ask as often as you send. Whoever holds a link can withdraw that one
    purpose by POST; reading it changes nothing. Unknown identifiers are refused by their places.
    """
    runtime = current.runtime()
    with runtime.database.reading() as session:
        controller_id = controller_of(session, wanted["controller"], Permission.CONSENTS_RECORD)
        found = find_by_identifiers(
            session,
            cabinet=runtime.cabinet,
            controller_id=controller_id,
            claims=[
                Claim(one["identifier"]["kind"], one["identifier"]["value"])
                for one in wanted["links"]
                if "identifier" in one
            ],
        )
        tickets = _tickets(controller_id, wanted["links"], found)
        made = tokens_of(
            session, cabinet=runtime.cabinet, controller_id=controller_id, wanted=tickets
        )
    return {"links": [_link(runtime.settings.public_url, token) for token in made]}


def _tickets(
    controller_id: UUID, links: Sequence[Mapping[str, Any]], found: Sequence[UUID | None]
) -> list[Ticket]:
    """Return a ticket for each link; raise InvalidError naming the places of unknown subjects."""
    known = iter(found)
    subjects = [one.get("subject") or next(known) for one in links]
    unknown = [place for place, subject_id in enumerate(subjects) if subject_id is None]
    if unknown:
        raise InvalidError(
            "Nobody is known by these identifiers; record a statement for them first.",
            fields={f"links.{place}.identifier": ["is unknown"] for place in unknown},
        )
    return [
        Ticket(controller_id, subject_id, one["purpose"])
        for one, subject_id in zip(links, subjects, strict=True)
        if subject_id is not None
    ]


def _link(public_url: str, token: str) -> dict[str, Any]:
    url = f"{public_url}/u/{token}"
    return {"url": url, "headers": {"unsubscribe": f"<{url}>", "post": ONE_CLICK}}
