"""What a DPO sees before an answer goes out: every state of a preview, and one collection."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from privacy.packages.withheld import GROUNDS as WORDS
from privacy.packages.withheld import Ground
from privacy.requests.models import PreviewState, RequestPreview
from privacy.requests.previews.preview import Cell
from privacy.requests.previews.sampling import Contents, Sampled, Seen
from privacy.requests.previews.treating import Choice, Treatment
from privacy.stores.definition import Collection, Field, StoreDefinition
from privacy.stores.search.findings import Lead, LeadReason
from privacy.stores.terms import About, DataCategory
from privacy.web.console.requests.looking import overview, part
from privacy.web.console.requests.preview import GROUNDS
from tests.pages.console_cases import BASE, PATH
from tests.pages.portal_cases import TODAY, at, request
from tests.pages.preview import Case


def _field(name: str, title: str, about: About | None = None, *, bare: bool = False) -> Field:
    category = DataCategory.NONE if bare else DataCategory.MESSAGE
    return Field(name, {"fr": title, "en": title}, category, about=about)


LETTERS = Collection(
    "message",
    {"fr": "Échanges avec le service client", "en": "Correspondence with support"},
    ("id",),
    (
        _field("sent_at", "Envoyé le"),
        _field("topic", "Sujet", bare=True),
        _field("agent", "Conseiller", About.OTHERS),
        _field("note", "Note interne", About.BOTH),
        _field("body", "Message"),
    ),
)
ORDERS = Collection(
    "orders", {"fr": "Commandes", "en": "Orders"}, ("id",), (_field("id", "Numéro"),)
)
CARDS = Collection(
    "card", {"fr": "Cartes de fidélité", "en": "Loyalty cards"}, ("id",), (_field("id", "N°"),)
)
SHOP = StoreDefinition(
    "shop", {"fr": "Boutique en ligne", "en": "Web shop"}, (), (LETTERS, ORDERS)
)
LOYALTY = StoreDefinition("loyalty", {"fr": "Fidélité", "en": "Loyalty"}, (), (CARDS,))
DEFINITIONS = {"shop": SHOP, "loyalty": LOYALTY}


def _row(number: int, body: str, spans: list[tuple[int, int, str]], *, owned: bool) -> Sampled:
    values = {
        "sent_at": "2026-03-12 10:30:00",
        "topic": "Livraison",
        "agent": "nadia.fictive@exemple.fr",
        "note": "Rappeler son mari au 01 99 00 12 34.",
        "body": body,
    }
    marks: dict[str, Any] = {"agent": [(0, 24, "email")], "note": [(21, 35, "phone")]}
    return Sampled(
        (str(number),), number, owned, values, marks | ({"body": spans} if spans else {})
    )


TEXT = "Bonjour, écrivez plutôt à ma sœur, lea.fictive@exemple.fr, merci."
ROWS = [
    _row(0, "Bonjour, où en est ma commande ?", [], owned=True),
    _row(1, TEXT, [(35, 57, "email")], owned=True),
    _row(6, "La lampe est arrivée avec un éclat.", [], owned=False),
]
SEEN = Seen("shop", "message", 41, 2, 43, {"agent": 40, "note": 3, "body": 1}, ROWS)


def _line(
    store: str, collection: str, outcome: str, rows: int, reason: str = ""
) -> dict[str, Any]:
    return {"store": store, "collection": collection, "outcome": outcome, "rows": rows,
            "context": 2 if collection == "message" else 0, "reason": reason}  # fmt: skip


CONTENTS = Contents(
    [
        _line("shop", "message", "found", 41),
        _line("shop", "orders", "found", 3),
        _line("shop", "newsletter", "empty", 0),
        _line("loyalty", "card", "failed", 0, "unavailable"),
    ],
    [SEEN, replace(SEEN, collection="orders", marks={}, owned=3, context=0, rows=[])],
    [
        Lead("phone", ("+33199001234",), "shop", "customer", LeadReason.SHARED, 3),
        Lead("email", ("famille@exemple.fr",), "shop", "x", LeadReason.DECLARED),
    ],
)
CHOICES = (
    Choice("shop", "message", "body", Treatment.REDACT),
    Choice("shop", "message", "sent_at", Treatment.WITHHOLD, row=("1",)),
)


def _kept(state: PreviewState) -> RequestPreview:
    return RequestPreview(
        state=state,
        asked_at=at(19),
        searched_at=at(19, 9, 4),
        expires_at=at(22),
        undecided=1,
    )


def look_cases() -> Iterator[Case]:
    """Yield every page of a preview that a DPO may meet."""
    for name, template, context in _all():
        yield Case(f"console-{name}", f"console/{template}.html", {**BASE, **context}, PATH)


def _all() -> Iterator[tuple[str, str, dict[str, Any]]]:
    blank: dict[str, Any] = {
        "subject_request": request("open"),
        "kept": None,
        "is_there": False,
        "is_open": True,
        "today": TODAY,
        "lines": [],
        "leads": [],
    }
    yield "preview-none", "preview", blank
    yield "preview-asked", "preview", {**blank, "kept": _kept(PreviewState.ASKED)}
    yield "preview-failed", "preview", {**blank, "kept": _kept(PreviewState.FAILED)}
    yield "preview-expired", "preview", {**blank, "kept": _kept(PreviewState.DONE)}
    lead = {"kind": "phone", "text": "+•••••••••34", "others": 3, "reason": "shared"}
    found = {
        **blank,
        "kept": _kept(PreviewState.DONE),
        "is_there": True,
        "lines": overview(CONTENTS, DEFINITIONS, CHOICES[1:], "fr"),
        "leads": [
            {**lead, "decided": None},
            {"kind": "email", "text": "f••••@e••••.fr", "others": None, "reason": "declared",
             "decided": True},
        ],
    }  # fmt: skip
    yield "preview", "preview", {**found, "flash": "lead_decided"}
    portable = {"subject_request": request("open", kind="portability")}
    yield "preview-portable", "preview", {**found, **portable}
    closed = {"subject_request": request("approved"), "is_open": False}
    yield "preview-closed", "preview", {**found, **closed}
    yield from _parts(blank)


def _parts(blank: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    shown = {
        **blank,
        **part(SEEN, LETTERS, CHOICES, "fr"),
        "store_title": "Boutique en ligne",
        "omitted": [],
        "grounds": GROUNDS,
        "treatments": [one.value for one in Treatment],
        "revealed": None,
        "errors": {},
        "values": {},
    }
    yield "preview-part", "preview_part", {**shown, "flash": "field_decided"}
    revealed = (Cell("shop", "message", "body", 1), TEXT)
    left = [
        {"title": "Score", "ground": WORDS[Ground.DERIVED]["fr"]},
        {"title": "Numéro interne", "ground": WORDS[Ground.PRESUMED]["fr"]},
    ]
    portable = {"subject_request": request("open", kind="portability")}
    yield "preview-portable-part", "preview_part", {**shown, **portable, "omitted": left}
    yield "preview-revealed", "preview_part", {**shown, "revealed": revealed}
    wrong = {"treatment": "treatment.missing", "row": "row.invalid", "field": "field.invalid"}
    typed = {"errors": wrong, "values": {"field": "body", "row": "99"}}
    yield "preview-faults", "preview_part", {**shown, **typed}
