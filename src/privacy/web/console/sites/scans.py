"""What scans found on the controller's sites: verdicts, findings, proposals, plans."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from privacy.errors import InvalidError, NotFoundError
from privacy.operators.roles import Permission
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller, LegalBasis, Site
from privacy.scans import acts, queries
from privacy.scans.match import Finding, Verdict, judge, proposals
from privacy.scans.models import Every, Scan
from privacy.scans.observe import Phase
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.surface import blueprint, chosen, go_to, mine, page

JOB = "scan-sites"
_POLICY = re.compile(r"https://[^\s/]+\S{0,1990}")
ASKED = (LegalBasis.CONSENT, LegalBasis.STRICTLY_NECESSARY, LegalBasis.EXEMPT_AUDIENCE)
"""The bases on which a tracker can rest."""


@blueprint.get("/scans")
@operators_only(Permission.PURPOSES_READ)
def scans() -> str:
    """Show every site with its last verdict and its plan."""
    controller = chosen(Permission.PURPOSES_READ)
    with current.runtime().database.reading() as session:
        newest = queries.latest(session, controller_id=controller.id)
        plans = queries.plans(session, controller_id=controller.id)
        lines = [
            {
                "key": site.key,
                "name": site.name,
                "origin": site.origins[0],
                "every": plans.get(site.id, Every.NEVER).value,
                "waiting": bool(queries.waiting(session, site_id=site.id)),
                "scans": [
                    _line(one) for one in queries.of_site(session, site_id=site.id, limit=5)
                ],
                "last": _line(newest[site.id]) if site.id in newest else None,
            }
            for site in purposes.sites(session, controller_id=controller.id)
        ]
    return page("scans", controller, sites=lines, every=[one.value for one in Every])


def _line(one: Scan) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state,
        "at": one.finished_at or one.created_at,
        "scheduled": one.scheduled,
        "error": one.error,
        "pages": one.pages,
    }


@blueprint.get("/scans/<uuid:scan_id>")
@operators_only(Permission.PURPOSES_READ)
def scan_detail(scan_id: UUID) -> str:
    """Show one scan: its findings by phase, and what could be declared."""
    controller, scan = _scan(scan_id, Permission.PURPOSES_READ)
    with current.runtime().database.reading() as session:
        site = session.get_one(Site, scan.site_id)
        found = queries.findings(session, scan_id=scan.id)
        missing = proposals(_today(session, site, found)) if site.purposes else {}
        known = purposes.current_purposes(session, controller_id=controller.id)
    choices = [
        (code, known[code].texts[current.language()]["title"])
        for code in site.purposes
        if known[code].legal_basis in ASKED
    ]
    return page(
        "scan_detail",
        controller,
        scan=_line(scan) | {"site": site.name},
        phases=[(one.value, scan.phases.get(one.value), _shown(found, one)) for one in Phase],
        proposals=[
            {"part": part, "name": one["name"], "lifetime": one.get("lifetime", ""),
             "declaration": json.dumps(one)}
            for part, some in missing.items()
            for one in some
        ],
        choices=choices,
    )  # fmt: skip


def _today(session: Session, site: Site, found: Sequence[Finding]) -> list[Finding]:
    """Judge what was seen then by what is declared now: what was accepted is proposed no more."""
    declared = queries.register(session, site=site, ours=[current.runtime().settings.public_url])
    return judge([one.sighting for one in found], declared, controls={})


def _shown(found: Sequence[Finding], phase: Phase) -> list[dict[str, Any]]:
    """Return the findings of a phase for its table; what fails stands at the top."""
    rows = [one for one in found if one.sighting.phase is phase]
    return [
        {
            "kind": one.sighting.kind.value,
            "name": one.sighting.name,
            "host": one.sighting.host,
            "page": one.sighting.page,
            "script": one.sighting.cause.script,
            "line": one.sighting.cause.line,
            "days": None if one.sighting.days is None else round(one.sighting.days),
            "verdict": one.verdict.value,
            "fails": one.fails,
            "long": one.is_long,
            "advice": one.advice,
        }
        for one in sorted(rows, key=lambda one: (not one.fails, one.verdict is Verdict.EXEMPT))
    ]


@blueprint.post("/scans/<string:key>/ask")
@operators_only(Permission.PURPOSES_MANAGE)
def scan_now(key: str) -> AnyResponse:
    """Owe a scan of a site; a job makes it, at the origins that the site has registered."""
    runtime = current.runtime()
    with runtime.database.transaction() as session:
        site = _site(session, key)
        acts.ask_scan(session, **current.by_operator(), site=site)
    runtime.wake(JOB)
    return _back("scan_asked")


@blueprint.post("/scans/<string:key>/plan")
@operators_only(Permission.PURPOSES_MANAGE)
def plan_scans(key: str) -> AnyResponse:
    """Say how often a site is scanned by itself."""
    runtime, every = current.runtime(), request.form.get("every", "")
    if every not in set(Every):
        raise InvalidError("Choose daily, weekly or never.")
    with runtime.database.transaction() as session:
        site = _site(session, key)
        acts.plan_scans(
            session,
            **current.by_operator(),
            site=site,
            every=Every(every),
        )
    runtime.wake(JOB)
    return _back("scan_planned")


@blueprint.post("/scans/<uuid:scan_id>/accept")
@operators_only(Permission.PURPOSES_MANAGE)
def accept_declaration(scan_id: UUID) -> AnyResponse:
    """Let a purpose declare what a scan saw; only what this scan proposes can be accepted."""
    controller, scan = _scan(scan_id, Permission.PURPOSES_MANAGE)
    runtime, part = current.runtime(), request.form.get("part", "")
    with runtime.database.transaction() as session:
        found = queries.findings(session, scan_id=scan.id)
        site = session.get_one(Site, scan.site_id)
        offered = proposals(_today(session, site, found)).get(part, [])
        wanted = [one for one in offered if one["name"] == request.form.get("name")]
        code = request.form.get("purpose", "")
        if not wanted or code not in site.purposes:
            raise InvalidError("Choose one of the proposals, and a purpose of the site.")
        addition = acts.Addition(code, part, _described(part, wanted[0]))
        acts.accept_declaration(
            session,
            **current.by_operator(),
            controller_id=controller.id,
            addition=addition,
        )
    return go_to("scan_detail", scan_id=scan.id, done="declared")


def _described(part: str, proposed: Mapping[str, Any]) -> dict[str, Any]:
    """Return a proposal with what only a person knows of a vendor: where its policy stands.

    Left empty, the site's page names the vendor until somebody says it.
    """
    policy = request.form.get("policy_url", "").strip()
    if part != "vendors" or not policy:
        return dict(proposed)
    if not _POLICY.fullmatch(policy):
        raise InvalidError("Give the address of the vendor's policy, beginning with https://.")
    return {**proposed, "policy_url": policy}


def _scan(scan_id: UUID, permission: Permission) -> tuple[Controller, Scan]:
    """Return a scan of a controller for which the operator holds the permission."""
    with current.runtime().database.reading() as session:
        for controller in mine(permission):
            try:
                return controller, queries.scan(
                    session, controller_id=controller.id, scan_id=scan_id
                )
            except NotFoundError:
                continue
    raise NotFoundError("There is no such scan.")


def _site(session: Session, key: str) -> Site:
    site = purposes.site_by_key(session, key)
    if site.controller_id not in {one.id for one in mine(Permission.PURPOSES_MANAGE)}:
        raise NotFoundError("There is no such site.")
    return site


def _back(done: str) -> AnyResponse:
    return go_to("scans", done=done)


def failing(controller: Controller) -> list[dict[str, Any]]:
    """Return the sites whose last scan failed, for the start of who may look at them."""
    if not current.operator().may(controller.id, Permission.PURPOSES_READ):
        return []
    with current.runtime().database.reading() as session:
        found = queries.failing(session, controller_id=controller.id)
    return [
        {"name": site.name, "scan_id": scan.id, "at": scan.finished_at} for site, scan in found
    ]
