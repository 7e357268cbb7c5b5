"""What people read: texts by key, and days, instants and deadlines spelled in their language.

Knows neither Flask nor a template, so that mails and access packages speak like the pages do.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

LANGUAGES = ("fr", "en")
"""The languages that are spoken; the first is the default."""
ZONE = ZoneInfo("Europe/Paris")
"""The zone in which instants are shown."""

_FOLDER = Path(__file__).parent / "locales"
_FRENCH_SPACES = (
    (" :", "\u00a0:"), ("« ", "«\u00a0"), (" »", "\u00a0»"), (" ;", "\u202f;"),
    (" ?", "\u202f?"), (" %", "\u202f%"), ("n° ", "n°\u00a0"),
)  # fmt: skip


class UnknownTextError(LookupError):
    """A key that no catalogue has; a fault of a template, never of a reader."""


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return every text of a language by its dotted key."""
    tree = json.loads((_FOLDER / f"{language}.json").read_text("utf-8"))
    texts = dict(_flat(tree))
    return {key: _spaced(text) for key, text in texts.items()} if language == "fr" else texts


def _flat(tree: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


def _spaced(text: str) -> str:
    """Bind French punctuation to its word, so that no line begins with a colon."""
    for plain, bound in _FRENCH_SPACES:
        text = text.replace(plain, bound)
    return text


def closest_language(wanted: str | None) -> str:
    """Return the spoken language for a tag such as `en-GB`; the default for all others."""
    code = (wanted or "").replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else LANGUAGES[0]


def civil_day(at: datetime) -> date:
    """Return the day that an instant falls on where it is shown."""
    return at.astimezone(ZONE).date()


class Words:
    """The texts of one language; when not strict, an unknown key is shown instead of raised."""

    def __init__(self, language: str, *, strict: bool = True) -> None:
        self.language = language
        self._strict = strict
        self._texts = catalogue(language)

    def text(self, key: str, /, **values: object) -> str:
        """Return the plain text of a key with its values filled in."""
        return self._find(key).format(**values)

    def markup(self, key: str, /, **values: object) -> Markup:
        """Return the text of a key for a page; text and values are escaped, Markup is kept."""
        return Markup(escape(self._find(key))).format(**values)  # noqa: S704 -- escaped here

    def counted(self, key: str, count: int, /, **values: object) -> str:
        """Return the text of `key.one` or `key.other`, whichever the language uses for a count."""
        single = abs(count) < 2 if self.language == "fr" else count == 1
        return self.text(f"{key}.{'one' if single else 'other'}", count=count, **values)

    def label(self, group: str, code: object, /) -> str:
        """Return the word for a code of an open set; the code itself when it has none yet."""
        return self._texts.get(f"{group}.{code}", str(code))

    def has(self, key: str) -> bool:
        """Whether the catalogues know the key."""
        return key in self._texts

    def day(self, value: date, *, weekday: bool = True) -> str:
        """Spell a day, as in "lundi 2 mars 2026"."""
        names = {
            "weekday": self.text("date.weekdays").split()[value.weekday()],
            "month": self.text("date.months").split()[value.month - 1],
            "day": self.text("date.first") if value.day == 1 else str(value.day),
        }
        pattern = "date.day" if weekday else "date.short_day"
        return self.text(pattern, **names, year=value.year)

    def instant(self, value: datetime, *, zone: ZoneInfo = ZONE) -> str:
        """Spell an instant as it is read on a clock of the zone."""
        local = value.astimezone(zone)
        return self.text(
            "date.instant", day=self.day(local.date(), weekday=False), time=f"{local:%H:%M}"
        )

    def relative(self, value: date, today: date) -> str:
        """Say how far a last day is: "dans 12 jours", "aujourd’hui", "en retard de 3 jours"."""
        days = (value - today).days
        if days in {0, 1}:
            return self.text("date.today" if days == 0 else "date.tomorrow")
        return self.counted("date.late" if days < 0 else "date.left", abs(days))

    def day_tag(self, value: date, *, weekday: bool = True) -> Markup:
        """Return a day as a `<time>` element."""
        return Markup('<time datetime="{}">{}</time>').format(
            value.isoformat(), self.day(value, weekday=weekday)
        )

    def instant_tag(self, value: datetime) -> Markup:
        """Return an instant as a `<time>` element whose title says it in UTC."""
        utc = value.astimezone(UTC)
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            f"{utc:%Y-%m-%dT%H:%M:%SZ}", f"{utc:%Y-%m-%d %H:%M:%S} UTC", self.instant(value)
        )

    def size(self, octets: int) -> str:
        """Spell the size of a file."""
        if octets < 1_000_000:
            return self.text("size.kilo", number=max(1, round(octets / 1000)))
        number = f"{octets / 1_000_000:.1f}"
        return self.text("size.mega", number=number.replace(".", self.text("size.mark")))

    def figure(self, value: int) -> str:
        """Spell a whole number with its thousands apart."""
        return f"{value:,}".replace(",", self.text("size.thousands"))

    def _find(self, key: str) -> str:
        found = self._texts.get(key)
        if found is None and self._strict:
            raise UnknownTextError(f"No catalogue has a text for {key!r}; add it to every one.")
        return key if found is None else found
