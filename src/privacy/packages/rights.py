"""Which rights the subject has over what was found, and to whom to complain; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from privacy.errors import InvalidError
from privacy.policy.authorities import authority_of
from privacy.purposes.models import LegalBasis, Purpose

LAW = {
    "rectification": "eu-gdpr:A16", "erasure": "eu-gdpr:A17", "restriction": "eu-gdpr:A18",
    "portability": "eu-gdpr:A20", "objection": "eu-gdpr:A21", "withdrawal": "eu-gdpr:A7-3",
}  # fmt: skip
"""The articles, as DPV names them; the first three hold for all data."""
ON_BASES: Mapping[str, frozenset[LegalBasis]] = {
    "portability": frozenset({LegalBasis.CONSENT, LegalBasis.CONTRACT}),
    "objection": frozenset(
        {LegalBasis.LEGITIMATE_INTERESTS, LegalBasis.PUBLIC_TASK, LegalBasis.EXEMPT_AUDIENCE}
    ),
    "withdrawal": frozenset({LegalBasis.CONSENT}),
}
"""Rights that depend on why data are processed (Art. 7(3), 20(1)(a) and 21(1) GDPR)."""
AUTHORITIES = {
    "cnil": {
        "name": "Commission nationale de l’informatique et des libertés (CNIL)",
        "address": "3 place de Fontenoy, TSA 80715, 75334 Paris Cedex 07, France",
        "url": "https://www.cnil.fr/fr/plaintes",
        "site": "cnil.fr",
    }
}


def rights_of(purposes: Sequence[Purpose], language: str) -> list[dict[str, Any]]:
    """Return each right with its article, and by title the purposes on which it bears.

    A right that bears on none of what was found is not among them; no title means all data.
    """
    rights = []
    for kind, law in LAW.items():
        bases = ON_BASES.get(kind)
        titles = [
            one.texts[language]["title"] for one in purposes if bases and one.legal_basis in bases
        ]
        if bases is None or titles:
            rights.append({"kind": kind, "law": law, "purposes": titles})
    return rights


def complaint_to(region: str) -> dict[str, str] | None:
    """Return the authority of a controller's region (Art. 77 GDPR), or None if it is not known."""
    try:
        return AUTHORITIES.get(authority_of(region))
    except InvalidError:
        return None
