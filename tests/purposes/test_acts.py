"""The register: what is published is a row and an entry; what no banner could show is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from privacy.db import Database
from privacy.errors import InvalidError
from privacy.purposes import acts, queries
from privacy.purposes.models import LegalBasis, Notice, RecipientRole, Site
from privacy.subjects.keys import KeyCabinet
from tests.entries import waiting_entries
from tests.fakes import FakeClock
from tests.make import ACTOR, make_controller, make_purpose, make_site

WORDS = {"title": "T", "summary": "S", "description": "D", "retention": "R"}
FACTS = acts.PurposeFacts(
    "audience_consent", LegalBasis.CONSENT, {"fr": WORDS, "en": WORDS}, {"vendors": []}
)
BANNER = acts.Banner({"fr": {"accept": "Oui"}, "en": {"accept": "Yes"}}, "a" * 64, "P6M")


@pytest.fixture
def controller_id(database: Database, cabinet: KeyCabinet, clock: FakeClock) -> UUID:
    with database.transaction() as session:
        return make_controller(session, at=clock(), cabinet=cabinet).id


@pytest.fixture
def site(database: Database, clock: FakeClock, controller_id: UUID) -> Site:
    """Return a site that asks for one purpose."""
    with database.transaction() as session:
        make_purpose(session, at=clock(), controller_id=controller_id)
        return make_site(session, at=clock(), controller_id=controller_id)


Publish = Callable[[acts.Banner], dict[str, str]]


@pytest.fixture
def publish(database: Database, clock: FakeClock, site: Site) -> Publish:
    """Return a function that publishes what the site shows, and returns the digests."""

    def do(banner: acts.Banner) -> dict[str, str]:
        with database.transaction() as session:
            return acts.publish_notices(
                session,
                actor=ACTOR,
                at=clock(),
                site=session.get_one(Site, site.id),
                banner=banner,
            )

    return do


def shown(database: Database, site: Site) -> dict[str, str]:
    with database.reading() as session:
        return session.get_one(Site, site.id).notices


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
        return queries.version_in_force(
            session, controller_id=controller_id, code=FACTS.code, at=at
        )

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
                site=site_now(session, site),
                origins=["http://localhost:8601"],
            )
    with database.reading() as session:
        assert site_now(session, site).origins == ["http://localhost:8601"]
    (entry,) = waiting_entries(database, "site.changed")
    assert entry.details == {"site": site.key, "origins": 1}


def test_origins_that_no_browser_sends_change_nothing(
    database: Database, clock: FakeClock, site: Site
):
    with pytest.raises(InvalidError), database.transaction() as session:
        acts.allow_origins(
            session, actor=ACTOR, at=clock(), site=site_now(session, site), origins=["*"]
        )
    assert waiting_entries(database, "site.changed") == []


def test_a_notice_is_found_by_the_hash_of_its_bytes_and_shown_by_its_site(
    database: Database, site: Site, publish: Publish
):
    digests = publish(BANNER)
    assert shown(database, site) == digests
    with database.reading() as session:
        for language, digest in digests.items():
            notice = queries.current_notice(
                session, site=site_now(session, site), language=language
            )
            assert (notice.digest, notice.language) == (digest, language)
            document = json.loads(notice.document)
            assert document["texts"] == BANNER.texts[language]
            assert document["site"] == site.key
    told = [one.details for one in waiting_entries(database, "notice.published")]
    assert {one["language"]: one["notice"] for one in told} == digests


def site_now(session: Session, site: Site) -> Site:
    return session.get_one(Site, site.id)


def test_publishing_the_same_words_again_adds_nothing(database: Database, publish: Publish):
    first = publish(BANNER)
    assert publish(BANNER) == first
    assert len(waiting_entries(database, "notice.published")) == 2


def test_publishing_older_words_again_shows_them_and_says_so(
    database: Database, site: Site, publish: Publish
):
    first = publish(BANNER)
    other = replace(BANNER, texts={**BANNER.texts, "fr": {"accept": "D’accord"}})
    second = publish(other)
    assert (second["fr"] != first["fr"], second["en"] == first["en"]) == (True, True)
    assert publish(BANNER) == first == shown(database, site)
    told = [one.details["notice"] for one in waiting_entries(database, "notice.published")]
    assert sorted(told) == sorted([*first.values(), second["fr"], first["fr"]])
    with database.reading() as session:
        assert session.query(Notice).count() == 3


def test_what_was_shown_before_can_still_be_answered(
    database: Database, site: Site, publish: Publish
):
    first = publish(BANNER)
    publish(replace(BANNER, script="b" * 64))
    with database.reading() as session:
        asked = queries.asked(session, site=site_now(session, site), digest=first["fr"])
    assert (asked.versions, asked.period) == ({"audience_consent": 1}, "P6M")


def test_two_sites_with_the_same_words_can_both_be_answered(
    database: Database, clock: FakeClock, controller_id: UUID, publish: Publish
):
    publish(BANNER)
    with database.transaction() as session:
        second = make_site(session, at=clock(), controller_id=controller_id)
        digests = acts.publish_notices(
            session, actor=ACTOR, at=clock(), site=second, banner=BANNER
        )
    with database.reading() as session:
        asked = queries.asked(session, site=site_now(session, second), digest=digests["fr"])
    assert asked.site_id == second.id


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


def test_a_language_in_which_a_purpose_lacks_words_is_not_published_at_all(
    database: Database, clock: FakeClock, site: Site, publish: Publish
):
    words = acts.Banner({**BANNER.texts, "de": {"accept": "Ja"}}, "a" * 64, "P6M")
    german = replace(FACTS, texts={**FACTS.texts, "de": WORDS})
    halves = replace(FACTS, texts={**FACTS.texts, "de": WORDS | {"summary": " "}})
    for facts, languages in ((german, ["fr", "en", "de"]), (halves, ["fr", "en"])):
        with database.transaction() as session:
            acts.publish_purpose(
                session, actor=ACTOR, at=clock(), controller_id=site.controller_id, facts=facts
            )
        assert list(publish(words)) == languages == list(shown(database, site))


def test_a_language_that_is_taken_away_is_told(database: Database, site: Site, publish: Publish):
    publish(BANNER)
    publish(replace(BANNER, texts={"fr": BANNER.texts["fr"]}))
    assert list(shown(database, site)) == ["fr"]
    (entry,) = waiting_entries(database, "site.changed")
    assert entry.details == {"site": site.key}
