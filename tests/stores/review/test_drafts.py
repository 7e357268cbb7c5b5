"""Definitions under review: what is sealed, what is refused, what becomes of them."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from privacy.db import Database
from privacy.errors import ConflictError, InvalidError, NotFoundError
from privacy.stores import acts, queries
from privacy.stores.acts import StoreFacts
from privacy.stores.definition import Waiver
from privacy.stores.definition_file import from_json as from_stored
from privacy.stores.jobs import drop_drafts
from privacy.stores.review import drafts
from privacy.stores.review.drafting import Whereabouts, draft_change, draft_store, ensure_permitted
from privacy.stores.review.review import from_json
from privacy.stores.terms import EndReason
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.rotation import rotate_controller_key
from tests.fakes import FakeClock
from tests.stores.conftest import Entries


@pytest.fixture
def held(clock: FakeClock, cabinet: KeyCabinet, controller_id: UUID) -> dict[str, Any]:
    """Return what every job on a controller's data stores is given."""
    return {
        "clock": clock, "cabinet": cabinet, "actor": "operator:1", "controller_id": controller_id,
    }  # fmt: skip


def settle(database: Database, held: dict[str, Any], draft_id: UUID) -> str:
    with database.transaction() as session:
        draft = queries.draft(session, controller_id=held["controller_id"], draft_id=draft_id)
        return drafts.settle_draft(
            session, actor="operator:1", at=held["clock"](), cabinet=held["cabinet"], draft=draft
        ).name


def test_a_draft_seals_its_address_follows_rotation_and_becomes_a_store(
    database: Database, held: dict[str, Any], facts: StoreFacts, entries: Entries
) -> None:
    there = Whereabouts("people", facts.address)
    assert facts.address not in repr(there)
    draft_id = draft_store(database, **held, there=there)
    arguments = {
        "actor": "system", "at": held["clock"](), "cabinet": held["cabinet"],
        "controller_id": held["controller_id"],
    }  # fmt: skip
    with database.transaction() as session:
        rotate_controller_key(session, **arguments)
    held["clock"].advance(hours=2)
    with database.transaction() as session:
        assert acts.reseal_addresses(session, **arguments) == 1
        draft = queries.draft(session, controller_id=held["controller_id"], draft_id=draft_id)
        assert facts.address.encode() not in (draft.address_sealed or b"")
    assert settle(database, held, draft_id) == "people"
    with database.reading() as session:
        (store,) = queries.open_stores(
            session, controller_id=held["controller_id"], cabinet=held["cabinet"]
        )
    store.check()
    assert [one[0] for one in entries()] == ["store.drafted", "store.registered"]


def test_a_name_that_is_taken_is_refused_before_and_after_the_review(
    database: Database, held: dict[str, Any], facts: StoreFacts
) -> None:
    there = Whereabouts("people", facts.address)
    first, second = (draft_store(database, **held, there=there) for _ in range(2))
    settle(database, held, first)
    with pytest.raises(ConflictError):
        settle(database, held, second)
    with pytest.raises(ConflictError):
        draft_store(database, **held, there=there)


def test_a_store_that_is_away_can_be_reviewed_all_the_same(
    database: Database, held: dict[str, Any], facts: StoreFacts
) -> None:
    settle(database, held, draft_store(database, **held, there=Whereabouts("p", facts.address)))
    Path(facts.address.removeprefix("sqlite:///")).unlink()
    draft_id = draft_change(database, **held, name="p")
    with database.reading() as session:
        draft = queries.draft(session, controller_id=held["controller_id"], draft_id=draft_id)
        review = from_json(draft.document)
    assert not review.compared
    assert settle(database, held, draft_id) == "p"


def test_a_store_that_is_removed_takes_its_drafts_with_it(
    database: Database, held: dict[str, Any], facts: StoreFacts
) -> None:
    settle(database, held, draft_store(database, **held, there=Whereabouts("p", facts.address)))
    draft_id = draft_change(database, **held, name="p")
    with database.transaction() as session:
        acts.remove_store(
            session,
            actor="operator:1",
            at=held["clock"](),
            controller_id=held["controller_id"],
            name="p",
        )
    with database.reading() as session, pytest.raises(NotFoundError):
        queries.draft(session, controller_id=held["controller_id"], draft_id=draft_id)


def test_a_draft_that_nobody_saves_is_forgotten_with_its_address_and_told_in_the_log(
    database: Database, held: dict[str, Any], facts: StoreFacts, entries: Entries
) -> None:
    left = draft_store(database, **held, there=Whereabouts("left", facts.address))
    held["clock"].advance(days=29, hours=23)
    kept = draft_store(database, **held, there=Whereabouts("kept", facts.address))
    assert drop_drafts(database, clock=held["clock"]) == 0
    held["clock"].advance(hours=1)
    with database.reading() as session:
        draft = queries.draft(session, controller_id=held["controller_id"], draft_id=left)
        assert drafts.ends_at(draft) == held["clock"]()
    assert drop_drafts(database, clock=held["clock"]) == 1
    with database.reading() as session:
        (there,) = queries.drafts(session, controller_id=held["controller_id"])
        assert there.id == kept
    action, _controller, details = entries()[-1]
    assert action == "store.draft-dropped"
    assert (details["store"], details["reason"]) == ("left", "abandoned")


def test_a_waiver_ends_before_its_day_for_a_reason(
    database: Database, held: dict[str, Any], facts: StoreFacts, entries: Entries
) -> None:
    settle(database, held, draft_store(database, **held, there=Whereabouts("p", facts.address)))
    waiver = Waiver("old", "note", "emptied soon", date(2099, 1, 1))

    def act(what: Any, **more: Any) -> None:
        with database.transaction() as session:
            row = queries.data_store(session, controller_id=held["controller_id"], name="p")
            what(session, actor="operator:1", at=held["clock"](), store=row, **more)

    act(acts.waive, waiver=waiver)
    act(acts.end_waiver, place="old.note", reason=EndReason.CLASSIFIED)
    action, _controller, details = entries()[-1]
    assert (action, details["reason"]) == ("store.waiver-ended", "classified")
    with database.reading() as session:
        row = queries.data_store(session, controller_id=held["controller_id"], name="p")
        assert not from_stored(row.definition).waivers
    with pytest.raises(NotFoundError):
        act(acts.end_waiver, place="old.note", reason=EndReason.GONE)


def test_a_definition_keeps_its_name_and_a_change_asks_for_a_new_check(
    database: Database, held: dict[str, Any], facts: StoreFacts
) -> None:
    settle(database, held, draft_store(database, **held, there=Whereabouts("p", facts.address)))
    for name, refused in (("other", True), ("p", False)):
        with database.transaction() as session:
            row = queries.data_store(session, controller_id=held["controller_id"], name="p")
            changed = replace(facts.definition, name=name)
            arguments = {"actor": "operator:1", "at": held["clock"](), "store": row}
            if refused:
                with pytest.raises(InvalidError):
                    acts.change_definition(session, **arguments, definition=changed)
            else:
                acts.change_definition(session, **arguments, definition=changed)
                assert (row.state.value, row.checked_at) == ("new", None)


@pytest.mark.parametrize(
    ("waiver", "field"),
    [
        (Waiver("people", "", "why", date(2099, 1, 1)), "place"),
        (Waiver("people", "email", "why", date(2099, 1, 1)), "place"),
        (Waiver("old", "", "why", date(2001, 1, 1)), "until"),
    ],
)
def test_a_waiver_for_what_is_declared_or_past_is_refused(
    database: Database, held: dict[str, Any], facts: StoreFacts, waiver: Waiver, field: str
) -> None:
    settle(database, held, draft_store(database, **held, there=Whereabouts("p", facts.address)))
    with database.transaction() as session:
        row = queries.data_store(session, controller_id=held["controller_id"], name="p")
        with pytest.raises(InvalidError) as refused:
            acts.waive(session, actor="operator:1", at=held["clock"](), store=row, waiver=waiver)
    assert field in refused.value.fields


@pytest.mark.parametrize(
    ("address", "is_permitted"),
    [
        ("sqlite:////srv/stores/shop.sqlite3", True),
        ("sqlite:////srv/stores/../secret.sqlite3", False),
        ("sqlite:////srv/stores%2F..%2Fsecret.sqlite3", False),
        ("sqlite:////srv/stores/a%2Fb%2Fc/../../../etc/x", False),
        ("sqlite:////srv/stores/%00x", False),
        ("sqlite:////srv/storesmore/shop.sqlite3", False),
        ("sqlite:///srv/stores/shop.sqlite3", False),
        ("file:///srv/stores/files", True),
        ("file:///srv/stores", True),
        ("file:///etc", False),
        ("postgresql://reader@db/shop", True),
        ("https://api.example/v1", True),
    ],
)
def test_files_of_this_machine_come_from_named_folders_only(
    address: str,
    is_permitted: bool,  # noqa: FBT001 -- a parameter of a test
) -> None:
    if is_permitted:
        ensure_permitted(address, [Path("/srv/stores")])
        return
    with pytest.raises(InvalidError):
        ensure_permitted(address, [Path("/srv/stores")])
