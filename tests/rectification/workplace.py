"""A rectification from its statement to its end, in stores that can be written, and die."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from typing_extensions import override

from privacy.db import Database
from privacy.rectification import acts, ending, jobs, queries
from privacy.rectification.acts import Decided
from privacy.rectification.candidates import Candidate
from privacy.rectification.models import Correction, RecipientNotice
from privacy.rectification.plan import Wanted
from privacy.rectification.sealed import Change
from privacy.requests import acts as request_acts
from privacy.requests.acts import Submission
from privacy.requests.models import RequestKind, SubjectRequest
from privacy.requests.statements import Statement
from privacy.stores.definition import Collection, Field, StoreDefinition
from privacy.stores.normalise import text_of
from privacy.stores.protocol import Capability, Key, Store
from privacy.stores.terms import DataCategory, Provenance
from tests.requests.dying import Steps
from tests.requests.office import DPO, EMAIL, Office
from tests.stores.fake_store import FakeStore, identity, owns, same

WRONG, RIGHT = "12 rue des Lilas", "21 rue des Lilas"
SAID = Statement(wrong=f"Vous écrivez {WRONG}", right=f"J’habite {RIGHT}")


def fields(**kinds: DataCategory | Field) -> tuple[Field, ...]:
    """Return fields by name, of a category or as they are."""
    return tuple(
        one if isinstance(one, Field) else Field(name, same(name), one)
        for name, one in kinds.items()
    )


def computed(name: str, *sources: str) -> Field:
    """Return a field that is computed from others."""
    return Field(
        name,
        same(name),
        DataCategory.BEHAVIOUR,
        provenance=Provenance.DERIVED,
        derived_from=sources,
    )


def shop() -> StoreDefinition:
    """Return a shop with an account, its deliveries and a computed zone."""
    account = Collection(
        "account",
        same("account"),
        ("id",),
        fields(
            id=DataCategory.TECHNICAL,
            email=Field("email", same("email"), DataCategory.CONTACT, "email"),
            street=DataCategory.CONTACT,
            zone=computed("zone", "street"),
        ),
        identities=(identity("email"),),
        links=(owns("id", "delivery", "account_id"),),
    )
    delivery = Collection(
        "delivery",
        same("delivery"),
        ("id",),
        fields(
            id=DataCategory.TECHNICAL,
            account_id=DataCategory.TECHNICAL,
            to_street=DataCategory.CONTACT,
        ),
    )
    return StoreDefinition("shop", same("La boutique"), ("order_management",), (account, delivery))


def letters() -> StoreDefinition:
    """Return a list of addresses that nothing can write to."""
    contact = Collection(
        "contact",
        same("contact"),
        ("id",),
        fields(
            id=DataCategory.TECHNICAL,
            email=Field("email", same("email"), DataCategory.CONTACT, "email"),
            address=DataCategory.CONTACT,
        ),
        identities=(identity("email"),),
    )
    return StoreDefinition(
        "letters", same("Le routeur"), (), (contact,), recipients=("Routage Fictif",)
    )


def shop_rows() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the shop, fresh."""
    return {
        "account": [
            {"id": 1, "email": EMAIL, "street": WRONG, "zone": "A"},
            {"id": 2, "email": "other@example.fr", "street": WRONG, "zone": "A"},
        ],
        "delivery": [
            {"id": 10, "account_id": 1, "to_street": WRONG.upper()},
            {"id": 11, "account_id": 2, "to_street": WRONG},
        ],
    }


LETTERS_ROWS = {"contact": [{"id": 5, "email": EMAIL, "address": WRONG}]}


class ReadableStore(FakeStore):
    """A store in memory whose rows may change."""

    def forget(self) -> None:
        """Look at the rows again."""
        self._indexes.clear()


class WritableStore(ReadableStore):
    """A store in memory that can be rectified; `fails` is raised by the next writes."""

    def __init__(
        self,
        definition: StoreDefinition,
        rows: dict[str, list[dict[str, Any]]],
        steps: Steps | None = None,
    ) -> None:
        super().__init__(definition, rows)
        self.rows = rows
        self.writes: list[tuple[str, Key, Mapping[str, str | None]]] = []
        self.fails: list[Exception] = []
        self.forgetful = False
        self._steps = steps

    @property
    @override
    def capabilities(self) -> frozenset[Capability]:
        return frozenset({Capability.RECTIFY})

    @override
    def rectify(self, collection: Collection, key: Key, changes: Mapping[str, str | None]) -> int:
        if self._steps:
            self._steps.step()
        if self.fails:
            raise self.fails.pop(0)
        self.writes.append((collection.name, key, dict(changes)))
        met = [
            row
            for row in self.rows[collection.name]
            if tuple(text_of(row[name]) for name in collection.primary_key) == key
        ]
        for row in met:
            row.update({} if self.forgetful else changes)
        self.forget()
        if self._steps:
            self._steps.step()
        return len(met)

    def meddle(self, collection: str, number: int, **values: object) -> None:
        """Change a row as somebody else would."""
        self.rows[collection][number].update(values)
        self.forget()


class Workplace:
    """One office with its stores."""

    def __init__(self, office: Office, *stores: Store) -> None:
        self.office = office
        self.stores = stores

    def workshop(
        self, database: Database | None = None, stores: Sequence[Store] = ()
    ) -> jobs.Workshop:
        """Return what the job needs, with our own store and these ones."""
        bench = self.office.bench(*(stores or self.stores), database=database)
        return jobs.Workshop(bench.database, bench.clock, bench.desk, bench.open_stores)

    def run(self) -> int:
        """Do what the job does when it is woken."""
        return jobs.rectify(self.workshop())

    def opened(self, said: Statement = SAID) -> UUID:
        """Ask for a rectification and confirm it."""
        office = self.office
        made = Submission(RequestKind.RECTIFICATION, EMAIL, "fr", said)
        with office.database.transaction() as session:
            request_id = request_acts.submit_request(
                session,
                actor="subject",
                at=office.clock(),
                desk=office.desk,
                to=office.controller,
                made=made,
            ).id
        office.confirm(office.token("confirm_request"))
        return request_id

    def searched(self, said: Statement = SAID) -> UUID:
        """Ask, confirm and let the job search."""
        request_id = self.opened(said)
        assert self.run() == 1
        return request_id

    def candidates(self, request_id: UUID) -> Sequence[Candidate]:
        """Return what the DPO sees."""
        with self.office.taken(request_id) as (session, about):
            kept = queries.search_of(session, cabinet=self.office.desk.cabinet, about=about)
        assert kept is not None
        return kept.candidates

    def decide(self, request_id: UUID, *wanted: Wanted, answer: str = "") -> None:
        """Decide; without anything said, the wrong street becomes the right one everywhere."""
        everywhere = frozenset(
            one.number for one in self.candidates(request_id) if one.folded == WRONG.casefold()
        )
        with self.office.taken(request_id) as (session, about):
            acts.decide(
                session,
                actor=DPO,
                at=self.office.clock(),
                desk=self.office.desk,
                about=about,
                decided=Decided(wanted or [Wanted(everywhere, RIGHT)], answer),
            )

    def corrections(self, request_id: UUID) -> list[Correction]:
        """Return the list as it is now."""
        with self.office.database.reading() as session:
            about = session.get_one(SubjectRequest, request_id)
            return list(queries.corrections(session, about=about))

    def changes(self, request_id: UUID) -> list[Change]:
        """Return what is kept of each correction."""
        rows = self.corrections(request_id)
        with self.office.database.reading() as session:
            return list(queries.changes(session, cabinet=self.office.desk.cabinet, rows=rows))

    def states(self, request_id: UUID) -> dict[str, tuple[str, str]]:
        """Return state and detail of each field on the list, by its place."""
        return {
            f"{row.store_name}.{row.collection}.{row.field}": (row.state.value, row.detail)
            for row in self.corrections(request_id)
        }

    def settle_by_hand(self, request_id: UUID, place: str, *, done: bool = True) -> None:
        """Say of a field that it is done, or that it stays."""
        (row,) = [
            one
            for one in self.corrections(request_id)
            if f"{one.store_name}.{one.collection}.{one.field}" == place
        ]
        with self.office.taken(request_id) as (session, about):
            mine = queries.correction(session, about=about, correction_id=row.id)
            act = acts.say_done if done else acts.leave
            act(session, actor=DPO, at=self.office.clock(), row=mine)

    def notices(self, request_id: UUID) -> list[RecipientNotice]:
        """Return the recipients of a rectification."""
        with self.office.database.reading() as session:
            about = session.get_one(SubjectRequest, request_id)
            return list(queries.notices(session, about=about))

    def note_recipient(self, request_id: UUID, *, told: bool = True) -> None:
        """Settle every recipient that a person has to tell."""
        with self.office.taken(request_id) as (session, about):
            for one in queries.notices(session, about=about):
                ending.note_recipient(
                    session, actor=DPO, at=self.office.clock(), notice=one, told=told
                )


def writable(steps: Steps | None = None) -> WritableStore:
    """Return the shop with its rows."""
    return WritableStore(shop(), shop_rows(), steps)


def unwritable() -> FakeStore:
    """Return the list of addresses, with no recipient of its own."""
    return FakeStore(replace(letters(), recipients=()), LETTERS_ROWS)
