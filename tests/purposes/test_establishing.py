"""Where a controller is established, and which authority its letters name, may be said anew."""

from dataclasses import replace
from uuid import UUID

import pytest

from privacy.db import Database
from privacy.errors import InvalidError
from privacy.policy.authorities import authority_of
from privacy.purposes import queries
from privacy.purposes.establishing import Establishment, change_establishment
from privacy.requests.moves import terms_of
from privacy.requests.wording import request_refused
from tests.entries import waiting_entries
from tests.fakes import FakeClock
from tests.make import ACTOR

FRENCH = Establishment("FR", "Europe/Paris", None)


def change(database: Database, clock: FakeClock, controller_id: UUID, now: Establishment) -> bool:
    """Say it anew in a transaction; return whether that changed anything."""
    with database.transaction() as session:
        controller = queries.controller(session, controller_id)
        return change_establishment(
            session, actor=ACTOR, at=clock(), controller=controller, now=now
        )


def test_letters_and_terms_follow_a_controller_that_moves(
    database: Database, clock: FakeClock, controller_id: UUID
):
    assert change(database, clock, controller_id, Establishment("BE", "Europe/Brussels", None))
    with database.reading() as session:
        controller = queries.controller(session, controller_id)
        terms = terms_of(session, controller, clock())
    assert (controller.zone, terms.region.value) == ("Europe/Brussels", "BE")
    letter = request_refused(controller, reason="manifestly unfounded")
    assert letter.variables["authority"] == "BE"
    (entry,) = waiting_entries(database, "controller.changed")
    assert entry.details == {
        "region": "BE", "zone": "Europe/Brussels", "authority": "default",
    }  # fmt: skip


def test_a_choice_stays_when_nothing_changes_and_makes_no_second_entry(
    database: Database, clock: FakeClock, controller_id: UUID
):
    chosen = replace(FRENCH, authority="LU")
    assert change(database, clock, controller_id, chosen)
    clock.advance(days=1)
    assert not change(database, clock, controller_id, chosen)
    with database.reading() as session:
        controller = queries.controller(session, controller_id)
    assert authority_of(controller.region, controller.authority).code == "LU"
    assert len(waiting_entries(database, "controller.changed")) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        replace(FRENCH, region="US"),
        replace(FRENCH, region="DE"),
        replace(FRENCH, zone="Paris"),
        replace(FRENCH, authority="XX"),
        replace(FRENCH, authority=""),
    ],
)
def test_what_is_not_known_changes_nothing(
    database: Database, clock: FakeClock, controller_id: UUID, wrong: Establishment
):
    with pytest.raises(InvalidError):
        change(database, clock, controller_id, wrong)
    with database.reading() as session:
        controller = queries.controller(session, controller_id)
    assert Establishment(controller.region, controller.zone, controller.authority) == FRENCH
    assert waiting_entries(database, "controller.changed") == []
