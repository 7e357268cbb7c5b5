"""What each letter about a request has to tell; its words stand in the catalogues."""

from datetime import date, datetime

from privacy.purposes.models import Controller
from privacy.requests.letters import Letter
from privacy.requests.models import RequestKind

HOUSE_LANGUAGE = "fr"
"""In which controllers' own people are written to, whatever language a subject speaks."""


def confirm_request(
    by: Controller, *, kind: RequestKind, link: str, expires_at: datetime
) -> Letter:
    """Ask whoever reads the typed address whether the request is theirs."""
    return Letter(
        "confirm_request",
        {
            "controller": by.name,
            "kind": kind.value,
            "link": link,
            "expires_at": expires_at.isoformat(),
        },
    )


def request_received(by: Controller, *, link: str, due_on: date) -> Letter:
    """Tell the subject until when an answer comes, and where to follow it."""
    return Letter(
        "request_received",
        {"controller": by.name, "link": link, "due_on": due_on.isoformat()},
    )


def dpo_new_request(by: Controller, *, link: str, due_on: date) -> Letter:
    """Tell the DPO that a decision is awaited; nothing in it is about the subject."""
    return Letter(
        "dpo_new_request",
        {"controller": by.name, "link": link, "due_on": due_on.isoformat()},
        language=HOUSE_LANGUAGE,
    )


def dpo_store_failing(by: Controller, *, link: str, stores: str, due_on: date) -> Letter:
    """Tell the DPO which data stores keep a request waiting, by their names."""
    return Letter(
        "dpo_store_failing",
        {"controller": by.name, "link": link, "stores": stores, "due_on": due_on.isoformat()},
        language=HOUSE_LANGUAGE,
    )


def request_ready(by: Controller, *, link: str, expires_at: datetime) -> Letter:
    """Give the subject the one link that opens the package."""
    return Letter(
        "request_ready",
        {"controller": by.name, "link": link, "expires_at": expires_at.isoformat()},
    )


def request_refused(by: Controller, *, reason: str) -> Letter:
    """Tell the subject why, and whom to turn to (Art. 12(4) GDPR: the template has the rest)."""
    return Letter(
        "request_refused",
        {"controller": by.name, "reason": reason, "contact": by.contact_email},
    )


def request_extended(by: Controller, *, reason: str, due_on: date) -> Letter:
    """Tell the subject why it takes longer, and until when (Art. 12(3) GDPR)."""
    return Letter(
        "request_extended",
        {"controller": by.name, "reason": reason, "due_on": due_on.isoformat()},
    )
