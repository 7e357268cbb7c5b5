"""Mails: each is a subject, a few sentences and at most one link, said as text and as HTML.

Variables are texts, as the outbox keeps them: a name that ends in `_at` holds an instant in ISO
8601 with its zone, one that ends in `_on` a day; both are spelled in the mail's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from privacy.errors import InvalidError
from privacy.outbox.mail import Mail
from privacy.policy.authorities import authority_by
from privacy.web.pages import standalone
from privacy.web.words import Words, closest_language


@dataclass(frozen=True)
class Letter:
    """What one template of a mail is made of, beside its words in the catalogues."""

    needs: frozenset[str]
    """The names of its variables, every one of them."""
    quote: str = ""
    """The variable that is shown word for word, as somebody wrote it."""
    facts: tuple[str, ...] = ()
    """Further paragraphs, by their last key; one that needs `authority` ends with the remedies."""


LETTERS: Mapping[str, Letter] = {
    "confirm_request": Letter(frozenset({"controller", "kind", "link", "expires_at"})),
    "request_received": Letter(frozenset({"controller", "link", "due_on"})),
    "request_received_acting": Letter(
        frozenset({"controller", "link", "due_on"}), facts=("check",)
    ),
    "agreement_question": Letter(
        frozenset({"controller", "name", "link", "expires_at", "contact"}), facts=("ask",)
    ),
    "dpo_agreement_denied": Letter(frozenset({"controller", "link"})),
    "dpo_agreement_given": Letter(frozenset({"controller", "link"})),
    "request_ready": Letter(frozenset({"controller", "link", "expires_at", "authority"})),
    "request_ready_partial": Letter(
        frozenset({"controller", "link", "expires_at", "authority"}), facts=("lacking",)
    ),
    "request_refused": Letter(
        frozenset({"controller", "reason", "contact", "authority"}), quote="reason"
    ),
    "request_extended": Letter(
        frozenset({"controller", "reason", "due_on", "authority"}), quote="reason", facts=("due",)
    ),
    "request_question": Letter(
        frozenset({"controller", "question", "link", "answer_by_on"}),
        quote="question",
        facts=("no_copy",),
    ),
    "request_resumed": Letter(frozenset({"controller", "due_on"})),
    "request_merged": Letter(frozenset({"controller", "due_on", "contact", "authority"})),
    "rectification_done": Letter(
        frozenset({"controller", "results", "recipients", "link", "authority"}),
        quote="results",
        facts=("recipients",),
    ),
    "assignment_opened": Letter(frozenset({"controller", "link", "store", "due_on"})),
    "assignment_reminder": Letter(frozenset({"controller", "link", "store", "due_on"})),
    "correction_opened": Letter(frozenset({"controller", "link", "store", "due_on"})),
    "correction_reminder": Letter(frozenset({"controller", "link", "store", "due_on"})),
    "dpo_correction_late": Letter(frozenset({"controller", "link", "store", "due_on"})),
    "dpo_assignment_impossible": Letter(frozenset({"controller", "link", "store", "due_on"})),
    "dpo_assignment_late": Letter(frozenset({"controller", "link", "store", "due_on"})),
    "transfer_sent": Letter(frozenset({"controller", "host"})),
    "transfer_failed": Letter(frozenset({"controller", "host", "authority"})),
    "dpo_answer": Letter(frozenset({"controller", "link", "due_on"})),
    "dpo_deadline_d-10": Letter(frozenset({"controller", "link", "requests"})),
    "dpo_deadline_d-5": Letter(frozenset({"controller", "link", "requests"})),
    "dpo_deadline_d-2": Letter(frozenset({"controller", "link", "requests"})),
    "dpo_deadline_late": Letter(frozenset({"controller", "link", "requests"})),
    "dpo_new_requests": Letter(frozenset({"controller", "link", "count", "due_on"})),
    "dpo_new_request": Letter(frozenset({"controller", "link", "due_on"})),
    "dpo_recipient_silent": Letter(frozenset({"controller", "link", "recipient"})),
    "dpo_letter_to_post": Letter(frozenset({"controller", "link"})),
    "dpo_texts_stopped": Letter(frozenset({"controller", "link"})),
    "dpo_scan_failed": Letter(frozenset({"controller", "link", "site"})),
    "dpo_store_failing": Letter(frozenset({"controller", "link", "stores", "due_on"})),
    "confirm_new_address": Letter(frozenset({"controller", "link", "expires_at"})),
    "open_preferences": Letter(frozenset({"controller", "link", "expires_at"})),
}
"""Every template that may be put into the outbox, by name."""


def render_mail(template: str, language: str, variables: Mapping[str, str]) -> Mail:
    """Return a mail with its words filled in; other languages than ours get the first of ours.

    Raises InvalidError for a template that does not exist, for missing or foreign variables, for
    a date that cannot be read and for a link that is not http(s); no message repeats a value.
    """
    letter = LETTERS.get(template)
    if letter is None:
        raise InvalidError("No mail has this template; see LETTERS.")
    if variables.keys() != letter.needs:
        raise InvalidError(f"This mail needs exactly: {', '.join(sorted(letter.needs))}.")
    words = Words(closest_language(language))
    spoken = {name: _spoken(words, name, value) for name, value in variables.items()}
    parts = _parts(words, template, letter, spoken)
    return Mail(
        subject=" ".join(str(parts["subject"]).split()),
        text=standalone(words.language, "mail/letter.txt", letter=parts),
        html=standalone(words.language, "mail/letter.html", letter=parts),
    )


def _parts(
    words: Words, template: str, letter: Letter, spoken: Mapping[str, str]
) -> dict[str, str | list[str]]:
    """Return what both forms of the letter show; a letter without a link has none of its parts."""
    say = {
        part: words.text(f"mail.{template}.{part}", **spoken)
        for part in ("subject", "opening", "closing", *letter.facts)
    }
    link = spoken.get("link", "")
    about_link = {
        part: words.text(f"mail.{template}.{part}", **spoken) if link else ""
        for part in ("action", "button")
    }
    return {
        **say,
        **about_link,
        "link": link,
        "quote": spoken.get(letter.quote, ""),
        "facts": [*(say[fact] for fact in letter.facts), *_remedies(words, spoken)],
        "greeting": words.text("mail.hello"),
        "sign": spoken["controller"],
    }


def _remedies(words: Words, spoken: Mapping[str, str]) -> list[str]:
    """Say where to complain and that there is a court, where the letter names an authority."""
    if "authority" not in spoken:
        return []
    found = authority_by(spoken["authority"])
    place = {"name": found.spoken[words.language], "complaint": found.url}
    here = (
        words.text("mail.remedies", address=found.address_in(words.language), **place)
        if found.address
        else words.text("mail.remedies_online", **place)
    )
    return [here, words.text("mail.remedies_elsewhere", controller=spoken["controller"])]


def _spoken(words: Words, name: str, value: str) -> str:
    if name == "authority":
        return authority_by(value).code
    if name == "kind" and not words.has(f"right.{value}.title"):
        raise InvalidError("The kind of a request must be a right that the catalogues explain.")
    if name == "link" and urlsplit(value).scheme not in {"http", "https"}:
        raise InvalidError("The link of a mail must begin with http:// or https://.")
    try:
        if name == "kind":
            return words.text(f"right.{value}.title")
        if name.endswith("_at"):
            return words.instant(datetime.fromisoformat(value))
        return words.day(date.fromisoformat(value)) if name.endswith("_on") else value
    except ValueError:
        raise InvalidError(f"The variable {name} must be a date in ISO 8601.") from None
