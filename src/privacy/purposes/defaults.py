"""The purposes that most shops need, in many languages, ready to publish and to edit.

Bases, signals and retention follow the recommendations of the CNIL (trackers: deliberations
2020-091 and 2020-092; e-mail pixels: 2026-042), Art. 6 GDPR, and for calls Art. L. 223-1 of the
French consumer code; a DPO reviews them. The words stand in `texts/`, one file a language.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from privacy.purposes.models import LegalBasis

_TEXTS = Path(__file__).parent / "texts"
LANGUAGES = tuple(
    sorted((file.stem for file in _TEXTS.glob("*.json")), key=lambda one: (one != "fr", one))
)
"""Every language that has words of the default purposes, French first."""


@cache
def words(language: str) -> Mapping[str, Mapping[str, str]]:
    """Return title, summary, description and retention in one of `LANGUAGES`, by code."""
    found: Mapping[str, Mapping[str, str]] = json.loads(
        (_TEXTS / f"{language}.json").read_text(encoding="utf-8")
    )
    return found


@dataclass(frozen=True)
class DefaultPurpose:
    """One purpose with everything a notice and an answer to an access request say of it."""

    code: str
    basis: LegalBasis
    signals: tuple[str, ...] = ()
    """Google Consent Mode v2 signals that a grant opens."""
    gpc: bool = False
    """Whether Global Privacy Control counts as its refusal."""

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        """Return the words by language, for each language that has them."""
        return {
            language: dict(words(language)[self.code])
            for language in LANGUAGES
            if self.code in words(language)
        }

    @property
    def details(self) -> dict[str, Any]:
        """Return what a banner needs besides words; vendors and cookies are a site's own."""
        return {
            "signals": list(self.signals), "gpc": self.gpc, "vendors": [], "cookies": [],
        }  # fmt: skip


_ADS = ("ad_storage", "ad_user_data", "ad_personalization")

DEFAULT_PURPOSES = (
    DefaultPurpose("essential", LegalBasis.STRICTLY_NECESSARY, ("security_storage",)),
    DefaultPurpose("audience_consent", LegalBasis.CONSENT, ("analytics_storage",)),
    DefaultPurpose(
        "content_personalisation", LegalBasis.CONSENT, ("personalization_storage",), gpc=True
    ),
    DefaultPurpose("ads_personalised", LegalBasis.CONSENT, _ADS, gpc=True),
    DefaultPurpose("social_sharing", LegalBasis.CONSENT, ("functionality_storage",), gpc=True),
    DefaultPurpose("order_management", LegalBasis.CONTRACT),
    DefaultPurpose("accounting", LegalBasis.LEGAL_OBLIGATION),
    DefaultPurpose("loyalty", LegalBasis.CONTRACT),
    DefaultPurpose("mk_email", LegalBasis.CONSENT),
    DefaultPurpose("requests", LegalBasis.LEGAL_OBLIGATION),
    DefaultPurpose("consent_proof", LegalBasis.LEGAL_OBLIGATION),
    DefaultPurpose("audience_exempt", LegalBasis.EXEMPT_AUDIENCE),
    DefaultPurpose("ads_measure", LegalBasis.CONSENT, ("ad_storage",), gpc=True),
    DefaultPurpose("ads_geo", LegalBasis.CONSENT, _ADS, gpc=True),
    DefaultPurpose("mk_sms", LegalBasis.CONSENT),
    DefaultPurpose("mk_phone", LegalBasis.CONSENT),
    DefaultPurpose("mk_robocall", LegalBasis.CONSENT),
    DefaultPurpose("mk_push", LegalBasis.CONSENT),
    DefaultPurpose("mk_post", LegalBasis.LEGITIMATE_INTERESTS),
    DefaultPurpose("email_open_tracking", LegalBasis.CONSENT),
    DefaultPurpose("email_link_tracking", LegalBasis.CONSENT),
    # Of first-party purchases only; what is drawn from browsing or from others needs consent.
    DefaultPurpose("profiling_offers", LegalBasis.LEGITIMATE_INTERESTS, gpc=True),
    DefaultPurpose("social_audience_matching", LegalBasis.CONSENT, ("ad_user_data",), gpc=True),
    DefaultPurpose("partner_sharing", LegalBasis.CONSENT, gpc=True),
    DefaultPurpose("card_storage", LegalBasis.CONSENT),
    DefaultPurpose("satisfaction", LegalBasis.LEGITIMATE_INTERESTS),
    DefaultPurpose("fraud", LegalBasis.LEGITIMATE_INTERESTS),
)
