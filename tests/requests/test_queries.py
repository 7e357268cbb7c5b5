"""The board, the links and what was done about a request."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from privacy.audit.actions import Action
from privacy.audit.seal import Sequencer
from privacy.errors import GoneError, NotFoundError
from privacy.purposes.models import Controller
from privacy.requests import queries
from privacy.requests.acts import expire
from privacy.requests.models import LinkUse, RequestState
from privacy.requests.moves import record
from tests.requests.office import Office


def test_the_board_shows_what_is_due_first_at_the_top(office: Office):
    late = office.opened("late@example.fr")
    office.clock.advance(days=10)
    soon = office.submit("soon@example.fr")
    office.clock.advance(days=1)
    office.extend(late)
    with office.database.reading() as session:
        shown = queries.board(session, controller_id=office.controller.id)
    assert [one.id for one in shown] == [soon, late]


def test_closed_requests_come_with_the_latest_first(office: Office):
    first, second = office.opened("one@example.fr"), office.opened("two@example.fr")
    office.refuse(first)
    office.clock.advance(days=1)
    office.refuse(second)
    with office.database.reading() as session:
        controller_id = office.controller.id
        open_now = queries.board(session, controller_id=controller_id)
        closed = queries.board(session, controller_id=controller_id, states=[RequestState.REFUSED])
        one = queries.board(
            session, controller_id=controller_id, states=[RequestState.REFUSED], limit=1
        )
    assert [one.id for one in closed] == [second, first]
    assert (list(open_now), [row.id for row in one]) == ([], [second])


def test_requests_are_counted_by_state_and_controller(office: Office, other: Controller):
    office.submit()
    office.opened("two@example.fr")
    office.submit(to=other)
    with office.database.reading() as session:
        assert queries.counts(session, controller_id=office.controller.id) == {
            RequestState.SUBMITTED: 1,
            RequestState.OPEN: 1,
        }
        assert queries.counts(session, controller_id=other.id) == {RequestState.SUBMITTED: 1}


def test_a_request_of_another_controller_is_as_unknown_as_none(office: Office, other: Controller):
    request_id = office.submit()
    with office.database.reading() as session:
        queries.request_of(session, controller_id=office.controller.id, request_id=request_id)
        with pytest.raises(NotFoundError):
            queries.request_of(session, controller_id=other.id, request_id=request_id)


def look_up(
    office: Office,
    use: LinkUse,
    *,
    at: datetime | None = None,
    controller: Controller | None = None,
) -> UUID:
    """Return the request that the link of the first mail opens for a use, at a controller."""
    with office.database.reading() as session:
        return queries.by_link(
            session,
            token=office.token("confirm_request"),
            use=use,
            at=at or office.clock(),
            controller_id=(controller or office.controller).id,
        ).id


def test_a_link_opens_one_use_at_one_controller(office: Office, other: Controller):
    assert office.submit() == look_up(office, LinkUse.CONFIRM)
    for use in (LinkUse.STATUS, LinkUse.DOWNLOAD):
        with pytest.raises(NotFoundError):
            look_up(office, use)
    with pytest.raises(NotFoundError):
        look_up(office, LinkUse.CONFIRM, controller=other)


def test_a_link_ends_at_its_very_instant(office: Office):
    office.submit()
    end = office.clock() + timedelta(days=3)
    look_up(office, LinkUse.CONFIRM, at=end - timedelta(microseconds=1))
    with pytest.raises(GoneError, match="expired"):
        look_up(office, LinkUse.CONFIRM, at=end)


def test_the_timeline_tells_what_was_done_but_not_who_looked(office: Office):
    request_id = office.opened()
    office.clock.advance(hours=1)
    with office.taken(request_id) as (session, about):
        record(session, Action.REQUEST_VIEWED, office.clock(), "operator:dpo", about=about)
    office.clock.advance(hours=1)
    office.refuse(request_id)
    with office.database.reading() as session:
        steps = queries.timeline(session, about=office.request(request_id))
    assert [(step.action, step.actor) for step in steps] == [
        ("request.submitted", "subject"),
        ("request.verified", "subject"),
        ("request.refused", "operator:dpo"),
    ]
    assert [step.at for step in steps] == sorted(step.at for step in steps)


def test_the_timeline_is_of_one_request_alone(office: Office):
    first, second = office.opened(), office.opened()
    office.refuse(first)
    with office.database.reading() as session:
        steps = queries.timeline(session, about=office.request(second))
    assert [step.action for step in steps] == ["request.submitted", "request.verified"]


def test_the_timeline_reaches_back_over_any_number_of_entries(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(queries, "MOST_AT_ONCE", 3)
    request_id = office.opened()
    for _ in range(5):
        with office.taken(request_id) as (session, about):
            record(session, Action.REQUEST_VIEWED, office.clock(), "operator:dpo", about=about)
    integrate(office)
    with office.database.reading() as session:
        steps = queries.timeline(session, about=office.request(request_id))
    assert [step.action for step in steps] == ["request.submitted", "request.verified"]


def integrate(office: Office) -> None:
    """Give every entry its place in the log."""
    cabinet = office.desk.cabinet
    from_keys = cabinet.keyring.signer
    Sequencer(office.database, from_keys, office.clock, from_keys.name).integrate()


def test_what_nobody_confirmed_has_a_timeline_too(office: Office):
    request_id = office.submit()
    with office.database.reading() as session:
        steps = queries.timeline(session, about=office.request(request_id))
    assert [step.action for step in steps] == ["request.submitted"]
    office.clock.advance(days=4)
    with office.taken(request_id) as (session, about):
        expire(session, actor="job:expire-requests", at=office.clock(), about=about)
    with office.database.reading() as session:
        steps = queries.timeline(session, about=office.request(request_id))
    assert [(step.action, step.at) for step in steps][1:] == [("request.expired", office.clock())]
