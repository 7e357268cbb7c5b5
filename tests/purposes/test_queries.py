"""Whatever is asked of one controller tells nothing of another."""

from uuid import UUID

import pytest

from privacy.db import Database
from privacy.errors import NotFoundError
from privacy.purposes import acts, publishing, queries
from privacy.purposes.defaults import LANGUAGES
from privacy.purposes.models import LegalBasis, RecipientRole, Site
from privacy.subjects.keys import KeyCabinet
from tests.fakes import FakeClock
from tests.make import ACTOR, make_controller, make_purpose, make_site

BANNER = publishing.Banner({"fr": {"accept": "Oui"}}, "a" * 64, "P6M")


def filled(database: Database, cabinet: KeyCabinet, clock: FakeClock, slug: str) -> Site:
    """Return the site of a new controller, which has one of everything."""
    with database.transaction() as session:
        controller = make_controller(session, at=clock(), cabinet=cabinet, slug=slug)
        make_purpose(session, at=clock(), controller_id=controller.id)
        site = make_site(session, at=clock(), controller_id=controller.id)
        publishing.publish_notices(session, actor=ACTOR, at=clock(), site=site, banner=BANNER)
        acts.register_recipient(
            session,
            actor=ACTOR,
            at=clock(),
            controller_id=controller.id,
            facts=acts.RecipientFacts(f"{slug} transport", RecipientRole.PROCESSOR, "FR", []),
        )
    return site


@pytest.fixture
def sites(database: Database, cabinet: KeyCabinet, clock: FakeClock) -> list[Site]:
    return [filled(database, cabinet, clock, slug) for slug in ("one", "two")]


def test_sites_purposes_and_recipients_are_those_of_one_controller(
    database: Database, clock: FakeClock, sites: list[Site]
):
    one, two = sites
    with database.transaction() as session:
        make_purpose(session, at=clock(), controller_id=two.controller_id)
        make_purpose(session, at=clock(), controller_id=two.controller_id, code="loyalty")
    with database.reading() as session:
        found = queries.current_purposes(session, controller_id=one.controller_id)
        assert {code: p.version for code, p in found.items()} == {"audience_consent": 1}
        names = [s.key for s in queries.sites(session, controller_id=one.controller_id)]
        assert names == [one.key]
        told = queries.recipients(session, controller_id=one.controller_id)
        assert [recipient.name for recipient in told] == ["one transport"]


def test_a_notice_of_another_controller_or_site_is_not_found(
    database: Database, sites: list[Site]
):
    one, two = sites
    with database.reading() as session:
        for digest in two.notices.values():
            with pytest.raises(NotFoundError):
                queries.notice(session, controller_id=one.controller_id, digest=digest)
            with pytest.raises(NotFoundError):
                queries.asked(session, site=one, digest=digest)


def test_a_notice_of_another_site_of_the_same_controller_is_not_found(
    database: Database, clock: FakeClock, sites: list[Site]
):
    one = sites[0]
    with database.transaction() as session:
        other = make_site(session, at=clock(), controller_id=one.controller_id)
    with database.reading() as session, pytest.raises(NotFoundError):
        queries.asked(session, site=other, digest=one.notices["fr"])


def test_what_nobody_registered_is_not_found(database: Database):
    nobody = UUID(int=1)
    with database.reading() as session:
        for ask in (
            lambda: queries.controller(session, nobody),
            lambda: queries.controller_by_slug(session, "none"),
            lambda: queries.site_by_key(session, "pk_00000000"),
        ):
            with pytest.raises(NotFoundError):
                ask()


def test_a_site_that_was_disabled_answers_no_more(
    database: Database, clock: FakeClock, sites: list[Site]
):
    with database.transaction() as session:
        session.get_one(Site, sites[0].id).enabled = False
        make_purpose(session, at=clock(), controller_id=sites[0].controller_id)
    with database.reading() as session, pytest.raises(NotFoundError):
        queries.site_by_key(session, sites[0].key)


def test_a_site_before_its_first_notice_has_nothing_to_show(
    database: Database, clock: FakeClock, sites: list[Site]
):
    with database.transaction() as session:
        bare = make_site(session, at=clock(), controller_id=sites[0].controller_id)
    with database.reading() as session, pytest.raises(NotFoundError):
        queries.current_notice(session, site=bare, language="fr")


def test_a_language_that_was_not_published_falls_back_to_the_first(
    database: Database, sites: list[Site]
):
    with database.reading() as session:
        notice = queries.current_notice(session, site=sites[0], language="en")
    assert notice.language == "fr"


def test_what_a_site_cannot_say_is_named_by_language_and_purpose(
    database: Database, clock: FakeClock, sites: list[Site]
):
    site, _ = sites
    with database.reading() as session:
        assert queries.missing_texts(session, site=site) == {}
    words = {"title": "T", "summary": "S", "description": "D", "retention": "R"}
    texts = {"fr": words, "en": words, "de": words | {"retention": ""}, "uk": {"title": "T"}}
    facts = acts.PurposeFacts("audience_consent", LegalBasis.CONSENT, texts, {})
    with database.transaction() as session:
        acts.publish_purpose(
            session, actor=ACTOR, at=clock(), controller_id=site.controller_id, facts=facts
        )
    with database.reading() as session:
        missing = queries.missing_texts(session, site=site)
    assert set(missing) == {*LANGUAGES, "uk"} - {"fr", "en"}
    assert missing["de"] == missing["uk"] == ["audience_consent"]
