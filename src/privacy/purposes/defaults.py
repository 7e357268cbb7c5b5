"""The purposes that most shops need, in French and English, ready to publish and to edit.

Bases, signals and retention follow the recommendations of the CNIL (trackers: deliberations
2020-091 and 2020-092; e-mail pixels: 2026-042) and Art. 6 GDPR; a DPO reviews them.
"""

from dataclasses import dataclass
from typing import Any

from privacy.purposes.models import LegalBasis


@dataclass(frozen=True)
class Words:
    """One purpose in one language."""

    title: str
    summary: str
    description: str
    retention: str


@dataclass(frozen=True)
class DefaultPurpose:
    """One purpose with everything a notice and an answer to an access request say of it."""

    code: str
    basis: LegalBasis
    fr: Words
    en: Words
    signals: tuple[str, ...] = ()
    """Google Consent Mode v2 signals that a grant opens."""
    gpc: bool = False
    """Whether Global Privacy Control counts as its refusal."""

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        """Return the words by language."""
        return {"fr": dict(vars(self.fr)), "en": dict(vars(self.en))}

    @property
    def details(self) -> dict[str, Any]:
        """Return what a banner needs besides words; vendors and cookies are a site's own."""
        return {
            "signals": list(self.signals), "gpc": self.gpc, "vendors": [], "cookies": [],
        }  # fmt: skip


DEFAULT_PURPOSES = (
    DefaultPurpose(
        "essential", LegalBasis.STRICTLY_NECESSARY,
        Words("Fonctionnement du site", "Panier, connexion, sécurité : sans eux, pas de site.",
              "Nécessaire au service que vous demandez.", "Le temps de votre visite."),
        Words("Site operation", "Basket, sign-in, security: the site cannot work without.",
              "Needed for the service you ask for.", "For the length of your visit."),
        signals=("security_storage",),
    ),
    DefaultPurpose(
        "audience_consent", LegalBasis.CONSENT,
        Words("Statistiques détaillées", "Comprendre votre usage pour améliorer le site.",
              "Mesurer les pages vues et les parcours. Si vous refusez, rien ne change pour vous.",
              "Traceurs : 13 mois au plus. Mesures : 25 mois au plus."),
        Words("Detailed analytics", "Understand how you use the site, to improve it.",
              "Measure the pages and paths visited. If you refuse, nothing changes for you.",
              "Trackers: 13 months at most. Measurements: 25 months at most."),
        signals=("analytics_storage",),
    ),
    DefaultPurpose(
        "content_personalisation", LegalBasis.CONSENT,
        Words("Personnalisation du contenu", "Adapter les pages à vos centres d’intérêt.",
              "Mettre en avant ce qui ressemble à ce que vous avez consulté sur ce site.",
              "13 mois au plus."),
        Words("Content personalisation", "Fit the pages to your interests.",
              "Put forward what resembles what you looked at on this site.",
              "13 months at most."),
        signals=("personalization_storage",), gpc=True,
    ),
    DefaultPurpose(
        "ads_personalised", LegalBasis.CONSENT,
        Words("Publicité personnalisée", "Des publicités selon votre navigation et votre profil.",
              "Des publicités choisies d’après vos visites. Si vous refusez, vous en verrez "
              "autant, mais sans lien avec vous.", "13 mois au plus."),
        Words("Personalised advertising", "Ads chosen by your browsing and your profile.",
              "Ads chosen from your visits. If you refuse, you see as many, unrelated to you.",
              "13 months at most."),
        signals=("ad_storage", "ad_user_data", "ad_personalization"), gpc=True,
    ),
    DefaultPurpose(
        "social_sharing", LegalBasis.CONSENT,
        Words("Vidéos et réseaux sociaux", "Vidéos et boutons fournis par d’autres sites.",
              "Afficher des contenus venus d’ailleurs, dont l’éditeur apprend alors votre visite.",
              "Selon l’éditeur du contenu, 13 mois au plus."),
        Words("Videos and social networks", "Videos and buttons provided by other sites.",
              "Show content from elsewhere, whose publisher then learns of your visit.",
              "Up to the publisher of the content, 13 months at most."),
        signals=("functionality_storage",), gpc=True,
    ),
    DefaultPurpose(
        "order_management", LegalBasis.CONTRACT,
        Words("Gestion des commandes", "Préparer, livrer et suivre vos achats.",
              "Commandes, livraisons, retours, garantie et échanges avec le service après-vente.",
              "La durée de la relation, puis 5 ans en archive (art. 2224 du code civil)."),
        Words("Order management", "Prepare, deliver and follow your purchases.",
              "Orders, deliveries, returns, warranty and exchanges with after-sales.",
              "For the relation, then 5 years archived (French civil code, art. 2224)."),
    ),
    DefaultPurpose(
        "accounting", LegalBasis.LEGAL_OBLIGATION,
        Words("Comptabilité", "Conserver les factures comme la loi l’impose.",
              "Factures et pièces comptables.", "10 ans (art. L. 123-22 du code de commerce)."),
        Words("Accounting", "Keep invoices as the law demands.",
              "Invoices and accounting records.", "10 years (commercial code, art. L. 123-22)."),
    ),
    DefaultPurpose(
        "loyalty", LegalBasis.CONTRACT,
        Words("Programme de fidélité", "Compter vos points et vous en faire profiter.",
              "Carte, points acquis et utilisés, avantages.",
              "La durée de l’adhésion, puis 3 ans sans activité."),
        Words("Loyalty programme", "Count your points and let you use them.",
              "Card, points earned and used, benefits.",
              "For the membership, then 3 years without activity."),
    ),
    DefaultPurpose(
        "mk_email", LegalBasis.CONSENT,
        Words("Offres par e-mail", "Recevoir nos offres par e-mail.",
              "De notre enseigne seulement. Vous pouvez vous désinscrire à tout moment.",
              "3 ans après votre dernier contact."),
        Words("E-mail offers", "Receive our offers by e-mail.",
              "Offers of our brand only. You can unsubscribe at any time.",
              "3 years after your last contact."),
    ),
    DefaultPurpose(
        "requests", LegalBasis.LEGAL_OBLIGATION,
        Words("Vos demandes", "Répondre à vos demandes et le prouver.",
              "Votre demande, nos réponses et leurs dates.",
              "1 an après la réponse, puis archive jusqu’à 5 ans."),
        Words("Your requests", "Answer your requests and prove it.",
              "Your request, our answers and their dates.",
              "1 year after the answer, then archived up to 5 years."),
    ),
    DefaultPurpose(
        "consent_proof", LegalBasis.LEGAL_OBLIGATION,
        Words("Preuve de vos choix", "Garder la preuve de ce que vous avez accepté ou refusé.",
              "La date, le texte affiché et votre réponse (art. 7, paragraphe 1, du RGPD).",
              "La durée du consentement, puis 5 ans."),
        Words("Proof of your choices", "Keep proof of what you accepted or refused.",
              "The date, the text shown and your answer (Art. 7(1) GDPR).",
              "For the life of the consent, then 5 years."),
    ),
)  # fmt: skip
