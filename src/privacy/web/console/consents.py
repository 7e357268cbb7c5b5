"""What visitors answered, counted and without anybody's identity."""

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from privacy.consent import queries
from privacy.consent.models import Consent
from privacy.operators.roles import Permission
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.surface import blueprint, chosen, page, uuid_of


@blueprint.get("/consents")
@operators_only(Permission.CONSENTS_READ)
def consents() -> str:
    """Show counts by purpose, the latest answers, and one answer by the number of its receipt."""
    controller = chosen(Permission.CONSENTS_READ)
    receipt = request.args.get("receipt", "").strip() or None
    with current.runtime().database.reading() as session:
        titles = _titles(session, controller)
        sites = {one.id: one.name for one in purposes.sites(session, controller_id=controller.id)}
        tallies = queries.tallies(session, controller_id=controller.id)
        latest = queries.latest(session, controller_id=controller.id, limit=40)
        found = _found(session, controller, receipt)
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
        receipt=receipt,
        found=_whole(found, titles, sites) if found else None,
        errors={"receipt": "receipt.unknown"} if receipt and not found else {},
    )


def _found(session: Session, controller: Controller, receipt: str | None) -> Consent | None:
    answer_id = uuid_of(receipt)
    if answer_id is None:
        return None
    return queries.by_receipt(session, controller_id=controller.id, answer_id=answer_id)


def _titles(session: Session, controller: Controller) -> dict[str, str]:
    known = purposes.current_purposes(session, controller_id=controller.id)
    return {code: one.texts[current.language()]["title"] for code, one in known.items()}


def _line(one: Consent, titles: dict[str, str], sites: dict[Any, str]) -> dict[str, Any]:
    return {
        "at": one.at,
        "title": titles.get(one.purpose_code, one.purpose_code),
        "granted": one.granted,
        "site": sites.get(one.site_id, ""),
        "method": one.method.value,
        "receipt": str(one.answer_id),
    }


def _whole(one: Consent, titles: dict[str, str], sites: dict[Any, str]) -> dict[str, Any]:
    return _line(one, titles, sites) | {
        "language": one.language,
        "notice": one.notice,
        "leaf": one.leaf.hex(),
        "valid_until": one.valid_until,
    }
