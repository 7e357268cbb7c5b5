"""A subject before their preferences, and the DPO before the recipients who must be told."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from privacy.consent.models import Method
from privacy.consent.telling.endpoints import KINDS
from privacy.outbox.models import MessageState, OutboxMessage, WebhookEndpoint
from privacy.outbox.queries import Traffic
from privacy.preferences.overview import Group, Line, Standing
from privacy.preferences.queries import PastAnswer
from privacy.purposes.defaults import DEFAULT_PURPOSES
from privacy.purposes.models import Recipient, RecipientRole
from privacy.web.words import civil_day
from tests.pages.console_cases import BASE, PATH
from tests.pages.portal_cases import CONTROLLER, TOKEN, at
from tests.pages.preview import Case

UNTIL = datetime(2026, 9, 8, 22, 0, tzinfo=UTC)
RECEIPT = UUID("019b7c1e-5d00-7a11-8c3f-5e1f7f3a9c21")
OWN = {
    "title": "Appels commerciaux",
    "summary": "Nouveautés et offres de Maison Lumen, par téléphone.",
    "description": "De 10 h à 13 h et de 14 h à 20 h, du lundi au vendredi.",
    "retention": "Un an au plus.",
}


def line(code: str, group: Group, standing: Standing, *recipients: str) -> Line:
    """Return a purpose as the page shows it."""
    known = {one.code: one.texts["fr"] for one in DEFAULT_PURPOSES}
    answered = standing not in {Standing.NEVER, Standing.OPEN}
    granted = standing in {Standing.GRANTED, Standing.EXPIRED, Standing.CHANGED}
    return Line(
        code=code,
        version=1,
        group=group,
        texts=known.get(code, OWN),
        standing=standing,
        since=at(8) if answered else None,
        until=UNTIL if granted else None,
        recipients=recipients,
        is_call=code == "mk_phone",
    )


GROUPS = {
    Group.CHANNELS: [
        line("mk_email", Group.CHANNELS, Standing.GRANTED, "Example Mail Inc."),
        line("mk_phone", Group.CHANNELS, Standing.NEVER),
    ],
    Group.PARTNERS: [line("partner_sharing", Group.PARTNERS, Standing.REFUSED, "Lampes & Cie")],
    Group.TRACKERS: [
        line("audience_consent", Group.TRACKERS, Standing.WITHDRAWN, "Mesure Fictive"),
        line("ads_personalised", Group.TRACKERS, Standing.EXPIRED, "Régie Fictive"),
        line("social_sharing", Group.TRACKERS, Standing.CHANGED, "Vidéo Fictive"),
    ],
    Group.OBJECTION: [
        line("mk_post", Group.OBJECTION, Standing.OPEN),
        line("satisfaction", Group.OBJECTION, Standing.OBJECTED),
    ],
}  # fmt: skip


def preference_cases() -> Iterator[Case]:
    """Yield every page around preferences and recipients."""
    base = {"controller": CONTROLLER}
    for name, page, context in _subjects():
        yield Case(f"portal-{name}", f"portal/{page}.html", {**base, **context})
    for name, page, context in _recipients():
        yield Case(f"console-{name}", f"console/{page}.html", {**BASE, **context}, PATH)


def _subjects() -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield "preferences-enter", "preferences_enter", {"email": "", "errors": {}}
    faults = {"email": "camille@", "errors": {"email": "email.invalid"}}
    yield "preferences-enter-faults", "preferences_enter", faults
    yield "preferences-sent", "preferences_sent", {}
    yield "preferences-open", "preferences_open", {"token": TOKEN}
    yield "preferences-gone", "preferences_gone", {}
    page = {
        "groups": GROUPS,
        "calls_until": datetime(2027, 3, 19, 23, 0, tzinfo=UTC),
        "last_day": civil_day,
        "new_id": lambda: RECEIPT,
        "open_count": 2,
        "done": None,
        "receipt": None,
    }
    yield "preferences", "preferences", page
    yield "preferences-done", "preferences", {**page, "done": "withdrawn", "receipt": RECEIPT}
    yield "preferences-changed", "preferences", {**page, "done": "changed"}
    yield "preferences-nothing", "preferences", {**page, "groups": {}, "open_count": 0}
    answers = [
        PastAnswer(RECEIPT, at(8), Method.PREFERENCE_CENTRE, ["mk_email"], []),
        PastAnswer(RECEIPT, at(3), Method.CHOICES, ["audience_consent"], ["ads_personalised"]),
    ]
    titles = {one.code: one.texts["fr"]["title"] for one in DEFAULT_PURPOSES}
    history = {"answers": answers, "titles": titles}
    yield "preferences-history", "preferences_history", history
    yield "preferences-history-empty", "preferences_history", {**history, "answers": []}
    yield "unsubscribe", "unsubscribe", {"title": "Offres par e-mail", "done": False}
    yield "unsubscribe-done", "unsubscribe", {"title": "Offres par e-mail", "done": True}


def _recipients() -> Iterator[tuple[str, str, dict[str, Any]]]:
    traffic = Traffic(pending=3, sent=1204, given_up=2, sent_at=at(19))
    common = {"role": "processor", "country": "US", "purposes": ["Offres par e-mail"]}
    told = {"id": RECEIPT, "name": "Example Mail Inc.", "host": "hooks.mail.example"}
    plain = {"id": RECEIPT, "name": "Transport Imaginaire SARL", "host": None}
    rows = [
        {**common, **told, "traffic": traffic},
        {**common, **plain, "country": "FR", "traffic": Traffic()},
    ]
    yield "recipients", "recipients", {"recipients": rows}
    yield "recipients-empty", "recipients", {"recipients": []}
    detail = _detail(traffic)
    yield "recipient", "recipient_detail", detail
    yield "recipient-secret", "recipient_detail", {**detail, "secret": f"whsec_{'aB3+' * 11}"}
    alone: dict[str, Any] = {"endpoint": None, "messages": [], "traffic": Traffic()}
    yield "recipient-silent", "recipient_detail", {**detail, **alone}
    wrong = {"errors": {"url": "url.invalid"}, "values": {"url": "http://10.0.0.1/"}}
    yield "recipient-faults", "recipient_detail", {**detail, **wrong}


def _detail(traffic: Traffic) -> dict[str, Any]:
    return {
        "recipient": Recipient(
            id=RECEIPT,
            name="Example Mail Inc.",
            role=RecipientRole.PROCESSOR,
            country="US",
            safeguard="Clauses contractuelles types (décision 2021/914)",
        ),
        "purposes": ["Offres par e-mail", "Offres par SMS"],
        "endpoint": WebhookEndpoint(
            host="hooks.mail.example", identifier_kind="email", created_at=at(2)
        ),
        "traffic": traffic,
        "messages": [
            _message(MessageState.PENDING, "", 0),
            _message(MessageState.PENDING, "timeout", 4),
            _message(MessageState.FAILED, "http-410", 1, event="consent.expired"),
            _message(MessageState.DEAD, "SSLCertVerificationError", 16),
        ],
        "kinds": sorted(KINDS - {"", "visitor"}),
        "errors": {},
        "secret": None,
        "values": {"url": ""},
    }


def _message(
    state: MessageState, error: str, tries: int, *, event: str = "consent.withdrawn"
) -> OutboxMessage:
    return OutboxMessage(
        id=RECEIPT,
        template=event,
        state=state,
        attempts=tries,
        created_at=at(18),
        next_at=at(20),
        last_error=error,
    )
