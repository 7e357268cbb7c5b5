"""Scans in the console: asked for, planned, shown, their proposals accepted; what was shown."""

import hashlib
import json
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from privacy.audit.actions import Action
from privacy.operators.roles import Role
from privacy.purposes import publishing
from privacy.purposes import queries as purposes
from privacy.purposes.models import Site
from privacy.scans import acts, queries
from privacy.scans.acts import Piece
from privacy.scans.match import Report, judge, summary
from privacy.scans.models import Artefact, Scan, ScanState
from privacy.scans.observe import Cause, Kind, Phase, Sighting
from tests.consent.asking import PURPOSES, answer
from tests.entries import waiting_entries
from tests.make import ORIGIN, make_purpose, make_site
from tests.web.conftest import Seat, runtime_of, seat, shop

CAUSE = Cause("https://tag.example/t.js", 7, "script")
EARLY = Sighting(Phase.FIRST, Kind.COOKIE, "_early<b>", "boutique.example", ORIGIN, CAUSE)
LATE = Sighting(Phase.ACCEPTED, Kind.COOKIE, "_late", "boutique.example", ORIGIN, CAUSE, days=30.0)
LOADED = Sighting(
    Phase.ACCEPTED, Kind.REQUEST, "script", "tag.example", ORIGIN, CAUSE, third_party=True
)
CODE = b"built code"


@pytest.fixture
def site(app: Flask) -> Site:
    """Return the boutique's site, which shows one notice."""
    runtime, owner = runtime_of(app), shop(app)
    with runtime.database.transaction() as session:
        at = runtime.clock()
        make_purpose(session, at=at, controller_id=owner)
        made = make_site(session, at=at, controller_id=owner)
        texts = {"fr": {"title": "Vos cookies", "intro": "Nous utilisons…"}}
        banner = publishing.Banner(texts, hashlib.sha256(CODE).hexdigest(), "P6M")
        publishing.publish_notices(session, actor="system", at=at, site=made, banner=banner)
    return made


@pytest.fixture
def scan_id(app: Flask, site: Site) -> UUID:
    """Return a scan of the site that failed."""
    runtime = runtime_of(app)
    with runtime.database.transaction() as session:
        at = runtime.clock()
        scan = acts.ask_scan(session, actor="system", at=at, site=session.merge(site))
        declared = queries.register(session, site=site, ours=[])
        found = judge([EARLY, LATE, LOADED], declared, controls={})
        report = Report(found, summary(found, Phase), [ORIGIN])
        acts.record_scan(session, actor="job:scan-sites", at=at, scan=scan, report=report)
        return scan.id


def post(held: Seat, path: str, **form: str) -> int:
    return held.browser.post(path, data=form, headers=held.headers).status_code


def test_scan_now_owes_a_scan_and_visits_nothing_itself(app: Flask, dpo: Seat, site: Site):
    woken: list[str] = []
    runtime = runtime_of(app)
    runtime.wakers.append(woken.append)
    assert post(dpo, f"/console/scans/{site.key}/ask") == 303
    assert woken == ["scan-sites"]
    with runtime.database.reading() as session:
        assert [one.state for one in session.scalars(select(Scan))] == [ScanState.WAITING]
    (entry,) = waiting_entries(runtime.database, Action.SCAN_ASKED)
    assert entry.actor == f"operator:{dpo.operator_id}"
    assert post(dpo, f"/console/scans/{site.key}/ask") == 409


def test_a_plan_is_kept_and_nonsense_refused(app: Flask, dpo: Seat, site: Site):
    assert post(dpo, f"/console/scans/{site.key}/plan", every="weekly") == 303
    with runtime_of(app).database.reading() as session:
        plans = queries.plans(session, controller_id=site.controller_id)
    assert plans == {site.id: "weekly"}
    assert post(dpo, f"/console/scans/{site.key}/plan", every="hourly") == 422


def test_only_a_dpo_scans_and_only_the_own_sites(app: Flask, agent: Seat, site: Site):
    assert post(agent, f"/console/scans/{site.key}/ask") == 403
    other = seat(app, Role.DPO, shop(app, "librairie"))
    assert post(other, f"/console/scans/{site.key}/ask") == 404


def test_a_scan_shows_what_failed_by_which_script_and_what_to_do(dpo: Seat, scan_id: UUID):
    page = dpo.browser.get(f"/console/scans/{scan_id}").text
    assert "_early&lt;b&gt;" in page
    assert "https://tag.example/t.js:7" in page
    assert "Retenez-le jusqu’à l’accord" in page
    assert f"/console/scans/{scan_id}" in dpo.browser.get("/console/scans").text
    board = dpo.browser.get("/console/requests").text
    assert "Le dernier contrôle de Boutique a échoué" in board


def test_a_scan_of_another_controller_is_not_there(app: Flask, scan_id: UUID):
    other = seat(app, Role.DPO, shop(app, "librairie"))
    assert other.browser.get(f"/console/scans/{scan_id}").status_code == 404


def test_an_accepted_proposal_becomes_the_next_version_of_its_purpose(
    app: Flask, dpo: Seat, site: Site, scan_id: UUID
):
    form = {"part": "cookies", "name": "_late", "purpose": "audience_consent"}
    assert post(dpo, f"/console/scans/{scan_id}/accept", **form) == 303
    with runtime_of(app).database.reading() as session:
        known = purposes.current_purposes(session, controller_id=site.controller_id)
    assert known["audience_consent"].version == 2
    declared = known["audience_consent"].details["cookies"]
    assert declared == [{"name": "_late", "lifetime": "P30D", "kind": "cookie"}]
    assert "_late</code></h3>" not in dpo.browser.get(f"/console/scans/{scan_id}").text
    assert post(dpo, f"/console/scans/{scan_id}/accept", **form) == 422


def test_what_was_not_proposed_cannot_be_declared_by_a_forged_form(dpo: Seat, scan_id: UUID):
    form = {"part": "cookies", "name": "_early<b>", "purpose": "audience_consent"}
    assert post(dpo, f"/console/scans/{scan_id}/accept", **form) == 422
    stranger = {"part": "cookies", "name": "_late", "purpose": "requests"}
    assert post(dpo, f"/console/scans/{scan_id}/accept", **stranger) == 422


@pytest.fixture
def digest(app: Flask, site: Site) -> str:
    """Return the digest of the site's notice, of which code and a picture are kept."""
    runtime = runtime_of(app)
    assert len(site.notices) == 1
    with runtime.database.transaction() as session:
        (notice,) = queries.shown_now(session)
        pieces = {
            "code": Piece("text/javascript", CODE),
            "desktop_1": Piece("image/png", b"\x89PNG picture"),
        }
        acts.keep_exhibits(
            session, actor="system", at=runtime.clock(), notice=notice, pieces=pieces
        )
        return notice.digest


def test_what_they_saw_shows_words_script_pictures_and_that_the_bytes_are_the_same(
    app: Flask, dpo: Seat, digest: str
):
    runtime_of(app).sequencer.integrate()
    page = dpo.browser.get(f"/console/shown?notice={digest}").text
    assert "Vos cookies" in page
    assert hashlib.sha256(CODE).hexdigest() in page
    assert "du journal" in page
    assert page.count("Inchangé") == 3
    picture = hashlib.sha256(b"\x89PNG picture").hexdigest()
    assert f"/console/artefacts/{picture}" in page
    sent = dpo.browser.get(f"/console/artefacts/{picture}")
    assert (sent.mimetype, sent.data) == ("image/png", b"\x89PNG picture")


def test_the_receipt_of_an_answer_leads_to_what_its_visitor_saw(app: Flask, dpo: Seat):
    runtime, owner = runtime_of(app), shop(app)
    with runtime.database.transaction() as session:
        at = runtime.clock()
        for code in PURPOSES:
            make_purpose(session, at=at, controller_id=owner, code=code)
        made = make_site(session, at=at, controller_id=owner, purposes=PURPOSES)
        banner = publishing.Banner({"fr": {"title": "Ce soir-là", "intro": "…"}}, "a" * 64, "P6M")
        published = publishing.publish_notices(
            session, actor="system", at=at, site=made, banner=banner
        )
        asked = purposes.asked(session, site=made, digest=published["fr"])
    runtime.recorder.record(answer(asked, answer_id=UUID(int=7)))
    runtime.sequencer.integrate()
    with runtime.database.transaction() as session:  # words that came later
        later = publishing.Banner({"fr": {"title": "Après", "intro": "…"}}, "a" * 64, "P6M")
        site = session.get_one(Site, made.id)
        publishing.publish_notices(
            session, actor="system", at=runtime.clock(), site=site, banner=later
        )
    page = dpo.browser.get(f"/console/shown?receipt={UUID(int=7)}").text
    assert "Ce soir-là" in page
    assert "Après" not in page
    assert published["fr"] in page
    assert "entrée n°" in page


def test_code_is_sent_to_be_saved_and_never_to_be_run(dpo: Seat, digest: str):
    assert digest
    sent = dpo.browser.get(f"/console/artefacts/{hashlib.sha256(CODE).hexdigest()}")
    assert sent.mimetype == "text/plain"
    assert sent.headers["Content-Disposition"].startswith("attachment")


def test_changed_bytes_are_told(app: Flask, dpo: Seat, digest: str):
    engine = runtime_of(app).database.engine
    with engine.begin() as connection:
        connection.execute(
            Artefact.__table__.update()  # type: ignore[attr-defined] # a table can be updated
            .where(Artefact.digest == hashlib.sha256(CODE).hexdigest())
            .values(content=b"other code")
        )
    page = dpo.browser.get(f"/console/shown?notice={digest}").text
    assert "Les octets ont changé" in page
    assert page.count("Inchangé") == 2


def test_without_pictures_the_page_says_so_and_the_words_are_there(
    app: Flask, dpo: Seat, site: Site
):
    with runtime_of(app).database.reading() as session:
        (notice,) = queries.shown_now(session)
    assert site.notices == {"fr": notice.digest}
    page = dpo.browser.get(f"/console/shown?notice={notice.digest}").text
    assert "Aucune image n’a été prise" in page
    assert json.loads(notice.document)["texts"]["title"] in page


def test_a_notice_of_another_controller_is_not_shown(app: Flask, digest: str):
    other = seat(app, Role.DPO, shop(app, "librairie"))
    assert "Vos cookies" not in other.browser.get(f"/console/shown?notice={digest}").text
    code = hashlib.sha256(CODE).hexdigest()
    assert other.browser.get(f"/console/artefacts/{code}").status_code == 404


def test_a_vendor_is_accepted_with_the_address_of_its_policy_or_named_as_lacking_it(
    app: Flask, dpo: Seat, site: Site, scan_id: UUID
):
    page = dpo.browser.get(f"/console/scans/{scan_id}").text
    assert 'name="policy_url"' in page
    form = {"part": "vendors", "name": "tag.example", "purpose": "audience_consent"}
    accept = f"/console/scans/{scan_id}/accept"
    for wrong in ("http://tag.example/p", "javascript:alert(1)", "https://", "https:// x"):
        assert post(dpo, accept, **form, policy_url=wrong) == 422
    assert post(dpo, accept, **form, policy_url=" https://tag.example/policy ") == 303
    with runtime_of(app).database.reading() as session:
        known = purposes.current_purposes(session, controller_id=site.controller_id)
    (vendor,) = known["audience_consent"].details["vendors"]
    assert vendor["policy_url"] == "https://tag.example/policy"


def test_a_vendor_without_an_address_of_its_policy_is_named_on_the_page_of_its_site(
    dpo: Seat, site: Site, scan_id: UUID
):
    form = {"part": "vendors", "name": "tag.example", "purpose": "audience_consent"}
    assert post(dpo, f"/console/scans/{scan_id}/accept", **form) == 303
    page = dpo.browser.get(f"/console/sites/{site.key}").text
    assert "ne peuvent pas savoir qui sont ces partenaires" in page
