"""Being recognised by a fact: compared with what a data store holds, and told to nobody."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from privacy.audit.actions import Action
from privacy.errors import InvalidError, NotFoundError, RefusedError, UnavailableError
from privacy.requests import acts, facts
from privacy.requests.acts import Submission
from privacy.requests.annexes import QuestionKind
from privacy.requests.comparing import Comparing, compare_facts
from privacy.requests.deadlines import questions
from privacy.requests.deadlines.questions import Answer, Question
from privacy.requests.facts import Asks, Facts
from privacy.requests.jobs import seeds_of
from privacy.requests.models import RequestKind
from privacy.stores.acts import StoreFacts, register_store
from privacy.stores.protocol import Store
from privacy.subjects.identify import Claim
from tests.make import make_subject
from tests.requests.office import DPO, EMAIL, Office
from tests.stores.fake_store import FakeStore, collection, identity, store

NUMBER, CODE = "C-1042", "75 011"
ROWS = {"customers": [{"id": 1, "number": "C-1042", "postal_code": "75011"},
                      {"id": 2, "number": "C-7", "postal_code": "13001"}]}  # fmt: skip
CUSTOMERS = collection(
    "customers",
    "id number postal_code",
    identities=(identity("customer_number", "number"),),
)
DEFINITION = store("shop", CUSTOMERS)
ASKS = Asks("customer_number", "shop", "customers", "postal_code", {"fr": "Votre code postal"})


def shop(rows: Mapping[str, Any] = ROWS, **broken: Exception) -> FakeStore:
    return FakeStore(DEFINITION, rows, broken)


@pytest.fixture
def asking(office: Office) -> Office:
    """Return an office whose senders may be recognised by their postal code."""
    declare(office, ASKS)
    return office


def declare(office: Office, asks: Asks) -> None:
    with office.database.transaction() as session:
        facts.declare(
            session,
            actor="system",
            at=office.clock(),
            controller_id=office.controller.id,
            definition=DEFINITION,
            asks=asks,
        )


def asked(office: Office, value: str = NUMBER, answer: str = CODE, email: str = EMAIL) -> UUID:
    """Ask with a fact, and confirm."""
    made = Submission(RequestKind.ACCESS, email, "fr", facts=Facts(value, answer))
    with office.database.transaction() as session:
        request_id = acts.submit_request(
            session,
            actor="subject",
            at=office.clock(),
            desk=office.desk,
            to=office.controller,
            made=made,
        ).id
    office.confirm(office.token("confirm_request"))
    return request_id


def compare(office: Office, *stores: Store) -> int:
    opened = {one.definition.name: one for one in stores}
    return compare_facts(
        Comparing(office.database, office.clock, office.desk.cabinet, lambda _id: opened)
    )


def outcome(office: Office, request_id: UUID) -> str | None:
    about = office.request(request_id)
    assert (about.facts_sealed is None) is (about.facts_outcome is not None)
    return about.facts_outcome


def seeds(office: Office, request_id: UUID) -> Mapping[str, set[str]]:
    with office.database.reading() as session:
        return seeds_of(session, desk=office.desk, about=office.request(request_id))


def test_what_is_the_same_proves_the_identifier_however_it_is_written(asking: Office):
    request_id = asked(asking)
    sealed = asking.request(request_id).facts_sealed
    assert sealed is not None
    assert b"75" not in sealed or CODE.encode() not in sealed
    assert "customer_number" not in seeds(asking, request_id)
    assert compare(asking, shop()) == 1
    assert outcome(asking, request_id) == "same"
    assert seeds(asking, request_id)["customer_number"] == {NUMBER}
    (entry,) = asking.entries(Action.REQUEST_FACTS_COMPARED)
    assert entry.details["outcome"] == "same"
    assert compare(asking, shop()) == 0


@pytest.mark.parametrize(
    ("value", "answer"), [(NUMBER, "75012"), ("C-7", CODE), ("C-9", CODE), (NUMBER, "-")]
)
def test_what_differs_proves_nothing_and_is_told_to_nobody(
    asking: Office, value: str, answer: str
):
    request_id = asked(asking, value, answer)
    before = len(asking.messages())
    compare(asking, shop())
    assert outcome(asking, request_id) == "different"
    assert "customer_number" not in seeds(asking, request_id)
    assert len(asking.messages()) == before


def test_an_identifier_that_is_anothers_is_not_taken(asking: Office):
    with asking.database.transaction() as session:
        make_subject(
            session,
            at=asking.clock(),
            cabinet=asking.desk.cabinet,
            controller_id=asking.controller.id,
            claims=(Claim("customer_number", NUMBER, verified=True),),
        )
    request_id = asked(asking)
    compare(asking, shop())
    assert outcome(asking, request_id) == "different"


def test_one_identifier_has_few_tries_by_all_senders_together(asking: Office):
    told = []
    for number in range(4):
        request_id = asked(asking, answer=f"7501{number}", email=f"a{number}@example.fr")
        compare(asking, shop())
        told.append(outcome(asking, request_id))
    assert told == ["different", "same", "different", "too-many"]
    asking.clock.advance(days=1)
    request_id = asked(asking, email="late@example.fr")
    compare(asking, shop())
    assert outcome(asking, request_id) != "too-many"


def test_a_store_that_is_down_is_asked_again_and_costs_no_try(asking: Office):
    request_id = asked(asking)
    for _ in range(5):
        assert compare(asking, shop(customers=UnavailableError("down"))) == 0
    assert outcome(asking, request_id) is None
    assert compare(asking, shop()) == 1
    assert outcome(asking, request_id) == "same"


@pytest.mark.parametrize("stores", [(), (shop(customers=UnavailableError("down")),)])
def test_after_a_day_the_dpo_decides_without_it(asking: Office, stores: tuple[Store, ...]):
    request_id = asked(asking)
    asking.clock.advance(days=1)
    assert compare(asking, *stores) == 1
    assert outcome(asking, request_id) == "unknown"


def test_nothing_is_compared_before_the_sender_confirmed(asking: Office):
    made = Submission(RequestKind.ACCESS, EMAIL, "fr", facts=Facts(NUMBER, CODE))
    with asking.database.transaction() as session:
        about = acts.submit_request(
            session,
            actor="subject",
            at=asking.clock(),
            desk=asking.desk,
            to=asking.controller,
            made=made,
        )
        request_id = about.id
    assert compare(asking, shop()) == 0
    with asking.taken(request_id) as (session, about):
        acts.expire(session, actor="job:expire-requests", at=asking.clock(), about=about)
    assert asking.request(request_id).facts_sealed is None


def register(office: Office) -> None:
    with office.database.transaction() as session:
        register_store(
            session,
            actor="system",
            at=office.clock(),
            controller_id=office.controller.id,
            cabinet=office.desk.cabinet,
            facts=StoreFacts("sqlite:////nowhere/shop.sqlite3", DEFINITION),
        )


def test_a_sensitive_store_asks_more_than_a_link(office: Office):
    needed = Asks(**{**vars(ASKS), "needed_for": ("shop",)})
    declare(office, needed)
    register(office)
    by_link, by_fact, by_answer = (
        office.opened("one@example.fr"),
        asked(office, email="two@example.fr"),
        office.opened("three@example.fr"),
    )
    compare(office, shop())
    with pytest.raises(RefusedError, match="More than a link"):
        office.approve(by_link)
    office.approve(by_fact)
    with office.taken(by_answer) as (session, about):
        question = Question(QuestionKind.IDENTITY, "Doubt", "Which order?")
        questions.ask(
            session, actor=DPO, at=office.clock(), desk=office.desk, about=about, asked=question
        )
    with office.database.transaction() as session:
        questions.answer(
            session,
            at=office.clock(),
            desk=office.desk,
            to=office.controller,
            token=office.token("request_question"),
            given=Answer("The one of May"),
        )
    office.approve(by_answer)


def test_a_store_that_is_not_registered_asks_nothing(office: Office):
    declare(office, Asks(**{**vars(ASKS), "needed_for": ("health",)}))
    office.approve(office.opened())


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"collection": "orders"}, "collection"),
        ({"kind": "loyalty_card"}, "kind"),
        ({"field": "age"}, "field"),
        ({"labels": {}}, "labels"),
    ],
)
def test_only_what_is_there_can_be_declared(office: Office, changes: dict[str, Any], fault: str):
    with pytest.raises(InvalidError) as told:
        declare(office, Asks(**{**vars(ASKS), **changes}))
    assert set(told.value.fields) == {fault}


def test_what_was_declared_can_be_withdrawn_once(asking: Office):
    request_id = asked(asking)
    for is_there in (True, False):
        with asking.database.transaction() as session:
            by: dict[str, Any] = {"actor": "system", "at": asking.clock()}
            if is_there:
                facts.withdraw(session, **by, controller_id=asking.controller.id)
                continue
            with pytest.raises(NotFoundError):
                facts.withdraw(session, **by, controller_id=asking.controller.id)
    compare(asking, shop())
    assert outcome(asking, request_id) == "unknown"


@pytest.mark.parametrize("given", [Facts("", CODE), Facts(NUMBER, " "), Facts(NUMBER, "x" * 201)])
def test_half_a_fact_cannot_be_compared(asking: Office, given: Facts):
    with asking.database.reading() as session:
        question = facts.question_of(session, controller_id=asking.controller.id)
    assert question is not None
    with pytest.raises(InvalidError):
        facts.check_facts(question, given)
