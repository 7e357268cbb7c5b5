"""What a consent record is made from: the register as it is now, an answer, its history (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Party:
    """The controller as the register has it."""

    id: UUID
    slug: str
    name: str
    address: str
    email: str
    dpo: str
    url: str
    country: str
    """Two letters (ISO 3166)."""


@dataclass(frozen=True)
class Described:
    """One version of a purpose as the register describes it."""

    code: str
    version: int
    basis: str
    texts: Mapping[str, Mapping[str, str]]
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Receiver:
    """Whom data of some purposes go to."""

    id: UUID
    name: str
    role: str
    country: str
    safeguard: str
    purposes: Sequence[str]


@dataclass(frozen=True)
class Register:
    """What the register says now, and the address under which the subject withdraws."""

    party: Party
    purposes: Mapping[tuple[str, int], Described]
    receivers: Sequence[Receiver]
    address: str


@dataclass(frozen=True)
class Given:
    """One purpose of an answer; `said` orders what befell it."""

    answer_id: UUID
    code: str
    version: int
    granted: bool
    said: datetime
    valid_until: datetime
    method: str


@dataclass(frozen=True)
class Answer:
    """One answer with what was shown, and all that its subject ever said of its purposes."""

    id: UUID
    subject: UUID
    at: datetime
    language: str
    notice: str
    script: str
    """Hash of the banner's code, if a banner showed the notice."""
    scope: str
    site: str
    leaf: bytes
    given: Sequence[Given]
    history: Sequence[Given]
    """The whole of it, oldest first."""
    evidence: Mapping[str, str] = field(default_factory=dict)
