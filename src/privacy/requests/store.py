"""What the service itself keeps on a subject beside consents, seen as a data store."""

from collections.abc import Iterator, Sequence
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from privacy.audit.entry import Entry, read
from privacy.audit.models import AuditEntry, AuditPending
from privacy.outbox.models import MessageState, OutboxMessage
from privacy.requests.acting import acting_for
from privacy.requests.annexes import RequestQuestion, RequestRepresentative, Transfer
from privacy.requests.deadlines import questions
from privacy.requests.letters import reason_of
from privacy.requests.models import SubjectRequest
from privacy.requests.transfers import address_of
from privacy.stores.definition import Collection, Field, Identity, StoreDefinition
from privacy.stores.own import SUBJECT, OwnCollection
from privacy.stores.protocol import Row
from privacy.stores.terms import DataCategory
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.queries import identifiers_of

PURPOSES = ("requests",)
KEPT_FOR_ANSWERS = (
    "package",
    "package_part",
    "package_fetch",
    "request_preview",
    "withholding_decision",
    "lead_decision",
)
"""What is kept only until an answer went out, and says nothing that the answer does not."""
_OWNED = (Identity("subject_id", SUBJECT),)


def _field(name: str, fr: str, en: str, category: DataCategory = DataCategory.TECHNICAL) -> Field:
    return Field(name, {"fr": fr, "en": en}, category)


_NUMBERS = (_field("subject_id", "Numéro interne", "Internal number"), _field("id", "N°", "No."))

IDENTIFIERS = Collection(
    name="identifier",
    title={"fr": "Comment nous vous reconnaissons", "en": "How we recognise you"},
    primary_key=("subject_id", "id"),
    fields=(
        *_NUMBERS,
        _field("kind", "Sorte", "Kind", DataCategory.CONTACT),
        _field("value", "Valeur", "Value", DataCategory.CONTACT),
        _field("verified_at", "Vérifié le", "Verified at"),
    ),
    identities=_OWNED,
    purposes=PURPOSES,
)
REQUESTS = Collection(
    name="request",
    title={"fr": "Vos demandes", "en": "Your requests"},
    primary_key=("subject_id", "id"),
    fields=(
        *_NUMBERS,
        _field("kind", "Demande", "Request"),
        _field("state", "État", "State"),
        _field("language", "Langue", "Language"),
        _field("received_on", "Reçue le", "Received on"),
        _field("verified_at", "Confirmée le", "Confirmed at"),
        _field("legal_latest_on", "Réponse au plus tard le", "Answer due on"),
        _field("extended_at", "Prolongée le", "Extended at"),
        _field("decided_at", "Décidée le", "Decided at"),
        _field(
            "reason",
            "Motif du refus ou de la prolongation",
            "Reason for refusal or extension",
            DataCategory.MESSAGE,
        ),
        _field("closed_at", "Close le", "Closed at"),
    ),
    identities=_OWNED,
    purposes=PURPOSES,
)
TRANSFERS = Collection(
    name="transfer",
    title={"fr": "Vos données envoyées à d’autres", "en": "Your data sent to others"},
    primary_key=("subject_id", "request_id"),
    fields=(
        _field("subject_id", "Numéro interne", "Internal number"),
        _field("request_id", "Demande", "Request"),
        _field("url", "Adresse", "Address", DataCategory.CONTACT),
        _field("state", "État", "State"),
        _field("status", "Réponse", "Answer"),
        _field("digest", "Empreinte de l’envoi", "Hash of what was sent"),
        _field("settled_at", "Le", "At"),
    ),
    identities=_OWNED,
    purposes=PURPOSES,
)
QUESTIONS = Collection(
    name="question",
    title={"fr": "Nos questions et vos réponses", "en": "Our questions and your answers"},
    primary_key=("subject_id", "id"),
    fields=(
        *_NUMBERS,
        _field("kind", "Sujet", "About"),
        _field("asked_on", "Posée le", "Asked on"),
        _field("doubt", "Pourquoi", "Why", DataCategory.MESSAGE),
        _field("question", "Question", "Question", DataCategory.MESSAGE),
        _field("answer", "Réponse", "Answer", DataCategory.MESSAGE),
        _field("evidence", "Numéro donné", "Number given", DataCategory.CONTACT),
        _field("ended_on", "Close le", "Closed on"),
    ),
    identities=_OWNED,
    purposes=PURPOSES,
)
REPRESENTATIVES = Collection(
    name="representative",
    title={"fr": "Qui agit pour vous", "en": "Who acts for you"},
    primary_key=("subject_id", "id"),
    fields=(
        *_NUMBERS,
        _field("capacity", "Qualité", "Capacity"),
        _field("name", "Nom", "Name", DataCategory.IDENTITY),
        _field("age_band", "Votre âge", "Your age", DataCategory.IDENTITY),
        _field("proof", "Preuve", "Proof", DataCategory.MESSAGE),
        _field("until_on", "Jusqu’au", "Until"),
        _field("checked_at", "Vérifié le", "Checked at"),
    ),
    identities=_OWNED,
    purposes=PURPOSES,
)
MESSAGES = Collection(
    name="message",
    title={"fr": "Les messages envoyés à votre sujet", "en": "Messages sent about you"},
    primary_key=("subject_id", "id"),
    fields=(
        *_NUMBERS,
        _field("template", "Modèle", "Template", DataCategory.MESSAGE),
        _field("sent_at", "Envoyé le", "Sent at", DataCategory.MESSAGE),
    ),
    identities=_OWNED,
    purposes=PURPOSES,
)
ENTRIES = Collection(
    name="log",
    title={"fr": "Ce qui a été fait de vos données", "en": "What was done with your data"},
    primary_key=("subject_id", "id"),
    fields=(
        *_NUMBERS,
        _field("action", "Opération", "Operation"),
        _field("who", "Par", "By"),
        _field("at", "Le", "At"),
    ),
    identities=_OWNED,
    purposes=PURPOSES,
)


def definition(*collections: Collection) -> StoreDefinition:
    """Return the service's own definition, with the collections of other rooms put first."""
    return StoreDefinition(
        name="privacy",
        title={"fr": "Gestion de vos choix et demandes", "en": "Your choices and requests"},
        purposes=("consent_proof", "requests"),
        collections=(
            *collections,
            IDENTIFIERS,
            REQUESTS,
            QUESTIONS,
            REPRESENTATIVES,
            TRANSFERS,
            MESSAGES,
            ENTRIES,
        ),
    )


def own_collections(cabinet: KeyCabinet) -> tuple[OwnCollection, ...]:
    """Return what this room and the rooms below it keep on subjects, and how it is read."""
    return (
        OwnCollection(
            IDENTIFIERS,
            frozenset(
                # A session of half an hour says nothing that the identifier does not.
                {"subject", "subject_key", "identifier", "identifier_index", "preference_session"}
            ),
            partial(_identifiers, cabinet),
        ),
        OwnCollection(
            REQUESTS,
            frozenset({"subject_request", *KEPT_FOR_ANSWERS}),
            partial(_requests, cabinet),
        ),
        OwnCollection(TRANSFERS, frozenset({"transfer"}), partial(_transfers, cabinet)),
        OwnCollection(QUESTIONS, frozenset(), partial(_questions, cabinet)),
        OwnCollection(REPRESENTATIVES, frozenset(), partial(_representatives, cabinet)),
        OwnCollection(MESSAGES, frozenset({"outbox_message"}), _messages),
        OwnCollection(ENTRIES, frozenset({"audit_entry", "audit_pending"}), _entries),
    )


def _identifiers(cabinet: KeyCabinet, session: Session, subjects: Sequence[UUID]) -> Iterator[Row]:
    for subject_id in subjects:
        for known in identifiers_of(session, cabinet=cabinet, subject_id=subject_id):
            yield vars(known) | {"subject_id": subject_id}


def _requests(cabinet: KeyCabinet, session: Session, subjects: Sequence[UUID]) -> Iterator[Row]:
    wanted = select(SubjectRequest).where(SubjectRequest.subject_id.in_(subjects))
    for about in session.scalars(wanted.order_by(SubjectRequest.received_at)):
        told = {"reason": reason_of(session, cabinet=cabinet, about=about)}
        told |= {"kind": about.kind.value, "state": about.state.value}
        yield {name: told.get(name) or getattr(about, name, None) for name in REQUESTS.columns}


def _transfers(cabinet: KeyCabinet, session: Session, subjects: Sequence[UUID]) -> Iterator[Row]:
    wanted = select(Transfer).where(Transfer.subject_id.in_(subjects))
    for row in session.scalars(wanted.order_by(Transfer.created_at)):
        told = {"url": address_of(session, cabinet=cabinet, row=row), "state": row.state.value}
        yield {name: told.get(name) or getattr(row, name) for name in TRANSFERS.columns}


def _questions(cabinet: KeyCabinet, session: Session, subjects: Sequence[UUID]) -> Iterator[Row]:
    for about in _of_subjects(session, subjects, having=RequestQuestion.request_id):
        for one in questions.told(session, cabinet, about=about):
            yield {
                "subject_id": about.subject_id,
                "id": f"{about.id}/{one.row.kind.value}",
                "kind": one.row.kind.value,
                "asked_on": one.row.asked_on,
                "doubt": one.doubt,
                "question": one.words,
                "answer": one.answer or None,
                "evidence": one.claim.value if one.claim else None,
                "ended_on": one.row.ended_on,
            }


def _representatives(
    cabinet: KeyCabinet, session: Session, subjects: Sequence[UUID]
) -> Iterator[Row]:
    for about in _of_subjects(session, subjects, having=RequestRepresentative.request_id):
        acting = acting_for(session, cabinet=cabinet, about=about)
        if acting is not None:
            yield {
                "subject_id": about.subject_id,
                "id": about.id,
                "capacity": acting.row.capacity.value,
                "name": acting.name,
                "age_band": acting.row.age_band.value,
                "proof": acting.proof or None,
                "until_on": acting.row.until_on,
                "checked_at": acting.row.checked_at,
            }


def _of_subjects(
    session: Session, subjects: Sequence[UUID], *, having: InstrumentedAttribute[UUID]
) -> Sequence[SubjectRequest]:
    """Return the requests of subjects to which something was attached."""
    wanted = select(SubjectRequest).where(
        SubjectRequest.subject_id.in_(subjects), SubjectRequest.id.in_(select(having))
    )
    return session.scalars(wanted.order_by(SubjectRequest.received_at)).all()


def _messages(session: Session, subjects: Sequence[UUID]) -> Iterator[Row]:
    wanted = select(OutboxMessage).where(
        OutboxMessage.subject_id.in_(subjects), OutboxMessage.state == MessageState.SENT
    )
    for message in session.scalars(wanted.order_by(OutboxMessage.created_at)):
        yield {name: getattr(message, name) for name in MESSAGES.columns}


def _entries(session: Session, subjects: Sequence[UUID]) -> Iterator[Row]:
    """Yield the log's entries, then those that wait for their place in it."""
    pending = select(AuditPending).where(AuditPending.subject_id.in_(subjects))
    # Read first: one that gets its place meanwhile is then told twice, and never not at all.
    waiting = session.scalars(pending.order_by(AuditPending.id)).all()
    wanted = select(AuditEntry).where(AuditEntry.subject_id.in_(subjects)).order_by(AuditEntry.idx)
    for entry in session.scalars(wanted).yield_per(500):
        yield _entry(entry)
    for one in waiting:
        yield _entry(read(one.body))


def _entry(entry: AuditEntry | Entry) -> Row:
    """Return what an entry tells its subject; who of the staff acted stays unsaid (C-579/21)."""
    return {
        "subject_id": entry.subject_id,
        "id": entry.id,
        "action": entry.action,
        "who": entry.actor.partition(":")[0],
        "at": entry.at,
    }
