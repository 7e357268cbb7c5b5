"""The readable page of an access package, for a fictional person with hostile data."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from privacy.packages.rights import complaint_to
from privacy.purposes.models import Controller
from tests.pages.portal_cases import CONTROLLER, REQUEST_ID, at
from tests.pages.preview import Case

KEPT = [{"data": "Boutique en ligne – Factures", "ground": "legal-obligation"}]


def package_cases() -> Iterator[Case]:
    """Yield a package with everything in it, and one with nothing."""
    yield Case("package", "package/index.html", _whole())
    yield Case("package-empty", "package/index.html", _empty())


def _columns(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "title": title, "words": ""} for name, title in pairs]


def _stores() -> list[dict[str, Any]]:
    profile = {
        "title": "Compte",
        "category": "Identité, coordonnées",
        "columns": _columns(
            ("name", "Nom"), ("email", "Adresse e-mail"), ("phone", "Téléphone"), ("note", "Note"),
            ("news", "Lettre d’information"), ("tags", "Étiquettes"),
        ),
        "rows": [
            {
                "name": "Camille Vasseur", "email": "camille.vasseur@exemple.fr", "phone": None,
                "note": "<script>alert(1)</script>", "news": False, "tags": ["thé", "bougies"],
            }
        ],
        "number": 1, "file": "",
        "ending": {"first": date(2029, 3, 5), "last": date(2029, 3, 5)},
    }  # fmt: skip
    orders = {
        "title": "Commandes",
        "category": "Achats",
        "columns": _columns(
            ("id", "Numéro"), ("at", "Date"), ("total", "Total"), ("address", "Adresse")
        ),
        "rows": [
            {
                "id": 1042 + n,
                "at": f"2025-0{n + 1}-14T10:22:00+00:00",
                "total": "48.90",
                "address": "12 rue des Exemples, 00000 Fictive",
            }
            for n in range(4)
        ],
        "number": 1204,
        "file": "csv/02-shop-orders.csv",
        "ending": {"first": date(2030, 1, 14), "last": date(2030, 4, 14)},
    }
    shop = {"title": "Boutique en ligne", "state": "found", "records": 5, "reason": ""}
    gone = {"records": 0, "collections": []}
    return [
        {**shop, "collections": [profile, orders]},
        {**gone, "title": "Choix et consentements", "state": "empty", "reason": ""},
        {**gone, "title": "Fidélité", "state": "failed", "reason": "unavailable"},
        {**gone, "title": "Archives papier", "state": "not_searched", "reason": "no-path"},
    ]


def _purposes() -> list[dict[str, Any]]:
    return [
        {
            "title": "Gestion des commandes",
            "description": "Commandes, livraisons, retours et garantie.",
            "basis": "contract",
            "categories": ["Identité", "Coordonnées", "Achats"],
            "recipients": ["Hébergeur Fictif SAS", "Transport Imaginaire SARL"],
            "retention": "La durée de la relation, puis 5 ans en archive.",
            "ends_on": date(2030, 4, 14),
            "source": "",
        },
        {
            "title": "Offres par e-mail",
            "description": "Des offres de notre enseigne seulement.",
            "basis": "consent",
            "categories": [],
            "recipients": [],
            "retention": "3 ans après votre dernier contact.",
            "ends_on": None,
            "source": "Formulaire de la boutique de Fictive",
        },
    ]


def _whole() -> dict[str, Any]:
    recipient = {"role": "processor", "purposes": ["Gestion des commandes"]}
    clauses = "Clauses contractuelles types (décision 2021/914)"
    return {
        **_empty(),
        "data_stores": _stores(),
        "purposes": _purposes(),
        "unexplained": ["Boutique – Avis"],
        "recipients": [
            {**recipient, "name": "Hébergeur Fictif SAS", "country": "FR", "safeguard": ""},
            {**recipient, "name": "Example Mail Inc.", "country": "US", "safeguard": clauses},
        ],
        "transfers": [{"name": "Example Mail Inc.", "country": "US", "safeguard": clauses}],
        "rights": [
            {"kind": kind, "purposes": [], "kept": KEPT if kind == "erasure" else []}
            for kind in ("rectification", "erasure", "restriction")
        ]
        + [
            {
                "kind": "portability",
                "purposes": ["Gestion des commandes", "Offres par e-mail"],
                "kept": [],
            },
            {"kind": "withdrawal", "purposes": ["Offres par e-mail"], "kept": []},
        ],
        "sources": [{"data": "Adresse postale", "source": "Transport Imaginaire SARL"}],
        "automated": [
            {
                "title": "Plafond de paiement en plusieurs fois",
                "logic": "Montant des commandes payées sur douze mois.",
                "effects": "Un plafond plus bas. Une personne le revoit si vous le demandez.",
            }
        ],
        "consents": [
            {"at": at(2), "title": "Statistiques", "granted": True, "where": "lumen.example"},
            {"at": at(4), "title": "Statistiques", "granted": False, "where": "lumen.example"},
        ],
        "withheld": [{"what": "Le nom d’un voisin", "why": "Droits d’une autre personne."}],
    }


def _empty() -> dict[str, Any]:
    return {
        "controller": CONTROLLER,
        "number": str(REQUEST_ID),
        "received_on": date(2026, 3, 5),
        "made_at": at(9),
        "identifiers": [
            {"kind": "email", "value": "camille.vasseur@exemple.fr"},
            {"kind": "loyalty_card", "value": "LM-004-213"},
        ],
        "data_stores": [
            {"title": "Boutique", "state": "empty", "records": 0, "reason": "", "collections": []}
        ],
        "purposes": [],
        "unexplained": [],
        "recipients": [],
        "transfers": [],
        "sources": [],
        "rights": [{"kind": "erasure", "purposes": [], "kept": []}],
        "complaint": complaint_to(Controller(region="FR"), "fr"),
        "automated": [],
        "consents": [],
        "withheld": [],
        "files": [
            {"name": "data.json", "text": "toutes les données, avec les informations légales"},
            {"name": "csv/01-shop-orders.csv", "text": "les commandes"},
        ],
    }
