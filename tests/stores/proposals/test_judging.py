"""What a few values look like, and what names mean."""

import pytest

from privacy.stores.proposals.facts import TableFacts
from privacy.stores.proposals.judging import Look, look_of
from privacy.stores.proposals.proposing import Note, propose
from privacy.stores.proposals.vocabulary import is_of_others
from privacy.stores.terms import DataCategory


@pytest.mark.parametrize(
    ("values", "look"),
    [
        (["a@b.fr", "c.d@e.co.uk", "x@y.z", "oops"], Look.EMAIL),
        (["06 39 98 12 34", "+33639981234", "(01) 23 45 67 89"], Look.PHONE),
        (["FR76 3000 6000 0112 3456 7890 189", "DE89370400440532013000"] * 2, Look.IBAN),
        (["FR76 3000 6000 0112 3456 7890 188", "DE89370400440532013001"] * 2, Look.OTHER),
        (["4111 1111 1111 1111", "5555555555554444", "378282246310005"], Look.CARD),
        (["192.0.2.1", "2001:db8::1", "198.51.100.7"], Look.IP),
        (["1 85 05 78 006 084 91", "285057800608491", "185052A00608412"], Look.SSN),
        (
            ["My neighbour told me about it", "He never answered any of them", "a b c d e"],
            Look.PROSE,
        ),
        (["12", "13", "14"], Look.OTHER),
        (["2026-01-01", "2026-01-02", "2026-01-03"], Look.OTHER),
        (["a@b.fr", "c@d.fr"], None),
        ([" ", "", "x@y.fr", "z@y.fr"], None),
    ],
)
def test_values_are_known_by_their_look(values: list[str], look: Look | None) -> None:
    assert look_of(values) is look


def drafted(column: str, type_: str = "text", values: list[str] | None = None):
    facts = TableFacts("t", ("id", column), ("id",), types={column: type_})
    if values is not None:
        facts = TableFacts(
            "t", ("id", column), ("id",), types={column: type_}, samples={column: values}
        )
    draft = propose("s", [facts])
    found = draft.definition.collection("t")
    return found, draft


def kinds(column: str, type_: str = "text", values: list[str] | None = None) -> list[str]:
    return [identity.kind for identity in drafted(column, type_, values)[0].identities]


def test_a_type_speaks_against_a_name() -> None:
    assert kinds("email") == ["email"]
    assert kinds("email_verified", "boolean") == []
    assert kinds("mail_sent", "date") == []
    assert kinds("mobile", "number") == ["phone"]


def test_values_speak_against_a_name_and_for_a_name_that_says_nothing() -> None:
    assert kinds("email", values=["yes", "no", "maybe"]) == []
    assert kinds("champ7", values=["a@b.fr", "c@d.fr", "e@f.fr"]) == ["email"]
    found, draft = drafted("champ7", values=["4111111111111111"] * 3)
    assert found.fields[1].data_category is DataCategory.PAYMENT
    assert draft.confidence["t.champ7"] == 0.9


def test_what_tells_of_others_is_no_identifier_of_the_subject() -> None:
    for column in ("emergency_contact_email", "email_parrain", "sender_phone", "approved_by"):
        assert is_of_others(column)
        found, draft = drafted(column)
        assert found.identities == ()
        assert Note.THIRD_PARTY in draft.notes[f"t.{column}"]
    assert not is_of_others("created_at")
    assert not is_of_others("email")


def test_a_shared_number_does_not_spread_unless_it_is_unique() -> None:
    facts = TableFacts("t", ("id", "phone"), ("id",))
    (shared,) = propose("s", [facts]).definition.collection("t").identities
    unique = TableFacts("t", ("id", "phone"), ("id",), unique=[("phone",)])
    (own,) = propose("s", [unique]).definition.collection("t").identities
    assert (shared.spreads, own.spreads) == (False, True)
