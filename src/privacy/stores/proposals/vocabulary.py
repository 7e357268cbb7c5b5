"""What French and English names of columns mean: pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from privacy.stores.terms import DataCategory, SubjectKind


@dataclass(frozen=True)
class Meaning:
    """What a column is taken for, and how sure that is, from 0 to 1."""

    category: DataCategory
    confidence: float
    kind: str = ""
    """The kind of identifier that it holds, if it holds one."""


_MEANINGS: Sequence[tuple[Meaning, str]] = (
    (Meaning(DataCategory.CONTACT, 0.95, "email"), "email mail courriel mel"),
    (
        Meaning(DataCategory.CONTACT, 0.9, "phone"),
        "phone telephone tel mobile gsm fax portable cellphone msisdn",
    ),
    (
        Meaning(DataCategory.SPECIAL, 0.7),
        """health sante allergy allergie religion ethnic ethnie syndicat union disability handicap
        diagnosis diagnostic blood pregnancy grossesse medical medication medicament biometric
        biometrie orientation""",
    ),
    (
        Meaning(DataCategory.CRIMINAL, 0.7),
        "conviction condamnation offence infraction criminal judiciaire",
    ),
    (
        Meaning(DataCategory.IDENTITY, 0.85),
        """firstname lastname fullname surname prenom nom birth birthday birthdate naissance born
        dob gender genre civilite sex sexe ssn nir nickname pseudo username nationality nationalite
        passport passeport photo avatar signature""",
    ),
    (
        Meaning(DataCategory.CONTACT, 0.8),
        """address adresse street rue voie city ville commune zip postal postcode postalcode cp
        country pays""",
    ),
    (
        Meaning(DataCategory.PAYMENT, 0.7),
        """iban bic rib card carte payment paiement invoice facture bank banque billing
        facturation""",
    ),
    (Meaning(DataCategory.LOYALTY, 0.7), "points fidelite loyalty reward tier"),
    (
        Meaning(DataCategory.PURCHASE, 0.7),
        """order commande quantity quantite price prix total amount montant achat purchase basket
        panier cart discount remise refund remboursement""",
    ),
    (
        Meaning(DataCategory.CONSENT, 0.7),
        "consent consentement optin optout newsletter subscribed unsubscribed abonnement",
    ),
    (
        Meaning(DataCategory.MESSAGE, 0.6),
        """message comment commentaire body note notes remarque remark feedback avis review reply
        reponse""",
    ),
    (
        Meaning(DataCategory.LOCATION, 0.7),
        "lat lon lng latitude longitude gps location geolocalisation",
    ),
    (
        Meaning(DataCategory.BEHAVIOUR, 0.6),
        """ip useragent agent session page url referer visit visite click clic login cookie device
        appareil browser navigateur""",
    ),
    (
        Meaning(DataCategory.EMPLOYMENT, 0.6),
        """salary salaire job poste manager hire embauche employee employe badge matricule contrat
        leave absence""",
    ),
    (Meaning(DataCategory.IDENTITY, 0.5), "name company societe entreprise"),
)
_BY_WORD: Mapping[str, Meaning] = {
    word: meaning for meaning, words in reversed(_MEANINGS) for word in words.split()
}
UNKNOWN = Meaning(DataCategory.TECHNICAL, 0.2)

ACCESSORS = frozenset(
    {
        "admin", "agent", "approver", "auteur", "author", "created", "creator", "destinataire",
        "employe", "employee", "manager", "operator", "parent", "recipient", "referred", "rep",
        "reports", "seller", "staff", "updated", "vendeur",
    }
)  # fmt: skip
"""Words of a key that names somebody who dealt with a row, and not whom it is about."""

OTHERS = ACCESSORS - {"created", "updated"} | frozenset(
    {
        "beneficiaire", "beneficiary", "child", "conjoint", "destinee", "emergency", "enfant",
        "expediteur", "father", "mere", "mother", "parrain", "pere", "recepteur", "referrer",
        "sender", "sponsor", "spouse", "tuteur", "urgence", "witness", "temoin",
    }
)  # fmt: skip
"""Words of a column that tells of somebody else than the subject of its row (Art. 15(4) GDPR)."""


_PEOPLE: Sequence[tuple[SubjectKind, str]] = (
    (SubjectKind.BUYER, "customer client acheteur buyer cust"),
    (SubjectKind.PROSPECT, "prospect lead newsletter subscriber abonne contact"),
    (SubjectKind.MEMBER, "member membre adherent"),
    (SubjectKind.EMPLOYEE, "employee employe staff personnel salarie worker collaborateur"),
    (SubjectKind.APPLICANT, "applicant candidate candidat candidature"),
    (SubjectKind.PARTNER, "supplier fournisseur vendor partner partenaire"),
    (SubjectKind.VISITOR, "visitor visiteur guest"),
)
_PEOPLE_BY_WORD = {word: kind for kind, words in _PEOPLE for word in words.split()}

MADE = frozenset(
    {
        "appetence", "churn", "classement", "cluster", "clv", "estimate", "estimation", "ltv",
        "note", "notes", "prediction", "probabilite", "probability", "propension", "propensity",
        "rank", "ranking", "remarque", "remark", "rfm", "risk", "risque", "score", "scoring",
        "segment", "segmentation",
    }
)  # fmt: skip
"""Words of a column that the controller itself fills: what it computes or writes of a subject."""


_PLAIN = """
album artist article booking brand case category city code contact currency cust customer date
delivery first genre hired item last line media member middle name number numero origin playlist
produit product rep reports shipping shop state status store subscription support ticket title
town track type unit user
"""
WORDS = frozenset(_PLAIN.split())
"""Words that say nothing of a column by themselves, and stand in one with those that do."""
LAST = frozenset({"at", "by", "id", "ip", "no", "on", "to"})
"""Short words that only end a name which was written in one."""
SHORTEST_COMPOUND = 6
"""Letters; in anything shorter chance finds words."""
_LONG = 3
_KNOWN = WORDS | {
    word for word in {*_BY_WORD, *OTHERS, *MADE, *_PEOPLE_BY_WORD} if len(word) > _LONG
}


def words_of(name: str) -> Sequence[str]:
    """Return the words of a name: `custEmail_2` is cust, email; accents are dropped.

    What was written in one, as databases do that know no capitals, is cut where every part of it
    is a word: `invoicedate` is invoice, date.
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain(name)).lower()
    found = re.findall(r"[a-z]+", spaced.replace("e-mail", "email"))
    return [part for word in found for part in _parts(word)]


def _parts(word: str) -> Sequence[str]:
    """Return the fewest known words that make up another; itself if it is one or cannot be cut."""
    if word in _KNOWN or len(word) < SHORTEST_COMPOUND:
        return [word]
    cuts: dict[int, list[str]] = {0: []}
    for end in range(1, len(word) + 1):
        known = [
            [*cuts[start], word[start:end]]
            for start in cuts
            if word[start:end] in _KNOWN or (start and end == len(word) and word[start:] in LAST)
        ]
        if known:
            cuts[end] = min(known, key=len)
    return cuts.get(len(word), [word])


def subjects_of(table: str) -> SubjectKind | None:
    """Return whom the name of a table says that its rows are about; None if it does not."""
    words = words_of(table)
    named = [*words, *(word[:-1] for word in words if word.endswith("s"))]
    return next((_PEOPLE_BY_WORD[word] for word in named if word in _PEOPLE_BY_WORD), None)


def plain(text: str) -> str:
    """Return a text without accents."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(c for c in parts if not unicodedata.combining(c))


def meaning_of_name(column: str) -> Meaning:
    """Return what a name alone tells; UNKNOWN if nothing."""
    words = words_of(column)
    pairs = ["".join(pair) for pair in pairwise(words)]
    singular = [word[:-1] for word in words if word.endswith("s")]
    found = [_BY_WORD[word] for word in (*pairs, *words, *singular) if word in _BY_WORD]
    return max(found, key=lambda meaning: meaning.confidence, default=UNKNOWN)


def is_of_others(column: str) -> bool:
    """Whether a name says that the column tells of somebody else."""
    words = words_of(column)
    return any(word in OTHERS for word in words) or words[-1:] in (["by"], ["par"])
