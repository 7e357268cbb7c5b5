"""What subjects type: of which kind a value is, and in which form it is taken."""

from datetime import date

import pytest

from privacy.errors import InvalidError
from privacy.rectification.wishes import (
    ValueKind,
    Wish,
    checked,
    from_json,
    kind_of,
    to_json,
)
from privacy.stores.definition import Collection, Field
from privacy.stores.terms import DataCategory
from tests.stores.fake_store import identity, same

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (ValueKind.EMAIL, " C.Durand@Exemple.FR ", "c.durand@exemple.fr"),
        (ValueKind.PHONE, "06 12 34 56 78", "+33612345678"),
        (ValueKind.PHONE, "0044 20 7946 0000", "+442079460000"),
        (ValueKind.DATE, "02/03/1984", "1984-03-02"),
        (ValueKind.DATE, "1984-03-02", "1984-03-02"),
        (ValueKind.POSTAL_CODE, "35000", "35000"),
        (ValueKind.POSTAL_CODE, "sw1a 1aa", "SW1A 1AA"),
        (ValueKind.TEXT, " 21  rue\tdes Lilas ", "21 rue des Lilas"),
    ],
)
def test_a_value_is_kept_in_one_form(kind: ValueKind, typed: str, kept: str):
    assert checked(kind, typed, today=TODAY) == kept
    assert checked(kind, kept, today=TODAY) == kept


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        (ValueKind.EMAIL, "camille", "email.invalid"),
        (ValueKind.PHONE, "12", "detail.phone"),
        (ValueKind.DATE, "31/02/1984", "detail.date"),
        (ValueKind.DATE, "2026-03-03", "detail.date"),
        (ValueKind.DATE, "1700-01-01", "detail.date"),
        (ValueKind.POSTAL_CODE, "rue 1, Rennes", "detail.postal_code"),
        (ValueKind.TEXT, " ", "detail.missing"),
        (ValueKind.TEXT, "a" * 201, "detail.long"),
        (ValueKind.TEXT, "a\u200bb", "detail.long"),
    ],
)
def test_what_is_none_of_its_kind_is_refused_by_code(kind: ValueKind, typed: str, code: str):
    with pytest.raises(InvalidError) as refused:
        checked(kind, typed, today=TODAY)
    assert refused.value.fields == {"value": [code]}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("mail_1", ValueKind.EMAIL),
        ("contact", ValueKind.PHONE),
        ("date_naissance", ValueKind.DATE),
        ("postal_code", ValueKind.POSTAL_CODE),
        ("cp", ValueKind.POSTAL_CODE),
        ("street", ValueKind.TEXT),
    ],
)
def test_a_kind_comes_from_how_a_field_is_compared_or_named(name: str, kind: ValueKind):
    ways = {"contact": "phone"}
    declared = Field(name, same(name), DataCategory.CONTACT, ways.get(name, "exact"))
    identities = (identity("email", "mail_1"),) if name == "mail_1" else ()
    of = Collection("t", same("t"), (name,), (declared,), identities=identities)
    assert kind_of(of, declared) is kind


def test_a_wish_is_read_back_as_it_was_written():
    places = (("shop", "account", "street", ("1",)),)
    wish = Wish(places, "12 rue", "21 rue", ValueKind.TEXT, {"fr": "Rue", "en": "Street"})
    assert from_json(to_json(wish)) == wish
    assert "21 rue" not in repr(wish)
