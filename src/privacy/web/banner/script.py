"""The one file that a site embeds: the banner's code with the site's configuration inside."""

import hashlib
import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import privacy
from privacy.consent.term import kept_days
from privacy.purposes.models import Controller, Notice, Site

PLACE = "__PRIVACY_CONFIG__"
"""Where the built code wants its configuration; it stands there exactly once."""
LANGUAGES = ("fr", "en", "ar", "de")

_PACKAGE = Path(privacy.__file__).parent
_CHECKOUT = _PACKAGE.parents[1] / "static" / "consent-banner"


@cache
def code() -> str:
    """Return the built code, from a checkout or from the installed package."""
    return (_folder() / "dist" / "banner.js").read_text(encoding="utf-8")


@cache
def code_hash() -> str:
    """Return the SHA-256 of the built code, which each notice names."""
    return hashlib.sha256(code().encode()).hexdigest()


@cache
def texts(language: str) -> dict[str, str]:
    """Return the banner's own words in a language."""
    words: dict[str, str] = json.loads(
        (_folder() / "locales" / f"{language}.json").read_text(encoding="utf-8")
    )
    return words


def render(
    *, site: Site, controller: Controller, notice: Notice, service: str, at: datetime
) -> str:
    """Return the code configured for a site, by the notice that it shows."""
    document: dict[str, Any] = json.loads(notice.document)
    period = document.pop("period")
    configuration = document | {
        "site": site.key,
        "service": service,
        "notice": notice.digest,
        "days": kept_days(at, period, controller.zone),
    }
    del configuration["script"]
    for purpose in (*configuration["purposes"], *configuration["exempt"]):
        _strip(purpose)
    # A file of its own in UTF-8: no text in it can end the script, as one inside HTML could.
    text = json.dumps(configuration, separators=(",", ":"), ensure_ascii=False)
    return code().replace(PLACE, text, 1)


def _strip(purpose: dict[str, Any]) -> None:
    """Leave out what the notice keeps as proof and no visitor's browser reads."""
    for name in ("version", "legal_basis"):
        purpose.pop(name, None)
    for name in [name for name, value in purpose.items() if value in ([], "", False)]:
        del purpose[name]


def _folder() -> Path:
    return _CHECKOUT if _CHECKOUT.is_dir() else _PACKAGE / "consent-banner"
