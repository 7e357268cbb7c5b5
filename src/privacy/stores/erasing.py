"""What a definition says of the erasure of rows: deleted, anonymised or kept, and why: pure."""

from dataclasses import dataclass
from enum import StrEnum


class Erasure(StrEnum):
    """What an erasure does with the rows of a subject (Art. 17 GDPR)."""

    DELETE = "delete"
    ANONYMISE = "anonymise"
    """They stay, and no longer say whose they are: each field as it is declared."""
    KEEP = "keep"
    """They stay as they are, on a ground of Art. 17(3), until their time is over."""


class KeepGround(StrEnum):
    """Why rows need not be erased, in the order of Art. 17(3) GDPR."""

    EXPRESSION = "expression"
    LEGAL_OBLIGATION = "legal-obligation"
    PUBLIC_HEALTH = "public-health"
    ARCHIVING = "archiving"
    LEGAL_CLAIMS = "legal-claims"


class FieldErasure(StrEnum):
    """What becomes of a field in a row that is anonymised."""

    CLEAR = "clear"
    """It is emptied: what is usual for all that says something of the subject."""
    REPLACE = "replace"
    """A value that says nothing takes its place, where it may not be empty or must be unique."""
    KEEP = "keep"


@dataclass(frozen=True)
class ErasureRule:
    """What an erasure does with the rows of a collection, and why where they stay."""

    mode: Erasure
    ground: KeepGround | None = None
    """Given for what is kept, and for nothing else."""
