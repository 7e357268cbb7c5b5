"""Where a column's values come from, as its name and type let one suppose: pure.

A proposal only: what is provided or observed is portable (Art. 20 GDPR), so a person reviews it.
Where nothing speaks for an origin none is proposed, and the category decides.
"""

from privacy.stores.proposals.vocabulary import MADE, words_of
from privacy.stores.terms import Provenance

OBSERVED = frozenset(
    {
        "agent", "appareil", "browser", "click", "clicks", "clic", "clics", "connexion",
        "connexions", "device", "hits", "ip", "login", "logins", "logon", "navigateur", "opened",
        "played", "referer", "referrer", "seen", "session", "usage", "useragent", "view", "viewed",
        "views", "visit", "visite", "visites", "visits",
    }
)  # fmt: skip
"""Words for what a subject does, as machines note it."""
TOLD = frozenset(
    {
        "apporteur", "bureau", "enriched", "enrichi", "imported", "importe", "loue", "parrain",
        "partenaire", "partner", "purchased", "rented", "scraped", "sponsor",
    }
)  # fmt: skip
"""Words for what somebody else brought."""
NOTED = frozenset(
    {
        "created", "creation", "cree", "inscription", "last", "dernier", "derniere", "modified",
        "modification", "maj", "registered", "registration", "since", "updated", "update",
    }
)  # fmt: skip
"""Words that make of a date one that a machine notes; nobody types when they registered."""


def origin_of(column: str, kind: str) -> Provenance | None:
    """Return the origin that a column's name, and its kind of values, speak for; None for none."""
    words = set(words_of(column))
    if words & MADE:
        return Provenance.DERIVED
    if words & TOLD:
        return Provenance.THIRD_PARTY
    if words & OBSERVED or (kind == "date" and words & NOTED):
        return Provenance.OBSERVED
    return None
