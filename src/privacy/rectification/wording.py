"""What the subject of a rectification is told at its end; its words stand in the catalogues."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from privacy.purposes.models import Controller
from privacy.rectification.models import CorrectionState
from privacy.requests.letters import Letter
from privacy.requests.wording import remedies

STATUS_LASTS = timedelta(days=400)
"""How long the link to the status page opens it."""
NOBODY = {"fr": "personne d’autre", "en": "nobody else"}
COUNTED: Mapping[CorrectionState, Mapping[str, str]] = {
    CorrectionState.DONE: {"fr": "corrigé et vérifié", "en": "corrected and checked"},
    CorrectionState.SAID: {"fr": "traité à la main", "en": "dealt with by hand"},
    CorrectionState.NOT_DONE: {"fr": "laissé tel quel", "en": "left as it is"},
    CorrectionState.REFUSED: {"fr": "refusé, avec son motif", "en": "refused, with its reason"},
}


def rectification_done(
    by: Controller,
    *,
    language: str,
    results: Sequence[tuple[str, Mapping[CorrectionState, int]]],
    recipients: Sequence[str],
    link: str,
) -> Letter:
    """Tell the subject what became of the request store by store, and who else was told."""
    lines = [f"{title} – {_counts(language, counts)}" for title, counts in results]
    return Letter(
        "rectification_done",
        {
            "controller": by.name,
            "results": "\n".join(lines),
            "recipients": ", ".join(recipients) or NOBODY[language],
            "link": link,
            **remedies(by),
        },
    )


def _counts(language: str, counts: Mapping[CorrectionState, int]) -> str:
    return ", ".join(
        f"{words[language]} ({count})"
        for state, words in COUNTED.items()
        if (count := counts.get(state, 0))
    )
