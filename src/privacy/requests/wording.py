"""What each letter about a request has to tell; its words stand in the catalogues."""

from datetime import date, datetime

from privacy.policy.authorities import authority_of
from privacy.purposes.models import Controller
from privacy.requests.letters import Letter
from privacy.requests.models import RequestKind

HOUSE_LANGUAGE = "fr"
"""In which controllers' own people are written to, whatever language a subject speaks."""


def remedies(by: Controller) -> dict[str, str]:
    """Return what lets a letter name the authority and the court (Art. 12(4), 77 and 79 GDPR).

    Every letter that refuses or ends a request carries it; the catalogues have the addresses.
    """
    return {"authority": authority_of(by.region, by.authority).code}


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


def request_received(by: Controller, *, link: str, due_on: date, acting: bool = False) -> Letter:
    """Tell the subject, or who acts for them, until when an answer comes and where to follow it.

    Who acts is told as well that their right to is checked before anything is answered.
    """
    return Letter(
        "request_received_acting" if acting else "request_received",
        {"controller": by.name, "link": link, "due_on": due_on.isoformat()},
    )


def agreement_question(by: Controller, *, name: str, link: str, expires_at: datetime) -> Letter:
    """Ask a person whether somebody asks in their name by their wish."""
    told = {"controller": by.name, "name": name, "link": link, "contact": by.contact_email}
    return Letter("agreement_question", told | {"expires_at": expires_at.isoformat()})


def dpo_agreement(by: Controller, *, agreed: bool, link: str) -> Letter:
    """Tell the DPO what a person said of who asks in their name."""
    return Letter(
        "dpo_agreement_given" if agreed else "dpo_agreement_denied",
        {"controller": by.name, "link": link},
        language=HOUSE_LANGUAGE,
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


def assignment(
    by: Controller, *, template: str, link: str, store: str, due_on: date, language: str
) -> Letter:
    """Ask whoever keeps a data store to search it, or to correct what they hold there.

    Nothing in the letter names the subject.
    """
    return Letter(
        template,
        {"controller": by.name, "link": link, "store": store, "due_on": due_on.isoformat()},
        language=language,
    )


def dpo_assignment(
    by: Controller, *, template: str, link: str, store: str, due_on: date
) -> Letter:
    """Tell the DPO which data store nobody searched: late, or because it cannot be done."""
    return Letter(
        template,
        {"controller": by.name, "link": link, "store": store, "due_on": due_on.isoformat()},
        language=HOUSE_LANGUAGE,
    )


def request_ready(
    by: Controller, *, link: str, expires_at: datetime, exceptions: bool = False
) -> Letter:
    """Give the subject the one link that opens the package, and say so when it is not whole."""
    told = {"controller": by.name, "link": link, "expires_at": expires_at.isoformat()}
    template = "request_ready_partial" if exceptions else "request_ready"
    return Letter(template, told | remedies(by))


def request_refused(by: Controller, *, reason: str) -> Letter:
    """Tell the subject why, and whom to turn to (Art. 12(4) GDPR: the template has the rest)."""
    return Letter(
        "request_refused",
        {"controller": by.name, "reason": reason, "contact": by.contact_email} | remedies(by),
    )


def request_extended(by: Controller, *, reason: str, due_on: date) -> Letter:
    """Tell the subject why it takes longer, and until when (Art. 12(3) GDPR)."""
    return Letter(
        "request_extended",
        {"controller": by.name, "reason": reason, "due_on": due_on.isoformat()} | remedies(by),
    )


def request_question(by: Controller, *, question: str, link: str, answer_by_on: date) -> Letter:
    """Ask the subject what the answer depends on, and say by when (Art. 12(6) GDPR)."""
    return Letter(
        "request_question",
        {
            "controller": by.name,
            "question": question,
            "link": link,
            "answer_by_on": answer_by_on.isoformat(),
        },
    )


def request_resumed(by: Controller, *, due_on: date) -> Letter:
    """Tell the subject that the work goes on, and until when an answer comes now."""
    return Letter("request_resumed", {"controller": by.name, "due_on": due_on.isoformat()})


def dpo_answer(by: Controller, *, link: str, due_on: date) -> Letter:
    """Tell the DPO that the subject answered; the answer itself stays in the console."""
    return Letter(
        "dpo_answer",
        {"controller": by.name, "link": link, "due_on": due_on.isoformat()},
        language=HOUSE_LANGUAGE,
    )


def request_merged(by: Controller, *, due_on: date) -> Letter:
    """Tell the subject that an earlier request answers this one too, and until when."""
    told = {"controller": by.name, "due_on": due_on.isoformat(), "contact": by.contact_email}
    return Letter("request_merged", told | remedies(by))


def dpo_deadline(by: Controller, *, stage: str, link: str, requests: str) -> Letter:
    """Tell the DPO which requests are near their end or past it, by their short numbers."""
    return Letter(
        f"dpo_deadline_{stage}",
        {"controller": by.name, "link": link, "requests": requests},
        language=HOUSE_LANGUAGE,
    )


def dpo_new_requests(by: Controller, *, link: str, count: int, due_on: date) -> Letter:
    """Tell the DPO that many requests were taken in at once."""
    told = {"controller": by.name, "link": link, "count": str(count), "due_on": due_on.isoformat()}
    return Letter("dpo_new_requests", told, language=HOUSE_LANGUAGE)


def transfer_settled(by: Controller, *, host: str, sent: bool) -> Letter:
    """Tell the subject whether another controller took the data (Art. 20(2) GDPR)."""
    told = {"controller": by.name, "host": host}
    if sent:
        return Letter("transfer_sent", told)
    return Letter("transfer_failed", told | remedies(by))
