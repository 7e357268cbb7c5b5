"""What a page of a site exchanges for a visitor who is signed in there."""

import json
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, request
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from privacy.audit.form import stamp
from privacy.consent import accounts, vouching
from privacy.consent.checks import Checked, checked
from privacy.errors import RefusedError
from privacy.purposes import queries as purposes
from privacy.purposes.models import Site
from privacy.subjects import acts as subjects
from privacy.subjects.queries import find_by_identifier
from privacy.subjects.visitors import visitor_subject
from privacy.web import current, limits, security
from privacy.web.auth import public
from privacy.web.banner.views import readable
from privacy.web.openapi import Blueprint

AUDIENCE = "account"

blueprint = Blueprint(
    "account", __name__, url_prefix="/banner", description="One person on several devices."
)
blueprint.after_request(readable)


class AccountSchema(Schema):
    """Who is signed in, by the site's word, and in which browser."""

    site = fields.String(required=True, validate=validate.Regexp(r"pk_[0-9a-z]{8,64}\Z"))
    token = fields.String(required=True, validate=validate.Length(max=2_200))
    visitor = fields.String(
        load_default=None, allow_none=True, validate=validate.Regexp(r"[0-9a-f]{32}\Z")
    )


class ChoiceSchema(Schema):
    """What holds for the account, of the purposes that the site asks for."""

    answers = fields.Dict(keys=fields.String(), values=fields.Boolean())
    at = fields.DateTime(allow_none=True, metadata={"description": "When it was said last."})
    material = fields.String(
        metadata={"description": "What the site asks now; the banner compares it with its own."}
    )


@blueprint.post("/account")
@public("whoever is signed in to a site has no account here; the site's word is checked")
@blueprint.arguments(AccountSchema)
@blueprint.response(HTTPStatus.OK, ChoiceSchema)
def follow_account(said: dict[str, Any]) -> Response:
    """Tell what an account has chosen, after recording what this device said later.

    The last answer in time holds for every device of the account, a refusal like an acceptance.
    The token is `v1.<payload>.<mac>`, signed with the site's secret for the audience `account`.
    """
    limits.take_for_site(said["site"])
    origin = request.headers.get("Origin")
    runtime = current.runtime()
    with runtime.database.reading() as session:
        site = purposes.site_by_key(session, said["site"])
        if origin not in site.origins:
            raise RefusedError("This page does not belong to the site of this key.")
        account_id, is_owed = _account(session, site, said)
    if account_id is None or is_owed:
        with runtime.database.transaction() as session:
            account_id = _follow(session, site, said)
    with runtime.database.reading() as session:
        told = _told(session, site, account_id)
    response = Response(json.dumps(told), mimetype="application/json")
    return security.allow_origin(response, str(origin))


@blueprint.route("/account", methods=["OPTIONS"])
@public("a browser asks it before it sends JSON to another origin")
@blueprint.doc(  # type: ignore[untyped-decorator] # flask-smorest has no stubs
    responses={204: {"description": "Whether the browser may send."}}
)
def account_preflight() -> Response:
    """Tell a browser that it may send JSON; whose page it is, the answer itself decides."""
    return security.preflight(request.headers.get("Origin"), methods="POST")


def _word(session: Session, site: Site, said: dict[str, Any]) -> vouching.Vouched:
    runtime = current.runtime()
    return vouching.vouched(
        session,
        cabinet=runtime.cabinet,
        site=site,
        audience=AUDIENCE,
        token=said["token"],
        at=runtime.clock(),
    )


def _account(session: Session, site: Site, said: dict[str, Any]) -> tuple[UUID | None, bool]:
    """Return the account if it is known, and whether anything is to be recorded for it."""
    claim = _word(session, site, said).claim
    account_id = find_by_identifier(
        session,
        cabinet=current.runtime().cabinet,
        controller_id=site.controller_id,
        kind=claim.kind,
        value=claim.value,
    )
    if account_id is None or said["visitor"] is None:
        return account_id, False
    device = _device(session, site, said["visitor"], account_id)
    return account_id, bool(accounts.owed(session, device=device))


def _device(session: Session, site: Site, visitor: str, account_id: UUID) -> accounts.Device:
    visitor_id = visitor_subject(
        session,
        cabinet=current.runtime().cabinet,
        controller_id=site.controller_id,
        visitor=visitor,
    )
    return accounts.Device(visitor_id, account_id, site.controller_id, site.key)


def _follow(session: Session, site: Site, said: dict[str, Any]) -> UUID:
    runtime = current.runtime()
    account_id = subjects.resolve_subject(
        session,
        actor="subject",
        at=runtime.clock(),
        cabinet=runtime.cabinet,
        controller_id=site.controller_id,
        claim=_word(session, site, said).claim,
    )
    if said["visitor"] is not None:
        accounts.follow_account(
            session,
            actor="subject",
            at=runtime.clock(),
            device=_device(session, site, said["visitor"], account_id),
            origin=runtime.keyring.signer.name,
        )
    return account_id


def _told(session: Session, site: Site, account_id: UUID) -> dict[str, Any]:
    at = current.runtime().clock()
    notice = purposes.current_notice(session, site=site, language="")
    shown = json.loads(notice.document)
    codes = [purpose["code"] for purpose in shown["purposes"]]
    found = checked(
        session, controller_id=site.controller_id, subjects=[account_id], codes=codes, at=at
    )
    versions = {purpose["code"]: purpose["version"] for purpose in shown["purposes"]}
    answers = {
        one.purpose_code: one.verdict.permitted
        for one in found
        if _stands(one, versions[one.purpose_code], at)
    }
    said = [one.answer.said for one in found if one.answer and one.answer.said]
    last = stamp(max(said)) if said else None
    return {"answers": answers, "at": last, "material": shown["material"]}


def _stands(one: Checked, version: int, at: datetime) -> bool:
    """Say whether an answer need not be asked again: it is of this version and of this term."""
    answer = one.answer
    return (
        answer is not None
        and answer.purpose_version == version
        and at < answer.valid_until
        and (one.verdict.permitted or not answer.granted)
    )
