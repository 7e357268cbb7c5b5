"""The cookies of other banners, and what their words mean here (pure)."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Self
from urllib.parse import unquote
from uuid import UUID

from privacy.consent.moving.imports import (
    WHO,
    Fault,
    Line,
    RefusedLineError,
    code_of,
    digest_of,
    instant_of,
    who_of,
)
from privacy.errors import InvalidError

LONGEST = 20_000
"""Characters of a line; a cookie has at most 4,096."""


@dataclass(frozen=True)
class Shown:
    """What a banner of the other tool showed: the hash of its text, and since when."""

    digest: str
    since: date | None


@dataclass(frozen=True)
class Mapped:
    """How the words of another tool become our purposes, as a site gives it."""

    purposes: Mapping[str, Sequence[str]]
    """By our code, every category, `category/service` or service that it stands for."""
    shown: Mapping[str, Shown]
    """By revision; for tools that have none, under the empty text."""
    language: str

    @classmethod
    def read(cls, told: Any) -> Self:
        """Read a mapping; raise InvalidError naming what is wrong in it."""
        try:
            purposes = {
                code_of(code): [names] if isinstance(names, str) else [str(one) for one in names]
                for code, names in told["purposes"].items()
            }
            shown = dict(map(_shown, told.get("notices", ())))
            language = str(told.get("language", "fr"))
        except RefusedLineError as error:
            raise InvalidError(f"The mapping is not right: {error}.") from None
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise InvalidError("The mapping needs `purposes`, and may have `notices`.") from error
        if not purposes or not all(purposes.values()):
            raise InvalidError("The mapping names a purpose without saying what it stands for.")
        return cls(purposes, shown, language)


def _shown(told: Mapping[str, Any]) -> tuple[str, Shown]:
    text, digest = told.get("text"), str(told.get("sha256", ""))
    if isinstance(text, str):
        digest = hashlib.sha256(text.encode()).hexdigest()
    since = told.get("since")
    if isinstance(since, str):
        since = date.fromisoformat(since)
    if not digest:
        raise RefusedLineError("a notice needs its text or its sha256")
    return str(told.get("revision", "")), Shown(digest_of(digest), since)


@dataclass(frozen=True)
class _Answered:
    """What a cookie of any tool says."""

    names: Mapping[str, bool]
    said_at: datetime | None
    revision: str
    who: tuple[str, str] | None
    language: str
    expired: bool = False


def read_cookies(
    lines: Iterable[str], tool: str, mapped: Mapped, *, at: datetime
) -> Iterator[Line | Fault]:
    """Yield the answers of a file with a cookie on each line.

    A line is the value of the cookie, or a JSON object with it under `cookie`, who gave it
    (`subject`, `visitor`, `email` or `phone`) and when it was taken from the browser
    (`taken_at`).
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield from _of_cookie(number, line.strip(), tool, mapped, at)
            except RefusedLineError as error:
                yield Fault(number, str(error))


def _of_cookie(
    number: int, line: str, tool: str, mapped: Mapped, at: datetime
) -> Iterator[Line | Fault]:
    if len(line) > LONGEST:
        raise RefusedLineError("is too long to be a cookie")
    value, around = _unwrapped(line)
    found = READERS[tool](value, mapped, at)
    who = who_of(around) if any(around.get(name) for name in WHO) else found.who
    if who is None:
        raise RefusedLineError(f"names nobody; say who answered by one of {', '.join(WHO)}")
    answers = _translated(found.names, mapped)
    if not answers:
        raise RefusedLineError("answers none of the purposes that the mapping names")
    said_at, shown, lacking = _proven(found, mapped)
    refused = {code: granted for code, granted in answers.items() if not granted}
    kept = refused if lacking else answers
    if lacking and len(kept) < len(answers):
        granted = ", ".join(sorted(answers.keys() - kept.keys()))
        yield Fault(number, f"grants not taken ({granted}): {lacking}")
    if kept:
        taken_at = instant_of(str(around["taken_at"])) if around.get("taken_at") else None
        yield Line(
            number=number, kind=who[0], who=who[1], answers=kept, said_at=said_at or taken_at,
            language=found.language or mapped.language, notice=shown, evidence=f"cookie {tool}",
        )  # fmt: skip


def _proven(found: _Answered, mapped: Mapped) -> tuple[datetime | None, str, str]:
    """Return when it was said, the notice, and what a grant would lack."""
    shown = mapped.shown.get(found.revision)
    digest = shown.digest if shown else ""
    said_at = found.said_at
    if said_at is None and shown and shown.since:
        # As old as it can be: whoever answered this notice did not before it was shown.
        said_at = datetime.combine(shown.since, time.min, UTC)
    if found.expired:
        return said_at, digest, "it had expired there"
    if said_at is None:
        return None, digest, "the cookie has no date; give a notice with `since`"
    if not digest:
        return said_at, "", "nothing says what was told; give the notice of this revision"
    return said_at, digest, ""


def _translated(names: Mapping[str, bool], mapped: Mapped) -> dict[str, bool]:
    """Return our purposes: granted where all that it stands for is, refused where any is."""
    answers = {}
    for code, stands_for in mapped.purposes.items():
        given = [names.get(name) for name in stands_for]
        if any(one is False for one in given):
            answers[code] = False
        elif all(given):
            answers[code] = True
    return answers


def _cookieconsent(value: str, mapped: Mapped, at: datetime) -> _Answered:
    """Read `cc_cookie` of vanilla-cookieconsent 3, which names accepted categories only."""
    told = _object(value)
    categories, services = told.get("categories"), told.get("services") or {}
    if not isinstance(categories, list) or not isinstance(services, dict):
        raise RefusedLineError("is no cookie of cookieconsent 3: it has no categories")
    accepted = {str(one) for one in categories}
    for category, names in services.items():
        accepted |= {f"{category}/{name}" for name in names if isinstance(names, list)}
    asked = {name for names in mapped.purposes.values() for name in names}
    stamp = told.get("lastConsentTimestamp") or told.get("consentTimestamp")
    ends = told.get("expirationTime")
    return _Answered(
        names={name: name in accepted for name in asked},
        said_at=instant_of(str(stamp)) if stamp else None,
        revision=str(told.get("revision", "")),
        who=_consent_id(told.get("consentId")),
        language=str(told.get("languageCode") or "").split("-")[0].lower(),
        expired=isinstance(ends, int | float) and ends < at.timestamp() * 1000,
    )


def _consent_id(text: Any) -> tuple[str, str] | None:
    """Return the visitor whose number is the consent's: both are 128 random bits."""
    try:
        return ("visitor", UUID(text).hex) if isinstance(text, str) else None
    except ValueError:
        return None


def _tarteaucitron(value: str, _mapped: Mapped, _at: datetime) -> _Answered:
    """Read `!service=true!other=false`; `wait` means not answered."""
    states = re.findall(r"!([^=!]+)=([a-z]+)", value.removeprefix("tarteaucitron="))
    if not states:
        raise RefusedLineError("is no cookie of tarteaucitron: write !service=true!other=false")
    known = {"true": True, "false": False}
    names = {name: known[state] for name, state in states if state in known}
    return _Answered(names, None, "", None, "")


def _klaro(value: str, _mapped: Mapped, _at: datetime) -> _Answered:
    told = _object(value)
    names = {name: state for name, state in told.items() if isinstance(state, bool)}
    return _Answered(names, None, "", None, "")


READERS = {
    "cookieconsent": _cookieconsent,
    "tarteaucitron": _tarteaucitron,
    "klaro": _klaro,
}
"""How the cookie of each tool is read."""


def _unwrapped(line: str) -> tuple[str, Mapping[str, Any]]:
    if line.startswith("{"):
        told = _object(line)
        if isinstance(told.get("cookie"), str):
            return told["cookie"], told
    return line, {}


def _object(text: str) -> dict[str, Any]:
    text = text.partition("=")[2] if re.match(r"[A-Za-z_-]+=", text) else text
    try:
        told = json.loads(unquote(text) if text.startswith("%7B") else text)
    except (ValueError, RecursionError):
        raise RefusedLineError("is no JSON") from None
    if not isinstance(told, dict):
        raise RefusedLineError("is no JSON object")
    return told
