"""What the register refuses, so that nothing is published that a banner could not show (pure)."""

import re
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from privacy.errors import InvalidError
from privacy.policy.authorities import authority_by, needs_choice
from privacy.policy.months import Region

LANGUAGES = ("fr", "en")
"""Every purpose is worded in each of these."""
WORDS = ("title", "summary", "description", "retention")
AUTOMATED = ("logic", "effects")
"""What Art. 15(1)(h) GDPR demands of decisions that nobody takes, by language."""
DETAILS = frozenset({"automated", "cookies", "gpc", "signals", "vendors"})
MOST_PURPOSES = 50
"""Of one site: each is one more question, and all their codes stand in one entry of the log."""

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")
_ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+\.)*[a-z0-9-]+(?::[0-9]{1,5})?")
_USUAL = {"http": 80, "https": 443}


def check_controller(slug: str, zone: str) -> None:
    """Raise InvalidError unless the slug fits an address and the zone has a calendar."""
    if not _SLUG.fullmatch(slug) or len(slug) > 60:
        raise InvalidError(
            "Name the controller in addresses by small letters, digits and single dashes.",
            fields={"slug": [slug]},
        )
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise InvalidError(
            "Give the time zone by its name, such as Europe/Paris.", fields={"zone": [zone]}
        ) from None


def check_place(region: str, authority: str | None) -> None:
    """Raise InvalidError unless it is known who supervises a controller, and when it rests."""
    if region not in {one.value for one in Region}:
        raise InvalidError(
            "Say where the controller is established by one of: "
            f"{', '.join(sorted(one.value for one in Region))}.",
            fields={"region": [region]},
        )
    if authority is not None:
        authority_by(authority)
    elif needs_choice(region):
        raise InvalidError(
            "In Germany each Land supervises the companies there: say which authority, such as "
            "DE-BE, or DE for those whom the federal one supervises.",
            fields={"authority": ["none is given"]},
        )


def check_origins(origins: Sequence[str]) -> None:
    """Raise InvalidError unless each origin is written exactly as browsers send it."""
    wrong = [origin for origin in origins if not _is_origin(origin)]
    if wrong or not origins:
        raise InvalidError(
            "Give each origin as browsers send it, such as https://shop.example.fr, "
            "without a path and without the usual port.",
            fields={"origins": wrong or ["none is given"]},
        )


def _is_origin(text: str) -> bool:
    if not _ORIGIN.fullmatch(text):
        return False
    parts = urlsplit(text)
    digits = parts.netloc.partition(":")[2]
    # Browsers leave out the usual port, and write no zero before another.
    return not digits or (
        not digits.startswith("0") and int(digits) < 65_536 and int(digits) != _USUAL[parts.scheme]
    )


def check_asked(codes: Sequence[str], known: Mapping[str, object]) -> None:
    """Raise InvalidError unless a site names purposes that are published, each of them once."""
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise InvalidError(
            "Publish these purposes first: " + ", ".join(unknown), fields={"purposes": unknown}
        )
    if not codes or len(set(codes)) < len(codes) or len(codes) > MOST_PURPOSES:
        raise InvalidError(
            f"A site names between one and {MOST_PURPOSES} purposes, each of them once.",
            fields={"purposes": list(codes)},
        )


def check_moved(asked: Collection[str], named: Collection[str]) -> None:
    """Raise InvalidError unless a mapping names what a site asks for, no less and no more."""
    wrong = set(asked) ^ set(named)
    if wrong:
        raise InvalidError(
            "The mapping must name each purpose that the site asks for, and no other.",
            fields={"purposes": sorted(wrong)},
        )


def check_purpose(
    code: str, texts: Mapping[str, Mapping[str, str]], details: Mapping[str, object]
) -> None:
    """Raise InvalidError, naming each gap, unless a purpose says all that a notice shows."""
    faults = {
        f"texts.{language}.{word}": ["is missing"]
        for language in LANGUAGES
        for word in WORDS
        if not texts.get(language, {}).get(word, "").strip()
    }
    if not _CODE.fullmatch(code):
        faults["code"] = ["must be small letters, digits and underscores, 60 at most"]
    faults |= {f"details.{name}": ["is unknown"] for name in details.keys() - DETAILS}
    faults |= _faults_of_decisions(details.get("automated"))
    if faults:
        raise InvalidError("A purpose must say everything, in every language.", fields=faults)


def _faults_of_decisions(told: object) -> dict[str, list[str]]:
    """Return what is missing of the logic and the effects of automated decisions, if there are."""
    if told is None:
        return {}
    words = told if isinstance(told, Mapping) else {}
    return {
        f"details.automated.{language}.{word}": ["is missing"]
        for language in LANGUAGES
        for word in AUTOMATED
        if not str(dict(words.get(language) or {}).get(word) or "").strip()
    }
