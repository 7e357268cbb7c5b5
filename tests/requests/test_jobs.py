"""Answering approved requests, with stores that fail, workers that die and time that passes."""

import io
import json
import logging
import zipfile
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from typing_extensions import override

from privacy.audit.actions import Action
from privacy.errors import GoneError, InvalidError, UnavailableError
from privacy.requests.answering import handing
from privacy.requests.jobs import expire_requests, fulfil_access
from privacy.requests.models import RequestState
from privacy.stores.definition import Collection, Columns
from privacy.stores.protocol import Key, Row
from privacy.subjects.acts import add_identifier
from privacy.subjects.identify import Claim
from tests.requests.dying import (
    ROWS,
    SHOP,
    DyingDatabase,
    DyingStore,
    KilledError,
    LateDatabase,
    Steps,
    WatchingStore,
)
from tests.requests.office import EMAIL, Office, plain_page
from tests.stores.fake_store import DeafStore, FakeStore, collection, identity, store

CARDS = store("cards", collection("card", "id email", identities=[identity("email")]))


def shop() -> FakeStore:
    return FakeStore(SHOP, ROWS)


def archive_of(office: Office) -> zipfile.ZipFile:
    """Fetch the package by the newest link."""
    with office.database.transaction() as session:
        data = handing.hand_over(
            session,
            actor="subject",
            at=office.clock(),
            to=office.controller,
            token=office.token("request_ready"),
        )
    return zipfile.ZipFile(io.BytesIO(data))


def data_of(office: Office) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(archive_of(office).read("data.json"))
    return document


def test_an_approved_request_is_answered_from_every_store(office: Office):
    request_id = office.approved()
    cards = FakeStore(CARDS, {"card": []})
    assert fulfil_access(office.bench(shop(), cards)) == 1
    about = office.request(request_id)
    assert (about.state, about.exceptions) == (RequestState.READY, False)
    assert office.tasks(request_id)["shop"] == ("found", 2, "")
    assert office.tasks(request_id)["cards"] == ("empty", 0, "")
    assert office.tasks(request_id)["privacy"][0] == "found"
    document = data_of(office)
    rows = {(one["store"], one["collection"]): one["rows"] for one in document["data"]}
    assert rows["shop", "account"] == [ROWS["account"][0]]
    assert rows["shop", "purchase"] == [ROWS["purchase"][0]]
    assert "Louis" not in json.dumps(document)


def test_nothing_is_answered_before_it_is_approved(office: Office):
    office.opened()
    office.submit("second@example.fr")
    assert fulfil_access(office.bench(shop())) == 0
    assert office.packages() == []


def test_what_is_answered_is_not_answered_again(office: Office):
    office.approved()
    bench = office.bench(shop())
    assert [fulfil_access(bench), fulfil_access(bench)] == [1, 0]
    office.clock.advance(days=1)
    assert fulfil_access(bench) == 0
    assert len(office.messages("request_ready")) == 1


def test_the_page_speaks_the_language_of_the_request(office: Office):
    office.approved(language="en")
    fulfil_access(office.bench(shop()))
    archive = archive_of(office)
    assert json.loads(archive.read("index.html"))["language"] == "en"
    assert archive.read("README.txt").startswith(b"Open index.html")


def test_only_what_is_proven_of_the_subject_is_searched(office: Office):
    request_id = office.approved()
    about = office.request(request_id)
    assert about.subject_id is not None
    with office.database.transaction() as session:
        add_identifier(
            session,
            actor="system",
            at=office.clock(),
            cabinet=office.desk.cabinet,
            subject_id=about.subject_id,
            claim=Claim("email", "other@example.fr"),
        )
    searched = shop()
    fulfil_access(office.bench(searched))
    assert all(("other@example.fr",) not in keys for _, _, keys in searched.reads)
    shown = {json.dumps(one) for one in data_of(office)["data"] if one["store"] == "shop"}
    assert "Louis" not in str(shown)


def test_no_transaction_is_open_while_other_stores_are_read(office: Office):
    office.approved()
    watching = WatchingStore(office.database.engine)
    assert fulfil_access(office.bench(watching)) == 1
    assert len(watching.in_use) >= 4
    assert set(watching.in_use) == {0}


@pytest.mark.parametrize(
    ("error", "code"),
    [(UnavailableError("down"), "unavailable"), (InvalidError("changed"), "invalid")],
)
def test_a_store_that_fails_keeps_the_request_open_and_the_others_results(
    office: Office, error: Exception, code: str
):
    request_id = office.approved()
    broken = FakeStore(CARDS, {}, {"card": error})
    assert fulfil_access(office.bench(broken, shop())) == 0
    assert office.request(request_id).state is RequestState.APPROVED
    assert office.tasks(request_id)["cards"] == ("failed", 0, code)
    assert office.tasks(request_id)["shop"] == ("found", 2, "")
    assert (office.packages(), office.messages("request_ready")) == ([], [])
    assert [one.details["store"] for one in office.entries(Action.REQUEST_STORE_FAILED)] == [
        "cards"
    ]


def test_a_failed_search_is_tried_again_after_its_pause(office: Office):
    request_id = office.approved()
    deaf = DeafStore(CARDS, UnavailableError("down"))
    fulfil_access(office.bench(deaf, shop()))
    well = office.bench(FakeStore(CARDS, {"card": [{"id": 5, "email": EMAIL}]}), shop())
    office.clock.advance(minutes=4)
    assert fulfil_access(well) == 0
    office.clock.advance(minutes=1)
    assert fulfil_access(well) == 1
    assert office.tasks(request_id)["cards"] == ("found", 1, "")
    assert not office.request(request_id).exceptions


def test_a_store_that_nothing_leads_to_is_told_as_an_exception(office: Office):
    request_id = office.approved()
    stray = FakeStore(
        store("stray", collection("note", "id badge", identities=[identity("badge")])), {}
    )
    assert fulfil_access(office.bench(shop(), stray)) == 1
    assert office.request(request_id).exceptions
    assert office.tasks(request_id)["stray"] == ("not_searched", 0, "no-path")
    told = {one["name"]: one for one in data_of(office)["data_stores"]}
    assert (told["stray"]["state"], told["stray"]["reason"]) == ("not_searched", "no-path")


def test_every_store_is_closed_whether_it_was_read_or_failed(office: Office):
    office.approved()
    well, deaf = shop(), DeafStore(CARDS, UnavailableError("down"))
    fulfil_access(office.bench(well, deaf))
    assert (well.closed, deaf.closed) == (1, 1)


def failing_page(language: str, **context: Any) -> str:
    if context["identifiers"][0]["value"] == EMAIL:
        raise RuntimeError(f"cannot show {EMAIL}")
    return plain_page(language, **context)


def test_one_request_that_cannot_be_answered_stops_no_other_and_is_noted(
    office: Office, caplog: pytest.LogCaptureFixture
):
    first, second = office.approved(), office.approved("second@example.fr")
    with caplog.at_level(logging.WARNING, "privacy.requests"):
        assert fulfil_access(office.bench(shop(), page=failing_page)) == 1
    assert office.request(first).state is RequestState.APPROVED
    assert office.request(second).state is RequestState.READY
    (noted,) = caplog.records
    assert (noted.message, vars(noted)["error"]) == ("request.not-answered", "RuntimeError")
    assert vars(noted)["request"] == str(first)
    assert EMAIL not in str(vars(noted))
    office.clock.advance(minutes=10)
    assert fulfil_access(office.bench(shop())) == 1


def run_until_killed(office: Office, dies_at: int) -> bool:
    """Answer what is owed; return whether the run was ended at that step."""
    steps = Steps(dies_at)

    def page(language: str, **context: Any) -> str:
        steps.step()
        return plain_page(language, **context)

    database = DyingDatabase(office.database.engine, steps)
    try:
        fulfil_access(office.bench(DyingStore(steps), database=database, page=page))
    except KilledError:
        return True
    return False


def test_killed_at_any_step_a_second_run_finishes_with_one_package_and_one_letter(
    office: Office,
):
    dies_at, killed = 1, True
    while killed:
        email = f"subject.{dies_at}@example.fr"
        request_id = office.approved(email)
        killed = run_until_killed(office, dies_at)
        office.clock.advance(minutes=10)
        fulfil_access(office.bench(shop()))
        assert office.request(request_id).state is RequestState.READY, dies_at
        assert [one.request_id for one in office.packages()].count(request_id) == 1
        letters = [one.address for one in office.letters("request_ready")]
        assert letters.count(email) == 1
        packaged = office.entries(Action.REQUEST_PACKAGED)
        assert [one.details["request"] for one in packaged].count(str(request_id)) == 1
        dies_at += 1
    assert dies_at > 12  # as many steps as there are, and a run that nothing ended


def test_a_worker_that_comes_back_after_it_was_overtaken_changes_nothing(office: Office):
    request_id = office.approved()
    overtaken: list[int] = []

    class Overtaken(FakeStore):
        """While it is read, another worker takes the request over and finishes."""

        @override
        def read(self, collection: Collection, columns: Columns, values: Any) -> Iterator[Row]:
            if not overtaken:
                overtaken.append(1)
                office.clock.advance(minutes=10)
                overtaken.append(fulfil_access(office.bench(shop())))
            return super().read(collection, columns, values)

    assert fulfil_access(office.bench(Overtaken(SHOP, ROWS))) == 0
    assert overtaken == [1, 1]
    assert office.request(request_id).state is RequestState.READY
    assert len(office.packages()) == len(office.messages("request_ready")) == 1


def test_what_nobody_confirmed_in_time_is_forgotten(office: Office):
    old = office.submit()
    office.clock.advance(days=2)
    young = office.submit("young@example.fr")
    office.clock.advance(days=1, seconds=1)
    assert expire_requests(office.database, clock=office.clock) == 1
    assert office.request(old).state is RequestState.EXPIRED
    assert office.request(old).contact_sealed is None
    assert office.request(young).state is RequestState.SUBMITTED
    (entry,) = office.entries(Action.REQUEST_EXPIRED)
    assert (entry.actor, entry.details["reason"]) == ("job:expire-requests", "not-confirmed")
    assert expire_requests(office.database, clock=office.clock) == 0


def test_what_nobody_fetched_in_time_is_destroyed(office: Office):
    request_id = office.approved()
    fulfil_access(office.bench(shop()))
    office.clock.advance(days=7)
    assert expire_requests(office.database, clock=office.clock) == 1
    assert office.request(request_id).state is RequestState.LAPSED
    assert office.packages() == []
    with pytest.raises(GoneError):
        archive_of(office)


def test_a_subject_who_comes_at_the_last_moment_keeps_none_of_the_others(office: Office):
    first, second = office.submit(), office.submit("second@example.fr")
    token = office.token("confirm_request")
    opened_at = office.clock.now

    def confirm_just_in_time() -> None:
        now, office.clock.now = office.clock.now, opened_at
        office.confirm(token)
        office.clock.now = now

    office.clock.advance(days=4)
    database = LateDatabase(office.database.engine, confirm_just_in_time)
    assert expire_requests(database, clock=office.clock) == 1
    assert office.request(first).state is RequestState.EXPIRED
    assert office.request(second).state is RequestState.OPEN


def test_what_is_kept_of_a_search_is_codes_and_counts(office: Office):
    request_id: UUID = office.approved()
    fulfil_access(office.bench(shop(), DeafStore(CARDS, UnavailableError(EMAIL))))
    told = str([one.details for one in office.entries()]) + str(office.tasks(request_id))
    for secret in (EMAIL, "Camille", "lampe"):
        assert secret not in told


def keys_of(reads: list[tuple[str, Columns, frozenset[Key]]]) -> set[Key]:
    return {key for _, _, keys in reads for key in keys}


def test_stores_are_asked_by_the_subjects_identifiers(office: Office):
    about = office.request(office.approved())
    searched = shop()
    fulfil_access(office.bench(searched))
    assert (EMAIL,) in keys_of(searched.reads)
    assert about.subject_id is not None
