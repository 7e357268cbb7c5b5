"""Both catalogues say the same, and say it as it is written."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from privacy.assignments.models import AssignmentState, Task
from privacy.audit.actions import Action
from privacy.audit.faults import Kind
from privacy.consent.models import Method
from privacy.operators.roles import Permission, Role
from privacy.purposes.models import LegalBasis, RecipientRole
from privacy.rectification.models import CorrectionState, NoticeState, Origin
from privacy.requests.annexes import AgeBand, Capacity
from privacy.requests.behalf import Standing
from privacy.requests.deadline import Stage
from privacy.requests.deciding import RefusalGround
from privacy.requests.models import Channel, RequestKind, RequestState, TaskState
from privacy.stores.assigned import Way
from privacy.stores.erasing import KeepGround
from privacy.stores.search.findings import Reason
from privacy.stores.terms import SubjectKind
from privacy.subjects.identify import IdentifierKind
from privacy.web import words as module
from privacy.web.words import LANGUAGES, UnknownTextError, Words, catalogue, civil_day

FRENCH, ENGLISH = Words("fr"), Words("en")
WEB = Path(module.__file__).parent
LITERAL = re.compile(r"""["']([a-z_]+(?:[.][a-z0-9_-]+)*[.]?)["']""")
GROUPS: dict[str, Iterable[str]] = {
    "action": Action,
    "age_band": AgeBand,
    "assigned.states": AssignmentState,
    "assigned.tasks": Task,
    "assigned.ways": Way,
    "audit_fault": Kind,
    "basis": LegalBasis,
    "capacity": Capacity,
    "channel": Channel,
    "console.acting.rule": AgeBand,
    "console.due": Stage,
    "console.ground": RefusalGround,
    "correction_origin": Origin,
    "correction_state": CorrectionState,
    "identifier": IdentifierKind,
    "subject_kind": SubjectKind,
    "kind": RequestKind,
    "method": Method,
    "package.keep": KeepGround,
    "permission": Permission,
    "portal.behalf.standings": Standing,
    "portal.next": RequestState,
    "portal.rectified_state": CorrectionState,
    "portal.state": RequestState,
    "reason": Reason,
    "recipient_notice": NoticeState,
    "recipient_role": RecipientRole,
    "role": Role,
    "role_summary": Role,
    "state": RequestState,
    "task": TaskState,
}


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"{(\w+)}", text))


def test_both_languages_have_the_same_texts_with_the_same_values():
    french, english = catalogue("fr"), catalogue("en")
    assert french.keys() == english.keys()
    for key, text in french.items():
        assert placeholders(text) == placeholders(english[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_calm_and_well_set(language: str):
    for key, text in catalogue(language).items():
        assert text, key
        assert text == text.strip() or key == "size.thousands", key
        assert not set("!<>&") & set(text), key
        assert "'" not in text, f"{key} has a typewriter’s apostrophe"


def test_french_punctuation_stays_with_its_word():
    for key, text in catalogue("fr").items():
        assert not re.search(r" [:;?!»%]|« ", text), key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", GROUPS)
def test_every_code_that_people_see_has_its_word(language: str, group: str):
    missing = [code for code in GROUPS[group] if not Words(language).has(f"{group}.{code}")]
    assert missing == []


def test_every_right_that_can_be_asked_for_is_explained():
    for kind in RequestKind:
        assert all(FRENCH.has(f"right.{kind}.{part}") for part in ("title", "summary", "law"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_counted_has_both_its_forms(language: str):
    texts = catalogue(language)
    singles = {key.removesuffix(".one") for key in texts if key.endswith(".one")}
    others = {key.removesuffix(".other") for key in texts if key.endswith(".other")}
    assert singles == others - {"console.ground"}  # a ground that is none of the others


def test_no_text_is_left_that_nothing_shows():
    files = [*WEB.rglob("*.html"), *WEB.rglob("*.txt"), *WEB.rglob("*.py")]
    said = {found for file in files for found in LITERAL.findall(file.read_text("utf-8"))}
    shown = {name for name in said if not name.endswith(".")}
    begun = {name for name in said if name.endswith(".")} | {f"{group}." for group in GROUPS}
    begun |= {
        "mail.",
        "text.",
        "fact.",
        "shown_by.",
        "field_error.",
        "notice_field.",
        "store_can.",
        "store_kind.",
        "correction_detail.",
        "country.",
        "actor.",
        "authority.",
        "console.team.",
        "kind.",
    }
    counted = {f"{name}.{form}" for name in shown for form in ("one", "other")}
    left = [
        key for key in catalogue("fr")
        if key not in shown | counted and not key.startswith(tuple(begun))
    ]  # fmt: skip
    assert left == []


def test_an_unknown_key_is_a_fault_where_it_is_strict_and_shown_where_it_is_not():
    with pytest.raises(UnknownTextError):
        FRENCH.text("portal.nowhere")
    assert Words("fr", strict=False).text("portal.nowhere") == "portal.nowhere"
    assert FRENCH.label("action", "room.new-act") == "room.new-act"


def test_days_are_spelled():
    assert FRENCH.day(date(2026, 3, 2)) == "lundi 2 mars 2026"
    assert ENGLISH.day(date(2026, 3, 2)) == "Monday 2 March 2026"
    assert FRENCH.day(date(2026, 5, 1), weekday=False) == "1er mai 2026"
    assert ENGLISH.day(date(2026, 5, 1), weekday=False) == "1 May 2026"


@given(st.dates())
def test_every_day_has_a_name_in_both_languages(day: date):
    assert str(day.year) in FRENCH.day(day)
    assert FRENCH.day(day).split()[0] in catalogue("fr")["date.weekdays"].split()
    assert ENGLISH.day(day).split()[2] in catalogue("en")["date.months"].split()


def test_instants_are_read_on_a_clock_in_paris_before_and_after_the_change():
    winter = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    assert FRENCH.instant(winter) == "29 mars 2026 à 01:59"
    assert FRENCH.instant(winter + timedelta(minutes=1)) == "29 mars 2026 à 03:00"
    assert ENGLISH.instant(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "1 January 2027 at 00:30"
    assert civil_day(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == date(2027, 1, 1)


def test_an_instant_carries_its_time_in_utc():
    tag = FRENCH.instant_tag(datetime(2026, 7, 1, 12, 0, 5, tzinfo=UTC))
    assert 'datetime="2026-07-01T12:00:05Z"' in tag
    assert 'title="2026-07-01 12:00:05 UTC"' in tag
    assert ">1er juillet 2026 à 14:00<" in tag


@pytest.mark.parametrize(
    ("days", "french", "english"),
    [
        (12, "dans 12 jours", "in 12 days"),
        (2, "dans 2 jours", "in 2 days"),
        (1, "demain", "tomorrow"),
        (0, "aujourd’hui", "today"),
        (-1, "en retard de 1 jour", "1 day late"),
        (-3, "en retard de 3 jours", "3 days late"),
    ],
)
def test_a_last_day_is_told_by_its_distance(days: int, french: str, english: str):
    today = date(2026, 3, 30)
    assert FRENCH.relative(today + timedelta(days=days), today) == french
    assert ENGLISH.relative(today + timedelta(days=days), today) == english


def test_nothing_is_singular_in_french_and_plural_in_english():
    assert FRENCH.counted("console.board.count", 0) == "0 demande"
    assert ENGLISH.counted("console.board.count", 0) == "0 requests"
    assert FRENCH.counted("console.board.count", 2) == "2 demandes"


def test_values_are_escaped_and_markup_is_kept():
    hostile = FRENCH.markup("portal.home.lead", controller="<b>")
    assert "&lt;b&gt;" in hostile
    linked = FRENCH.markup("portal.sent.write", contact=Markup("<a>x</a>"))
    assert "<a>x</a>" in linked


def test_figures_and_sizes_follow_the_language():
    assert FRENCH.figure(1_234_567) == "1\u202f234\u202f567"
    assert ENGLISH.figure(1_234_567) == "1,234,567"
    assert FRENCH.size(2_412_000) == "2,4 Mo"
    assert ENGLISH.size(900) == "1 kB"


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [("en-GB", "en"), ("EN", "en"), ("fr_CA", "fr"), ("de", "fr"), ("", "fr"), (None, "fr")],
)
def test_every_tag_leads_to_a_language_that_is_spoken(wanted: str | None, spoken: str):
    assert module.closest_language(wanted) == spoken
