"""The register: what is published is a row and an entry; what no banner could show is refused."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from privacy.db import Database
from privacy.errors import InvalidError
from privacy.purposes import acts, queries
from privacy.purposes.models import LegalBasis, RecipientRole, Site
from tests.entries import waiting_entries
from tests.fakes import FakeClock
from tests.make import ACTOR

WORDS = {"title": "T", "summary": "S", "description": "D", "retention": "R"}
FACTS = acts.PurposeFacts(
    "audience_consent", LegalBasis.CONSENT, {"fr": WORDS, "en": WORDS}, {"vendors": []}
)


def test_a_controller_is_a_row_and_an_entry(database: Database, controller_id: UUID):
    with database.reading() as session:
        assert queries.controller_by_slug(session, "boutique").id == controller_id
    (entry,) = waiting_entries(database, "controller.registered")
    assert (entry.actor, entry.details) == ("system", {"slug": "boutique"})


def test_publishing_again_makes_the_next_version_and_keeps_the_first(
    database: Database, clock: FakeClock, controller_id: UUID
):
    for _ in range(2):
        with database.transaction() as session:
            acts.publish_purpose(
                session, actor=ACTOR, at=clock(), controller_id=controller_id, facts=FACTS
            )
        clock.advance(days=1)
    with database.reading() as session:
        current = queries.current_purposes(session, controller_id=controller_id)
    assert {code: one.version for code, one in current.items()} == {"audience_consent": 2}
    told = [one.details for one in waiting_entries(database, "purpose.published")]
    assert [one["version"] for one in told] == [1, 2]
    assert {one["legal_basis"] for one in told} == {"consent"}


def test_the_version_in_force_is_the_newest_that_was_published_by_then(
    database: Database, clock: FakeClock, controller_id: UUID
):
    before = clock() - timedelta(hours=1)
    instants = []
    for _ in range(2):
        instants.append(clock())
        with database.transaction() as session:
            acts.publish_purpose(
                session, actor=ACTOR, at=clock(), controller_id=controller_id, facts=FACTS
            )
        clock.advance(days=1)

    def version(session: Session, at) -> int | None:
        found = queries.in_force(session, controller_id=controller_id, codes=[FACTS.code], at=at)
        return found[FACTS.code].version if found else None

    with database.reading() as session:
        assert [version(session, at) for at in (before, *instants, clock())] == [None, 1, 2, 2]


def test_a_purpose_that_does_not_say_everything_leaves_nothing(
    database: Database, clock: FakeClock, controller_id: UUID
):
    facts = replace(FACTS, texts={"fr": WORDS})
    with pytest.raises(InvalidError), database.transaction() as session:
        acts.publish_purpose(
            session, actor=ACTOR, at=clock(), controller_id=controller_id, facts=facts
        )
    with database.reading() as session:
        assert queries.current_purposes(session, controller_id=controller_id) == {}
    assert waiting_entries(database, "purpose.published") == []


def test_a_controller_without_a_calendar_leaves_nothing(database: Database, clock: FakeClock):
    facts = acts.ControllerFacts("x", "N", "A", "c@x.example", "d@x.example", "https://x", "Moon")
    with pytest.raises(InvalidError), database.transaction() as session:
        acts.register_controller(session, actor=ACTOR, at=clock(), facts=facts)
    assert waiting_entries(database) == []


def test_a_site_is_a_row_with_a_new_key_and_an_entry(database: Database, site: Site):
    with database.reading() as session:
        assert queries.site_by_key(session, site.key).id == site.id
    (entry,) = waiting_entries(database, "site.registered")
    assert entry.details == {"site": site.key}


@pytest.mark.parametrize(
    ("origins", "codes"),
    [(["https://a.example/"], ["audience_consent"]), (["https://a.example"], ["never_published"])],
)
def test_a_site_of_a_wrong_origin_or_an_unknown_purpose_leaves_nothing(
    database: Database, clock: FakeClock, site: Site, origins: list[str], codes: list[str]
):
    facts = acts.SiteFacts("Site", origins, codes)
    of = site.controller_id
    with pytest.raises(InvalidError), database.transaction() as session:
        acts.register_site(session, actor=ACTOR, at=clock(), controller_id=of, facts=facts)
    with database.reading() as session:
        assert [one.key for one in queries.sites(session, controller_id=of)] == [site.key]
    assert len(waiting_entries(database, "site.registered")) == 1


def test_origins_are_replaced_with_an_entry_and_the_same_ones_without(
    database: Database, clock: FakeClock, site: Site
):
    for _ in range(2):
        with database.transaction() as session:
            acts.allow_origins(
                session,
                actor=ACTOR,
                at=clock(),
                site=session.get_one(Site, site.id),
                origins=["http://localhost:8601"],
            )
    with database.reading() as session:
        assert session.get_one(Site, site.id).origins == ["http://localhost:8601"]
    (entry,) = waiting_entries(database, "site.changed")
    assert entry.details == {"site": site.key, "origins": 1}


def test_origins_that_no_browser_sends_change_nothing(
    database: Database, clock: FakeClock, site: Site
):
    with pytest.raises(InvalidError), database.transaction() as session:
        acts.allow_origins(
            session, actor=ACTOR, at=clock(), site=session.get_one(Site, site.id), origins=["*"]
        )
    assert waiting_entries(database, "site.changed") == []


def test_a_recipient_is_a_row_and_an_entry_that_does_not_name_it(
    database: Database, clock: FakeClock, controller_id: UUID
):
    facts = acts.RecipientFacts("Transport Fictif", RecipientRole.PROCESSOR, "FR", ["x"])
    with database.transaction() as session:
        made = acts.register_recipient(
            session, actor=ACTOR, at=clock(), controller_id=controller_id, facts=facts
        )
    with database.reading() as session:
        (row,) = queries.recipients(session, controller_id=controller_id)
    assert (row.name, row.role, row.country) == ("Transport Fictif", "processor", "FR")
    (entry,) = waiting_entries(database, "recipient.registered")
    assert entry.details == {"recipient": str(made.id), "role": "processor", "country": "FR"}
