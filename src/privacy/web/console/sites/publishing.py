"""Publishing what a site's banner says: read before, what changes, whether it asks again."""

import hashlib
import json
from http import HTTPStatus
from typing import Any

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from privacy.consent.term import kept_days
from privacy.operators.roles import Permission
from privacy.policy import queries as policy
from privacy.purposes import changes
from privacy.purposes import queries as purposes
from privacy.purposes.changes import Change
from privacy.purposes.models import Controller, Notice, Site
from privacy.purposes.notices import digest
from privacy.purposes.publishing import Banner, publish_notices
from privacy.web import current, pages
from privacy.web.auth import operators_only
from privacy.web.console.sites.listing import controller_of
from privacy.web.console.surface import blueprint, go_to, page


@blueprint.get("/sites/<key>/publish")
@operators_only(Permission.PURPOSES_MANAGE)
def publishing(key: str) -> str:
    """Show what publishing would change on a site, word by word, before anybody sees it."""
    return _preview(controller_of(key, Permission.PURPOSES_MANAGE), key)


@blueprint.post("/sites/<key>/publish/confirm")
@operators_only(Permission.PURPOSES_MANAGE)
def publish_site(key: str) -> AnyResponse | tuple[str, HTTPStatus]:
    """Publish what was read, if it is still what would be published; pictures of it follow."""
    runtime, controller = current.runtime(), controller_of(key, Permission.PURPOSES_MANAGE)
    with runtime.database.transaction() as session:
        site = purposes.site_by_key(session, key)
        banner = _banner(session)
        documents = purposes.next_documents(session, site=site, **vars(banner))
        same = request.form.get("read") == _mark(documents)
        if same:
            publish_notices(
                session, **current.by_operator(), site=site,
                banner=banner,
            )  # fmt: skip
    if not same:
        errors = {"read": "read.stale"}
        return _preview(controller, key, errors=errors), HTTPStatus.CONFLICT
    runtime.wake("keep-notices")
    return go_to("site_detail", key=key, done="published")


def _banner(session: Session) -> Banner:
    at = current.runtime().clock()
    period = policy.value_at(session, key="cookie.choice", at=at).value
    worded: Banner = current.extension(current.WORDED)(period)
    return worded


def _mark(documents: dict[str, str]) -> str:
    """Return a hash of everything that would be published, by which a reader's page knows it."""
    told = json.dumps(documents, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _changes(session: Session, site: Site, documents: dict[str, str]) -> list[Change]:
    found = []
    for language in {**documents, **site.notices}:
        shown = site.notices.get(language, "")
        kept = session.get(Notice, (site.controller_id, shown)) if shown else None
        after = documents.get(language, "")
        found.append(
            changes.change(
                language,
                (shown, kept.document if kept else ""),
                (digest(after) if after else "", after),
            )
        )
    return found


def _preview(controller: Controller, key: str, *, errors: dict[str, str] | None = None) -> str:
    with current.runtime().database.reading() as session:
        site = purposes.site_by_key(session, key)
        documents = purposes.next_documents(session, site=site, **vars(_banner(session)))
        found = _changes(session, site, documents)
        spoken = _language(documents)
        shown = _reads(controller, documents[spoken]) if spoken else None
    real = [one for one in found if one.before != one.after]
    return page(
        "site_publish",
        controller,
        site={"key": site.key, "name": site.name},
        spoken=spoken,
        readable=sorted(documents),
        layer=shown,
        changes=real,
        detail=next((one for one in real if one.language == spoken), None),
        asks_again=any(one.asks_again for one in real),
        first=not site.notices,
        read=_mark(documents),
        errors=errors or {},
    )


def _language(documents: dict[str, str]) -> str:
    """Return the language to read: the one asked for, else the operator's, else any."""
    for one in (request.args.get("lang", ""), pages.language(), *documents):
        if one in documents:
            return one
    return ""


def _reads(controller: Controller, document: str) -> dict[str, Any]:
    """Return the first layer as a visitor will read it."""
    told = json.loads(document)
    days = kept_days(current.runtime().clock(), told["period"], controller.zone)
    places = {"days": str(days), "controllers": ", ".join(told["controllers"])}
    words = dict(told["texts"])
    for name, text in places.items():
        words["note"] = words["note"].replace(f"{{{name}}}", text)
    return {"texts": words, "purposes": told["purposes"], "exempt": told["exempt"]}
