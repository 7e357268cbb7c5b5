"""What they saw: the words, the script and the pictures of the notice of any past answer."""

import hashlib
import json
from typing import Any

from flask import Response, request, url_for
from sqlalchemy.orm import Session

from privacy.consent.models import Consent
from privacy.operators.roles import Permission
from privacy.purposes.models import Notice
from privacy.scans import queries
from privacy.scans.jobs import PICTURES
from privacy.scans.models import Artefact, Exhibit
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.consents.looking_up import look_up
from privacy.web.console.surface import blueprint, chosen, page

FOR_EVER = "private, max-age=31536000, immutable"


@blueprint.get("/shown")
@operators_only(Permission.CONSENTS_READ)
def shown() -> str:
    """Show what the notice of an answer said and looked like, by receipt or by its digest."""
    controller = chosen(Permission.CONSENTS_READ)
    receipt = request.args.get("receipt", "").strip()
    digest = request.args.get("notice", "").strip()
    with current.runtime().database.reading() as session:
        rows, fault = look_up(
            session, controller, receipt=receipt, leaf=request.args.get("leaf", "")
        )
        answer = rows[0] if rows else None
        digest = answer.notice if answer else digest
        found = session.get(Notice, (controller.id, digest)) if digest else None
        exhibits = _exhibits(session, found) if found else []
        words = _words(found) if found else {}
        place = queries.entry_index(session, leaf=answer.leaf) if answer else None
    asked = receipt or digest
    return page(
        "shown",
        controller,
        asked=asked,
        answer=_said(answer, place) if answer else None,
        notice=words,
        code=[one for one in exhibits if one["name"] not in PICTURES],
        pictures=[one for one in exhibits if one["name"] in PICTURES],
        errors={"receipt": fault or "receipt.unknown"} if asked and not found else {},
    )


@blueprint.get("/artefacts/<string:digest>")
@operators_only(Permission.CONSENTS_READ)
def artefact(digest: str) -> Response:
    """Send bytes that were kept; a script is sent to be saved, never to be run."""
    controller = chosen(Permission.CONSENTS_READ)
    with current.runtime().database.reading() as session:
        kept = queries.artefact(session, controller_id=controller.id, digest=digest)
        is_picture = kept.media_type == "image/png"
        response = Response(kept.content, mimetype="image/png" if is_picture else "text/plain")
    response.headers["Cache-Control"] = FOR_EVER
    if not is_picture:
        response.headers["Content-Disposition"] = f'attachment; filename="{digest[:16]}.txt"'
    return response


def _said(answer: Consent, place: int | None) -> dict[str, Any]:
    return {"at": answer.at, "receipt": str(answer.answer_id), "entry": place}


def _words(notice: Notice) -> dict[str, Any]:
    """Return a notice as a reader takes it in, and as the bytes that were hashed."""
    document = json.loads(notice.document)
    return {
        "digest": notice.digest,
        "matches": hashlib.sha256(notice.document.encode()).hexdigest() == notice.digest,
        "at": notice.published_at,
        "language": notice.language,
        "texts": document["texts"],
        "purposes": document["purposes"],
        "exempt": document["exempt"],
        "controllers": document["controllers"],
        "script": document["script"],
        "document": json.dumps(document, indent=2, ensure_ascii=False),
    }


def _exhibits(session: Session, notice: Notice) -> list[dict[str, Any]]:
    known = queries.exhibits(session, controller_id=notice.controller_id, notice=notice.digest)
    return [_exhibit(session, notice, known[name]) for name in sorted(known)]


def _exhibit(session: Session, notice: Notice, one: Exhibit) -> dict[str, Any]:
    """Return one piece, with whether its bytes are today what the log says they were."""
    kept = session.get_one(Artefact, one.digest)
    matches = hashlib.sha256(kept.content).hexdigest() == one.digest
    if one.name == "code":
        matches = matches and one.digest == json.loads(notice.document)["script"]
    return {
        "name": one.name,
        "digest": one.digest,
        "matches": matches,
        "at": one.kept_at,
        "entry": queries.entry_index(session, leaf=one.leaf),
        "bytes": len(kept.content),
        "src": url_for("console.artefact", digest=one.digest),
    }
