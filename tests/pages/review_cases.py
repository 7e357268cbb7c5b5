"""The pages on which a definition of a data store is reviewed."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from privacy.stores.definition import Waiver
from privacy.stores.titles import CATEGORY_TITLES
from tests.pages.console_cases import BASE, PATH
from tests.pages.portal_cases import at
from tests.pages.preview import Case

DRAFT_ID = UUID("019b7c00-0000-7000-8000-0000000000e1")
CATEGORIES = [(code.value, title["fr"]) for code, title in CATEGORY_TITLES.items()]


def review_cases() -> Iterator[Case]:
    """Yield every page of registering a data store."""
    for name, template, context in _all():
        yield Case(f"review-{name}", f"console/{template}.html", {**BASE, **context}, PATH)


def _all() -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield "new", "store_new", {"name": "", "errors": {}, "said": None}
    failed = {"address": "store_address.failed", "name": "store_name.invalid"}
    said = "The data store boutique cannot be read: see that it runs."
    yield "new-failed", "store_new", {"name": "Boutique", "errors": failed, "said": said}
    yield "overview", "store_draft", _overview()
    changed = {"draft": _draft(is_new=False), "compared": False, "waivers": [_waiver()]}
    yield "overview-change", "store_draft", {**_overview(), **changed}
    faults = {
        "fields": {},
        "parts": ["collections[1].links[0].to: leads nowhere"],
        "said": "Faults",
    }
    yield "overview-faults", "store_draft", {**_overview(), "faults": faults}
    yield "collection", "store_draft_collection", _collection()
    wrong = {"fields": {"f1.kind": "kind", "title.fr": "title"}, "parts": [], "said": ""}
    more: dict[str, Any] = {
        "draft": _draft(is_new=False),
        "faults": wrong,
        "links": [],
        "following": None,
    }
    yield "collection-faults", "store_draft_collection", {**_collection(), **more}
    drafts = [{"id": DRAFT_ID, "name": "boutique", "is_new": True, "at": at(20, 8, 0)}]
    yield "stores", "stores", {"data_stores": [], "drafts": drafts}


def _draft(*, is_new: bool = True) -> dict[str, Any]:
    version = "2026-03-02T09:00:00+00:00"
    return {
        "id": DRAFT_ID, "name": "boutique", "kind": "postgres", "is_new": is_new,
        "version": version, "ends_at": at(28, 9, 0),
    }  # fmt: skip


def _waiver() -> Waiver:
    return Waiver("archive", "", "Ancienne boutique, vidée en juin", date(2026, 6, 30))


def _overview() -> dict[str, Any]:
    line = {
        "name": "clients", "title": "Clients", "columns": 14, "kinds": ["email", "phone"],
        "open": 2, "new": False, "new_columns": 0, "gone": False, "gone_columns": [],
        "seen": False, "personal": True,
        "reached": True,
    }  # fmt: skip
    return {
        "draft": _draft(),
        "titles": {"fr": "Boutique", "en": "Shop"},
        "source": {"fr": "", "en": ""},
        "purposes": [("orders", "Commandes", True), ("newsletter", "Lettre d’information", False)],
        "recipients": [],
        "collections": [
            line,
            {**line, "name": "commandes", "title": "Commandes", "seen": True, "open": 0},
            {**line, "name": "produits", "kinds": [], "open": 0, "personal": False},
            {**line, "name": "avis", "title": "avis", "new": True, "gone_columns": ["note"]},
            {
                **line,
                "name": "adresses",
                "new_columns": 2,
                "gone": True,
                "reached": False,
                "kinds": [],
            },
        ],
        "waivers": [],
        "compared": True,
        "unsure": 6,
        "faults": {},
    }


def _field(number: int, name: str, **other: Any) -> dict[str, Any]:
    usual = {
        "at": f"f{number}", "name": name, "titles": {"fr": name, "en": name},
        "category": "contact",
        "category_title": "Coordonnées", "kind": "", "spreads": True, "exported": True, "sure": 85,
        "about": "",
        "provenance": "",
        "presumed": "provided",
        "rectifiable": "",
        "may_rectify": True,
        "derived_from": "", "normalise": "exact",
        "notes": [], "is_new": False, "is_gone": False, "is_open": False, "is_key": False,
    }  # fmt: skip
    return {**usual, **other}


def _collection() -> dict[str, Any]:
    return {
        "draft": _draft(),
        "collection": {
            "name": "clients",
            "table": "Client",
            "titles": {"fr": "Clients", "en": "Clients"},
            "retention": {"fr": "", "en": ""},
            "kept": {"period": "P3Y", "since": "cree_le"},
            "subjects": "customer",
            "erasure": "keep:legal-obligation",
            "key": "id",
            "is_gone": False,
        },
        "subject_kinds": ["customer", "employee"],
        "rules": ["anonymise", "keep:legal-obligation"],
        "purposes": [("orders", "Commandes", False)],
        "fields": [
            _field(0, "id", is_key=True, sure=20, is_open=True, notes=["unsure"]),
            _field(1, "courriel", kind="email", sure=99),
            _field(2, "remarques", notes=["free-text", "third-party"], is_open=True, is_new=True),
            _field(3, "ancien_champ", sure=None, is_gone=True, is_open=True),
            _field(4, "ville"),
        ],
        "links": [
            {"at": "l0", "columns": "id", "to": "commandes (client_id)", "direction": "owns",
             "exported": False, "depth": "2"},
        ],
        "together": [
            {"at": "g0", "kind": "loyalty_card", "columns": "magasin, carte", "spreads": True}
        ],
        "typed_identity": {"kind": "", "columns": "", "path": ""},
        "ways": ["exact", "email", "phone", "code"],
        "categories": CATEGORIES,
        "kinds": ["customer_number", "email", "loyalty_card", "phone"],
        "following": "avis",
        "others": ["avis", "clients", "commandes"],
        "typed_link": dict.fromkeys(
            ("columns", "path", "to", "to_columns", "to_path", "depth"), ""
        ),
        "faults": {},
    }  # fmt: skip
