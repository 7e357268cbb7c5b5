"""What this room keeps on a subject, seen as a data store."""

from collections.abc import Iterator, Sequence
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.rectification.models import Correction, RecipientNotice
from privacy.rectification.sealed import change_of
from privacy.stores.definition import Collection, Field, Identity
from privacy.stores.own import SUBJECT, OwnCollection
from privacy.stores.protocol import Row
from privacy.stores.terms import DataCategory
from privacy.subjects.keys import KeyCabinet, subject_key


def _field(name: str, fr: str, en: str, category: DataCategory = DataCategory.TECHNICAL) -> Field:
    return Field(name, {"fr": fr, "en": en}, category)


_NUMBERS = (_field("subject_id", "Numéro interne", "Internal number"), _field("id", "N°", "No."))

CORRECTIONS = Collection(
    name="correction",
    title={"fr": "Ce qui a été corrigé", "en": "What was corrected"},
    primary_key=("subject_id", "id"),
    fields=(
        *_NUMBERS,
        _field("store_name", "Source", "Data store"),
        _field("collection", "Tableau", "Table"),
        _field("field", "Champ", "Field"),
        _field("before", "Avant", "Before", DataCategory.IDENTITY),
        _field("after", "Après", "After", DataCategory.IDENTITY),
        _field("state", "État", "State"),
        _field("settled_at", "Le", "At"),
    ),
    identities=(Identity("subject_id", SUBJECT),),
    purposes=("requests",),
)
NOTICES = Collection(
    name="rectification_notice",
    title={"fr": "Qui a été averti des corrections", "en": "Who was told of corrections"},
    primary_key=("subject_id", "request_id", "recipient_id"),
    fields=(
        _field("subject_id", "Numéro interne", "Internal number"),
        _field("request_id", "Demande", "Request"),
        _field("recipient_id", "Numéro du destinataire", "Number of the recipient"),
        _field("name", "Destinataire", "Recipient"),
        _field("state", "État", "State"),
        _field("settled_at", "Le", "At"),
    ),
    identities=(Identity("subject_id", SUBJECT),),
    purposes=("requests",),
)


def own_collections(cabinet: KeyCabinet) -> tuple[OwnCollection, ...]:
    """Return what this room keeps on subjects, and how it is read.

    A search under way, and what a subject looks at, are copies of rows that the answer shows from
    where they stand; what a subject typed is told by the statement of the request.
    """
    return (
        OwnCollection(
            CORRECTIONS,
            frozenset({"correction", "correction_wish", "detail_look", "rectification_search"}),
            partial(_corrections, cabinet),
        ),
        OwnCollection(NOTICES, frozenset({"recipient_notice"}), _notices),
    )


def _corrections(cabinet: KeyCabinet, session: Session, subjects: Sequence[UUID]) -> Iterator[Row]:
    wanted = select(Correction).where(Correction.subject_id.in_(subjects)).order_by(Correction.id)
    for one in session.scalars(wanted):
        key = subject_key(session, cabinet=cabinet, subject_id=one.subject_id)
        change = change_of(key, one)
        told = {"before": change.before, "after": change.after, "state": one.state.value}
        yield {
            name: told[name] if name in told else getattr(one, name)
            for name in CORRECTIONS.columns
        }


def _notices(session: Session, subjects: Sequence[UUID]) -> Iterator[Row]:
    wanted = select(RecipientNotice).where(RecipientNotice.subject_id.in_(subjects))
    for one in session.scalars(wanted.order_by(RecipientNotice.request_id)):
        yield {
            name: one.state.value if name == "state" else getattr(one, name)
            for name in NOTICES.columns
        }
