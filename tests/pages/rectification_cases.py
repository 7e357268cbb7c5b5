"""A rectification, from the DPO's chair and the subject's."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from privacy.requests.statements import Statement
from tests.pages.console_cases import BASE
from tests.pages.portal_cases import at, request, status
from tests.pages.preview import Case

SAID = Statement("Vous écrivez 12 rue des Lilas.", "J’habite 21 rue des Lilas.")
PLACES = [
    {"number": 1, "title": "La boutique – Comptes – Rue", "hindrance": ""},
    {"number": 2, "title": "La boutique – Livraisons – Rue de livraison", "hindrance": ""},
    {"number": 3, "title": "Le routeur – Adresses – Adresse", "hindrance": "cannot"},
]


def _group(number: int, fields: str, value: str, places: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "number": number,
        "value": value,
        "category": "Coordonnées",
        "matches": number == 1,
        "fields": fields,
        "places": places,
    }


def _alone(number: int, title: str) -> list[dict[str, Any]]:
    return [{"number": number, "title": f"La boutique – Comptes – {title}", "hindrance": ""}]


GROUPS = [
    _group(1, "Rue, Rue de livraison, Adresse", "12 rue des Lilas", PLACES),
    _group(4, "E-mail", "ca•••", _alone(4, "E-mail")),
    _group(5, "Second prénom", "", _alone(5, "Second prénom")),
]


def _line(number: int, place: dict[str, Any], state: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": UUID(int=number),
        "title": place["title"],
        "key": "1042",
        "origin": "decided",
        "state": state,
        "detail": "",
        "before": "12 rue des Lilas",
        "after": "21 rue des Lilas",
        "reason": "",
        "by_hand": state == "by_hand",
        "may_leave": state in {"by_hand", "owed"},
        **changes,
    }


LINES = [
    _line(1, PLACES[0], "done"),
    _line(2, PLACES[1], "owed", origin="propagated"),
    _line(3, PLACES[2], "by_hand", origin="propagated", detail="cannot"),
    _line(
        4,
        {"title": "La boutique – Comptes – Zone"},
        "by_hand",
        origin="dependent",
        detail="recompute",
        before="A",
        after=None,
    ),
    _line(5, {"title": "Les avis – Avis – Ville"}, "not_done", detail="conflict"),
    _line(
        6,
        {"title": "Archives papier – Partout où cette valeur figure"},
        "asked",
        key="",
        origin="propagated",
        by_hand=True,
        may_leave=True,
    ),
    _line(
        7,
        {"title": "Dossiers du service client – Partout où cette valeur figure"},
        "not_done",
        key="",
        origin="propagated",
        detail="keeper-cannot",
        reason="Le dossier est scellé.",
    ),
    _line(
        8,
        {"title": "La boutique – Factures – Nom"},
        "refused",
        after=None,
        reason="Une facture reste telle qu’elle a été émise (art. L. 123-22 du code de commerce).",
    ),
]
LEADS = [
    {"kind": "phone", "text": "•• •• •• •• 41", "others": 2, "reason": "shared", "decided": None},
    {"kind": "email", "text": "f••••@e••••.fr", "others": None, "reason": "shared",
     "decided": True},
]  # fmt: skip
WISHES = [
    {"title": "Rue", "before": "12 rue des Lilas", "after": "21 rue des Lilas",
     "at_once": False, "needs_proof": False, "is_proven": True},
    {"title": "E-mail", "before": "camille@exemple.fr", "after": "c.durand@exemple.fr",
     "at_once": True, "needs_proof": True, "is_proven": False},
]  # fmt: skip
RECIPIENTS = [
    {"recipient_id": UUID(int=7), "name": "Transport Fictif", "state": "webhook"},
    {"recipient_id": UUID(int=8), "name": "Routage Fictif", "state": "by_hand"},
]


def rectification_cases() -> Iterator[Case]:
    """Yield the page of the console in each situation, and the subject's status page."""
    yield _console("searching", "open", searched=False)
    yield _console("open", "open", groups=GROUPS)
    yield _console("open-shown", "open", groups=GROUPS, shown=True, cut=True, failed=["Les avis"])
    wrong = {"values": {"answer": "x"}, "errors": {"decision": "decision.nothing"}}
    yield _console("faults", "open", groups=GROUPS, places=frozenset({1}), **wrong)
    yield _console("nothing", "open")
    typed = {"values": {"after-1": "21 rue"}, "restricted_at": at(9)}
    yield _console("typed", "open", groups=GROUPS, wishes=WISHES, **typed)
    met = {"leads": LEADS, "keepers": ["Archives papier", "Service client"]}
    typed = {"refuse-4": "Cette adresse est la bonne."}
    yield _console("further", "open", groups=GROUPS, values=typed, **met)
    yield _console("list", "approved", corrections=LINES, recipients=RECIPIENTS)
    said = Statement("", SAID.right, answer="L’avis est resté : il est d’un tiers.")
    told = {"corrections": LINES, "recipients": RECIPIENTS, "said": said}
    yield _console("done", "completed", **told)
    lines = [
        {"store": "La boutique", "field": "Rue", "state": one["state"], "reason": "", "detail": ""}
        for one in LINES
    ]
    lines[-2]["detail"] = "keeper-cannot"
    lines[-1]["reason"] = LINES[-1]["reason"]
    rectified = {"answer": "L’avis est resté.", "corrections": lines, "recipients": ["Routage"]}
    asked = {"kind": "rectification"}
    for state in ("approved", "completed"):
        steps = ["submitted", "verified", "approved"]
        yield status(f"rectified-{state}", state, steps, request=asked, rectified=rectified)


def _console(name: str, state: str, **changes: Any) -> Case:
    context = {
        **BASE,
        "subject_request": request(state, kind="rectification"),
        "said": SAID,
        "seen": "2026-03-20T09:14:00+00:00",
        "is_open": state == "open",
        "searched": True,
        "failed": [],
        "cut": False,
        "shown": False,
        "groups": [],
        "restricted_at": None,
        "wishes": [],
        "leads": [],
        "keepers": [],
        "corrections": [],
        "recipients": [],
        "values": {},
        "errors": {},
        "places": None,
    }
    path = "/console/"
    template = "console/rectification.html"
    return Case(f"console-rectification-{name}", template, {**context, **changes}, path)
