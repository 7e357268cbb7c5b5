"""What visitors answered, counted and without anybody's identity."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, request

from privacy.consent import queries
from privacy.consent.models import Consent
from privacy.consent.receipts import proofs
from privacy.operators.roles import Permission
from privacy.purposes import queries as purposes
from privacy.web import current, proving
from privacy.web.auth import operators_only
from privacy.web.console.consents.looking_up import leaf_of, look_up
from privacy.web.console.surface import blueprint, chosen, page, purpose_titles


@blueprint.get("/consents")
@operators_only(Permission.CONSENTS_READ)
def consents() -> str:
    """Show counts by purpose, the latest answers, and one answer by the number of its receipt."""
    controller = chosen(Permission.CONSENTS_READ)
    receipt = request.args.get("receipt", "").strip()
    with current.runtime().database.reading() as session:
        titles = purpose_titles(session, controller)
        sites = {one.id: one.name for one in purposes.sites(session, controller_id=controller.id)}
        tallies = queries.tallies(session, controller_id=controller.id)
        latest = queries.latest(session, controller_id=controller.id, limit=40)
        found, fault = look_up(
            session, controller, receipt=receipt, leaf=request.args.get("leaf", "")
        )
    lines = [_line(one, titles, sites) for one in latest]
    return page(
        "consents",
        controller,
        purposes=[
            {
                "code": one.purpose_code,
                "title": titles.get(one.purpose_code, one.purpose_code),
                "granted": one.granted,
                "refused": one.refused,
            }
            for one in tallies
        ],
        latest=lines,
        receipt=receipt or None,
        found=_whole(found, titles, sites) if found else None,
        errors={"receipt": fault} if fault else {},
    )


@blueprint.get("/consents/receipts/<uuid:receipt_id>")
@operators_only(Permission.CONSENTS_READ)
def proof(receipt_id: UUID) -> Response:
    """Send a receipt with its proof, as a file that anybody can verify."""
    controller = chosen(Permission.CONSENTS_READ)
    leaf = leaf_of(request.args.get("leaf", ""))
    find = partial(
        proofs.by_answer, answer_id=receipt_id, controller_ids=[controller.id], leaf=leaf
    )
    answer = proving.answer(find)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{receipt_id}.json")
    return answer


def _line(one: Consent, titles: dict[str, str], sites: dict[Any, str]) -> dict[str, Any]:
    return {
        "at": one.at,
        "title": titles.get(one.purpose_code, one.purpose_code),
        "granted": one.granted,
        "site": sites.get(one.site_id, ""),
        "method": one.method.value,
        "receipt": str(one.answer_id),
        "leaf": one.leaf.hex(),
    }


def _whole(
    rows: Sequence[Consent], titles: dict[str, str], sites: dict[Any, str]
) -> dict[str, Any]:
    first = rows[0]
    return _line(first, titles, sites) | {
        "answers": [
            {"title": titles.get(row.purpose_code, row.purpose_code), "granted": row.granted}
            for row in rows
        ],
        "language": first.language,
        "notice": first.notice,
        "valid_until": min(row.valid_until for row in rows),
    }
