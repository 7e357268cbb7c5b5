"""The gate over HTTP: may we, and what had they read?"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast
from uuid import UUID

from flask import Response
from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from sqlalchemy.orm import Session
from typing_extensions import override

from privacy.audit.form import stamp
from privacy.consent.checks import Told, told, written
from privacy.errors import NotFoundError
from privacy.operators.roles import Permission
from privacy.purposes import queries as purposes
from privacy.subjects.identify import Claim
from privacy.subjects.queries import find_by_identifiers
from privacy.subjects.visitors import visitor_subject
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.openapi import Blueprint

View = TypeVar("View", bound=Callable[..., Any])
MOST_SUBJECTS = 1_000
MOST_CODES = 20
"""Purposes of one question; with the subjects it bounds the work of one call."""
MOST_BYTES = 512 * 1024
"""A thousand identifiers are longer than what other bodies may have."""

CODE = validate.Regexp(r"[a-z0-9_]{1,60}\Z")
CONTROLLER = validate.Regexp(r"[a-z0-9-]{1,60}\Z")

blueprint = Blueprint(
    "gate", __name__, url_prefix="/v1", description="May we, for whom, and why not."
)


class Ids(fields.Field[list[str]]):
    """Many ids of subjects, checked at once; a field for each would cost more than the query."""

    _FORM = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

    @override
    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[str]:
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_SUBJECTS:
            raise ValidationError(f"Give 1 to {MOST_SUBJECTS} ids of subjects.")
        form = self._FORM.fullmatch
        if not all(isinstance(one, str) and form(one) for one in value):
            raise ValidationError("An id is a UUID in small letters.")
        return value


class KnownBySchema(Schema):
    """By what a subject is known to the controller: an e-mail, a phone, a number of its own."""

    kind = fields.String(required=True, validate=validate.Length(max=40))
    value = fields.String(required=True, validate=validate.Length(min=1, max=254))


class _Asked(Schema):
    controller = fields.String(
        required=True,
        validate=CONTROLLER,
        metadata={"description": "The controller's id or its name in addresses."},
    )
    at = fields.AwareDateTime(
        metadata={"description": "RFC 3339; what was permitted then. Now if absent."}
    )
    explain = fields.Boolean(
        load_default=False,
        metadata={"description": "Also tell the words that the subject had read."},
    )


class CheckQuery(_Asked):
    """One subject; e-mails and phones are asked for by POST, since addresses end up in logs."""

    subject = fields.UUID()
    visitor = fields.String(validate=validate.Regexp(r"[0-9a-f]{32}\Z"))
    purpose = fields.List(
        fields.String(validate=CODE),
        required=True,
        validate=validate.Length(min=1, max=MOST_CODES),
    )

    @validates_schema
    def _one(self, data: Mapping[str, Any], **_options: object) -> None:
        exactly_one(data, "subject", "visitor")


class BatchSchema(_Asked):
    """Many subjects by their ids, visitors or identifiers; one of the three."""

    subjects = Ids(metadata={"type": "array", "items": {"type": "string", "format": "uuid"}})
    visitors = fields.List(
        fields.String(validate=validate.Regexp(r"[0-9a-f]{32}\Z")),
        validate=validate.Length(min=1, max=MOST_SUBJECTS),
    )
    identifiers = fields.List(
        fields.Nested(KnownBySchema), validate=validate.Length(min=1, max=MOST_SUBJECTS)
    )
    purposes = fields.List(
        fields.String(validate=CODE),
        required=True,
        validate=validate.Length(min=1, max=MOST_CODES),
    )

    @validates_schema
    def _one(self, data: Mapping[str, Any], **_options: object) -> None:
        exactly_one(data, "subjects", "visitors", "identifiers")


class ReadSchema(Schema):
    """What the subject had read."""

    title = fields.String()
    summary = fields.String()
    description = fields.String()


class CheckedSchema(Schema):
    """Whether one purpose is open for one subject, and why."""

    subject = fields.UUID(allow_none=True)
    purpose = fields.String()
    permitted = fields.Boolean()
    reason = fields.String()
    answered_at = fields.DateTime(allow_none=True)
    valid_until = fields.DateTime(allow_none=True)
    version = fields.Integer(allow_none=True)
    notice = fields.String(allow_none=True)
    read = fields.Nested(ReadSchema, allow_none=True)


class ChecksSchema(Schema):
    """The answers, for each subject and then each purpose, in the order asked."""

    at = fields.DateTime()
    checks = fields.List(fields.Nested(CheckedSchema))


def roomy(view: View) -> View:
    """Let a body be as large as a thousand identifiers."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        current.asked().max_content_length = MOST_BYTES
        return view(*args, **kwargs)

    return cast("View", wrapper)


def exactly_one(data: Mapping[str, Any], *names: str) -> None:
    """Raise ValidationError unless exactly one of these fields was given."""
    if sum(name in data for name in names) != 1:
        raise ValidationError(f"Give one of: {', '.join(names)}.", names[0])


@blueprint.get("/consents/check")
@operators_only(Permission.CONSENTS_CHECK)
@blueprint.arguments(CheckQuery(), location="query")  # type: ignore[arg-type] # made once
@blueprint.response(HTTPStatus.OK, ChecksSchema)
def check(asked: dict[str, Any]) -> Response:
    """Say which purposes are open for one subject, now or at an instant, and why.

    It reads what is committed: a withdrawal closes the gate for every call that begins after it.
    """
    with current.runtime().database.reading() as session:
        controller_id = controller_of(session, asked["controller"], Permission.CONSENTS_CHECK)
        visitor = asked.get("visitor")
        subject_id = asked.get("subject") or _visitor(session, controller_id, str(visitor))
        return _answer(session, controller_id, [str(subject_id)], asked["purpose"], asked)


@blueprint.post("/consents/check")
@operators_only(Permission.CONSENTS_CHECK)
@roomy
@blueprint.arguments(BatchSchema)
@blueprint.response(HTTPStatus.OK, ChecksSchema)
def check_batch(asked: dict[str, Any]) -> Response:
    """Say the same of up to a thousand subjects, in one query; unknown ones were never asked."""
    with current.runtime().database.reading() as session:
        controller_id = controller_of(session, asked["controller"], Permission.CONSENTS_CHECK)
        found = _subjects(session, controller_id, asked)
        return _answer(session, controller_id, found, asked["purposes"], asked)


def controller_of(session: Session, named: str, permission: Permission) -> UUID:
    """Return the controller of an id or slug, if the caller has the permission for it.

    Raises NotFoundError for every other, so that nobody learns which exist.
    """
    mine = current.operator().controllers(permission)
    try:
        wanted = UUID(named)
    except ValueError:
        wanted = purposes.controller_by_slug(session, named).id
    if wanted not in mine:
        raise NotFoundError("There is no such controller.")
    return wanted


def _visitor(session: Session, controller_id: UUID, visitor: str) -> UUID:
    return visitor_subject(
        session,
        cabinet=current.runtime().cabinet,
        controller_id=controller_id,
        visitor=visitor,
    )


def _subjects(
    session: Session, controller_id: UUID, asked: Mapping[str, Any]
) -> Sequence[str | None]:
    if "subjects" in asked:
        given: list[str] = asked["subjects"]
        return given
    if "visitors" in asked:
        return [str(_visitor(session, controller_id, one)) for one in asked["visitors"]]
    known = find_by_identifiers(
        session,
        cabinet=current.runtime().cabinet,
        controller_id=controller_id,
        claims=[Claim(one["kind"], one["value"]) for one in asked["identifiers"]],
    )
    return [None if one is None else str(one) for one in known]


def _answer(
    session: Session,
    controller_id: UUID,
    subjects: Sequence[str | None],
    codes: Sequence[str],
    asked: Mapping[str, Any],
) -> Response:
    at = asked.get("at") or current.runtime().clock()
    found = told(session, controller_id=controller_id, subjects=subjects, codes=codes, at=at)
    checks = [_shown(one) for one in found]
    if asked["explain"]:
        words = purposes.wordings(session, controller_id=controller_id, codes=codes)
        for one, said in zip(found, checks, strict=True):
            said["read"] = _read(one, words)
    body = _ENCODER.encode({"at": stamp(at), "checks": checks})
    return Response(body, mimetype="application/json")


_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def _shown(one: Told) -> dict[str, Any]:
    answer = one.answer
    return {
        "subject": one.subject,
        "purpose": one.purpose_code,
        "permitted": one.verdict.permitted,
        "reason": one.verdict.reason,
        "answered_at": written(answer.said) if answer and answer.said else None,
        "valid_until": written(answer.valid_until) if answer else None,
        "version": answer.purpose_version if answer else None,
        "notice": answer.notice or None if answer else None,
    }


def _read(
    one: Told, words: Mapping[tuple[str, int], Mapping[str, Mapping[str, str]]]
) -> dict[str, str] | None:
    """Return the words of the version that was answered, in the language of the answer."""
    if one.answer is None:
        return None
    texts = words[one.purpose_code, one.answer.purpose_version]
    shown = texts.get(one.answer.language) or next(iter(texts.values()))
    return {name: shown[name] for name in ("title", "summary", "description")}
