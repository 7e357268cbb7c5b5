"""The portal of a fictional shop, page by page."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from privacy.policy.authorities import AUTHORITIES
from privacy.requests.behalf import Standing
from privacy.web.portal.answering import FURTHER
from privacy.web.portal.behalf import FIELDS
from privacy.web.portal.verify import WORDS
from tests.pages.preview import Case

CONTROLLER = {
    "name": "Maison Lumen",
    "slug": "maison-lumen",
    "address": "1 rue de la Démonstration, 00000 Fictive",
    "contact_email": "bonjour@maison-lumen.example",
    "dpo_contact": "dpo@maison-lumen.example",
    "policy_url": "https://maison-lumen.example/confidentialite",
}
TODAY = date(2026, 3, 20)
QUESTION = {
    "words": "Quelle est la date et le montant d’une commande récente ?",
    "row": {"answer_by_on": date(2026, 4, 8), "counts": True},
}
REQUEST_ID = UUID("019b7c1e-5d00-7a11-8c3f-5e1f7f3a9c21")
TOKEN = "k3v0t2Jm5nQe8rYw1xZs4uLp7aBd0cFg"


def at(day: int, hour: int = 9, minute: int = 14) -> datetime:
    """Return an instant of March 2026."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def request(state: str, **changes: Any) -> dict[str, Any]:
    """Return a request in a state."""
    return {
        "id": REQUEST_ID,
        "kind": "access",
        "state": state,
        "language": "fr",
        "received_on": date(2026, 3, 5),
        "received_at": at(5),
        "verified_at": None if state == "submitted" else at(5, 9, 31),
        "target_on": date(2026, 4, 5),
        "legal_latest_on": date(2026, 4, 7),
        "extended_at": None,
        "closed_at": None,
        "merged_into": None,
        "facts_outcome": None,
        "exceptions": False,
        "subject_id": UUID("7d1a44aa-21c4-4e2b-9b0e-04d2c9a8e3f1"),
        **changes,
    }


def status(name: str, state: str, steps: list[str], **changes: Any) -> Case:
    """Return the page on which a person follows a request."""
    timeline = [{"at": at(5 + 3 * n), "step": step} for n, step in enumerate(steps)]
    context = {
        "controller": CONTROLLER,
        "subject_request": request(state, **changes.pop("request", {})),
        "reason": None,
        "rectified": None,
        "unchecked": False,
        "questions": [],
        "authority": AUTHORITIES["FR"],
        "timeline": timeline,
        "today": TODAY,
    }
    return Case(f"portal-status-{name}", "portal/status.html", {**context, **changes})


def portal_cases() -> Iterator[Case]:
    """Yield every page that a person may meet."""
    base = {"controller": CONTROLLER}
    asks = {
        "standings": tuple(Standing),
        "behalf_fields": FIELDS,
        "texts": False,
        "known": None,
        "question": None,
    }
    form = {**base, **asks, "kinds": ["access"], "values": {}, "errors": {}}
    yield Case("portal-home", "portal/home.html", {**base, "kinds": ["access"]})
    yield Case("portal-home-two", "portal/home.html", {**base, "kinds": ["access", "erasure"]})
    yield Case("portal-form", "portal/request_form.html", form)
    wrong = {"values": {"email": "camille@"}, "errors": {"email": "email.invalid"}}
    yield Case("portal-form-faults", "portal/request_form.html", {**form, **wrong})
    several = {"kinds": ["access", "erasure"], "errors": {"kind": "kind.missing"}}
    yield Case("portal-form-several", "portal/request_form.html", {**form, **several})
    rights = {"kinds": ["access", "portability", "rectification"]}
    yield Case("portal-form-rights", "portal/request_form.html", {**form, **rights})
    said = {"values": {"kind": "rectification", "wrong": "12 rue des Lilas"},
            "errors": {"right": "right.missing"}}  # fmt: skip
    yield Case("portal-form-rectification", "portal/request_form.html", {**form, **rights, **said})
    sent = {"values": {"kind": "portability", "send_to": "http://x"},
            "errors": {"send_to": "send_to.invalid"}}  # fmt: skip
    yield Case("portal-form-portability", "portal/request_form.html", {**form, **rights, **sent})
    yield from (*_behalves(form), *_phones(form), *_knowns(form))
    yield Case("portal-sent", "portal/sent.html", {**base, "by_text": False})
    link = {**base, "token": TOKEN}
    yield Case(
        "portal-confirm", "portal/confirm.html", {**link, "kind": "access", "for_another": False}
    )
    yield from _downloads(link)
    for use in ("confirm", "status", "download", "answer", "mandate"):
        yield Case(f"portal-gone-{use}", "portal/gone.html", {**base, "use": use})
    key = "maison-lumen.example/audit+8f2c61d0+AcVGtMUj4vDfpi5DEaBmsdlQsMmJf1R0cGgSvJj2hZ8p"
    yield Case("portal-verify", "portal/verify.html", {**base, "keys": [key], "words": WORDS})
    yield from _statuses()
    yield from _answers()
    yield from _errors()


def _knowns(form: dict[str, Any]) -> Iterator[Case]:
    """Yield the form of who may be recognised by a fact, or is known by a session."""
    asked = {
        "kind": "customer_number",
        "labels": {"fr": "Votre code postal", "en": "Your postal code"},
        "needed_for": "",
    }
    wrong = {"values": {"fact_value": "C-1042"}, "errors": {"fact_answer": "fact_answer.missing"}}
    yield Case("portal-form-fact", "portal/request_form.html", {**form, "question": asked})
    faulty = {**form, **wrong, "question": asked}
    yield Case("portal-form-fact-faults", "portal/request_form.html", faulty)
    known = (REQUEST_ID, "c***@exemple.fr")
    yield Case("portal-form-known", "portal/request_form.html", {**form, "known": known})


def _phones(form: dict[str, Any]) -> Iterator[Case]:
    """Yield the form of a controller that sends texts."""
    yield Case("portal-form-phone", "portal/request_form.html", {**form, "texts": True})
    yield Case("portal-sent-text", "portal/sent.html", {**form, "by_text": True})
    wrong = {"values": {"phone": "06 12"}, "errors": {"phone": "phone.invalid"}, "texts": True}
    yield Case("portal-form-phone-faults", "portal/request_form.html", {**form, **wrong})


def _downloads(link: dict[str, Any]) -> Iterator[Case]:
    """Yield the page of the button: fresh, after a break, and while it is going on."""
    package = {"expires_at": at(27, 16, 0), "size": 2_412_000, "tries": 0, "busy": False}
    for name, more in (("", {}), ("-broken", {"tries": 1}), ("-busy", {"tries": 2, "busy": True})):
        case = {**link, **package, **more}
        yield Case(f"portal-download{name}", "portal/download.html", case)


def _behalves(form: dict[str, Any]) -> Iterator[Case]:
    """Yield the form of who asks for somebody else, and what that person is asked."""
    typed = {"standing": "parent_15_17", "acting_name": "Alix Durand", "email": "alix@example.fr"}
    yield Case("portal-form-behalf", "portal/request_form.html", {**form, "values": typed})
    faults = {
        "standing": "capacity.invalid",
        "acting_name": "acting_name.missing",
        "subject_name": "subject_name.missing",
        "subject_known": "subject_known.missing",
        "declared": "declared.missing",
    }
    typed = {"acting_words": "Mandat signé le 2 mars"}
    wrong = {**form, "values": typed, "errors": faults}
    yield Case("portal-form-behalf-faults", "portal/request_form.html", wrong)
    another = {"token": TOKEN, "kind": "access", "for_another": True}
    yield Case("portal-confirm-another", "portal/confirm.html", {**form, **another})
    acting = {"name": "Maître Renard", "row": {"capacity": "lawyer"}}
    asked = {"controller": CONTROLLER, "token": TOKEN, "kind": "access", "acting": acting}
    yield Case("portal-agreement", "portal/agreement.html", asked)
    for agreed in (True, False):
        done = {"controller": CONTROLLER, "agreed": agreed}
        yield Case(f"portal-agreement-{agreed}", "portal/agreement_done.html", done)


def _statuses() -> Iterator[Case]:
    begun = ["submitted", "verified"]
    yield status("submitted", "submitted", begun[:1])
    yield status("open", "open", begun, flash="confirmed")
    longer = {"extended_at": at(18), "legal_latest_on": date(2026, 6, 5)}
    why = "Votre demande touche trois archives anciennes, que nous relisons une à une."
    yield status("extended", "open", [*begun, "extended"], request=longer, reason=why)
    yield status("approved", "approved", [*begun, "approved"])
    yield status("ready", "ready", [*begun, "approved", "ready"])
    yield status("acting", "open", begun, unchecked=True)
    closed = {"closed_at": at(17)}
    yield status("completed", "completed", [*begun, "approved", "completed"], request=closed)
    why = "Cette demande répète à l’identique celle du 2 mars, déjà répondue.\nRien n’a changé."
    yield status("refused", "refused", [*begun, "refused"], request=closed, reason=why)
    yield status("expired", "expired", ["submitted", "expired"], request=closed)
    yield status("lapsed", "lapsed", [*begun, "approved", "lapsed"], request=closed)
    yield status("late", "open", begun, today=date(2026, 4, 10))
    yield status("paused", "paused", [*begun, "paused"], questions=[QUESTION])
    again = {"closed_at": at(17)}
    yield status("merged", "merged", [*begun, "merged"], request=again)


def _answers() -> Iterator[Case]:
    blank = {"controller": CONTROLLER, "token": TOKEN, "kinds": FURTHER, "asked": QUESTION}
    fresh: dict[str, Any] = {**blank, "values": {}, "errors": {}}
    yield Case("portal-answer", "portal/answer.html", fresh)
    wrong = {"values": {"kind": "phone", "value": "x"}, "errors": {"value": "number.invalid"}}
    yield Case("portal-answer-faults", "portal/answer.html", {**blank, **wrong})
    yield Case("portal-answered", "portal/answered.html", {"controller": CONTROLLER})


def _errors() -> Iterator[Case]:
    codes = ("not-found", "gone", "too-many", "unavailable", "error", "too-large", "unheard-of")
    for code in codes:
        context = {"code": code, "error_id": "9f2c61d07be4a815", "retry_after": 90}
        yield Case(f"error-{code}", "error.html", context)
    context = {"code": "forbidden", "error_id": "9f2c61d07be4a815", "home": "/console/"}
    yield Case("error-forbidden", "error.html", context, "/console/audit")
