"""Searches by hand: the pages of keepers and of operators."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from tests.pages.console_cases import BASE, PATH
from tests.pages.portal_cases import CONTROLLER, REQUEST_ID, TODAY, TOKEN, at
from tests.pages.preview import Case

ID = UUID("019b7c00-0000-7000-8000-0000000000a5")


def assigned_cases() -> Iterator[Case]:
    """Yield every page of a search by hand."""
    keeper = {"controller": CONTROLLER, "token": TOKEN}
    page = "portal/assignment.html"
    yield Case("portal-assignment", page, {**keeper, **_sheet()})
    wrong = {
        "errors": {"result": "result.missing", "file-folder": "rows.field"},
        "values": {"folder.1.name": "Vasseur"},
    }
    yield Case("portal-assignment-faults", page, {**keeper, **_sheet(), **wrong})
    yield Case("portal-correction", page, {**keeper, **_sheet(), "lines": LINES})
    second = LINES[1]["id"]
    asked = {
        "lines": LINES,
        "values": {f"result-{second}": "cannot"},
        "errors": {
            f"result-{ID}": "correction_result.missing",
            f"reason-{second}": "correction_reason.missing",
        },
    }
    yield Case("portal-correction-faults", page, {**keeper, **_sheet(), **asked})
    bare: dict[str, Any] = {"instructions": None, "attachable": []}
    yield Case("portal-assignment-bare", page, {**keeper, **_sheet(), **bare})
    for gone in (False, True):
        name = f"portal-assignment-{'gone' if gone else 'done'}"
        context = {"controller": CONTROLLER, "gone": gone}
        yield Case(name, "portal/assignment_done.html", context)
    yield from _console()


def _console() -> Iterator[Case]:
    page = "console/assignment_detail.html"
    yield Case("console-assignment", page, {**BASE, **_sheet()}, PATH)
    yield Case("console-correction", page, {**BASE, **_sheet(), "lines": LINES}, PATH)
    why = {"assignment": _assignment("impossible"), "why": "La cave est inondée jusqu’en mai."}
    yield Case("console-assignment-impossible", page, {**BASE, **_sheet(), **why}, PATH)
    answered = {"assignment": _assignment("answered"), "why": ""}
    yield Case("console-assignment-answered", page, {**BASE, **_sheet(), **answered}, PATH)
    titles = {"archive": "Archives papier", "helpdesk": "Service d’assistance"}
    rows = [
        _assignment("open"),
        {**_assignment("open"), "store_name": "helpdesk", "way": "vendor", "task": "correct"},
        {**_assignment("impossible"), "way": "staff", "store_name": "unheard_of"},
    ]
    board = {"assignments": rows, "titles": titles, "flash": "assignment_answered"}
    yield Case("console-assignments", "console/assignments.html", {**BASE, **board}, PATH)
    empty: dict[str, Any] = {"assignments": [], "titles": {}}
    yield Case("console-assignments-empty", "console/assignments.html", {**BASE, **empty}, PATH)


LINES = [
    {"id": ID, "title": "", "before": "12 rue des Lilas", "after": "21 rue des Lilas"},
    {
        "id": REQUEST_ID,
        "title": "Dossiers – Date de naissance",
        "before": None,
        "after": "1984-03-02",
    },
]


def _assignment(state: str) -> dict[str, Any]:
    return {
        "id": ID,
        "request_id": REQUEST_ID,
        "store_name": "archive",
        "task": "search",
        "way": "mail",
        "state": state,
        "opened_at": at(9),
        "due_on": TODAY,
        "answered_at": at(17),
    }


def _sheet() -> dict[str, Any]:
    fields = [
        {"name": "number", "title": "Numéro de dossier"},
        {"name": "name", "title": "Nom"},
        {"name": "opened_on", "title": "Ouvert le"},
    ]
    return {
        "assignment": _assignment("open"),
        "place": "Archives papier",
        "instructions": "Cave, travée 3 : les dossiers sont rangés par année, puis par nom.",
        "searches": [
            {"place": "Dossiers", "field": "Adresse e-mail", "values": ["camille@exemple.fr"]},
            {"place": "Dossiers", "field": "Numéro de client", "values": ["1042", "77031"]},
        ],
        "tables": [
            {"name": "folder", "title": "Dossiers", "fields": fields, "lines": range(1, 4)}
        ],
        "attachable": [{"name": "scan", "title": "Documents numérisés"}],
        "why": "",
        "lines": [],
        "values": {},
        "errors": {},
    }
