"""The closed lists of words in which a definition speaks, with what each word means: pure."""

from collections.abc import Mapping
from enum import StrEnum


class DataCategory(StrEnum):
    """What a field says of a subject; the closed list that packages and registers show."""

    IDENTITY = "identity"
    CONTACT = "contact"
    PURCHASE = "purchase"
    PAYMENT = "payment"
    LOYALTY = "loyalty"
    CONSENT = "consent"
    MESSAGE = "message"
    BEHAVIOUR = "behaviour"
    LOCATION = "location"
    EMPLOYMENT = "employment"
    SPECIAL = "special"
    """Special categories of Art. 9(1) GDPR."""
    CRIMINAL = "criminal"
    """Convictions and offences, Art. 10 GDPR."""
    TECHNICAL = "technical"
    NONE = "none"
    """Says nothing of anyone: a product's name, a country's code."""


class Provenance(StrEnum):
    """Where a field's values come from, which decides whether they are portable (Art. 20 GDPR)."""

    PROVIDED = "provided"
    """The subject typed or uploaded it."""
    OBSERVED = "observed"
    """It came from what the subject did: orders, visits, logs."""
    DERIVED = "derived"
    """The controller made it: scores, segments, notes, internal numbers."""
    THIRD_PARTY = "third_party"
    """Somebody else gave it."""


PRESUMED: Mapping[DataCategory, Provenance] = {
    **dict.fromkeys(DataCategory, Provenance.PROVIDED),
    DataCategory.PURCHASE: Provenance.OBSERVED,
    DataCategory.LOYALTY: Provenance.OBSERVED,
    DataCategory.BEHAVIOUR: Provenance.OBSERVED,
    DataCategory.LOCATION: Provenance.OBSERVED,
    DataCategory.CRIMINAL: Provenance.THIRD_PARTY,
    DataCategory.TECHNICAL: Provenance.DERIVED,
    DataCategory.NONE: Provenance.OBSERVED,
}
"""What a category says of the origin where a definition is silent; told as a presumption."""


class About(StrEnum):
    """Whom the values of a field in a row of the subject speak of (Art. 15(4) GDPR)."""

    SUBJECT = "subject"
    OTHERS = "others"
    """Somebody else: who wrote a note, who else got a message. A package leaves them out."""
    BOTH = "both"
    """The subject and others: a package leaves out what identifies others."""


class Rectifiable(StrEnum):
    """What a subject who is signed in may do about a wrong value (Art. 16 GDPR)."""

    BY_SUBJECT = "by-subject"
    """Type the right one; an operator decides."""
    AT_ONCE = "at-once"
    """Type the right one, and it is written without a decision: where little can go wrong."""


class SubjectKind(StrEnum):
    """Whom rows are about: the categories of data subjects of Art. 30(1)(c) GDPR."""

    BUYER = "customer"
    PROSPECT = "prospect"
    """Somebody who may become a customer: asked for a letter, a quote, a call."""
    MEMBER = "member"
    EMPLOYEE = "employee"
    APPLICANT = "applicant"
    """Somebody who looks for work here."""
    PARTNER = "partner"
    """Who acts for a supplier or another company."""
    VISITOR = "visitor"


class Direction(StrEnum):
    """What a link says of the rows that it leads to."""

    OWNS = "owns"
    """They belong to the subject to whom the row before belongs."""
    REFERS = "refers"
    """They belong to somebody else, or to nobody, and only explain the row before."""


class EndReason(StrEnum):
    """Why a waiver ends before its day."""

    CLASSIFIED = "classified"
    """Somebody classifies it now."""
    GONE = "gone"
    """The table or column is not there any more."""
    CHANGED = "changed"
    """What stands there has changed, so that it cannot wait."""
    MISTAKEN = "mistaken"
