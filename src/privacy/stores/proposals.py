"""A first definition of a store from its tables alone, for a person to review: pure.

Names of columns are read as French and English words. Each proposal has a confidence from 0 to
1; nothing is left out, and what is not understood stays personal data until somebody says no.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from privacy.stores.definition import (
    Collection,
    Columns,
    DataCategory,
    Direction,
    Field,
    Identity,
    Link,
    StoreDefinition,
    Texts,
)
from privacy.stores.normalise import USUAL


KINDS = ("text", "number", "boolean", "date", "bytes", "document", "unknown")
"""What the values of a column are, whatever each database calls it."""
MANY = 100_000


@dataclass(frozen=True)
class ForeignKey:
    """Columns that refer to columns of another table, as the database enforces it."""

    columns: Columns
    table: str
    to_columns: Columns


@dataclass(frozen=True)
class TableFacts:
    """What a database says of one of its tables."""

    name: str
    columns: Columns
    primary_key: Columns
    foreign_keys: Sequence[ForeignKey] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    """By column what its values are, as far as the store says; see `KINDS`."""
    unique: Sequence[Columns] = ()
    """Columns beside the primary key that together are different in each row."""
    required: frozenset[str] = frozenset()
    """Columns that are never empty."""
    rows: int | None = None
    """How many rows there are; None where nobody counted, `MANY` for that many or more."""
    triggers: int = 0
    """How many triggers run when it is written."""
    samples: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    """By column a few values as texts, for judging what the column holds."""


@dataclass(frozen=True)
class Draft:
    """A proposed definition."""

    definition: StoreDefinition
    confidence: Mapping[str, float]
    """By `collection.column`, how sure its category and identity are."""


@dataclass(frozen=True)
class _Meaning:
    """What a column is taken for."""

    category: DataCategory
    confidence: float
    kind: str = ""


_MEANINGS: Sequence[tuple[_Meaning, str]] = (
    (_Meaning(DataCategory.CONTACT, 0.95, "email"), "email mail courriel"),
    (_Meaning(DataCategory.CONTACT, 0.9, "phone"), "phone telephone tel mobile gsm fax"),
    (
        _Meaning(DataCategory.SPECIAL, 0.7),
        """health sante allergy allergie religion ethnic ethnie syndicat union disability handicap
        """,
    ),
    (_Meaning(DataCategory.CRIMINAL, 0.7), "conviction condamnation offence infraction"),
    (
        _Meaning(DataCategory.IDENTITY, 0.85),
        """firstname lastname surname prenom nom birth birthday naissance born dob gender genre
        civilite sex sexe ssn nir""",
    ),
    (
        _Meaning(DataCategory.CONTACT, 0.8),
        "address adresse street rue voie city ville commune zip postal postcode cp country pays",
    ),
    (
        _Meaning(DataCategory.PAYMENT, 0.7),
        "iban bic card carte payment paiement invoice facture bank banque",
    ),
    (_Meaning(DataCategory.LOYALTY, 0.7), "points fidelite loyalty reward tier"),
    (
        _Meaning(DataCategory.PURCHASE, 0.7),
        "order commande quantity quantite price prix total amount montant achat purchase",
    ),
    (
        _Meaning(DataCategory.CONSENT, 0.7),
        "consent consentement optin optout newsletter subscribed",
    ),
    (
        _Meaning(DataCategory.MESSAGE, 0.6),
        "message comment commentaire body note notes remarque remark feedback avis",
    ),
    (
        _Meaning(DataCategory.LOCATION, 0.7),
        "lat lon lng latitude longitude gps location",
    ),
    (
        _Meaning(DataCategory.BEHAVIOUR, 0.6),
        "ip useragent agent session page url referer visit visite click login",
    ),
    (
        _Meaning(DataCategory.EMPLOYMENT, 0.6),
        "salary salaire job poste manager hire embauche employee employe",
    ),
    (_Meaning(DataCategory.IDENTITY, 0.5), "name"),
)
_BY_WORD: Mapping[str, _Meaning] = {
    word: meaning for meaning, words in reversed(_MEANINGS) for word in words.split()
}
_UNKNOWN = _Meaning(DataCategory.TECHNICAL, 0.2)
_ACCESSORS = frozenset(
    {
        "admin", "agent", "approver", "auteur", "author", "created", "creator", "destinataire",
        "employe", "employee", "manager", "operator", "parent", "recipient", "referred", "rep",
        "seller", "staff", "updated", "vendeur",
    }
)  # fmt: skip
"""Words of a key that names somebody who dealt with a row, and not whom it is about."""

_FILE_ENDING = re.compile(r"\.(csv|tsv|jsonl|ndjson)$")
_PLAIN = str.maketrans("àâäçéèêëîïôöùûü", "aaaceeeeiioouuu")


def propose(name: str, tables: Sequence[TableFacts]) -> Draft:
    """Return a definition of all tables; it fits together, and a person must review it."""
    names = _collection_names(tables)
    meanings = {table.name: {c: _meaning(c) for c in table.columns} for table in tables}
    links = _links(tables, meanings)
    collections = tuple(
        _collection(table, names[table.name], meanings[table.name], links[table.name], names)
        for table in tables
    )
    confidence = {
        f"{names[table]}.{column}": meaning.confidence
        for table, columns in meanings.items()
        for column, meaning in columns.items()
    }
    return Draft(StoreDefinition(name, _same(name), (), collections), confidence)


def words_of(name: str) -> Sequence[str]:
    """Return the words of a column's name: `custEmail_2` is cust, email; accents are dropped."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower().translate(_PLAIN)
    return re.findall(r"[a-z]+", spaced.replace("e-mail", "email"))


def _meaning(column: str) -> _Meaning:
    words = words_of(column)
    pairs = ["".join(pair) for pair in pairwise(words)]
    found = [_BY_WORD[word] for word in (*pairs, *words) if word in _BY_WORD]
    return max(found, key=lambda meaning: meaning.confidence, default=_UNKNOWN)


def _collection_names(tables: Iterable[TableFacts]) -> Mapping[str, str]:
    """Return by table a name of our own making, different for each."""
    names: dict[str, str] = {}
    for table in tables:
        name = _FILE_ENDING.sub("", table.name.lower().translate(_PLAIN))
        plain = "_".join(re.findall(r"[a-z0-9]+", name))[:50]
        plain = plain if plain[:1].isalpha() else f"t_{plain}".rstrip("_")
        taken = sum(plain == re.sub(r"__\d+$", "", other) for other in names.values())
        names[table.name] = f"{plain}__{taken + 1}" if taken else plain
    return names


def _is_about_someone(meanings: Mapping[str, _Meaning]) -> bool:
    return any(meaning.kind for meaning in meanings.values())


def _links(
    tables: Sequence[TableFacts], meanings: Mapping[str, Mapping[str, _Meaning]]
) -> Mapping[str, Sequence[Link]]:
    """Return by table its links: down from those about someone, sideways to all others."""
    links: dict[str, list[Link]] = {table.name: [] for table in tables}
    owned = {table.name for table in tables if _is_about_someone(meanings[table.name])}
    roots = frozenset(owned)
    keys = [(t.name, key) for t in tables for key in t.foreign_keys if key.table in links]
    while True:
        down = [
            (child, key)
            for child, key in keys
            if key.table in owned and child not in roots and not _names_an_accessor(key)
        ]
        more = {child for child, _key in down} - owned
        owned |= more
        if not more:
            break
    for child, key in keys:
        if (child, key) in down:
            links[key.table].append(Link(key.to_columns, child, key.columns))
        else:
            links[child].append(Link(key.columns, key.table, key.to_columns, Direction.REFERS))
    return links


def _names_an_accessor(key: ForeignKey) -> bool:
    return any(word in _ACCESSORS for column in key.columns for word in words_of(column))


def _collection(
    table: TableFacts,
    name: str,
    meanings: Mapping[str, _Meaning],
    links: Sequence[Link],
    names: Mapping[str, str],
) -> Collection:
    return Collection(
        name=name,
        title=_same(table.name),
        primary_key=table.primary_key or table.columns,
        fields=tuple(
            Field(column, _same(column), m.category, USUAL.get(m.kind, "exact"))
            for column, m in meanings.items()
        ),
        identities=tuple(Identity(m.kind, (c,)) for c, m in meanings.items() if m.kind),
        links=tuple(
            Link(link.columns, names[link.to], link.to_columns, link.direction) for link in links
        ),
        table="" if table.name == name else table.name,
    )


def _same(text: str) -> Texts:
    return {"fr": text, "en": text}
