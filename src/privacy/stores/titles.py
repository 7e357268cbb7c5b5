"""What categories of data are called, in each language."""

from collections.abc import Mapping

from privacy.stores.definition import Texts
from privacy.stores.terms import DataCategory

CATEGORY_TITLES: Mapping[DataCategory, Texts] = {
    DataCategory.IDENTITY: {"fr": "Identité", "en": "Identity"},
    DataCategory.CONTACT: {"fr": "Coordonnées", "en": "Contact details"},
    DataCategory.PURCHASE: {"fr": "Achats", "en": "Purchases"},
    DataCategory.PAYMENT: {"fr": "Paiement", "en": "Payment"},
    DataCategory.LOYALTY: {"fr": "Fidélité", "en": "Loyalty"},
    DataCategory.CONSENT: {"fr": "Choix et consentements", "en": "Choices and consents"},
    DataCategory.MESSAGE: {"fr": "Échanges", "en": "Correspondence"},
    DataCategory.BEHAVIOUR: {"fr": "Navigation et usages", "en": "Browsing and use"},
    DataCategory.LOCATION: {"fr": "Localisation", "en": "Location"},
    DataCategory.EMPLOYMENT: {"fr": "Vie professionnelle", "en": "Employment"},
    DataCategory.SPECIAL: {"fr": "Données sensibles", "en": "Special categories of data"},
    DataCategory.CRIMINAL: {
        "fr": "Condamnations et infractions",
        "en": "Convictions and offences",
    },
    DataCategory.TECHNICAL: {"fr": "Données techniques", "en": "Technical data"},
    DataCategory.NONE: {"fr": "Données non personnelles", "en": "Not personal data"},
}
