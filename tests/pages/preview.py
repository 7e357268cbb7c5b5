"""Every page with fictional contents, as static HTML: for eyes, browsers and accessibility rules.

`python -m tests.pages FOLDER` writes them all, with an index.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response
from markupsafe import Markup

from privacy.web import pages

ROUTES = {
    "portal.home": "/portal/<slug>/",
    "portal.request_form": "/portal/<slug>/request",
    "portal.submit": "/portal/<slug>/request",
    "portal.sent": "/portal/<slug>/sent",
    "portal.confirm": "/portal/<slug>/confirm/<token>",
    "portal.status": "/portal/<slug>/status/<token>",
    "portal.answer": "/portal/<slug>/answer/<token>",
    "portal.answered": "/portal/<slug>/answered",
    "portal.own_details": "/portal/<slug>/preferences/details",
    "portal.look_at_details": "/portal/<slug>/preferences/details/look",
    "portal.correct_details": "/portal/<slug>/preferences/details",
    "portal.new_address": "/portal/<slug>/details/<token>",
    "portal.assignment": "/portal/<slug>/assignment/<token>",
    "portal.download": "/portal/<slug>/download/<token>",
    "portal.verify": "/portal/<slug>/verify",
    "portal.preferences": "/portal/<slug>/preferences",
    "portal.preferences_link": "/portal/<slug>/preferences/link",
    "portal.preferences_open": "/portal/<slug>/preferences/open/<token>",
    "portal.preferences_answer": "/portal/<slug>/preferences/answers",
    "portal.preferences_withdraw_all": "/portal/<slug>/preferences/withdraw-all",
    "portal.preferences_history": "/portal/<slug>/preferences/history",
    "portal.preferences_receipt": "/portal/<slug>/preferences/receipts/<answer_id>",
    "portal.preferences_leave": "/portal/<slug>/preferences/leave",
    "console.recipients": "/console/recipients",
    "console.recipient_detail": "/console/recipients/<recipient_id>",
    "console.set_endpoint": "/console/recipients/<recipient_id>/endpoint",
    "console.remove_endpoint": "/console/recipients/<recipient_id>/endpoint/remove",
    "console.retry_recipient": "/console/recipients/<recipient_id>/retry",
    "console.sign_in": "/console/sign-in",
    "console.sign_out": "/console/sign-out",
    "console.home": "/console/",
    "console.assignments": "/console/assignments",
    "console.assignment_detail": "/console/assignments/<assignment_id>",
    "console.requests": "/console/requests",
    "console.request_detail": "/console/requests/<request_id>",
    "console.taking_form": "/console/requests/new",
    "console.take_in": "/console/requests/new/send",
    "console.waive": "/console/requests/<request_id>/stores/<store>/waive",
    "console.preview_of": "/console/requests/<request_id>/preview",
    "console.ask_preview": "/console/requests/<request_id>/preview/ask",
    "console.decide_lead": "/console/requests/<request_id>/preview/leads/<number>",
    "console.preview_part": "/console/requests/<request_id>/preview/<store>/<collection>",
    "console.decide_field": "/console/requests/<request_id>/preview/<store>/<collection>/decide",
    "console.reveal": "/console/requests/<request_id>/preview/<store>/<collection>/reveal",
    "console.approve": "/console/requests/<request_id>/approve",
    "console.refuse": "/console/requests/<request_id>/refuse",
    "console.decline_transfer": "/console/requests/<request_id>/transfer/decline",
    "console.rectification_page": "/console/requests/<request_id>/rectification",
    "console.decide_rectification": "/console/requests/<request_id>/rectification/decide",
    "console.search_again": "/console/requests/<request_id>/rectification/search",
    "console.decide_rectified_lead": (
        "/console/requests/<request_id>/rectification/leads/<number>"
    ),
    "console.correction_done": "/console/requests/<request_id>/fields/<correction_id>/done",
    "console.correction_left": "/console/requests/<request_id>/fields/<correction_id>/leave",
    "console.recipient_noted": "/console/requests/<request_id>/recipients/<recipient_id>",
    "console.bulk_form": "/console/requests/import",
    "console.take_in_bulk": "/console/requests/import/send",
    "console.calendar_page": "/console/calendar",
    "console.make_calendar": "/console/calendar/make",
    "console.accept_mandate": "/console/requests/<request_id>/mandate",
    "portal.agreement": "/portal/<slug>/mandate/<token>",
    "portal.agree": "/portal/<slug>/mandate/<token>/send",
    "console.ask_agreement": "/console/requests/<request_id>/mandate/ask",
    "portal.agreed": "/portal/<slug>/agreed",
    "console.letter": "/console/requests/<request_id>/letters/<message_id>",
    "console.letter_posted": "/console/requests/<request_id>/letters/<message_id>/send",
    "console.ask": "/console/requests/<request_id>/ask",
    "console.merge": "/console/requests/<request_id>/merge",
    "console.prove": "/console/requests/<request_id>/prove/<kind>",
    "console.resume": "/console/requests/<request_id>/resume",
    "console.extend": "/console/requests/<request_id>/extend",
    "console.audit": "/console/audit",
    "console.verify": "/console/audit/verify",
    "console.scans": "/console/scans",
    "console.scan_detail": "/console/scans/<scan_id>",
    "console.scan_now": "/console/scans/<key>/ask",
    "console.plan_scans": "/console/scans/<key>/plan",
    "console.accept_declaration": "/console/scans/<scan_id>/accept",
    "console.shown": "/console/shown",
    "console.sites": "/console/sites",
    "console.site_detail": "/console/sites/<key>",
    "console.publishing": "/console/sites/<key>/publish",
    "console.publish_site": "/console/sites/<key>/publish/confirm",
    "console.stores": "/console/stores",
    "console.store_detail": "/console/stores/<name>",
    "console.store_new": "/console/stores/new",
    "console.draft_store": "/console/stores/new/send",
    "console.store_draft": "/console/stores/drafts/<draft_id>",
    "console.save_store": "/console/stores/drafts/<draft_id>/save",
    "console.draft_collection": "/console/stores/drafts/<draft_id>/collections/<collection>",
    "console.save_collection": "/console/stores/drafts/<draft_id>/collections/<collection>/save",
    "console.settle_draft": "/console/stores/drafts/<draft_id>/register",
    "console.drop_draft": "/console/stores/drafts/<draft_id>/drop",
    "console.draft_change": "/console/stores/<name>/change",
    "console.check_now": "/console/stores/<name>/check",
    "console.waive_place": "/console/stores/<name>/waivers",
    "console.end_waiver": "/console/stores/<name>/waivers/end",
    "console.consents": "/console/consents",
    "console.proof": "/console/consents/receipts/<receipt_id>",
    "console.statistics_page": "/console/consents/statistics",
    "console.roles": "/console/roles",
    "console.account": "/console/account",
}
HOST = "http://preview.test"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
STATIC = Path(pages.__file__).parent / "static"


@dataclass(frozen=True)
class Case:
    """One page in one situation."""

    name: str
    template: str
    context: dict[str, Any] = field(repr=False)
    path: str = "/portal/maison-lumen/"


def preview_app() -> Flask:
    """Return an app that knows the pages and the names of all routes, and nothing else."""
    folder = Path(pages.__file__).parent
    app = Flask("preview", template_folder=str(folder / "templates"), static_folder=str(STATIC))
    app.testing = True
    for number, (endpoint, rule) in enumerate(ROUTES.items()):
        app.add_url_rule(rule, endpoint, Response, methods=["POST"] if number % 2 else ["GET"])
    hidden = Markup('<input type="hidden" name="csrf_token" value="preview">')
    app.jinja_env.globals["csrf_field"] = lambda: hidden
    pages.install(app)
    return app


def show(app: Flask, case: Case, language: str = "fr") -> str:
    """Return the HTML of a case."""
    if case.template.startswith("package/"):
        return pages.package_page(language, **case.context)
    with app.test_request_context(case.path, headers={"Accept-Language": language}):
        return pages.render(case.template, **case.context)


def write(folder: Path, cases: Iterable[Case]) -> None:
    """Write every case in both languages, and an index of them."""
    app, lines = preview_app(), []
    for case in cases:
        for language in ("fr", "en"):
            name = f"{case.name}.{language}.html"
            html = show(app, case, language).replace('"/static/', '"static/')
            (folder / name).write_text(html, "utf-8")
            lines.append(f'<li><a href="{name}">{name}</a></li>')
    (folder / "static").mkdir(exist_ok=True)
    for file in STATIC.iterdir():
        (folder / "static" / file.name).write_bytes(file.read_bytes())
    (folder / "index.html").write_text(f"<!doctype html><ul>{''.join(lines)}</ul>", "utf-8")
