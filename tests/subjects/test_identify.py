"""Identifiers in one form, and ids of visitors."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.crypto import DataKey
from privacy.errors import InvalidError
from privacy.subjects.identify import (
    Claim,
    IdentifierKind,
    normalise,
    normalise_email,
    normalise_phone,
    normalise_visitor,
    visitor_subject_id,
)

CONTROLLER = UUID("018f0000-0000-7000-8000-000000000001")
VISITOR = "00112233445566778899aabbccddeeff"
NEARLY_EMAILS = st.builds(
    "{}@{}.{}".format,
    st.text(max_size=12),
    st.text(min_size=1, max_size=12),
    st.sampled_from(["fr", "org", "école", "xn--9caaa"]),
)


def wide(text: str) -> str:
    """Write a text as a Japanese keyboard may, in full-width forms."""
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("camille@example.org", "camille@example.org"),
        (" Camille.Dupont@Example.ORG\n", "camille.dupont@example.org"),
        ("camille+shop@example.org", "camille+shop@example.org"),
        ("c.a.m@gmail.com", "c.a.m@gmail.com"),
        ("o'brien@example.org", "o'brien@example.org"),
        ("jérôme@exämple.fr", "jérôme@xn--exmple-cua.fr"),
        ("je\u0301ro\u0302me@example.fr", "jérôme@example.fr"),
        ("JÉRÔME@EXAMPLE.FR", "jérôme@example.fr"),
        (wide("camille@example") + "。org", "camille@example.org"),
        ("\u200bcamille@example.org\ufeff", "camille@example.org"),
        ("a@xn--exmple-cua.fr", "a@xn--exmple-cua.fr"),
    ],
)
def test_an_email_has_one_form(written: str, expected: str):
    assert normalise_email(written) == expected


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "@",
        "camille",
        "camille@",
        "@example.org",
        "camille@localhost",
        "camille@example.o",
        "camille@example..org",
        "camille@example.org.",
        "camille@-example.org",
        "camille@192.168.0.1",
        "cam ille@example.org",
        "cam\x00ille@example.org",
        "cam@ille@example.org",
        "a@example.org,b@example.org",
        "Camille <camille@example.org>",
        "a" * 65 + "@example.org",
        "a@" + "b" * 64 + ".org",
        "a@" + "b." * 126 + "org",
        "é" * 33 + "@example.org",
        "\ud800@example.org",
        "a@\ud800.org",
        "a@" + "x" * 10_000,
    ],
)
def test_what_is_no_email_is_refused_and_not_quoted(nonsense: str):
    with pytest.raises(InvalidError) as caught:
        normalise_email(nonsense)
    assert caught.value.fields.keys() == {"email"}
    assert "camille" not in str(caught.value)


@given(st.text(max_size=40) | NEARLY_EMAILS)
def test_the_form_of_an_email_is_its_own_form(text: str):
    try:
        form = normalise_email(text)
    except InvalidError:
        return
    assert normalise_email(form) == form
    assert normalise_email(f" {form.upper()} ").casefold() == form.casefold()
    assert form.split("@")[1].isascii()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("06-12-34-56-78", "+33612345678"),
        ("06\u00a012\u202f34\u00a056\u00a078", "+33612345678"),
        ("\u202a+33 6 12 34 56 78\u202c", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("+33 06 12 34 56 78", "+33612345678"),
        ("0033 6 12 34 56 78", "+33612345678"),
        (wide("0612345678"), "+33612345678"),
        ("01/42/68/53/00", "+33142685300"),
        ("0692 12 34 56", "+262692123456"),
        ("+262 692 12 34 56", "+262692123456"),
        ("0590 12 34 56", "+590590123456"),
        ("0694 12 34 56", "+594694123456"),
        ("0696 12 34 56", "+596696123456"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("+1 (415) 555-2671", "+14155552671"),
        ("00 32 2 555 12 12", "+3225551212"),
    ],
)
def test_a_phone_number_has_one_form(written: str, expected: str):
    assert normalise_phone(written) == expected


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "+",
        "112",
        "3939",
        "06 12 34 56 7",
        "06 12 34 56 78 9",
        "612345678",
        "+33 12",
        "+0612345678",
        "+1234567890123456",
        "++33612345678",
        "06 12 34 56 78 ext. 3",
        "tel:0612345678",
        "٠٦١٢٣٤٥٦٧٨",
        "0" * 10_000,
        "\ud800",
    ],
)
def test_what_is_no_phone_number_is_refused(nonsense: str):
    with pytest.raises(InvalidError) as caught:
        normalise_phone(nonsense)
    assert caught.value.fields.keys() == {"phone"}


@given(st.text("+0123456789 ().-\u202f", max_size=24))
def test_the_form_of_a_phone_number_is_its_own_form(text: str):
    try:
        form = normalise_phone(text)
    except InvalidError:
        return
    assert normalise_phone(form) == form
    assert form[0] == "+"
    assert form[1:].isdecimal()


@pytest.mark.parametrize("text", ["", "x", VISITOR.upper(), VISITOR + "\n", VISITOR[:-1]])
def test_a_visitor_is_32_hexadecimal_digits(text: str):
    assert normalise_visitor(VISITOR) == VISITOR
    with pytest.raises(InvalidError):
        normalise_visitor(text)


def test_every_kind_has_its_own_form():
    assert normalise(IdentifierKind.EMAIL, "A@Example.org") == "a@example.org"
    assert normalise(IdentifierKind.PHONE, "0612345678") == "+33612345678"
    assert normalise(IdentifierKind.VISITOR, VISITOR) == VISITOR
    assert normalise(IdentifierKind.LOYALTY_CARD, " AB-12 ") == "AB-12"
    assert normalise("badge", wide("AB")) == "AB"


@pytest.mark.parametrize("value", ["", "  ", "a\nb", "a\x00", "\ud800", "x" * 255])
def test_an_identifier_of_any_kind_can_be_read(value: str):
    with pytest.raises(InvalidError):
        normalise("badge", value)


@pytest.mark.parametrize("kind", ["", "Badge", "1st", "a-b", "a b", "x" * 41, "badge\n"])
def test_a_kind_is_a_plain_word(kind: str):
    with pytest.raises(InvalidError):
        normalise(kind, "value")


def test_a_claim_is_normalised_and_does_not_show_its_value():
    claim = Claim("email", " Camille@Example.org")
    assert claim.value == "camille@example.org"
    assert not claim.verified
    assert "camille" not in repr(claim)


def test_a_claim_of_nonsense_is_refused():
    with pytest.raises(InvalidError):
        Claim("email", "nobody")


def test_the_id_of_a_visitor_never_changes_between_releases():
    # Rows hold these ids: another result would separate every visitor from their consents.
    key = DataKey(bytes(range(32)))
    subject_id = visitor_subject_id(key, CONTROLLER, VISITOR)
    assert str(subject_id) == "9dabd744-01cb-8a35-94b6-86817876ca8b"


@given(st.binary(min_size=16, max_size=16).map(bytes.hex))
def test_the_id_of_a_visitor_is_a_uuid_of_version_8(visitor: str):
    subject_id = visitor_subject_id(DataKey(bytes(32)), CONTROLLER, visitor)
    assert subject_id.version == 8
    assert subject_id.variant == "specified in RFC 4122"


def test_the_id_of_a_visitor_depends_on_key_controller_and_visitor():
    key, other = DataKey(bytes(32)), DataKey.generate()
    ids = {
        visitor_subject_id(key, CONTROLLER, VISITOR),
        visitor_subject_id(other, CONTROLLER, VISITOR),
        visitor_subject_id(key, UUID(int=1), VISITOR),
        visitor_subject_id(key, CONTROLLER, VISITOR[::-1]),
    }
    assert len(ids) == 4
    assert visitor_subject_id(key, CONTROLLER, VISITOR) in ids


def test_a_visitor_that_is_none_has_no_id():
    with pytest.raises(InvalidError):
        visitor_subject_id(DataKey(bytes(32)), CONTROLLER, "guess")
