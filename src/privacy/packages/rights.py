"""Which rights the subject has over what was found, and to whom to complain; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from privacy.errors import InvalidError
from privacy.policy.authorities import authority_of
from privacy.purposes.models import Controller, LegalBasis, Purpose

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


def complaint_to(controller: Controller, language: str) -> dict[str, str] | None:
    """Return the authority of a controller (Art. 77 GDPR), or None if it is not known."""
    try:
        found = authority_of(controller.region, controller.authority)
    except InvalidError:
        return None
    return {
        "name": found.name,
        "whose": found.described[language],
        "address": found.address and f"{found.address}, {found.country[language]}",
        "url": found.url,
        "site": found.site,
    }
