"""What becomes of a field: by decision, else by its definition; and nothing of others is left."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from privacy.packages.withheld import Ground
from privacy.requests.previews.passages import STRUCK
from privacy.requests.previews.treating import Choice, Treatment, Treatments, treated
from privacy.stores.search.findings import Findings
from privacy.stores.search.graph import walk
from privacy.stores.terms import About
from tests.requests.letters_of_two import BOB, bank, mail
from tests.requests.office import EMAIL

MAIL = {"mail": mail().definition}


def nothing(_words: Iterable[str]) -> set[str]:
    return set()


def of(*choices: Choice) -> Treatments:
    return Treatments(choices, MAIL)


def bodies(*choices: Choice) -> list[object]:
    findings = walk({"mail": mail()}, {"email": {EMAIL}})
    made = treated(findings, of(*choices), nothing)
    return [row.values["body"] for row in made.rows["mail", "letter"]]


def test_what_is_about_others_is_withheld_unless_somebody_decided() -> None:
    assert {(one.field, one.ground) for one in of().withheld()} == {
        ("bcc", Ground.OTHERS),
        ("clerk", Ground.OTHERS),
    }
    given_ = Choice("mail", "letter", "bcc", Treatment.GIVE)
    assert {one.field for one in of(given_).withheld()} == {"clerk"}
    for_one = Choice("mail", "letter", "bcc", Treatment.GIVE, row=("20",))
    assert {one.field for one in of(for_one).withheld()} == {"bcc", "clerk"}


def test_what_is_about_both_loses_what_identifies_others_unless_somebody_decided() -> None:
    first, second = bodies()
    assert first == f"ada-wrote: joindre {EMAIL}, ou {STRUCK} (bob {STRUCK}), {STRUCK}"
    assert second == "ada-received"
    assert BOB in str(bodies(Choice("mail", "letter", "body", Treatment.GIVE))[0])
    only = bodies(Choice("mail", "letter", "body", Treatment.GIVE, row=("21",)))
    assert BOB not in str(only[0])


def test_a_decision_on_all_fields_strikes_everywhere() -> None:
    findings = walk({"mail": mail()}, {"email": {EMAIL}})
    made = treated(findings, of(Choice("mail", "letter", "", Treatment.REDACT)), nothing)
    first = next(iter(made.rows["mail", "letter"]))
    assert first.values["bcc"] == STRUCK
    assert first.values["sender"] == EMAIL, "the subject's own is never struck"


def test_rows_are_as_many_as_before_and_read_again_the_same() -> None:
    findings = walk({"mail": mail()}, {"email": {EMAIL}})
    rows = treated(findings, of(), nothing).rows["mail", "letter"]
    before = findings.rows["mail", "letter"]
    assert (len(rows), rows.owned, rows.exported) == (len(before), before.owned, before.exported)
    assert list(rows) == list(rows)


def test_findings_in_which_nothing_is_to_be_struck_stay_as_they_are() -> None:
    findings = walk({"bank": bank()}, {"email": {"nobody@example.org"}})
    assert treated(findings, Treatments((), {"bank": bank().definition}), nothing) is findings


def test_texts_inside_documents_are_struck_too() -> None:
    store = mail()
    inner = {"to": [BOB, EMAIL], "note": f"à {BOB}", "n": 4}
    store._rows = {**store._rows, "letter": [{**store._rows["letter"][0], "body": inner}]}  # noqa: SLF001 -- a fake's rows
    findings = walk({"mail": store}, {"email": {EMAIL}})
    (row,) = treated(findings, of(), nothing).rows["mail", "letter"]
    assert row.values["body"] == {"to": [STRUCK, EMAIL], "note": f"à {STRUCK}", "n": 4}


CHOICES = st.lists(
    st.builds(
        Choice,
        st.just("mail"),
        st.just("letter"),
        st.sampled_from(["bcc", "body", "sender", "clerk", ""]),
        st.sampled_from([Treatment.REDACT, Treatment.WITHHOLD]),
        row=st.sampled_from([None, ("20",), ("21",)]),
    ),
    max_size=5,
)


@given(CHOICES)
def test_no_decision_that_holds_back_shows_more_of_others_than_none(choices: list[Choice]) -> None:
    treatments = of(*choices)
    findings: Findings = treated(walk({"mail": mail()}, {"email": {EMAIL}}), treatments, nothing)
    hidden = {one.field for one in treatments.withheld() if one.row is None}
    for row in findings.rows["mail", "letter"]:
        shown = {name: value for name, value in row.values.items() if name not in hidden | {""}}
        kept = "" in hidden or BOB not in str(shown.get("body"))
        assert kept
        assert "" in hidden or "canary" not in str(shown.get("bcc"))


def test_a_field_that_says_of_whom_it_speaks_is_declared_as_the_fixture_says() -> None:
    fields = {field.name: field.about for field in MAIL["mail"].collection("letter").fields}
    assert (fields["bcc"], fields["body"], fields["id"]) == (About.OTHERS, About.BOTH, None)
