"""A preview of a portable copy shows what is portable, and its plan is of that alone."""

from dataclasses import replace
from uuid import UUID

import pytest

from privacy.audit.actions import Action
from privacy.packages.withheld import Ground
from privacy.requests import acts
from privacy.requests.acts import Submission
from privacy.requests.jobs import fulfil_access
from privacy.requests.models import RequestKind
from privacy.requests.previews.sampling import read, written
from privacy.requests.previews.scope import narrowed
from privacy.stores.definition import Field, StoreDefinition
from privacy.stores.terms import DataCategory, Provenance
from tests.make import make_purpose
from tests.requests.office import EMAIL, Office
from tests.requests.previews.test_preview import asked, seen
from tests.stores.fake_store import FakeStore, collection, identity, owns, same, store

ROWS = {
    "account": [{"id": 1, "email": EMAIL, "score": 7}],
    "invoice": [{"id": 3, "account_id": 1, "total": 12}],
}


def shop(*, invoices: str = "accounting") -> StoreDefinition:
    """Return a shop whose accounts rest on a contract, and whose invoices on another purpose."""
    account = collection(
        "account", "id email", identities=[identity("email")],
        links=[owns("id", "invoice", "account_id")],
    )  # fmt: skip
    score = Field("score", same("score"), DataCategory.BEHAVIOUR, provenance=Provenance.DERIVED)
    account = replace(account, fields=(*account.fields, score), purposes=("order_management",))
    invoice = replace(collection("invoice", "id account_id total"), purposes=(invoices,))
    return store("shop", account, invoice)


@pytest.fixture
def request_id(office: Office) -> UUID:
    """Ask for a portable copy and confirm."""
    made = Submission(RequestKind.PORTABILITY, EMAIL, "fr")
    with office.database.transaction() as session:
        for code in ("order_management", "accounting", "loyalty"):
            make_purpose(session, at=office.clock(), controller_id=office.controller.id, code=code)
        about = acts.submit_request(
            session,
            actor="subject",
            at=office.clock(),
            desk=office.desk,
            to=office.controller,
            made=made,
        )
    office.confirm(office.token("confirm_request"))
    return about.id


def test_it_shows_the_portable_fields_and_names_the_others(office: Office, request_id: UUID):
    contents = asked(office, request_id, FakeStore(shop(), ROWS))
    (row,) = seen(contents, "shop.account").rows
    assert set(row.values) == {"id", "email"}
    assert {one.collection for one in contents.seen if one.store == "shop"} == {"account"}
    lines = {one["collection"]: one for one in contents.coverage if one["store"] == "shop"}
    assert (lines["invoice"]["outcome"], lines["invoice"]["reason"]) == (
        "withheld",
        "not-portable",
    )
    assert contents.left["shop", "invoice"] == {"": Ground.NO_BASIS}
    assert contents.left["shop", "account"] == {"score": Ground.DERIVED}
    assert read(written(contents)).left == contents.left


def test_a_copy_under_article_15_is_previewed_whole(office: Office):
    contents = asked(office, office.opened(), FakeStore(shop(), ROWS))
    (row,) = seen(contents, "shop.account").rows
    assert set(row.values) == {"id", "email", "score"}
    assert (contents.left, len(seen(contents, "shop.invoice").rows)) == ({}, 1)


def test_what_is_not_portable_may_grow_and_what_becomes_portable_is_told(
    office: Office, request_id: UUID
):
    asked(office, request_id, FakeStore(shop(), ROWS))
    more = ROWS | {"invoice": [{"id": n, "account_id": 1, "total": 1} for n in range(40)]}
    office.approve(request_id)
    assert fulfil_access(office.bench(FakeStore(shop(), more))) == 1
    assert office.entries(Action.REQUEST_DRIFTED) == []


def test_another_legal_basis_makes_another_plan(office: Office, request_id: UUID):
    asked(office, request_id, FakeStore(shop(), ROWS))
    office.approve(request_id)
    assert fulfil_access(office.bench(FakeStore(shop(invoices="loyalty"), ROWS))) == 1
    drifted = {(one.details["place"], one.details["reason"]) for one in
               office.entries(Action.REQUEST_DRIFTED)}  # fmt: skip
    assert drifted == {("shop", "redeclared"), ("shop.invoice", "number")}


def test_a_narrowed_definition_keeps_its_structure():
    definition = shop()
    same_one = narrowed({"shop": definition}, {})["shop"]
    assert same_one == definition
    left = {("shop", "account"): {"score": Ground.DERIVED}}
    fields = narrowed({"shop": definition}, left)["shop"].collection("account").fields
    assert [one.name for one in fields if one.exported] == ["id", "email"]
