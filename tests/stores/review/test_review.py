"""What a person says of a proposal, and what a store has beside its definition today."""

from dataclasses import replace
from datetime import date

import pytest

from privacy.errors import InvalidError
from privacy.stores.definition import (
    Collection,
    Condition,
    Identity,
    Link,
    StoreDefinition,
    Waiver,
)
from privacy.stores.erasing import Erasure, ErasureRule, FieldErasure
from privacy.stores.proposals.facts import ForeignKey, TableFacts
from privacy.stores.proposals.proposing import Note, propose
from privacy.stores.review import review
from privacy.stores.review.comparing import compare, in_force
from privacy.stores.review.review import (
    CollectionChoice,
    FieldChoice,
    LinkChoice,
    Review,
    is_grouped,
)
from privacy.stores.terms import DataCategory, Direction
from tests.stores.fake_store import same

A_DAY = date(2099, 1, 1)
CLIENT = TableFacts("client", ("id", "email", "zzz"), ("id",), types={"id": "number"})
ORDERS = TableFacts(
    "orders",
    ("id", "client_id"),
    ("id",),
    [ForeignKey(("client_id",), "client", ("id",))],
    types={"id": "number", "client_id": "number"},
)


def proposed(*tables: TableFacts) -> Review:
    return review.of_draft(propose("shop", tables))


def as_it_is(collection: Collection) -> CollectionChoice:
    """Return what a person says who agrees with everything."""
    grouped = [one for one in collection.identities if is_grouped(one)]
    alone = {one.columns[0]: one for one in collection.identities if one not in grouped}
    return CollectionChoice(
        collection.title,
        collection.retention,
        collection.purposes,
        {
            one.name: FieldChoice(
                one.data_category,
                one.title,
                alone[one.name].kind if one.name in alone else "",
                spreads=one.name not in alone or alone[one.name].spreads,
                exported=one.exported,
                about=one.about,
            )
            for one in collection.fields
        },
        [LinkChoice(link.direction, link.exported, link.depth) for link in collection.links],
        kept=collection.kept,
        together=grouped,
        subjects=collection.subjects,
        erasure=collection.erasure,
    )


def test_who_agrees_with_everything_settles_what_was_unsure_and_changes_nothing() -> None:
    before = proposed(CLIENT, ORDERS)
    assert before.is_open("client.zzz")
    assert not before.is_open("client.email")
    after = review.with_collection(before, "client", as_it_is(before.definition.collections[0]))
    assert after.definition == before.definition
    assert not after.is_open("client.zzz")
    assert after.seen == {"client"}
    assert review.from_json(review.to_json(after)) == after


def test_another_kind_of_identifier_is_compared_as_it_usually_is() -> None:
    before = proposed(CLIENT)
    said = as_it_is(before.definition.collection("client"))
    fields = {**said.fields, "zzz": replace(said.fields["zzz"], kind="phone")}
    fields["email"] = replace(fields["email"], kind="")
    after = review.with_collection(before, "client", replace(said, fields=fields))
    client = after.definition.collection("client")
    assert client.identities == (Identity("phone", ("zzz",)),)
    assert client.normalisers == {"id": "exact", "email": "exact", "zzz": "phone"}


def test_identities_of_several_columns_outlive_a_review() -> None:
    before = proposed(CLIENT)
    both = Identity("account", ("id", "zzz"))
    client = before.definition.collection("client")
    changed = replace(client, identities=(*client.identities, both))
    held = replace(before, definition=replace(before.definition, collections=(changed,)))
    after = review.with_collection(held, "client", as_it_is(changed))
    assert both in after.definition.collection("client").identities


def test_an_identity_within_a_document_is_kept_changed_and_taken_out() -> None:
    before = proposed(CLIENT)
    inside = Identity("email", ("zzz",), path="[*].mail")
    client = before.definition.collection("client")
    changed = replace(client, identities=(*client.identities, inside))
    held = replace(before, definition=replace(before.definition, collections=(changed,)))
    said = as_it_is(changed)
    assert (
        inside in review.with_collection(held, "client", said).definition.collections[0].identities
    )
    for together in ([replace(inside, kind="guest", spreads=False)], []):
        after = review.with_collection(held, "client", replace(said, together=together))
        (made,) = after.definition.collections
        assert [one for one in made.identities if one.path] == together
        assert made.normalisers["zzz"] == "exact", "the column itself identifies nobody"


def test_how_a_column_is_compared_and_how_far_a_link_goes_can_be_said() -> None:
    before = proposed(CLIENT, ORDERS)
    client = before.definition.collection("client")
    said = as_it_is(client)
    zzz = replace(said.fields["zzz"], normalise="code", derived_from=("email", "id"))
    links = [replace(one, depth=2) for one in said.links]
    choice = replace(said, fields={**said.fields, "zzz": zzz}, links=links)
    made = review.with_collection(before, "client", choice).definition.collection("client")
    assert made.normalisers["zzz"] == "code"
    assert made.fields[-1].derived_from == ("email", "id")
    assert [one.depth for one in made.links] == [2] * len(client.links)
    as_email = replace(said.fields["zzz"], kind="email", normalise="exact")
    made = review.with_collection(
        before, "client", replace(said, fields={**said.fields, "zzz": as_email})
    ).definition.collection("client")
    assert made.normalisers["zzz"] == "email", "untouched beside a new kind, it follows the kind"


def test_a_column_that_something_needs_cannot_be_taken_out() -> None:
    before = proposed(CLIENT, ORDERS)
    said = as_it_is(before.definition.collection("client"))
    for needed in ("id",):
        fields = {**said.fields, needed: replace(said.fields[needed], keep=False)}
        with pytest.raises(InvalidError) as refused:
            review.with_collection(before, "client", replace(said, fields=fields))
        assert "collections[0].primary_key" in refused.value.fields
    fields = {**said.fields, "zzz": replace(said.fields["zzz"], keep=False)}
    after = review.with_collection(before, "client", replace(said, fields=fields))
    assert after.definition.collection("client").columns == ("id", "email")


def test_a_link_can_be_added_and_leads_somewhere() -> None:
    before = proposed(CLIENT, TableFacts("visit", ("id", "who"), ("id",)))
    assert review.reached(before.definition) == {"client"}
    said = as_it_is(before.definition.collection("client"))
    link = Link(("id",), "visit", ("who",))
    after = review.with_collection(before, "client", replace(said, added=(link,)))
    assert review.reached(after.definition) == {"client", "visit"}
    wrong = replace(link, to="nowhere")
    with pytest.raises(InvalidError):
        review.with_collection(before, "client", replace(said, added=(wrong,)))


def test_rows_that_are_only_looked_up_are_searched_for_nobody_and_lead_nowhere() -> None:
    refers = Link(("client_id",), "client", ("id",), Direction.REFERS)
    orders = replace(ORDERS, columns=("id", "client_id", "email"), foreign_keys=())
    found = proposed(replace(CLIENT, columns=("id", "zzz")), orders).definition
    client, order = found.collections
    onward = replace(client, links=(Link(("id",), "far", ("zzz",)),))
    far = replace(client, name="far", identities=())
    linked = replace(found, collections=(onward, replace(order, links=(refers,)), far))
    assert review.reached(linked) == {"orders"}


def test_a_field_has_an_erasure_of_its_own_only_where_rows_are_anonymised() -> None:
    before = proposed(CLIENT)
    said = replace(
        as_it_is(before.definition.collection("client")), erasure=ErasureRule(Erasure.ANONYMISE)
    )
    blurred = review.with_collection(before, "client", said)
    client = blurred.definition.collection("client")
    assert client.erasure == ErasureRule(Erasure.ANONYMISE)
    own = replace(
        client, fields=tuple(replace(f, erasure=FieldErasure.CLEAR) for f in client.fields)
    )
    blurred = replace(blurred, definition=replace(blurred.definition, collections=(own,)))
    after = review.with_collection(blurred, "client", replace(said, erasure=None))
    assert {f.erasure for f in after.definition.collection("client").fields} == {None}


def test_what_is_new_is_proposed_beside_what_is_in_force() -> None:
    old = proposed(CLIENT).definition
    client = old.collection("client")
    said = replace(client.fields[2], data_category=DataCategory.LOYALTY)
    old = replace(old, collections=(replace(client, fields=(*client.fields[:2], said)),))
    wider = replace(CLIENT, columns=(*CLIENT.columns, "phone", "created_by"))
    found = compare(old, propose("shop", [wider, ORDERS]))
    assert found.new == {
        "client.phone", "client.created_by", "orders", "orders.id", "orders.client_id",
    }  # fmt: skip
    merged = found.definition.collection("client")
    assert merged.fields[2].data_category is DataCategory.LOYALTY
    assert Identity("phone", ("phone",), spreads=False) in merged.identities
    assert merged.links == (Link(("id",), "orders", ("client_id",)),)
    assert found.notes["client.created_by"] == [Note.THIRD_PARTY, Note.UNSURE]
    assert "client.zzz" not in found.notes
    assert not found.seen


def test_what_a_person_took_out_is_not_proposed_again() -> None:
    old = proposed(CLIENT, ORDERS).definition
    client = replace(old.collection("client"), links=(), identities=())
    old = replace(old, collections=(client, old.collection("orders")))
    found = compare(old, propose("shop", [CLIENT, ORDERS]))
    assert found.definition == old
    assert not found.new


def test_what_a_waiver_names_stays_out_and_nothing_links_to_it() -> None:
    old = replace(proposed(CLIENT).definition, waivers=(Waiver("orders", "", "later", A_DAY),))
    found = compare(old, propose("shop", [CLIENT, ORDERS]))
    assert found.definition == old
    column = replace(old, waivers=(Waiver("client", "phone", "later", A_DAY),))
    wider = replace(CLIENT, columns=(*CLIENT.columns, "phone"))
    assert compare(column, propose("shop", [wider])).definition == column


def test_a_new_table_keeps_clear_of_a_name_that_is_taken() -> None:
    old = proposed(CLIENT).definition
    renamed = replace(old.collection("client"), name="orders", table="client")
    old = replace(old, collections=(renamed,))
    found = compare(old, propose("shop", [CLIENT, ORDERS])).definition
    assert [(one.name, one.source_table) for one in found.collections] == [
        ("orders", "client"), ("orders_new", "orders"),
    ]  # fmt: skip
    assert found.collection("orders").links == (Link(("id",), "orders_new", ("client_id",)),)


def test_what_is_missing_is_marked_and_stays() -> None:
    old = proposed(CLIENT).definition
    found = compare(old, propose("shop", [CLIENT]), ["client.email", "ghost"])
    assert found.gone == {"client.email"}
    assert not found.seen
    assert compare(old, propose("shop", [CLIENT])).seen == {"client"}
    assert found.is_open("client.email")
    assert not in_force(old, answered=False).compared


def test_without_a_collection_nothing_leads_to_it() -> None:
    before = proposed(CLIENT, ORDERS)
    left = review.without_collection(before, "orders").definition
    assert left.collections == (replace(before.definition.collections[0], links=()),)
    with pytest.raises(InvalidError):
        review.without_collection(before, "nothing")


def test_a_condition_outlives_a_review() -> None:
    where = Condition("zzz", "x")
    definition = StoreDefinition(
        "s",
        same("s"),
        (),
        (
            replace(
                proposed(CLIENT).definition.collection("client"),
                links=(Link(("id",), "client", ("email",), Direction.REFERS, where=where),),
            ),
        ),
    )
    held = in_force(definition)
    after = review.with_collection(held, "client", as_it_is(definition.collections[0]))
    assert after.definition == definition
