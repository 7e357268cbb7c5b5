"""What a vendor signs: each part of the message counts, and the clock."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.assignments.signed import answer_of, ensure_signed
from privacy.errors import ForbiddenError, InvalidError
from privacy.outbox.webhook import check_secret, headers, new_secret
from tests.fakes import FakeClock

SECRET = new_secret()
BODY = b'{"id": "1"}'
NOW = FakeClock().now


def signed(secret: str = SECRET, **shift: float) -> dict[str, str]:
    at = NOW + timedelta(**shift)
    return headers(secret, message_id=UUID(int=5), at=at, body=BODY)


def test_what_is_signed_passes_also_beside_an_older_signature():
    ensure_signed(SECRET, signed(), body=BODY, at=NOW)
    both = signed()
    both["webhook-signature"] = f"v1,old {both['webhook-signature']} v2,new"
    ensure_signed(SECRET, both, body=BODY, at=NOW)


@pytest.mark.parametrize("minutes", [-5.1, 5.1, -60 * 24])
def test_a_message_of_another_moment_is_refused(minutes: float):
    with pytest.raises(ForbiddenError):
        ensure_signed(SECRET, signed(minutes=minutes), body=BODY, at=NOW)


@given(name=st.sampled_from(sorted(signed())), text=st.text(max_size=40))
def test_no_header_can_be_another(name: str, text: str):
    changed = signed()
    if changed[name] == text:
        return
    changed[name] = text
    with pytest.raises(ForbiddenError):
        ensure_signed(SECRET, changed, body=BODY, at=NOW)


def test_neither_another_body_nor_another_secret_passes():
    with pytest.raises(ForbiddenError):
        ensure_signed(SECRET, signed(), body=BODY + b" ", at=NOW)
    with pytest.raises(ForbiddenError):
        ensure_signed(SECRET, signed(new_secret()), body=BODY, at=NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_YWJj", "whsec_!!", "QUFB" * 11])
def test_a_secret_that_is_none_is_refused(secret: str):
    with pytest.raises(InvalidError):
        check_secret(secret)


@given(
    st.dictionaries(
        st.sampled_from(["id", "result", "rows", "reason", "more"]),
        st.one_of(st.none(), st.text(), st.lists(st.integers()), st.just("found")),
    )
)
def test_a_document_is_an_answer_or_refused(document: dict[str, object]):
    with pytest.raises(InvalidError):
        answer_of(UUID(int=5), document)
