"""The websites that embed the banner: how to embed it, in which languages, under which policy."""

from typing import Any

from sqlalchemy.orm import Session

from privacy.operators.roles import Permission
from privacy.purposes import csp, reports
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller, Purpose, Site
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.surface import blueprint, chosen, owned, page


@blueprint.get("/sites")
@operators_only(Permission.PURPOSES_READ)
def sites() -> str:
    """Show every site with its languages and what its policy stopped."""
    controller = chosen(Permission.PURPOSES_READ)
    with current.runtime().database.reading() as session:
        lines = [
            {
                "key": site.key,
                "name": site.name,
                "origins": site.origins,
                "languages": sorted(site.notices),
                "stopped": sum(one.count for one in reports.of_site(session, site_id=site.id)),
            }
            for site in purposes.sites(session, controller_id=controller.id)
        ]
    return page("sites", controller, sites=lines)


@blueprint.get("/sites/<key>")
@operators_only(Permission.PURPOSES_READ)
def site_detail(key: str) -> str:
    """Show one site: its tags, its policy, the languages that lack words, what was stopped."""
    controller = controller_of(key, Permission.PURPOSES_READ)
    service = current.runtime().settings.public_url
    with current.runtime().database.reading() as session:
        site = purposes.site_by_key(session, key)
        named = _purposes(session, site)
        details = [purpose.details for purpose in named]
        policy = csp.policy(details, service=service, report_to=f"{service}/banner/csp/{site.key}")
        shown: dict[str, Any] = {
            "site": site,
            "purposes": [_told(one) for one in named],
            "missing": purposes.missing_texts(session, site=site),
            "tags": current.extension(current.EMBED)(site=site, service_url=service),
            "headers": csp.headers(policy),
            "unplaced": csp.without_hosts(details),
            "undescribed": csp.without_policy(details),
            "reports": reports.of_site(session, site_id=site.id),
        }
    return page("site_detail", controller, **shown)


def controller_of(key: str, permission: Permission) -> Controller:
    """Return a site's controller, if the operator holds the permission; else NotFoundError."""
    with current.runtime().database.reading() as session:
        of = purposes.site_by_key(session, key).controller_id
    return owned(of, permission, otherwise="There is no such site.")


def _purposes(session: Session, site: Site) -> list[Purpose]:
    known = purposes.current_purposes(session, controller_id=site.controller_id)
    return [known[code] for code in site.purposes]


def _told(one: Purpose) -> dict[str, Any]:
    words = one.texts.get(current.language()) or one.texts["fr"]
    return {
        "code": one.code,
        "title": words["title"],
        "basis": one.legal_basis,
        "vendors": [vendor["name"] for vendor in one.details.get("vendors", ())],
    }
