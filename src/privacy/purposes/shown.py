"""Purposes as a site shows them: whole languages only, never two mixed in one notice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from privacy.purposes import notices
from privacy.purposes.checks import WORDS
from privacy.purposes.models import Controller, LegalBasis, Purpose


def says_all(purpose: Purpose, language: str) -> bool:
    """Return whether a purpose has every one of its words in a language."""
    texts = purpose.texts.get(language, {})
    return all(texts.get(word, "").strip() for word in WORDS)


@dataclass(frozen=True)
class About:
    """What a notice says in every language alike."""

    site: str
    """The site's public key."""
    controller: Controller
    period: str
    """How long a choice is kept (P6M)."""
    script: str
    """SHA-256 of the script that draws the words."""


def documents(
    purposes: Sequence[Purpose], texts: Mapping[str, Mapping[str, str]], about: About
) -> dict[str, str]:
    """Return the notice in each language of `texts` in which all purposes say everything."""
    return {
        language: notices.compose(
            notices.Frame(
                site=about.site,
                language=language,
                controllers=[about.controller.name],
                policy_url=about.controller.policy_url,
                period=about.period,
                texts=dict(words),
                script=about.script,
            ),
            [_wording(purpose, language) for purpose in purposes],
        )
        for language, words in texts.items()
        if all(says_all(purpose, language) for purpose in purposes)
    }


def lacking(purposes: Sequence[Purpose], languages: Iterable[str]) -> dict[str, list[str]]:
    """Return, for each language that cannot be shown, the purposes that lack words in it."""
    lacks = {
        language: [purpose.code for purpose in purposes if not says_all(purpose, language)]
        for language in languages
    }
    return {language: codes for language, codes in lacks.items() if codes}


def _wording(purpose: Purpose, language: str) -> notices.Wording:
    texts = purpose.texts[language]
    return notices.Wording(
        code=purpose.code,
        version=purpose.version,
        legal_basis=purpose.legal_basis.value,
        asks=purpose.legal_basis is LegalBasis.CONSENT,
        title=texts["title"],
        summary=texts["summary"],
        description=texts["description"],
        details=_details(purpose, language),
    )


def _details(purpose: Purpose, language: str) -> dict[str, Any]:
    """Return what a purpose declares beside its words, with lifetimes as a visitor reads them."""
    cookies = [
        cookie | {"lifetime": notices.spelled(cookie.get("lifetime", ""), language)}
        for cookie in purpose.details.get("cookies", [])
    ]
    return purpose.details | {"cookies": cookies}
