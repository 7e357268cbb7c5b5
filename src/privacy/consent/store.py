"""The consent ledger seen as a data store: every answer of a subject, oldest first."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.consent.models import Consent, ConsentLink
from privacy.stores.definition import Collection, Field, Identity
from privacy.stores.own import SUBJECT, OwnCollection
from privacy.stores.protocol import Row
from privacy.stores.terms import DataCategory


def _field(name: str, fr: str, en: str, category: DataCategory = DataCategory.CONSENT) -> Field:
    return Field(name, {"fr": fr, "en": en}, category)


CONSENTS = Collection(
    name="consent",
    title={"fr": "Vos choix sur les traceurs", "en": "Your choices on trackers"},
    primary_key=("subject_id", "id"),
    fields=(
        _field("subject_id", "Numéro", "Number", DataCategory.TECHNICAL),
        _field("id", "Preuve", "Proof", DataCategory.TECHNICAL),
        _field("purpose_code", "Finalité", "Purpose"),
        _field("granted", "Accepté", "Accepted"),
        _field("at", "Le", "At"),
        _field("valid_until", "Valable jusqu’au", "Valid until"),
        _field("method", "Manière", "Manner"),
        _field("language", "Langue", "Language", DataCategory.TECHNICAL),
        _field("page", "Page", "Page", DataCategory.BEHAVIOUR),
        _field("notice", "Texte affiché (empreinte)", "Text shown (hash)", DataCategory.TECHNICAL),
    ),
    identities=(Identity("subject_id", SUBJECT),),
    retention={
        "fr": "La durée du consentement, puis 5 ans.",
        "en": "For the life of the consent, then 5 years.",
    },
    purposes=("consent_proof",),
)


def _rows(session: Session, subjects: Sequence[UUID]) -> Iterator[Row]:
    wanted = select(Consent).where(Consent.subject_id.in_(subjects)).order_by(Consent.at)
    for consent in session.scalars(wanted).yield_per(500):
        yield {name: getattr(consent, name) for name in CONSENTS.columns}


OWN = OwnCollection(CONSENTS, frozenset({Consent.__tablename__, ConsentLink.__tablename__}), _rows)
