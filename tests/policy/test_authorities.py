"""Each controller's country has its supervisory authority."""

import pytest

from privacy.errors import InvalidError
from privacy.policy.authorities import AUTHORITIES, authority_of
from privacy.policy.months import Region
from privacy.web.words import LANGUAGES, Words


@pytest.mark.parametrize("region", Region)
def test_every_region_has_an_authority(region: Region):
    assert authority_of(region) == "cnil"


def test_a_country_without_an_authority_is_refused():
    with pytest.raises(InvalidError, match="add it"):
        authority_of("DE")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_authority_has_its_addresses_in_every_language(language: str):
    words = Words(language)
    for code in AUTHORITIES.values():
        assert all(words.has(f"authority.{code}.{part}") for part in ("name", "address"))
        assert words.text(f"authority.{code}.complaint").startswith("https://")
