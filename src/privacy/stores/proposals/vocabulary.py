"""What French and English names of columns mean: pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from privacy.stores.definition import DataCategory


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


MADE = frozenset(
    {
        "appetence", "churn", "classement", "cluster", "clv", "estimate", "estimation", "ltv",
        "note", "notes", "prediction", "probabilite", "probability", "propension", "propensity",
        "rank", "ranking", "remarque", "remark", "rfm", "risk", "risque", "score", "scoring",
        "segment", "segmentation",
    }
)  # fmt: skip
"""Words of a column that the controller itself fills: what it computes or writes of a subject."""


def words_of(name: str) -> Sequence[str]:
    """Return the words of a column's name: `custEmail_2` is cust, email; accents are dropped."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain(name)).lower()
    return re.findall(r"[a-z]+", spaced.replace("e-mail", "email"))


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
