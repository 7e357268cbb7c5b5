"""Which supervisory authority a subject may complain to (Art. 77 GDPR), by country."""

from collections.abc import Mapping

from privacy.errors import InvalidError

AUTHORITIES: Mapping[str, str] = {"FR": "cnil"}
"""By country (ISO 3166-1), the code under which the catalogues have the authority's addresses."""


def authority_of(region: str) -> str:
    """Return the code of the authority for a controller's region, such as FR or FR-971.

    Raises InvalidError for a country whose authority is not known: a refusal without it is void.
    """
    country = region.partition("-")[0]
    if country not in AUTHORITIES:
        raise InvalidError("No supervisory authority is known for this country; add it.")
    return AUTHORITIES[country]
