"""An answer is claimed by one worker, kept sealed, handed over once or destroyed."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.crypto import tokens
from privacy.errors import ConflictError, GoneError, NotFoundError, SealError
from privacy.packages.package import key_of
from privacy.purposes.models import Controller
from privacy.requests.answering import claiming, handing
from privacy.requests.answering.claiming import Claim
from privacy.requests.answering.handing import Packed
from privacy.requests.answering.keeping import keep_parts
from privacy.requests.models import LinkUse, RequestState
from privacy.stores.search.findings import Outcome, StoreResult
from tests.requests.office import EMAIL, Office
from tests.requests.together import at_once

WORKER = "job:test"
SHOP = StoreResult("shop", Outcome.FOUND, 3, "", is_complete=True)
LOYALTY = StoreResult("loyalty", Outcome.FAILED, 0, "unavailable", is_complete=False)


def claim(office: Office, request_id: UUID) -> Claim | None:
    with office.database.transaction() as session:
        return claiming.claim(session, at=office.clock(), request_id=request_id)


def take(office: Office, request_id: UUID) -> Claim:
    mine = claim(office, request_id)
    assert mine is not None
    return mine


def search(office: Office, mine: Claim, *results: StoreResult) -> bool:
    with office.database.transaction() as session:
        return handing.record_search(
            session, actor=WORKER, at=office.clock(), claim=mine, results=results
        )


def keep(
    office: Office, mine: Claim, *, exceptions: bool = False, archive: bytes = b"the archive"
) -> None:
    about = office.request(mine.request_id)
    stowed = keep_parts(
        office.database, clock=office.clock, claim=mine, about=about, archive=[archive]
    )
    with office.database.transaction() as session:
        handing.keep_package(
            session,
            actor=WORKER,
            at=office.clock(),
            desk=office.desk,
            claim=mine,
            packed=Packed(stowed, exceptions),
        )


def fetch(office: Office, token: str, *, at: Controller | None = None) -> bytes:
    with office.database.transaction() as session:
        return handing.hand_over(
            session,
            actor="subject",
            at=office.clock(),
            to=at or office.controller,
            token=token,
        )


def lapse(office: Office, request_id: UUID) -> None:
    with office.taken(request_id) as (session, about):
        handing.lapse(session, actor=WORKER, at=office.clock(), about=about)


@pytest.fixture
def ready(office: Office) -> UUID:
    """Return a request whose package waits."""
    request_id = office.approved()
    keep(office, take(office, request_id))
    return request_id


def test_one_worker_takes_a_request_and_the_next_finds_it_taken(office: Office):
    request_id = office.approved()
    assert take(office, request_id) == Claim(request_id, 1)
    assert claim(office, request_id) is None


def test_of_two_workers_at_once_one_takes_the_request(office: Office):
    request_id = office.approved()
    outcomes = at_once(lambda: claim(office, request_id), lambda: claim(office, request_id))
    assert sorted(map(str, outcomes)) == sorted(map(str, [None, Claim(request_id, 1)]))


def test_of_two_workers_at_once_one_takes_over_what_a_third_left(office: Office):
    request_id = office.approved()
    take(office, request_id)
    office.clock.advance(minutes=10)
    outcomes = at_once(lambda: claim(office, request_id), lambda: claim(office, request_id))
    assert sorted(map(str, outcomes)) == sorted(map(str, [None, Claim(request_id, 2)]))


def test_a_worker_that_was_overtaken_may_write_nothing(office: Office):
    request_id = office.approved()
    slow = take(office, request_id)
    office.clock.advance(minutes=10)
    quick = take(office, request_id)
    before = office.entries()
    with pytest.raises(ConflictError):
        search(office, slow, SHOP)
    with pytest.raises(ConflictError):
        keep(office, slow)
    assert (office.entries(), office.tasks(request_id), office.packages()) == (before, {}, [])
    assert search(office, quick, SHOP)
    keep(office, quick)
    assert len(office.packages()) == 1


def test_a_worker_that_was_slow_but_not_overtaken_may_finish(office: Office):
    request_id = office.approved()
    slow = take(office, request_id)
    office.clock.advance(hours=5)
    assert search(office, slow, SHOP)
    keep(office, slow)
    assert office.request(request_id).state is RequestState.READY


def test_nobody_answers_twice(office: Office, ready: UUID):
    mine = Claim(ready, office.claim(ready).fence)
    with pytest.raises(ConflictError):
        keep(office, mine)
    assert len(office.packages()) == 1
    assert len(office.messages("request_ready")) == 1


def test_each_claim_lasts_longer_so_that_a_slow_search_ends_some_time():
    lasts = [claiming.lease_of(fence) for fence in range(1, 9)]
    assert lasts[:3] == [timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=40)]
    assert lasts[-1] == claiming.lease_of(10**6) == timedelta(hours=4)


def test_a_store_that_stays_down_is_asked_ever_less_often():
    pauses = [claiming.pause_after(fence) for fence in range(1, 9)]
    assert pauses[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert pauses[-1] == claiming.pause_after(10**6) == timedelta(hours=6)


def test_a_search_writes_down_each_store_with_its_entry(office: Office):
    request_id = office.approved()
    assert not search(office, take(office, request_id), SHOP, LOYALTY)
    assert office.tasks(request_id) == {
        "shop": ("found", 3, ""),
        "loyalty": ("failed", 0, "unavailable"),
    }
    searched, failed = office.entries(Action.REQUEST_STORE_SEARCHED, Action.REQUEST_STORE_FAILED)
    assert searched.details == {
        "request": str(request_id), "store": "shop", "outcome": "found", "records": 3,
    }  # fmt: skip
    assert failed.details == {
        "request": str(request_id), "store": "loyalty", "reason": "unavailable",
    }  # fmt: skip
    assert failed.subject_id == office.request(request_id).subject_id


def test_a_failed_store_keeps_the_request_approved_until_the_next_try(office: Office):
    request_id = office.approved()
    search(office, take(office, request_id), SHOP, LOYALTY)
    assert office.request(request_id).state is RequestState.APPROVED
    assert office.claim(request_id).claimed_until == office.clock() + timedelta(minutes=5)
    office.clock.advance(minutes=5)
    again = take(office, request_id)
    assert search(office, again, SHOP, StoreResult("loyalty", Outcome.EMPTY, 0, "", True))
    assert office.tasks(request_id)["loyalty"] == ("empty", 0, "")


def test_a_store_taken_off_the_register_is_no_line_any_more(office: Office):
    request_id = office.approved()
    search(office, take(office, request_id), SHOP, LOYALTY)
    office.clock.advance(minutes=5)
    search(office, take(office, request_id), SHOP)
    assert set(office.tasks(request_id)) == {"shop"}


def test_a_package_is_kept_sealed_under_the_token_of_its_one_link(office: Office, ready: UUID):
    about = office.request(ready)
    (kept,) = office.packages()
    assert (about.state, about.exceptions) == (RequestState.READY, False)
    assert (kept.subject_id, kept.size) == (about.subject_id, len(b"the archive"))
    assert kept.expires_at == office.clock() + timedelta(days=7)
    assert b"archive" not in kept.contents_sealed
    (letter,) = office.letters("request_ready")
    assert letter.address == EMAIL
    assert letter.variables["expires_at"] == kept.expires_at.isoformat()
    link = next(one for one in office.links(ready) if one.use is LinkUse.DOWNLOAD)
    assert link.digest == tokens.digest(office.token("request_ready"))
    context = ("package", "contents", str(office.controller.id), str(about.subject_id), str(ready))
    with pytest.raises(SealError):
        key_of(tokens.new_token()).open_sealed(kept.contents_sealed, context=context)
    with pytest.raises(SealError):  # what the database keeps of the token opens nothing
        key_of(link.digest.hex()).open_sealed(kept.contents_sealed, context=context)
    (entry,) = office.entries(Action.REQUEST_PACKAGED)
    assert (entry.actor, entry.subject_id) == (WORKER, about.subject_id)
    assert (entry.details["bytes"], entry.details["expires_on"]) == (11, "2026-03-09")


def test_an_answer_with_gaps_is_marked_so(office: Office):
    request_id = office.approved()
    keep(office, take(office, request_id), exceptions=True)
    assert office.request(request_id).exceptions
    assert [one.template for one in office.messages()[-1:]] == ["request_ready_partial"]
    fetch(office, office.token("request_ready"))
    (entry,) = office.entries(Action.REQUEST_COMPLETED)
    assert entry.details["outcome"] == "with-exceptions"


def test_the_link_hands_the_archive_over_and_nothing_is_kept(office: Office, ready: UUID):
    office.clock.advance(days=1)
    assert fetch(office, office.token("request_ready")) == b"the archive"
    about = office.request(ready)
    assert (about.state, about.closed_at) == (RequestState.COMPLETED, office.clock())
    assert office.packages() == []
    used = {link.use: link.used_at for link in office.links(ready)}
    assert used[LinkUse.DOWNLOAD] == office.clock()
    handed, completed = office.entries(Action.REQUEST_HANDED_OVER, Action.REQUEST_COMPLETED)
    assert (handed.actor, handed.details["bytes"]) == ("subject", 11)
    assert completed.details == {
        "request": str(ready), "kind": "access", "outcome": "whole", "late": False,
    }  # fmt: skip


def test_an_answer_after_the_last_lawful_day_is_recorded_as_late(office: Office):
    request_id = office.approved()
    office.clock.advance(days=60)
    keep(office, take(office, request_id))
    fetch(office, office.token("request_ready"))
    assert office.entries(Action.REQUEST_COMPLETED)[0].details["late"] is True


def test_a_second_download_gets_nothing(office: Office, ready: UUID):
    token = office.token("request_ready")
    fetch(office, token)
    with pytest.raises(GoneError):
        fetch(office, token)
    assert len(office.entries(Action.REQUEST_HANDED_OVER)) == 1
    assert office.request(ready).state is RequestState.COMPLETED


def test_of_two_downloads_at_once_one_gets_the_archive(office: Office, ready: UUID):
    token = office.token("request_ready")
    outcomes = at_once(lambda: fetch(office, token), lambda: fetch(office, token))
    assert sorted(type(one).__name__ for one in outcomes) == ["GoneError", "bytes"]
    assert len(office.entries(Action.REQUEST_HANDED_OVER)) == 1
    assert office.request(ready).state is RequestState.COMPLETED


def test_a_package_of_another_request_does_not_open_with_this_link(office: Office, ready: UUID):
    token = office.token("request_ready")
    second = office.approved("second@example.fr")
    keep(office, take(office, second))
    packages = {one.request_id: one for one in office.packages()}
    with office.taken(ready) as (session, about):
        kept = session.merge(packages[ready])
        kept.contents_sealed = packages[second].contents_sealed
        record_any(session, office, about.id)
    with pytest.raises(SealError):
        fetch(office, token)
    assert office.request(ready).state is RequestState.READY


def record_any(session: Session, office: Office, request_id: UUID) -> None:
    """Leave an entry, so that the guard lets a change by hand pass."""
    log.append(
        session, Action.REQUEST_VIEWED, at=office.clock(), actor="system", request=str(request_id)
    )


def test_a_download_link_of_another_controller_is_unknown(
    office: Office, other: Controller, ready: UUID
):
    token = office.token("request_ready")
    with pytest.raises(NotFoundError):
        fetch(office, token, at=other)
    assert fetch(office, token) == b"the archive"
    with pytest.raises(NotFoundError):
        fetch(office, token, at=other)
    assert office.request(ready).state is RequestState.COMPLETED


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("template", ["confirm_request", "request_received"])
def test_a_link_for_another_use_fetches_nothing(office: Office, template: str):
    with pytest.raises(NotFoundError):
        fetch(office, office.token(template))


def test_a_link_that_is_too_old_fetches_nothing(office: Office, ready: UUID):
    office.clock.advance(days=7)
    with pytest.raises(GoneError):
        fetch(office, office.token("request_ready"))
    assert office.request(ready).state is RequestState.READY


def test_a_package_that_was_not_fetched_is_destroyed(office: Office, ready: UUID):
    office.clock.advance(days=7)
    lapse(office, ready)
    about = office.request(ready)
    assert (about.state, about.closed_at) == (RequestState.LAPSED, office.clock())
    assert office.packages() == []
    entry = office.entries(Action.REQUEST_EXPIRED)[-1]
    assert entry.details == {"request": str(ready), "reason": "not-fetched"}
    assert entry.subject_id == about.subject_id


def test_what_was_fetched_meanwhile_does_not_lapse(office: Office, ready: UUID):
    fetch(office, office.token("request_ready"))
    with pytest.raises(ConflictError):
        lapse(office, ready)
    assert office.request(ready).state is RequestState.COMPLETED
    assert office.entries(Action.REQUEST_EXPIRED) == []


def test_what_lapsed_meanwhile_is_not_fetched(office: Office, ready: UUID):
    token = office.token("request_ready")
    lapse(office, ready)
    with pytest.raises(GoneError):
        fetch(office, token)
    assert office.request(ready).state is RequestState.LAPSED
