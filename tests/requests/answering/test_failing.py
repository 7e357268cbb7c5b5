"""A data store that does not answer: the DPO is told once, and may decide to do without it."""

from uuid import UUID

import pytest

from privacy.audit.actions import Action
from privacy.errors import ConflictError, NotFoundError, UnavailableError
from privacy.requests.answering import failing
from privacy.requests.answering.claiming import pause_after
from privacy.requests.jobs import fulfil_access
from privacy.requests.models import RequestState
from tests.requests.dying import ROWS, SHOP
from tests.requests.office import DPO, Office
from tests.requests.test_jobs import CARDS, data_of, shop
from tests.stores.fake_store import DeafStore, FakeStore


def waive(office: Office, request_id: UUID, store: str) -> None:
    with office.taken(request_id) as (session, about):
        failing.waive(session, actor=DPO, at=office.clock(), about=about, store=store)


def tried(office: Office, times: int) -> UUID:
    """Return a request that waits for its card store after so many tries."""
    request_id = office.approved()
    for number in range(times):
        assert fulfil_access(office.bench(deaf(), shop())) == 0
        office.clock.advance(seconds=pause_after(number + 1).total_seconds())
    return request_id


def deaf() -> DeafStore:
    return DeafStore(CARDS, UnavailableError("down"))


def test_the_dpo_is_told_once_which_store_keeps_a_request_waiting(office: Office):
    tried(office, failing.TRIES - 1)
    assert office.letters("dpo_store_failing") == []
    fulfil_access(office.bench(deaf(), shop()))
    office.clock.advance(hours=7)
    fulfil_access(office.bench(deaf(), shop()))
    (letter,) = office.letters("dpo_store_failing")
    assert letter.variables["stores"] == "cards"
    assert letter.address == office.controller.dpo_contact


def test_a_request_is_answered_without_a_store_that_was_done_without(office: Office):
    request_id = tried(office, 1)
    waive(office, request_id, "cards")
    assert fulfil_access(office.bench(deaf(), shop())) == 1
    about = office.request(request_id)
    assert (about.state, about.exceptions) == (RequestState.READY, True)
    told = {one["name"]: one for one in data_of(office)["data_stores"]}
    assert (told["cards"]["state"], told["shop"]["state"]) == ("failed", "found")
    (entry,) = office.entries(Action.REQUEST_STORE_WAIVED)
    assert (entry.actor, entry.details["store"]) == (DPO, "cards")


def test_a_store_that_answers_again_is_read_though_it_was_done_without(office: Office):
    request_id = tried(office, 1)
    waive(office, request_id, "cards")
    assert fulfil_access(office.bench(shop())) == 1
    assert not office.request(request_id).exceptions


def test_another_store_that_fails_later_still_keeps_the_request_waiting(office: Office):
    request_id = tried(office, 1)
    waive(office, request_id, "cards")
    broken = FakeStore(SHOP, ROWS, dict.fromkeys(ROWS, UnavailableError("down")))
    assert fulfil_access(office.bench(deaf(), broken)) == 0
    assert office.request(request_id).state is RequestState.APPROVED


@pytest.mark.parametrize("store", ["shop", "nowhere"])
def test_only_a_store_that_fails_can_be_done_without(office: Office, store: str):
    request_id = tried(office, 1)
    with pytest.raises(NotFoundError):
        waive(office, request_id, store)


def test_a_request_that_is_not_being_answered_does_without_nothing(office: Office):
    request_id = office.opened()
    with pytest.raises(ConflictError):
        waive(office, request_id, "cards")
