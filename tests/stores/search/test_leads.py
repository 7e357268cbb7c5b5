"""What tells a telephone of one person from one that several share."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from privacy.stores.definition import Collection
from privacy.stores.search.leads import Profile, Sightings, canonical, differ, probes_of
from tests.stores.fake_store import collection, identity

PARTS = st.frozensets(st.sampled_from([("a",), ("b",), ("c",)]), max_size=2)
PROFILES = st.tuples(PARTS, PARTS, PARTS)


def person(normalise: str, *more: str) -> Collection:
    one = collection(
        "person", "id phone email", identities=[identity("phone"), *map(identity, more)]
    )
    fields = tuple(
        replace(field, normalise=normalise) if field.name == "phone" else field
        for field in one.fields
    )
    return replace(one, fields=fields)


def test_only_what_reaches_people_can_be_shared_and_only_where_more_identifies() -> None:
    assert [probe.columns for probe in probes_of(person("phone", "email"), "phone")] == [
        ("phone",)
    ]
    assert not list(probes_of(person("phone"), "phone")), "nothing tells its rows apart"
    assert not list(probes_of(person("code", "email"), "phone")), "a number that is given out"
    assert not list(probes_of(person("phone", "email"), "fax"))


def test_a_profile_is_what_else_identifies_as_it_is_compared() -> None:
    (probe,) = probes_of(person("phone", "email"), "phone")
    row = {"id": 1, "phone": "01 99 00 12 34", "email": "Ada@Example.com"}
    assert probe.profile(row) == ({("ada@example.com",)},)
    assert probe.key_of(["01 99 00 12 34"]) == ("+33199001234",)
    assert probe.profile({**row, "email": None}) == (frozenset(),)


@given(PROFILES, PROFILES)
def test_rows_differ_alike_from_both_sides_and_never_from_themselves(
    one: Profile, two: Profile
) -> None:
    assert differ(one, two) == differ(two, one)
    assert not differ(one, one)


def test_one_agreement_is_enough_and_what_is_missing_says_nothing() -> None:
    ada, bob, one, nothing = some("ada"), some("bob"), some("1"), some()
    assert differ((ada, nothing), (bob, one))
    assert not differ((ada, one), (bob, one))
    assert not differ((ada, nothing), (nothing, one))
    assert not differ((), ())
    assert not differ((ada | bob,), (bob,)), "of several within a document one is enough"


def some(*texts: str) -> frozenset[tuple[str, ...]]:
    """Return what stands on a row in one identity."""
    return frozenset((text,) for text in texts)


def shared(*rows: tuple[Profile, bool]) -> bool:
    """Judge a value by the rows that have it, and whether each is the subject's already."""
    sightings = Sightings()
    for profile, is_known in rows:
        sightings.meet(profile, is_known=is_known)
    return sightings.is_shared


def test_a_value_is_shared_only_when_following_it_would_bring_somebody_new() -> None:
    ada, bob = (some("ada"),), (some("bob"),)
    assert not shared((ada, True), (bob, True))
    assert shared((ada, True), (bob, True), (ada, False))
    assert shared((ada, True), (bob, False))
    assert not shared((ada, False), (ada, False))


def test_thousands_of_visits_of_one_person_are_of_one_person() -> None:
    visits = [((some("ada"), some(str(number))), False) for number in range(3000)]
    assert not shared(*visits)
    assert shared(*visits, ((some("bob"), some("x")), False)), "found though it comes last"


def test_two_ways_to_write_one_value_are_one_lead() -> None:
    assert canonical("phone", ["01 99 00 12 34"]) == canonical("phone", ["+33199001234"])
    assert canonical("email", ["A@B.fr"]) == canonical("email", ["a@b.fr"])
    assert canonical("card", ["A1"]) != canonical("card", ["a1"])
