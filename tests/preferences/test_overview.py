"""What a subject sees of each purpose, and what its one button does."""

from datetime import UTC, datetime
from typing import Any

import pytest

from privacy.consent.gate import Answer, Reason, Verdict
from privacy.consent.models import Scope
from privacy.preferences.overview import (
    Group,
    Seen,
    Standing,
    answerable,
    group_of,
    lines,
    scope_of,
)
from privacy.purposes.models import LegalBasis, Purpose, Recipient

AT = datetime(2026, 3, 2, tzinfo=UTC)
UNTIL = datetime(2026, 9, 2, tzinfo=UTC)
WORDS = {"title": "T", "summary": "S", "description": "D", "retention": "R"}


def purpose(
    code: str = "mk_email", basis: LegalBasis = LegalBasis.CONSENT, **details: Any
) -> Purpose:
    texts = {"fr": WORDS | {"title": f"{code} (fr)"}, "en": WORDS | {"title": f"{code} (en)"}}
    return Purpose(code=code, version=3, legal_basis=basis, texts=texts, details=details)


def recipient(name: str, *codes: str) -> Recipient:
    return Recipient(name=name, purposes=list(codes))


def seen(reason: Reason, *, granted: bool | None = None) -> Seen:
    permitted = reason in {Reason.GIVEN, Reason.OTHER_BASIS}
    answer = None if granted is None else Answer(granted, UNTIL, 3, said=AT)
    return Seen(Verdict(permitted, reason), answer)


@pytest.mark.parametrize(
    ("reason", "granted", "standing", "gives"),
    [
        (Reason.GIVEN, True, Standing.GRANTED, False),
        (Reason.NEVER_ASKED, None, Standing.NEVER, True),
        (Reason.REFUSED, False, Standing.REFUSED, True),
        (Reason.WITHDRAWN, False, Standing.WITHDRAWN, True),
        (Reason.EXPIRED, True, Standing.EXPIRED, True),
        (Reason.SUPERSEDED, True, Standing.CHANGED, True),
        (Reason.NEEDS_JOINT, True, Standing.INCOMPLETE, True),
    ],
)
def test_each_reason_of_the_gate_is_said_in_words_and_has_its_button(
    *, reason: Reason, granted: bool | None, standing: Standing, gives: bool
):
    found = lines([purpose()], {"mk_email": seen(reason, granted=granted)}, [], language="fr")
    (line,) = found[Group.CHANNELS]
    assert (line.standing, line.gives) == (standing, gives)
    assert line.since == (None if granted is None else AT)
    assert line.until == (UNTIL if granted else None)
    assert line.version == 3


@pytest.mark.parametrize(
    ("reason", "standing", "gives"),
    [
        (Reason.OTHER_BASIS, Standing.OPEN, False),
        (Reason.REFUSED, Standing.OBJECTED, True),
    ],
)
def test_what_rests_on_another_basis_is_objected_to(
    *, reason: Reason, standing: Standing, gives: bool
):
    post = purpose("mk_post", LegalBasis.LEGITIMATE_INTERESTS)
    (line,) = lines([post], {"mk_post": seen(reason)}, [], language="fr")[Group.OBJECTION]
    assert (line.standing, line.gives) == (standing, gives)


def test_every_reason_has_its_words():
    for reason in Reason:
        assert lines([purpose()], {"mk_email": seen(reason)}, [], language="fr")


@pytest.mark.parametrize(
    ("code", "details", "group"),
    [
        ("mk_phone", {}, Group.CHANNELS),
        ("email_open_tracking", {}, Group.CHANNELS),
        ("partner_sharing", {}, Group.PARTNERS),
        ("social_audience_matching", {"signals": ["ad_user_data"]}, Group.PARTNERS),
        ("audience_consent", {"cookies": [{"name": "a"}]}, Group.TRACKERS),
        ("ads", {"signals": ["ad_storage"]}, Group.TRACKERS),
        ("card_storage", {}, Group.OTHERS),
    ],
)
def test_a_purpose_stands_under_its_heading(code: str, details: dict[str, Any], group: Group):
    assert group_of(purpose(code, **details)) is group


def test_only_what_is_the_subjects_to_answer_is_shown():
    wanted = {LegalBasis.CONSENT, LegalBasis.LEGITIMATE_INTERESTS, LegalBasis.PUBLIC_TASK,
              LegalBasis.EXEMPT_AUDIENCE}  # fmt: skip
    found = answerable([purpose(basis=basis) for basis in LegalBasis])
    assert {one.legal_basis for one in found} == wanted


def test_who_gets_data_is_named_once_each():
    tracked = purpose("ads", vendors=[{"name": "Régie"}, {"name": "Example"}])
    known = [recipient("Example", "ads"), recipient("Mail", "mk_email"), recipient("A", "ads")]
    found = lines([tracked], {"ads": seen(Reason.NEVER_ASKED)}, known, language="fr")
    assert found[Group.TRACKERS][0].recipients == ["A", "Example", "Régie"]


def test_words_are_those_of_the_reader_or_else_the_first():
    for language, title in (("en", "mk_email (en)"), ("de", "mk_email (fr)")):
        found = lines([purpose()], {"mk_email": seen(Reason.GIVEN)}, [], language=language)
        assert found[Group.CHANNELS][0].texts["title"] == title


def test_headings_come_in_order_and_only_where_something_stands_below():
    known = [purpose("card_storage"), purpose("mk_sms"), purpose("partner_sharing")]
    found = lines(known, {one.code: seen(Reason.GIVEN) for one in known}, [], language="fr")
    assert list(found) == [Group.CHANNELS, Group.PARTNERS, Group.OTHERS]


def test_what_sites_keep_in_browsers_follows_the_account():
    assert scope_of([Group.CHANNELS, Group.TRACKERS]) is Scope.ACCOUNT
    assert scope_of([Group.CHANNELS, Group.PARTNERS]) is Scope.SUBJECT
