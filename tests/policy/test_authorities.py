"""Each country of the EEA has its supervisory authority, and a controller may name another."""

from urllib.parse import urlsplit

import pytest

from privacy.errors import InvalidError
from privacy.packages.disclosures import EEA
from privacy.policy.authorities import (
    AUTHORITIES,
    Authority,
    authority_by,
    authority_of,
    needs_choice,
)
from privacy.policy.authority_table import COUNTRIES, LAENDER
from privacy.policy.months import Region
from privacy.web.words import LANGUAGES

EVERY = pytest.mark.parametrize("one", AUTHORITIES.values(), ids=AUTHORITIES)


def test_every_country_of_the_economic_area_has_one():
    assert {row[0] for row in COUNTRIES} == EEA


def test_germany_has_one_for_each_land_and_two_in_bavaria():
    laender = set("BW BY BE BB HB HH HE MV NI NW RP SL SN ST SH TH".split())  # noqa: SIM905 -- shorter to read
    assert {row[0] for row in LAENDER} - {"DE-BY-PUBLIC"} == {f"DE-{one}" for one in laender}


def test_no_code_and_no_website_stands_twice():
    assert len(AUTHORITIES) == len(COUNTRIES) + len(LAENDER)
    assert len({one.site for one in AUTHORITIES.values()}) == len(AUTHORITIES)


@EVERY
def test_each_has_a_secure_website_and_its_words_in_every_language(one: Authority):
    parts = urlsplit(one.url)
    assert (parts.scheme, parts.query, parts.username) == ("https", "", None)
    assert one.site.count(".") >= 1
    for language in LANGUAGES:
        assert one.spoken[language].startswith(("l’", "la ", "the "))
        assert one.name in one.spoken[language] or one.code == "FR"
        assert one.country[language]


@EVERY
def test_an_address_ends_in_no_country_of_its_own(one: Authority):
    assert not one.address.endswith((*one.country.values(), "Deutschland", "Österreich"))
    if one.address:
        assert any(letter.isdigit() for letter in one.address)


def test_the_words_of_the_french_one_are_as_they_were():
    cnil = authority_of("FR")
    assert cnil.spoken == {"fr": "la CNIL", "en": "the CNIL, the French authority"}
    assert cnil.url == "https://www.cnil.fr/fr/plaintes"
    assert cnil.address_in("fr") == "3 place de Fontenoy, TSA 80715, 75334 Paris Cedex 07"
    assert cnil.address_in("en").endswith("75334 Paris Cedex 07, France")


@pytest.mark.parametrize("region", Region)
def test_every_region_has_one(region: Region):
    assert authority_of(region).code == region.partition("-")[0]


@pytest.mark.parametrize(
    ("region", "chosen", "expected"),
    [
        ("FR-971", None, "FR"),
        ("DE", None, "DE"),
        ("DE-NW", None, "DE-NW"),
        ("DE-XX", None, "DE"),
        ("DE", "DE-BE", "DE-BE"),
        ("FR", "LU", "LU"),
        ("US", "IE", "IE"),
    ],
)
def test_a_choice_goes_before_the_region_and_a_region_before_its_country(
    region: str, chosen: str | None, expected: str
):
    assert authority_of(region, chosen).code == expected


def test_a_country_without_an_authority_is_refused():
    for region, chosen in (("US", None), ("FR", "XX")):
        with pytest.raises(InvalidError, match="add it"):
            authority_of(region, chosen)


def test_an_authority_is_found_by_its_code_and_by_what_earlier_letters_called_it():
    assert authority_by("cnil") is authority_by("FR")
    with pytest.raises(InvalidError, match="DE-BE, DE-BW"):
        authority_by("BfDI")


def test_only_in_germany_the_country_says_not_who_supervises_a_company():
    assert needs_choice("DE")
    assert not needs_choice("DE-BE")
    assert not needs_choice("FR")
