"""Which words are numbers that other subjects are known by: asked of our own index."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from privacy.db import Database
from privacy.errors import InvalidError
from privacy.requests.models import SubjectRequest
from privacy.stores.definition import StoreDefinition
from privacy.subjects.identify import Claim, IdentifierKind
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.queries import find_by_identifiers

NUMBERS = frozenset({IdentifierKind.ACCOUNT_NUMBER.value, IdentifierKind.LOYALTY_CARD.value})
"""Kinds that the service knows itself and that have no shape of their own."""
ELSEWHERE = frozenset({"email", "phone", "subject_id", "visitor"})
"""Kinds that are found by their shape, or that nobody writes into a text."""
MOST_AT_ONCE = 500
"""Words that one query asks for."""


@dataclass
class KnownWords:
    """Tells which words are identifiers of other subjects; asks for each once.

    It opens a session of its own: call it with no transaction open.
    """

    database: Database
    cabinet: KeyCabinet
    about: SubjectRequest
    definitions: Mapping[str, StoreDefinition]
    _met: dict[str, bool] = field(default_factory=dict, repr=False)

    def __call__(self, words: AbstractSet[str]) -> AbstractSet[str]:
        """Return those of the words that are."""
        new = sorted(words - self._met.keys())
        for start in range(0, len(new), MOST_AT_ONCE):
            self._ask(frozenset(new[start : start + MOST_AT_ONCE]))
        return {word for word in words if self._met[word]}

    def _ask(self, words: AbstractSet[str]) -> None:
        with self.database.reading() as session:
            known = known_of_others(
                session,
                cabinet=self.cabinet,
                about=self.about,
                definitions=self.definitions,
                words=words,
            )
        self._met |= {word: word in known for word in words}


def known_of_others(
    session: Session,
    *,
    cabinet: KeyCabinet,
    about: SubjectRequest,
    definitions: Mapping[str, StoreDefinition],
    words: AbstractSet[str],
) -> AbstractSet[str]:
    """Return which words are kept as identifiers of other subjects; one query."""
    claims = [
        (word, claim)
        for word in words
        for kind in _kinds(definitions)
        if (claim := _claim(kind, word)) is not None
    ]
    found = find_by_identifiers(
        session,
        cabinet=cabinet,
        controller_id=about.controller_id,
        claims=[claim for _word, claim in claims],
    )
    pairs = list(zip(claims, found, strict=True))
    mine = {word for (word, _claim_), owner in pairs if owner == about.subject_id}
    return {word for (word, _claim_), owner in pairs if owner is not None} - mine


def _kinds(definitions: Mapping[str, StoreDefinition]) -> AbstractSet[str]:
    declared = {
        identity.kind
        for definition in definitions.values()
        for collection in definition.collections
        for identity in collection.identities
        if len(identity.columns) == 1
    }
    return (NUMBERS | declared) - {"email", "phone", "subject_id", "visitor"}


def _claim(kind: str, word: str) -> Claim | None:
    try:
        return Claim(kind, word)
    except InvalidError:
        return None
