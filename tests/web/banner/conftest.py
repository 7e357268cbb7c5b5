"""What tests of the banner's routes share: a site with its notices, and what a visitor sends."""

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from privacy.audit.models import AuditPending
from privacy.consent.models import Consent
from privacy.purposes import publishing
from privacy.purposes.models import Site
from privacy.runtime import Runtime
from privacy.web.banner import script
from tests.make import ACTOR, ORIGIN, make_controller, make_purpose, make_site
from tests.web.conftest import runtime_of

PURPOSES = ("essential", "audience_consent", "social_sharing")
ASKED = PURPOSES[1:]
ADDRESS = "/banner/consents"
VISITOR = "0123456789abcdef" * 2


@dataclass(frozen=True)
class Shop:
    """A site of an app, and a browser on one of its pages."""

    app: Flask
    site: Site

    @property
    def runtime(self) -> Runtime:
        """What the app was assembled from."""
        return runtime_of(self.app)

    def body(self, **changes: Any) -> dict[str, Any]:
        """Return an answer as the script sends it, with changes."""
        granted = changes.pop("granted", True)
        return {
            "site": self.site.key,
            "id": str(uuid4()),
            "visitor": VISITOR,
            "notice": self.site.notices["fr"],
            "language": "fr",
            "method": "accept_all" if granted else "refuse_all",
            "answers": dict.fromkeys(ASKED, granted),
            "page": "/panier",
            **changes,
        }

    def post(self, body: Any, *, origin: str | None = ORIGIN, **headers: str) -> TestResponse:
        """Send an answer from a page of an origin."""
        if origin is not None:
            headers["Origin"] = origin
        return self.app.test_client().post(ADDRESS, json=body, headers=headers)

    def post_raw(self, data: bytes, content_type: str = "application/json") -> TestResponse:
        """Send exactly these bytes."""
        return self.app.test_client().post(
            ADDRESS, data=data, content_type=content_type, headers={"Origin": ORIGIN}
        )

    def rows(self) -> list[Consent]:
        """Return every row of the ledger."""
        with self.runtime.database.reading() as session:
            return list(session.scalars(select(Consent).order_by(Consent.at, Consent.id)))

    def entries(self) -> int:
        """Count the entries of answers."""
        with self.runtime.database.reading() as session:
            return session.scalars(
                select(func.count())
                .select_from(AuditPending)
                .where(AuditPending.subject_id != UUID(int=0))
            ).one()


def open_shop(app: Flask, slug: str = "boutique") -> Shop:
    """Return a site of a new controller that shows notices in both languages."""
    runtime = runtime_of(app)
    at = runtime.clock()
    with runtime.database.transaction() as session:
        controller = make_controller(session, at=at, cabinet=runtime.cabinet, slug=slug)
        for code in PURPOSES:
            make_purpose(session, at=at, controller_id=controller.id, code=code)
        site = make_site(session, at=at, controller_id=controller.id, purposes=PURPOSES)
        publish(session, site, at)
    return Shop(app, site)


def publish(session: Any, site: Site, at: Any) -> None:
    """Publish what the site shows."""
    banner = publishing.Banner(
        {language: script.texts(language) for language in script.LANGUAGES},
        script.code_hash(),
        "P6M",
    )
    publishing.publish_notices(session, actor=ACTOR, at=at, site=site, banner=banner)


@pytest.fixture
def shop(app: Flask) -> Shop:
    """Return the site of the one controller."""
    return open_shop(app)


def configuration(answer: TestResponse) -> dict[str, Any]:
    """Return the object that stands where the code wants it; its keys are written bare."""
    head, _, tail = script.code().partition(script.PLACE)
    text = answer.get_data(as_text=True)
    assert text.startswith(head)
    assert text.endswith(tail)
    written = text[len(head) : len(text) - len(tail)]
    value = json.loads(re.sub(r"([{,])([a-z_]+):", r'\1"\2":', written))
    assert isinstance(value, dict)
    return value
