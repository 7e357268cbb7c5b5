"""A package of many parts is handed over once, whatever becomes of the connection."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from privacy.audit.actions import Action
from privacy.db import Database
from privacy.errors import ConflictError, GoneError, SealError
from privacy.packages.models import PackageFetch, PackagePart
from privacy.packages.stowing import PART
from privacy.requests import jobs
from privacy.requests.answering import claiming, delivering, handing, keeping
from privacy.requests.answering.delivering import Delivery, begun, deliver, press
from privacy.requests.answering.keeping import keep_parts
from privacy.requests.models import Package, RequestState
from tests.requests.answering.test_handing import keep, record_any, take
from tests.requests.dying import DyingDatabase, KilledError, Steps
from tests.requests.office import Office

ARCHIVE = b"".join(bytes([number]) * PART for number in range(10)) + b"the end"
"""Ten whole parts, written in two transactions, and a last one."""


@pytest.fixture
def large(office: Office) -> UUID:
    """Return a request whose package of eleven parts waits."""
    request_id = office.approved()
    keep(office, take(office, request_id), archive=ARCHIVE)
    return request_id


def begin(office: Office, start: int = 0) -> Delivery:
    clock, to, token = office.clock, office.controller, office.token("request_ready")
    press(office.database, clock=clock, to=to, token=token)
    return deliver(office.database, clock=clock, to=to, token=token, start=start)


def parts(office: Office) -> list[PackagePart]:
    with office.database.reading() as session:
        return list(session.scalars(select(PackagePart).order_by(PackagePart.number)))


def left(office: Office) -> tuple[int, int, int]:
    """Return how many packages, parts and begun downloads there are."""
    with office.database.reading() as session:
        fetches = session.scalars(select(PackageFetch)).all()
    return len(office.packages()), len(parts(office)), len(fetches)


def test_a_large_package_is_kept_in_sealed_parts_and_handed_over_whole(
    office: Office, large: UUID
):
    (kept,) = office.packages()
    assert (kept.parts, kept.size) == (10, len(ARCHIVE))
    sealed = parts(office)
    assert [one.number for one in sealed] == list(range(10))
    assert b"\x01" * 64 not in sealed[1].contents_sealed
    delivery = begin(office)
    assert delivery.size == len(ARCHIVE)
    assert b"".join(delivery.chunks) == ARCHIVE
    about = office.request(large)
    assert (about.state, about.closed_at) == (RequestState.COMPLETED, office.clock())
    assert left(office) == (0, 0, 0)
    (handed,) = office.entries(Action.REQUEST_HANDED_OVER)
    assert handed.details["bytes"] == len(ARCHIVE)
    with pytest.raises(GoneError):
        begin(office)


def test_a_small_package_needs_no_parts(office: Office):
    keep(office, take(office, office.approved()), archive=b"x" * PART)
    assert left(office) == (1, 0, 0)
    assert b"".join(begin(office).chunks) == b"x" * PART
    assert left(office) == (0, 0, 0)


def test_while_it_flows_nobody_else_begins_it(office: Office, large: UUID):
    flowing = begin(office).chunks
    next(flowing)
    with pytest.raises(ConflictError):
        begin(office)
    assert b"".join(flowing).endswith(b"the end")
    assert office.request(large).state is RequestState.COMPLETED


def test_a_broken_download_begins_again_with_the_same_link(office: Office, large: UUID):
    flowing = begin(office).chunks
    next(flowing)
    _closed(flowing)
    assert office.request(large).state is RequestState.READY
    assert b"".join(begin(office).chunks) == ARCHIVE
    assert len(office.entries(Action.REQUEST_HANDED_OVER)) == 1


def _closed(flowing: Iterator[bytes]) -> None:
    close = getattr(flowing, "close")  # noqa: B009 -- an iterator need not have it
    close()


def test_a_connection_that_broke_at_the_last_part_may_begin_again(office: Office, large: UUID):
    flowing = begin(office).chunks
    for _ in range(11):
        next(flowing)
    _closed(flowing)
    assert office.request(large).state is RequestState.READY
    assert b"".join(begin(office).chunks) == ARCHIVE


@pytest.mark.usefixtures("large")
def test_a_download_whose_process_died_begins_again_after_its_hold(office: Office):
    flowing = begin(office).chunks
    next(flowing)  # and nothing is heard of it any more
    office.clock.advance(minutes=2)
    again = begin(office).chunks
    first = next(again)
    office.clock.advance(seconds=30)
    with pytest.raises(GoneError):
        list(flowing)
    assert first + b"".join(again) == ARCHIVE


@pytest.mark.usefixtures("large")
def test_a_download_that_flows_slowly_keeps_its_hold(office: Office):
    flowing = begin(office).chunks
    received = b""
    for part in flowing:
        received += part
        office.clock.advance(minutes=1)
        if len(received) < len(ARCHIVE):
            with pytest.raises(ConflictError):
                begin(office)
    assert received == ARCHIVE


def test_nothing_flows_before_the_button_was_pressed(office: Office, large: UUID):
    token = office.token("request_ready")
    with pytest.raises(GoneError, match="button"):
        deliver(office.database, clock=office.clock, to=office.controller, token=token)
    assert office.request(large).state is RequestState.READY
    assert left(office) == (1, 10, 0)


@pytest.mark.parametrize(
    "start", [1, PART - 1, PART, 6 * PART, 6 * PART + 17, 10 * PART, len(ARCHIVE) - 1]
)
def test_a_broken_download_goes_on_from_where_it_broke(office: Office, large: UUID, start: int):
    flowing = begin(office).chunks
    next(flowing)
    _closed(flowing)
    rest = begin(office, start)
    assert (rest.size, rest.start) == (len(ARCHIVE), start)
    assert b"".join(rest.chunks) == ARCHIVE[start:]
    assert office.request(large).state is RequestState.COMPLETED
    assert left(office) == (0, 0, 0)


@pytest.mark.usefixtures("large")
def test_what_lies_behind_the_end_is_not_begun(office: Office):
    with pytest.raises(ConflictError, match="fewer bytes"):
        begin(office, len(ARCHIVE))
    assert b"".join(begin(office).chunks) == ARCHIVE


def test_each_beginning_is_counted_and_logged_without_the_link(
    office: Office, large: UUID, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO")
    for start in (0, 6 * PART):
        flowing = begin(office, start).chunks
        next(flowing)
        _closed(flowing)
    with office.database.reading() as session:
        assert begun(session, about=office.request(large)) == 2
    told = [(one.msg, getattr(one, "try", 0)) for one in caplog.records if "request." in one.msg]
    assert told == [
        ("request.download-begun", 1),
        ("request.download-broken", 0),
        ("request.download-begun", 2),
        ("request.download-broken", 0),
    ]
    assert office.token("request_ready") not in str([vars(one) for one in caplog.records])


def test_a_broken_link_begins_again_for_as_long_as_it_lasts(office: Office, large: UUID):
    flowing = begin(office).chunks
    next(flowing)
    _closed(flowing)
    office.clock.advance(days=7, seconds=-1)
    assert jobs.expire_requests(office.database, clock=office.clock) == 0
    _closed(begin(office).chunks)
    office.clock.advance(seconds=1)
    with pytest.raises(GoneError):
        begin(office)
    assert office.request(large).state is RequestState.READY


def test_a_package_whose_download_broke_off_is_destroyed_with_its_link(
    office: Office, large: UUID
):
    flowing = begin(office).chunks
    next(flowing)
    _closed(flowing)
    office.clock.advance(days=7, seconds=-1)
    assert jobs.expire_requests(office.database, clock=office.clock) == 0
    office.clock.advance(seconds=1)
    assert jobs.expire_requests(office.database, clock=office.clock) == 1
    assert office.request(large).state is RequestState.LAPSED
    assert left(office) == (0, 0, 0)
    assert office.entries(Action.REQUEST_EXPIRED)[-1].details["reason"] == "interrupted"


def test_a_package_is_not_destroyed_while_it_flows(office: Office, large: UUID):
    office.clock.advance(days=7, seconds=-1)
    flowing = begin(office).chunks
    received = next(flowing)
    office.clock.advance(minutes=1)
    assert jobs.expire_requests(office.database, clock=office.clock) == 0
    assert received + b"".join(flowing) == ARCHIVE
    assert office.request(large).state is RequestState.COMPLETED


@pytest.mark.usefixtures("large")
def test_parts_that_were_swapped_do_not_open(office: Office):
    with office.database.transaction() as session:
        first, second = session.scalars(
            select(PackagePart).order_by(PackagePart.number).limit(2)
        ).all()
        first.contents_sealed, second.contents_sealed = (
            second.contents_sealed,
            first.contents_sealed,
        )
    with pytest.raises(SealError):
        list(begin(office).chunks)


def test_an_archive_that_was_cut_does_not_open(office: Office, large: UUID):
    with office.database.transaction() as session:
        kept = session.scalars(select(Package)).one()
        kept.parts = 9
        record_any(session, office, large)
    with pytest.raises(SealError):
        begin(office)


def test_the_next_worker_removes_what_a_dead_one_left(office: Office):
    request_id = office.approved()
    about, mine = office.request(request_id), take(office, request_id)
    keep_parts(
        office.database, clock=office.clock, claim=mine, about=about, archive=[b"x" * 5 * PART]
    )
    assert left(office) == (0, 4, 0)
    office.clock.advance(minutes=10)
    keep(office, take(office, request_id), archive=b"y" * 3 * PART)
    assert left(office) == (1, 2, 0)
    assert b"".join(begin(office).chunks) == b"y" * 3 * PART


def test_what_a_dead_worker_left_of_a_larger_answer_goes_with_a_smaller_one(office: Office):
    request_id = office.approved()
    about, mine = office.request(request_id), take(office, request_id)
    keep_parts(
        office.database, clock=office.clock, claim=mine, about=about, archive=[b"x" * 5 * PART]
    )
    office.clock.advance(minutes=10)
    keep(office, take(office, request_id))
    assert left(office) == (1, 0, 0)


def test_what_a_dead_worker_left_of_a_request_that_ended_is_swept(office: Office):
    request_id = office.approved()
    about, mine = office.request(request_id), take(office, request_id)
    keep_parts(
        office.database, clock=office.clock, claim=mine, about=about, archive=[b"x" * 3 * PART]
    )
    assert keeping.sweep(office.database) == 0
    with office.taken(request_id) as (session, ended):
        ended.state = RequestState.REFUSED
        record_any(session, office, request_id)
    assert keeping.sweep(office.database) == 1
    assert left(office) == (0, 0, 0)


def test_parts_are_destroyed_by_and_by_and_by_the_next_sweep_after_a_crash(
    office: Office, large: UUID, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(keeping, "GONE_AT_ONCE", 4)
    delivery, destroy_parts = begin(office), keeping.destroy_parts

    def dying(database: Database, *, request_id: UUID) -> None:
        destroy_parts(DyingDatabase(database.engine, Steps(4)), request_id=request_id)

    monkeypatch.setattr(delivering, "destroy_parts", dying)
    with pytest.raises(KilledError):
        list(delivery.chunks)
    assert office.request(large).state is RequestState.COMPLETED
    assert left(office)[1] == 6, "four are gone"
    assert keeping.sweep(office.database) == 1
    assert left(office) == (0, 0, 0)


def test_a_worker_that_was_overtaken_adds_no_part(office: Office):
    request_id = office.approved()
    about, slow = office.request(request_id), take(office, request_id)
    office.clock.advance(minutes=10)
    take(office, request_id)
    with pytest.raises(ConflictError):
        keep_parts(
            office.database, clock=office.clock, claim=slow, about=about, archive=[b"x" * 3 * PART]
        )
    assert left(office) == (0, 0, 0)


def test_a_worker_that_writes_parts_keeps_its_claim(office: Office):
    request_id = office.approved()
    about, mine = office.request(request_id), take(office, request_id)
    office.clock.advance(minutes=9)
    keep_parts(
        office.database, clock=office.clock, claim=mine, about=about, archive=[b"x" * 3 * PART]
    )
    assert office.claim(request_id).claimed_until == office.clock() + claiming.lease_of(1)
    assert claiming.lease_of(1) == timedelta(minutes=10)


def test_a_worker_that_compresses_for_long_keeps_its_claim(office: Office):
    request_id = office.approved()
    about, mine = office.request(request_id), take(office, request_id)

    def slow() -> Iterator[bytes]:
        for _ in range(12):
            office.clock.advance(minutes=3)
            yield b""
            with office.database.transaction() as session:
                later = claiming.claim(session, at=office.clock(), request_id=request_id)
                assert later is None
        yield b"x"

    keep_parts(office.database, clock=office.clock, claim=mine, about=about, archive=slow())
    assert office.claim(request_id).fence == mine.fence


def worked_until_killed(office: Office, request_id: UUID, dies_at: int) -> bool:
    """Keep the large archive; return whether the worker was ended at that step."""
    database = DyingDatabase(office.database.engine, Steps(dies_at))
    about, mine = office.request(request_id), take(office, request_id)
    try:
        stowed = keep_parts(
            database, clock=office.clock, claim=mine, about=about, archive=[ARCHIVE]
        )
        with database.transaction() as session:
            handing.keep_package(
                session,
                actor="job:test",
                at=office.clock(),
                desk=office.desk,
                claim=mine,
                packed=handing.Packed(stowed, exceptions=False),
            )
    except KilledError:
        return True
    return False


def test_killed_at_any_step_the_next_worker_leaves_one_whole_package(office: Office):
    dies_at, killed = 1, True
    while killed:
        request_id = office.approved(f"subject.{dies_at}@example.fr")
        killed = worked_until_killed(office, request_id, dies_at)
        office.clock.advance(minutes=10)
        if office.request(request_id).state is RequestState.APPROVED:
            keep(office, take(office, request_id), archive=ARCHIVE)
        assert left(office) == (1, 10, 0)
        assert b"".join(begin(office).chunks) == ARCHIVE
        assert left(office) == (0, 0, 0)
        dies_at += 1
    assert dies_at > 9  # three steps of each of three transactions, and a run that nothing ended
