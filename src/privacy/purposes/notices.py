"""The notice: one document that says everything a visitor was shown, and its hash."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from privacy.audit.form import canonical
from privacy.errors import InvalidError
from privacy.policy.months import Period
from privacy.purposes import plurals


@dataclass(frozen=True)
class Wording:
    """One purpose as a notice shows it, in one language."""

    code: str
    version: int
    legal_basis: str
    asks: bool
    """Whether the visitor is asked; an exempt purpose is only named."""
    title: str
    summary: str
    description: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Frame:
    """What surrounds the purposes of a notice."""

    site: str
    """The public key of the site that shows it: two sites never share a notice."""
    language: str
    controllers: Sequence[str]
    policy_url: str
    period: str
    """How long a choice is kept, as ISO 8601 writes it (P6M)."""
    texts: Mapping[str, str]
    """Every other visible word."""
    script: str
    """SHA-256 of the banner's code, so that the hash also covers what drew the words."""


def compose(frame: Frame, wordings: Sequence[Wording]) -> str:
    """Return the canonical document of a notice; the same words give the same bytes."""
    return canonical(
        {
            **vars(frame),
            "exempt": [_named(wording) for wording in wordings if not wording.asks],
            "material": _material(frame.controllers, wordings),
            "purposes": [_asked(wording) for wording in wordings if wording.asks],
        }
    )


def digest(document: str) -> str:
    """Return the SHA-256 of a notice's exact bytes, in hexadecimal."""
    return hashlib.sha256(document.encode()).hexdigest()


def _asked(wording: Wording) -> dict[str, Any]:
    return {
        **wording.details,
        **_named(wording),
        "description": wording.description,
        "legal_basis": wording.legal_basis,
    }


def _named(wording: Wording) -> dict[str, Any]:
    return {
        "code": wording.code,
        "summary": wording.summary,
        "title": wording.title,
        "version": wording.version,
    }


def _material(controllers: Sequence[str], wordings: Sequence[Wording]) -> str:
    """Return a short hash that changes only when a choice must be asked again.

    That is when a purpose, its version or a controller changes, never for another wording
    (EDPB Guidelines 05/2020: consent covers what was described).
    """
    asked = sorted((wording.code, wording.version) for wording in wordings if wording.asks)
    text = canonical({"asked": asked, "controllers": sorted(controllers)})
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def spelled(period: str, language: str) -> str:
    """Return an ISO 8601 period in words, as a visitor reads it; other text as it is."""
    try:
        length = Period.parse(period)
    except InvalidError:
        return period
    parts = []
    if length.months:
        parts.append(plurals.months(length.months, language))
    if length.days:
        parts.append(plurals.days(length.days, language))
    return " ".join(parts)
