"""What a site shows is published under the hash of its words, and whoever saw it can answer."""

import json
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from privacy.db import Database
from privacy.purposes import acts, publishing, queries
from privacy.purposes.models import LegalBasis, Notice, Site
from tests.entries import waiting_entries
from tests.fakes import FakeClock
from tests.make import ACTOR, make_site

WORDS = {"title": "T", "summary": "S", "description": "D", "retention": "R"}
FACTS = acts.PurposeFacts(
    "audience_consent", LegalBasis.CONSENT, {"fr": WORDS, "en": WORDS}, {"vendors": []}
)
BANNER = publishing.Banner({"fr": {"accept": "Oui"}, "en": {"accept": "Yes"}}, "a" * 64, "P6M")


Publish = Callable[[publishing.Banner], dict[str, str]]


@pytest.fixture
def publish(database: Database, clock: FakeClock, site: Site) -> Publish:
    """Return a function that publishes what the site shows, and returns the digests."""

    def do(banner: publishing.Banner) -> dict[str, str]:
        with database.transaction() as session:
            return publishing.publish_notices(
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
        digests = publishing.publish_notices(
            session, actor=ACTOR, at=clock(), site=second, banner=BANNER
        )
    with database.reading() as session:
        asked = queries.asked(session, site=site_now(session, second), digest=digests["fr"])
    assert asked.site_id == second.id


def test_a_language_in_which_a_purpose_lacks_words_is_not_published_at_all(
    database: Database, clock: FakeClock, site: Site, publish: Publish
):
    words = publishing.Banner({**BANNER.texts, "de": {"accept": "Ja"}}, "a" * 64, "P6M")
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
