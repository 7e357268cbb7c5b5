"""Which supervisory authority a subject may complain to (Art. 77 GDPR), by country or choice."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from privacy.errors import InvalidError
from privacy.policy.authority_table import COUNTRIES, COUNTRY_NAMES, LAENDER, Row

GERMANY = "DE"
EARLIER_CODES: Mapping[str, str] = {"cnil": "FR"}
"""What letters called authorities that were written before each country had one."""
KNOWN_BY_NAME: Mapping[str, Mapping[str, str]] = {
    "FR": {"fr": "la CNIL", "en": "the CNIL, the French authority"}
}
"""Those whom everybody in their country calls by a short name."""


@dataclass(frozen=True)
class Authority:
    """One supervisory authority, and where it takes complaints."""

    code: str
    """Its country (ISO 3166-1), or its part of a country (ISO 3166-2)."""
    name: str
    """In its own language."""
    spoken: Mapping[str, str]
    """By language, what stands behind “complain to”: `l’autorité danoise, Datatilsynet`."""
    described: Mapping[str, str]
    """By language, whose it is, in few words; empty where its own name is in that language."""
    url: str
    """Its website, or the page of it that takes complaints."""
    address: str
    """Where letters reach it; empty where only the website is beyond doubt."""

    country: Mapping[str, str]
    """The country's name, by language."""

    def address_in(self, language: str) -> str:
        """Return the address for a reader of a language, with the country where it is abroad."""
        abroad = self.address and self.described[language]
        return f"{self.address}, {self.country[language]}" if abroad else self.address

    @property
    def site(self) -> str:
        """The website as people type it."""
        return (urlsplit(self.url).hostname or "").removeprefix("www.")


OWN_LANGUAGE: Mapping[str, frozenset[str]] = {
    "fr": frozenset({"BE", "FR", "LU"}),
    "en": frozenset({"IE", "MT"}),
}
"""Authorities whose own name a reader of a language understands."""


def _authority(row: Row) -> Authority:
    code, french, english, name, url, address = row
    described = {"fr": f"l’autorité {french}", "en": f"the {english} authority"}
    spoken = {language: f"{words}, {name}" for language, words in described.items()}
    for language, codes in OWN_LANGUAGE.items():
        if code in codes:
            described[language] = ""
    french_land, english_land = COUNTRY_NAMES[code.partition("-")[0]]
    return Authority(
        code=code,
        name=name,
        spoken=KNOWN_BY_NAME.get(code, spoken),
        described=described,
        url=url,
        address=address,
        country={"fr": french_land, "en": english_land},
    )


AUTHORITIES: Mapping[str, Authority] = {row[0]: _authority(row) for row in (*COUNTRIES, *LAENDER)}
"""Every authority by its code."""


def authority_of(region: str, chosen: str | None = None) -> Authority:
    """Return the authority of a controller: the chosen one, else that of its region.

    A region such as FR-971 or DE-BE that has none of its own has its country's. Raises
    InvalidError if none is known: a refusal without it would be void.
    """
    country = region.partition("-")[0]
    known = AUTHORITIES.get(chosen or region) or AUTHORITIES.get(chosen or country)
    if known is None:
        raise InvalidError("No supervisory authority is known for this country; add it.")
    return known


def authority_by(code: str) -> Authority:
    """Return the authority that a code names; InvalidError, with every code, if there is none."""
    known = AUTHORITIES.get(EARLIER_CODES.get(code, code))
    if known is None:
        raise InvalidError(
            f"Name a supervisory authority by one of: {', '.join(sorted(AUTHORITIES))}."
        )
    return known


def needs_choice(region: str) -> bool:
    """Whether a region alone does not say who supervises a company there."""
    return region == GERMANY
