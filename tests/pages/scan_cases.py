"""Scans of the fictional shop, and what its visitors saw, page by page."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from privacy.operators.roles import MATRIX, Role
from tests.pages.console_cases import BASE, EMPTY, PATH
from tests.pages.portal_cases import at
from tests.pages.preview import Case

SCAN_ID = UUID("019b7c00-0000-7000-8000-0000000000e1")
SHOP = "https://maison-lumen.example"
POINT = base64.b64encode(
    bytes.fromhex(
        "47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b"
    )
).decode()
AGENT = {"may": MATRIX[Role.AGENT]}


def scan_cases() -> Iterator[Case]:
    """Yield the pages of scans and of past notices."""
    for name, template, context in (*_lists(), *_details(), *_shown()):
        yield Case(f"console-{name}", f"console/{template}.html", {**BASE, **context}, PATH)


Page = tuple[str, str, dict[str, Any]]


def _scan(state: str, **more: Any) -> dict[str, Any]:
    line = {"id": SCAN_ID, "state": state, "at": at(20), "scheduled": False, "error": ""}
    return line | {"pages": [f"{SHOP}/", f"{SHOP}/lampe"]} | more


def _lists() -> Iterator[Page]:
    every = ["never", "daily", "weekly"]
    site = {"key": "pk_1", "name": "Boutique", "origin": SHOP, "every": "daily", "waiting": False}
    failed = {**site, "last": _scan("failed"), "scans": [_scan("failed"), _scan("passed")]}
    blind = _scan("impossible", error="No Chromium is installed.")
    waiting = {**site, "key": "pk_2", "name": "Blog", "waiting": True, "last": blind, "scans": []}
    fresh = {**site, "key": "pk_3", "name": "Journal", "last": None, "scans": []}
    shown = {"sites": [failed, waiting, fresh], "every": every, "flash": "scan_asked"}
    yield "scans", "scans", shown
    yield "scans-agent", "scans", {**shown, **AGENT, "flash": None}
    alarms = [{"name": "Boutique", "scan_id": SCAN_ID, "at": at(20)}]
    board: dict[str, Any] = {"states": [], "state": None, "requests": [], "alarms": alarms}
    board |= {"due": [], "standing": set(), "failing": set()}
    yield "board-alarm", "requests", board
    yield "scans-empty", "scans", {"sites": [], "every": every}


def _finding(kind: str, name: str, verdict: str, **more: Any) -> dict[str, Any]:
    line = {
        "kind": kind, "name": name, "host": "regie.example", "page": f"{SHOP}/lampe", "days": None,
        "script": "https://regie.example/a/very/long/path/to/the/script/that/did/it/tag.min.js",
        "line": 12, "verdict": verdict, "fails": False, "long": False, "advice": "",
    }  # fmt: skip
    return line | more


def _details() -> Iterator[Page]:
    first = [
        _finding("cookie", "_ads", "ungranted", fails=True, days=1, advice="hold-back"),
        _finding(
            "request", "script", "undeclared",
            fails=True, script="", advice="hold-back-or-declare",
        ),
        _finding("banner", "no-refusal", "fault", fails=True, advice="no-refusal"),
        _finding("fingerprint", "navigator.plugins", "noted"),
        _finding("cookie", "basket", "exempt", days=30),
    ]  # fmt: skip
    accepted = [
        _finding("cookie", "_stats", "granted", days=400, long=True, advice="shorten"),
        _finding("local_storage", "_x", "undeclared", fails=True, advice="declare"),
    ]
    phases = [
        ("first", "failed", first), ("refused", "untested", []),
        ("accepted", "failed", accepted), ("gpc", "passed", []),
    ]  # fmt: skip
    lines = [
        {"part": "cookies", "name": "_x", "lifetime": "", "declaration": '{"name": "_x"}'},
        {"part": "vendors", "name": "regie.example", "lifetime": "", "declaration": "{}"},
    ]
    page = {
        "scan": _scan("failed", site="Boutique", scheduled=True),
        "phases": phases,
        "proposals": lines,
        "choices": [("audience", "Statistiques détaillées"), ("ads", "Publicité")],
        "flash": "declared",
    }
    yield "scan", "scan_detail", page
    yield "scan-agent", "scan_detail", {**page, **AGENT}
    blind = _scan("impossible", error="No Chromium is installed.", site="Boutique", pages=[])
    none: list[tuple[str, None, list[Any]]] = [
        (code, None, []) for code in ("first", "refused", "accepted", "gpc")
    ]
    yield (
        "scan-impossible",
        "scan_detail",
        {**page, "scan": blind, "phases": none, "proposals": []},
    )


def _shown() -> Iterator[Page]:
    notice = {
        "digest": EMPTY,
        "matches": True,
        "at": at(2),
        "language": "fr",
        "texts": {"title": "Vos cookies, votre choix", "intro": "Nous utilisons des cookies."},
        "purposes": [
            {"title": "Statistiques", "summary": "Comprendre.", "description": "Détail."}
        ],
        "exempt": [{"title": "Nécessaires", "summary": "Le panier."}],
        "controllers": ["Maison Lumen"],
        "script": EMPTY,
        "document": json.dumps({"language": "fr", "material": "0" * 120}, indent=2),
    }
    piece = {"digest": EMPTY, "matches": True, "at": at(2), "entry": 1204, "bytes": 40_000}
    src = f"data:image/gif;base64,{POINT}"
    code = [{**piece, "name": "code", "src": "#"}, {**piece, "name": "file", "src": "#"}]
    pictures = [
        {**piece, "name": name, "src": src, "entry": None, "matches": name == "desktop_1"}
        for name in ("desktop_1", "phone_2")
    ]
    page: dict[str, Any] = {
        "asked": "1234",
        "answer": {"at": at(5), "receipt": "1234", "entry": 1200},
        "notice": notice,
        "code": code,
        "pictures": pictures,
        "errors": {},
    }
    yield "shown", "shown", page
    bare: dict[str, Any] = {"code": [], "pictures": [], "answer": None}
    altered = {"notice": {**notice, "matches": False}}
    yield "shown-bare", "shown", {**page, **bare, **altered}
    unknown = {"errors": {"receipt": "receipt.unknown"}, "notice": {}, "answer": None}
    yield "shown-unknown", "shown", {**page, **unknown}
