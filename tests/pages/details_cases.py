"""What a subject corrects of their own details, and the address that they confirm."""

from collections.abc import Iterator
from typing import Any

from tests.pages.portal_cases import CONTROLLER, TOKEN
from tests.pages.preview import Case

PAGE = "portal/preferences_details.html"


def _detail(number: int, title: str, value: str | None, kind: str, **changes: Any) -> Any:
    return {
        "name": f"value-{number}",
        "title": title,
        "value": value,
        "kind": kind,
        "at_once": False,
        "stores": "La boutique",
        **changes,
    }


DETAILS = [
    _detail(1, "Rue", "12 rue des Lilas", "text", stores="La boutique, Le routeur"),
    _detail(2, "Adresse e-mail", "camille.durand@exemple.fr", "email", at_once=True),
    _detail(3, "Téléphone", "+33612345678", "phone", at_once=True),
    _detail(4, "Date de naissance", None, "date"),
    _detail(5, "Code postal", "35000", "postal_code"),
]


def details_cases() -> Iterator[Case]:
    """Yield the page in each of its states, and the page of a new address."""
    blank: dict[str, Any] = {
        "controller": CONTROLLER,
        "values": {},
        "errors": {},
        "done": None,
        "details": [],
        "missed": [],
    }
    yield Case("portal-details-none", PAGE, {**blank, "state": "none"})
    yield Case("portal-details-searching", PAGE, {**blank, "state": "searching"})
    yield Case("portal-details-empty", PAGE, {**blank, "state": "shown"})
    shown = {**blank, "state": "shown", "details": DETAILS}
    yield Case("portal-details", PAGE, {**shown, "done": "confirm"})
    wrong = {
        "values": {"value-3": "douze", "value-4": "31/02/1984", "reason": "x"},
        "errors": {"value-3": "detail.phone", "value-4": "detail.date"},
    }
    yield Case("portal-details-faults", PAGE, {**shown, **wrong})
    nothing = {"errors": {"details": "detail.nothing"}}
    yield Case("portal-details-nothing", PAGE, {**shown, **nothing, "missed": ["Le routeur"]})
    for state in ("open", "done", "gone"):
        context = {"controller": CONTROLLER, "token": TOKEN, "state": state}
        yield Case(f"portal-address-{state}", "portal/new_address.html", context)
