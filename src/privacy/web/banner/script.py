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
LANGUAGES = ("fr", "en")

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
    # ASCII only, so that no byte of a text can end a line or a script.
    return code().replace(PLACE, json.dumps(configuration, separators=(",", ":")), 1)


def _folder() -> Path:
    return _CHECKOUT if _CHECKOUT.is_dir() else _PACKAGE / "consent-banner"
