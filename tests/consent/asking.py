"""A site that has asked two purposes, and answers of visitors to it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from sqlalchemy.orm import Session

from privacy.consent.acts import Answered, Said
from privacy.consent.models import Method
from privacy.purposes import publishing, queries
from privacy.purposes.queries import Asked
from privacy.subjects.keys import KeyCabinet
from tests.make import ACTOR, make_controller, make_purpose, make_site

PURPOSES = ("audience_consent", "social_sharing")
BANNER = publishing.Banner({"fr": {"accept": "Oui"}}, "a" * 64, "P6M")
VISITOR = UUID("019b0000-0000-8000-8000-00000000000b")


def ask(session: Session, *, at: datetime, cabinet: KeyCabinet, slug: str = "boutique") -> Asked:
    """Return what the only notice of a new controller's site asks."""
    controller = make_controller(session, at=at, cabinet=cabinet, slug=slug)
    for code in PURPOSES:
        make_purpose(session, at=at, controller_id=controller.id, code=code)
    site = make_site(session, at=at, controller_id=controller.id, purposes=PURPOSES)
    (digest,) = publishing.publish_notices(
        session, actor=ACTOR, at=at, site=site, banner=BANNER
    ).values()
    session.flush()
    return queries.asked(session, site=site, digest=digest)


def answer(
    asked: Asked,
    *,
    granted: bool = True,
    subject_id: UUID = VISITOR,
    answer_id: UUID | None = None,
) -> Answered:
    """Return one answer, the same to every purpose."""
    said = Said(
        answer_id=answer_id or uuid4(),
        subject_id=subject_id,
        method=Method.ACCEPT_ALL if granted else Method.REFUSE_ALL,
        answers=dict.fromkeys(PURPOSES, granted),
        page="/panier",
        said_at=None,
    )
    return Answered(asked, said)


def answering(one: Answered, **answers: bool) -> Answered:
    """Return the answer with other purposes in it."""
    return replace(one, said=replace(one.said, answers=answers))


def visitor(number: int) -> UUID:
    """Return the subject of one of many visitors."""
    return uuid5(VISITOR, str(number))
