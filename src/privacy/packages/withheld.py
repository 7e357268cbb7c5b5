"""What was found and is left out of a package by decision, and on which ground.

Whoever decides hands over a collection of `Withheld`; the answer leaves these values out
everywhere, and says by name, number and ground what it left out.
"""

from collections.abc import Collection as Values
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from privacy.stores.definition import Collection, Field, Texts
from privacy.stores.normalise import text_of
from privacy.stores.protocol import Key, Row
from privacy.stores.search.findings import FoundRow, Place


class Ground(StrEnum):
    """Why something may stay out of the copy."""

    DECLARED = "declared"
    """The definition of the data store exports it to nobody."""
    OTHERS = "others"
    """It would say something of somebody else (Art. 15(4) GDPR)."""
    SECRET = "secret"  # noqa: S105 -- a ground, no password
    """A trade secret or intellectual property (recital 63 GDPR)."""
    PROFESSIONAL = "professional"
    """A duty of professional secrecy (Art. 23(1)(i) GDPR with the law of the member state)."""
    INQUIRY = "inquiry"
    """Its disclosure would thwart an inquiry (Art. 23(1)(d) GDPR)."""
    NO_BASIS = "no_basis"
    """Not processed on consent or contract, so not portable (Art. 20(1)(a) GDPR)."""
    BY_HAND = "by_hand"
    """Not processed by automated means, so not portable (Art. 20(1)(b) GDPR)."""
    DERIVED = "derived"
    """Made by the controller, so not portable (Art. 20(1) GDPR)."""
    PRESUMED = "presumed"
    """Taken to be made by the controller, since nobody declared where it comes from."""
    THIRD_PARTY = "third_party"
    """Given by somebody else, so not portable (Art. 20(1) GDPR)."""


NOT_PORTABLE = frozenset(
    {Ground.BY_HAND, Ground.NO_BASIS, Ground.DERIVED, Ground.PRESUMED, Ground.THIRD_PARTY}
)
"""Grounds of portability alone; a copy under Art. 15 GDPR has these values."""


GROUNDS: Mapping[Ground, Texts] = {
    Ground.DECLARED: {
        "fr": "N’est donné à personne, pour ne pas toucher aux droits d’autrui ni à un secret "
        "(article 15, paragraphe 4, du RGPD).",
        "en": "Is given to nobody, so that no rights of others and no secret are touched"
        " (Art. 15(4) GDPR).",
    },
    Ground.OTHERS: {
        "fr": "Dit quelque chose d’une autre personne, dont les droits comptent autant que les "
        "vôtres (article 15, paragraphe 4, du RGPD).",
        "en": "Says something of another person, whose rights count as much as yours"
        " (Art. 15(4) GDPR).",
    },
    Ground.SECRET: {
        "fr": "Secret des affaires ou propriété intellectuelle "
        "(article 15, paragraphe 4, et considérant 63 du RGPD).",
        "en": "Trade secret or intellectual property (Art. 15(4) and recital 63 GDPR).",
    },
    Ground.PROFESSIONAL: {
        "fr": "Secret professionnel (article 23, paragraphe 1, point i, du RGPD).",
        "en": "Professional secrecy (Art. 23(1)(i) GDPR).",
    },
    Ground.INQUIRY: {
        "fr": "Une enquête est en cours, que la communication compromettrait "
        "(article 23, paragraphe 1, point d, du RGPD).",
        "en": "An inquiry is going on that disclosure would thwart (Art. 23(1)(d) GDPR).",
    },
    Ground.NO_BASIS: {
        "fr": "N’est traité ni sur consentement ni pour un contrat : la portabilité ne s’y"
        " applique pas (article 20, paragraphe 1). Une demande d’accès le donne.",
        "en": "Not processed on consent or a contract: portability does not apply"
        " (Art. 20(1) GDPR). An access request gives it.",
    },
    Ground.BY_HAND: {
        "fr": "N’est pas traité à l’aide de procédés automatisés : la portabilité ne s’y applique"
        " pas (article 20, paragraphe 1). Une demande d’accès le donne.",
        "en": "Not processed by automated means: portability does not apply (Art. 20(1) GDPR)."
        " An access request gives it.",
    },
    Ground.DERIVED: {
        "fr": "Produit par nous à partir de vos données : la portabilité ne s’y applique pas"
        " (article 20, paragraphe 1). Une demande d’accès le donne.",
        "en": "Made by us from your data: portability does not apply (Art. 20(1) GDPR)."
        " An access request gives it.",
    },
    Ground.PRESUMED: {
        "fr": "Numéro ou donnée technique, présumé produit par nous : la portabilité ne s’y"
        " applique pas (article 20, paragraphe 1). Une demande d’accès le donne.",
        "en": "A number or technical datum, presumed to be made by us: portability does not"
        " apply (Art. 20(1) GDPR). An access request gives it.",
    },
    Ground.THIRD_PARTY: {
        "fr": "Fourni par quelqu’un d’autre : la portabilité ne s’y applique pas (article 20,"
        " paragraphe 1). Une demande d’accès le donne.",
        "en": "Given by somebody else: portability does not apply (Art. 20(1) GDPR)."
        " An access request gives it.",
    },
}
"""What the person reads of each ground."""


@dataclass(frozen=True)
class Withheld:
    """One decision to leave out: a field in every row, a whole row, or a field of one row."""

    store: str
    collection: str
    ground: Ground
    field: str = ""
    """Empty for all fields."""
    row: Key | None = None
    """The row by `key_of_row`; None for every row."""


def key_of_row(collection: Collection, row: Row) -> Key:
    """Return the texts of a row's primary key, which a decision names the row by."""
    return tuple(text_of(row[column]) or "" for column in collection.primary_key)


class Withholding:
    """The decisions on one collection, ready to be asked of each row."""

    def __init__(self, collection: Collection, decisions: Iterable[Withheld]) -> None:
        self._collection = collection
        self._everywhere: dict[str, Ground] = {}
        self._of_rows: dict[Key, dict[str, Ground]] = {}
        for one in decisions:
            of = self._everywhere if one.row is None else self._of_rows.setdefault(one.row, {})
            of.setdefault(one.field, one.ground)

    @property
    def whole(self) -> Ground | None:
        """Why the whole collection is left out, or None."""
        return self._everywhere.get("")

    @property
    def decides_on_rows(self) -> bool:
        """Whether any decision concerns single rows."""
        return bool(self._of_rows)

    def columns(self) -> list[Field]:
        """Return the fields that the copy may show of some row."""
        return [
            field
            for field in self._collection.fields
            if field.exported and not self.whole and field.name not in self._everywhere
        ]

    def fields(self) -> dict[str, Ground]:
        """Return by name the fields that are left out of every row, and why."""
        declared = {
            field.name: Ground.DECLARED for field in self._collection.fields if not field.exported
        }
        names = [field.name for field in self._collection.fields]
        decided = {name: self.whole or self._everywhere.get(name) for name in names}
        return declared | {
            name: ground for name, ground in decided.items() if ground and name not in declared
        }

    def of_row(self, row: FoundRow) -> dict[str, Ground]:
        """Return what of one row alone is left out: "" for all of it, or fields by name."""
        if not self._of_rows:
            return {}
        return self._of_rows.get(key_of_row(self._collection, row.values), {})


def by_place(decisions: Values[Withheld]) -> dict[Place, list[Withheld]]:
    """Return the decisions by the collection that they concern."""
    sorted_out: dict[Place, list[Withheld]] = {}
    for one in decisions:
        sorted_out.setdefault((one.store, one.collection), []).append(one)
    return sorted_out
