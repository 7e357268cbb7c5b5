"""The policy values that are built in: what holds while nobody has set another.

Each has its dates, its source and its force. The list follows the law of France and the Union as
known on 1 October 2026; what is only proposed is listed apart and never holds by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from privacy.policy.months import ONE_DAY


class Force(StrEnum):
    """How far a value binds."""

    LAW = "law"
    """A binding text, or a judgment that reads one."""
    SOFT = "soft"
    """Guidance of an authority: may be departed from with a recorded reason."""
    STD = "std"
    """A voluntary standard."""
    PROP = "prop"
    """Proposed: not law."""


class Unit(StrEnum):
    """What the text of a value means."""

    PERIOD = "period"
    """An ISO 8601 period of years, months, weeks or days."""
    HOURS = "hours"
    WORKING_DAYS = "working-days"
    YEARS = "years"
    COUNT = "count"
    FLAG = "flag"
    """`true` or `false`."""
    DAY = "day"
    """An ISO 8601 date."""
    WORD = "word"
    """One of the words of `WORDS`."""
    TEXT = "text"


NUMBERS = frozenset({Unit.HOURS, Unit.WORKING_DAYS, Unit.YEARS, Unit.COUNT})


@dataclass(frozen=True)
class Value:
    """A legal value and the days on which it holds, both included; no end means still."""

    key: str
    value: str
    unit: Unit
    from_on: date
    to_on: date | None
    source: str
    force: Force

    def holds_on(self, day: date) -> bool:
        """Tell whether the value is in force on a day."""
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)


GDPR = date(2018, 5, 25)
"""The day from which the GDPR applies (Art. 99(2))."""
TRACKERS = date(2020, 10, 2)
"""Publication of CNIL deliberations 2020-091 and 2020-092."""
CALLS = date(2026, 8, 11)
"""The day from which calls to consumers need consent (loi 2025-594)."""
CALLING_HOURS = date(2023, 3, 1)
PIXELS = date(2026, 4, 14)


def _law(key: str, value: str, unit: Unit, from_on: date, source: str) -> Value:
    return Value(key, value, unit, from_on, None, source, Force.LAW)


def _soft(key: str, value: str, unit: Unit, from_on: date, source: str) -> Value:
    return Value(key, value, unit, from_on, None, source, Force.SOFT)


BUILT_IN: tuple[Value, ...] = (
    # Requests of subjects
    _law("dsar.base", "P1M", Unit.PERIOD, GDPR, "GDPR 12(3)"),
    _law("dsar.ext", "P2M", Unit.PERIOD, GDPR, "GDPR 12(3)"),
    _law("dsar.roll", "1182_71", Unit.WORD, GDPR, "Regulation 1182/71 3(4)"),
    _soft("dsar.pause.max_ask_delay", "5", Unit.WORKING_DAYS, GDPR, "GDPR 12(6); EDPB 01/2022"),
    _soft("request.confirm", "P3D", Unit.PERIOD, GDPR, "GDPR 5(1)(c): no longer than needed"),
    _soft("request.answer", "P30D", Unit.PERIOD, GDPR, "GDPR 12(6): time to answer a question"),
    _soft("request.again", "P90D", Unit.PERIOD, GDPR, "GDPR 12(5): how long one is shown beside"),
    _soft("request.download", "P7D", Unit.PERIOD, GDPR, "GDPR 32; EDPB 01/2022"),
    # Breaches
    _law("breach.sa.hours", "72", Unit.HOURS, GDPR, "GDPR 33(1)"),
    _law("breach.sa.threshold", "risk", Unit.WORD, GDPR, "GDPR 33(1)"),
    _soft("breach.template", "cnil_2023", Unit.WORD, GDPR, "CNIL form, July 2023"),
    _soft("breach.entry_point", "cnil", Unit.WORD, GDPR, "GDPR 33(1), 55"),
    # Trackers
    _soft("cookie.choice", "P6M", Unit.PERIOD, TRACKERS, "CNIL 2020-092"),
    _soft("cookie.audience", "P13M", Unit.PERIOD, TRACKERS, "CNIL 2020-091; sheet of 4 Jul 2025"),
    _soft(
        "cookie.audience_data", "P25M", Unit.PERIOD, TRACKERS, "CNIL 2020-091; sheet of 4 Jul 2025"
    ),
    _law("cookie.regime", "lil82", Unit.WORD, GDPR, "Directive 2002/58 5(3); LIL 82"),
    Value(
        "signal.gpc", "refusal", Unit.WORD, GDPR, None, "GDPR 21(5); GPC specification", Force.STD
    ),
    _law("partner.named", "true", Unit.FLAG, GDPR, "GDPR 4(11), 13(1)(e); CNIL SAN-2023-015"),
    _law("child.age.FR", "15", Unit.YEARS, GDPR, "GDPR 8(1); LIL 45"),
    # Marketing
    Value(
        "phone.regime",
        "bloctel",
        Unit.WORD,
        date(2016, 6, 1),
        CALLS - ONE_DAY,
        "C. conso. L. 223-1 before loi 2025-594",
        Force.LAW,
    ),
    _law("phone.regime", "optin", Unit.WORD, CALLS, "C. conso. L. 223-1; loi 2025-594"),
    _law("phone.consent.max", "P1Y", Unit.PERIOD, CALLS, "C. conso. R. 223-1"),
    _law("phone.proof", "P3Y", Unit.PERIOD, CALLS, "C. conso. R. 223-1 ff."),
    _law("phone.windows", "Mon-Fri 10-13,14-20", Unit.TEXT, CALLING_HOURS, "C. conso. D. 223-8"),
    _law("phone.max", "4/30d", Unit.TEXT, CALLING_HOURS, "C. conso. D. 223-8"),
    _soft("email.pixel", "consent", Unit.WORD, PIXELS, "LIL 82; CNIL 2026-042"),
    _soft("email.pixel.legacy_until", "2026-07-14", Unit.DAY, PIXELS, "CNIL 2026-042, transition"),
    _soft("soft_optin.free_account", "false", Unit.FLAG, GDPR, "CPCE L. 34-5; CNIL; C-654/23"),
    _soft("prospect", "P3Y", Unit.PERIOD, GDPR, "CNIL 2021-131"),
    _soft("suppression.min", "P3Y", Unit.PERIOD, GDPR, "CNIL 2021-131"),
    # Governance
    _soft("logs", "P12M", Unit.PERIOD, GDPR, "CNIL 2021-122"),
    _law("register.exempt", "250", Unit.COUNT, GDPR, "GDPR 30(5)"),
    _law("transfer.dpf", "valid", Unit.WORD, date(2023, 7, 10), "Decision 2023/1795; T-553/23"),
)  # fmt: skip

_OMNIBUS = "COM(2025) 837, first reading"

PROPOSED: Mapping[str, tuple[str, str]] = {
    "breach.sa.hours": ("96", _OMNIBUS),
    "breach.sa.threshold": ("high_risk", _OMNIBUS),
    "breach.template": ("edpb_2026", "EDPB draft of 10 Jun 2026"),
    "breach.entry_point": ("enisa_sep", _OMNIBUS),
    "cookie.regime": ("gdpr88a", _OMNIBUS),
    "signal.gpc": ("binding", _OMNIBUS),
    "register.exempt": ("750", "COM(2025) 501"),
}
"""What may come, by key: the value and where it is proposed. Off until somebody sets it."""

WORDS: Mapping[str, frozenset[str]] = {
    "dsar.roll": frozenset({"1182_71"}),
    "breach.sa.threshold": frozenset({"risk", "high_risk"}),
    "breach.template": frozenset({"cnil_2023", "edpb_2026"}),
    "breach.entry_point": frozenset({"cnil", "enisa_sep"}),
    "cookie.regime": frozenset({"lil82", "gdpr88a"}),
    "signal.gpc": frozenset({"refusal", "binding", "ignored"}),
    "phone.regime": frozenset({"bloctel", "optin"}),
    "email.pixel": frozenset({"consent"}),
    "transfer.dpf": frozenset({"valid", "invalid"}),
}
"""The words that each key of words knows."""

LIMITS: Mapping[str, tuple[str, str]] = {
    "logs": ("P6M", "P3Y"),
    "child.age.FR": ("13", "16"),
}
"""The least and the most that may be set: CNIL 2021-122; GDPR 8(1)."""

UNITS: Mapping[str, Unit] = {value.key: value.unit for value in BUILT_IN}
"""The unit of each key that exists."""


def built_in(key: str, day: date) -> Value | None:
    """Return the built-in value of a key that holds on a day, if there is one."""
    return next((value for value in BUILT_IN if value.key == key and value.holds_on(day)), None)
