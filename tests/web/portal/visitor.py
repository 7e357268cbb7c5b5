"""A subject before their preferences: the mails they got, and a browser."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from privacy.consent.models import Consent
from privacy.db import Database
from privacy.outbox.models import MAIL, OutboxMessage
from privacy.purposes.acts import PurposeFacts, publish_purpose
from privacy.purposes.models import LegalBasis
from privacy.requests.letters import open_letter
from tests.make import ACTOR, EMAIL, make_purpose
from tests.web.conftest import browser_of, runtime_of, shop

HOME = "/portal/boutique/preferences"
WORDS = {"title": "Appels", "summary": "Nouveautés", "description": "D.", "retention": "R."}


@dataclass(frozen=True)
class Guest:
    """One browser at the portal of the boutique."""

    app: Flask
    browser: FlaskClient
    controller_id: UUID

    @property
    def database(self) -> Database:
        """Return the database behind the portal."""
        return runtime_of(self.app).database

    def ask(self, email: str = EMAIL) -> TestResponse:
        """Type an address."""
        return self.browser.post(f"{HOME}/link", data={"email": email})

    def links(self) -> list[str]:
        """Return the addresses in the mails that were owed, oldest first, as paths."""
        runtime = runtime_of(self.app)
        with runtime.database.reading() as session:
            rows = session.scalars(
                select(OutboxMessage)
                .where(OutboxMessage.channel == MAIL)
                .order_by(OutboxMessage.id)
            ).all()
            opened = [open_letter(session, cabinet=runtime.cabinet, message=row) for row in rows]
        return [one.variables["link"].removeprefix("http://localhost") for one in opened]

    def enter(self, email: str = EMAIL) -> str:
        """Go the whole way by mail; return the page."""
        self.ask(email)
        entered = self.browser.post(self.links()[-1])
        assert (entered.status_code, entered.location) == (303, HOME)
        return self.browser.get(HOME).text

    def press(self, code: str) -> TestResponse:
        """Press the one button of a purpose, as the page shows it."""
        page = self.browser.get(HOME).text
        (sheet,) = re.findall(rf'id="purpose-{code}".*?</form>', page, re.DOTALL)
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', sheet))
        return self.browser.post(f"{HOME}/answers", data=fields)

    def rows(self) -> list[tuple[str, bool]]:
        """Return the ledger, oldest first."""
        with self.database.reading() as session:
            found: Any = session.execute(
                select(Consent.purpose_code, Consent.granted).order_by(
                    Consent.at, Consent.purpose_code
                )
            ).all()
        return [(code, granted) for code, granted in found]


def guest_of(app: Flask) -> Guest:
    """Return a browser at the portal of a boutique that asks for several things."""
    controller_id, runtime = shop(app), runtime_of(app)
    at = runtime.clock()
    with runtime.database.transaction() as session:
        for code in ("mk_email", "audience_consent", "order_management"):
            make_purpose(session, at=at, controller_id=controller_id, code=code)
        for code, basis in {
            "mk_phone": LegalBasis.CONSENT,
            "mk_post": LegalBasis.LEGITIMATE_INTERESTS,
        }.items():
            facts = PurposeFacts(code, basis, {"fr": WORDS, "en": WORDS}, {})
            publish_purpose(session, actor=ACTOR, at=at, controller_id=controller_id, facts=facts)
    return Guest(app, browser_of(app), controller_id)
