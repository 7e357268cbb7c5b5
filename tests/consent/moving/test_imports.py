"""What is taken from another tool's files, and what is refused with its reason."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.consent.moving.cookies import READERS, Mapped, read_cookies
from privacy.consent.moving.imports import Fault, Line, read_csv
from privacy.errors import InvalidError

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOTICE = "ab" * 32
HEAD = "visitor,said_at,purpose,granted,language,notice,evidence"
VISITOR = "0123456789abcdef" * 2
WHEN = "2026-01-05T10:00:00+01:00"
CONSENT = "11111111-2222-4333-8444-555555555555"


def rows(*lines: str, head: str = HEAD) -> list[Line | Fault]:
    return list(read_csv([f"{line}\n" for line in (head, *lines)], language="fr"))


def only(found: list[Line | Fault]) -> Line:
    """Return the only line there is, which is no fault."""
    (one,) = found
    assert isinstance(one, Line)
    return one


def reason(found: list[Line | Fault]) -> str:
    """Return the reason of the only fault there is."""
    (one,) = [each for each in found if isinstance(each, Fault)]
    return one.reason


def test_a_line_of_csv_says_who_when_what_and_to_which_words():
    one = only(rows(f"{VISITOR},{WHEN},audience_consent,true,en,{NOTICE},form 7"))
    assert (one.number, one.kind, one.who) == (2, "visitor", VISITOR)
    assert one.answers == {"audience_consent": True}
    assert one.said_at == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert (one.language, one.notice, one.evidence) == ("en", NOTICE, "form 7")
    assert VISITOR not in repr(one)


def test_semicolons_a_byte_order_mark_and_columns_in_any_order_are_understood():
    head = "\ufeffGranted;Purpose;Said_at;email"
    one = only(rows(f"non;mk_email;{WHEN};a@b.example", head=head))
    assert (one.kind, one.answers, one.language) == ("email", {"mk_email": False}, "fr")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"{VISITOR},{WHEN},audience_consent,true,en,,", "neither notice nor evidence"),
        (f",{WHEN},audience_consent,true,en,{NOTICE},", "exactly one of"),
        (f"{VISITOR},2026-01-05,audience_consent,true,en,{NOTICE},", "with its zone"),
        (f"{VISITOR},,audience_consent,false,en,,", "with its zone"),
        (f"{VISITOR},{WHEN},audience_consent,maybe,en,{NOTICE},", "true or false"),
        (f"{VISITOR},{WHEN},Audience!,true,en,{NOTICE},", "by its code"),
        (f"{VISITOR},{WHEN},audience_consent,true,en,the text,", "SHA-256"),
        (f"{VISITOR},{WHEN},audience_consent", "has 3 cells"),
    ],
)
def test_a_line_that_proves_too_little_is_refused_by_its_number(line: str, said: str):
    good = f"{VISITOR},{WHEN},audience_consent,false,en,,"
    first, bad, last = rows(good, line, good)
    assert isinstance(bad, Fault)
    assert (bad.number, said in bad.reason) == (3, True)
    assert VISITOR not in bad.reason
    assert [one.number for one in (first, last) if isinstance(one, Line)] == [2, 4]


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("visitor,purpose,granted", "missing: said_at"),
        ("said_at,purpose,granted", "missing: one of"),
        (f"{HEAD},name", "unknown: name"),
        ("visitor,visitor,said_at,purpose,granted", "twice: visitor"),
        ("", "missing"),
    ],
)
def test_a_file_with_other_columns_is_refused_whole(head: str, said: str):
    with pytest.raises(InvalidError) as refused:
        rows(head=head)
    assert said in "; ".join(refused.value.fields["columns"])


MAPPED = Mapped.read(
    {
        "purposes": {"audience_consent": "analytics", "ads_personalised": ["ads", "ads/video"]},
        "notices": [{"revision": 1, "sha256": NOTICE}, {"sha256": NOTICE, "since": "2025-11-01"}],
    }
)
UNDATED = Mapped.read({"purposes": {"audience_consent": ["matomo"], "ads_personalised": ["ads"]}})
COOKIE: dict[str, Any] = {
    "categories": ["necessary", "analytics"], "revision": 1, "data": None,
    "services": {"necessary": [], "analytics": [], "ads": []},
    "consentTimestamp": "2025-12-01T08:00:00.000Z",
    "lastConsentTimestamp": "2026-01-05T09:00:00.000Z",
    "consentId": CONSENT, "languageCode": "en-GB", "expirationTime": 1_790_000_000_000,
}  # fmt: skip


def read(tool: str, *lines: str, mapped: Mapped = MAPPED) -> list[Line | Fault]:
    return list(read_cookies(lines, tool, mapped, at=NOW))


def test_a_cookie_of_cookieconsent_proves_who_when_and_what():
    one = only(read("cookieconsent", json.dumps(COOKIE)))
    assert (one.kind, one.who) == ("visitor", CONSENT.replace("-", ""))
    assert one.answers == {"audience_consent": True, "ads_personalised": False}
    assert one.said_at == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert (one.language, one.notice) == ("en", NOTICE)


def test_a_purpose_is_granted_only_where_all_that_it_stands_for_is():
    for services, granted in (([], False), (["video"], True)):
        told = {**COOKIE, "categories": ["analytics", "ads"], "services": {"ads": services}}
        assert only(read("cookieconsent", json.dumps(told))).answers["ads_personalised"] is granted


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"revision": 2}, "nothing says what was told"),
        ({"lastConsentTimestamp": None, "consentTimestamp": None}, "has no date"),
        ({"expirationTime": 1_700_000_000_000}, "expired"),
    ],
)
def test_grants_that_lack_a_proof_are_refused_and_refusals_kept(change: dict[str, Any], said: str):
    found = read("cookieconsent", json.dumps({**COOKIE, **change}))
    assert said in reason(found)
    (kept,) = [one for one in found if isinstance(one, Line)]
    assert kept.answers == {"ads_personalised": False}


def test_tarteaucitron_without_a_dated_notice_gives_refusals_only():
    line = json.dumps({"cookie": "!matomo=true!ads=false!video=wait", "visitor": VISITOR})
    found = read("tarteaucitron", line, mapped=UNDATED)
    assert "audience_consent" in reason(found)
    assert "has no date" in reason(found)
    (kept,) = [one for one in found if isinstance(one, Line)]
    assert (kept.answers, kept.said_at) == ({"ads_personalised": False}, None)


def test_a_dated_notice_makes_a_grant_as_old_as_it_can_be():
    line = json.dumps({"cookie": "tarteaucitron=!analytics=true", "visitor": VISITOR})
    one = only(read("tarteaucitron", line))
    assert one.answers == {"audience_consent": True}
    assert one.said_at == datetime(2025, 11, 1, tzinfo=UTC)
    assert one.notice == NOTICE


def test_a_service_that_waits_answers_nothing():
    line = json.dumps({"cookie": "!matomo=wait!ads=wait", "visitor": VISITOR})
    assert "answers none" in reason(read("tarteaucitron", line, mapped=UNDATED))


@pytest.mark.parametrize(
    "value",
    ['{"analytics":true,"ads":false}', "%7B%22analytics%22%3Atrue%2C%22ads%22%3Afalse%7D",
     'klaro={"analytics":true,"ads":false}'],
)  # fmt: skip
def test_klaro_is_read_as_it_stands_in_the_browser(value: str):
    one = only(read("klaro", json.dumps({"cookie": value, "subject": CONSENT})))
    assert one.answers == {"audience_consent": True, "ads_personalised": False}
    assert (one.kind, one.who) == ("subject", CONSENT)


def test_what_a_purpose_stands_for_must_all_be_answered():
    value = '{"ads":true,"analytics":true}'
    one = only(read("klaro", json.dumps({"cookie": value, "visitor": VISITOR})))
    assert one.answers == {"audience_consent": True}


def test_a_cookie_that_names_nobody_is_refused():
    assert "names nobody" in reason(read("klaro", '{"analytics":false}'))
    assert "exactly one of" in reason(
        read("klaro", json.dumps({"cookie": "{}", "visitor": VISITOR, "email": "a@b.example"}))
    )


@pytest.mark.parametrize("tool", READERS)
@given(line=st.text(max_size=60) | st.sampled_from(["{}", "[]", "!", "1", "{" * 20_001]))
def test_junk_is_a_fault_of_its_line_and_never_a_crash(tool: str, line: str):
    for one in read(tool, line):
        assert isinstance(one, Fault)
        assert one.number == 1


@pytest.mark.parametrize(
    "told",
    [None, [], {}, {"purposes": {}}, {"purposes": {"a": []}}, {"purposes": {"A!": ["x"]}},
     {"purposes": {"a": "x"}, "notices": [{"revision": 1}]},
     {"purposes": {"a": "x"}, "notices": [{"sha256": "z"}]},
     {"purposes": {"a": "x"}, "notices": [{"text": "t", "since": "soon"}]}],
)  # fmt: skip
def test_a_mapping_that_makes_no_sense_is_refused(told: Any):
    with pytest.raises(InvalidError):
        Mapped.read(told)
