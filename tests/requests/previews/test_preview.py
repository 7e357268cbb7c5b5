"""What is seen before an answer goes out: what it shows, hides, keeps and forgets."""

import io
import json
import logging
import zipfile
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from privacy.audit.actions import Action
from privacy.errors import ConflictError, NotFoundError, UnavailableError
from privacy.packages.withheld import Ground
from privacy.requests.answering import handing
from privacy.requests.jobs import expire_requests, fulfil_access
from privacy.requests.models import PreviewState, RequestState
from privacy.requests.previewing import make_previews
from privacy.requests.previews import preview
from privacy.requests.previews.preview import Cell
from privacy.requests.previews.sampling import Contents, Seen
from privacy.requests.previews.treating import Choice, Treatment
from privacy.requests.previews.withholding import Verdict, choices, decide, decide_lead
from privacy.stores.protocol import Store
from privacy.stores.terms import About
from privacy.subjects.acts import resolve_subject
from privacy.subjects.identify import Claim
from tests.requests.letters_of_two import (
    ONLY_OF_ADA,
    ONLY_OF_BOB,
    ROWS,
    bank,
    family,
    mail,
)
from tests.requests.office import DPO, EMAIL, Office
from tests.stores.fake_store import DeafStore


def asked(office: Office, request_id: UUID, *stores: Store) -> Contents:
    """Ask for a preview, make it, and open it."""
    with office.taken(request_id) as (session, about):
        preview.ask(session, actor=DPO, at=office.clock(), about=about)
    assert make_previews(office.bench(*stores)) == 1
    return shown(office, request_id)


def shown(office: Office, request_id: UUID) -> Contents:
    with office.database.reading() as session:
        found = preview.contents(
            session,
            cabinet=office.desk.cabinet,
            about=office.request(request_id),
            at=office.clock(),
        )
    assert found is not None
    return found


def seen(contents: Contents, place: str) -> Seen:
    return next(one for one in contents.seen if f"{one.store}.{one.collection}" == place)


def decided(office: Office, request_id: UUID, *made: Choice) -> None:
    for choice in made:
        with office.taken(request_id) as (session, about):
            decide(
                session,
                actor=DPO,
                at=office.clock(),
                cabinet=office.desk.cabinet,
                about=about,
                choice=choice,
            )


def package(office: Office, request_id: UUID, *stores: Store) -> dict[str, Any]:
    """Approve, answer and open the package; return its document and all its text."""
    office.approve(request_id)
    assert fulfil_access(office.bench(*stores)) == 1
    with office.database.transaction() as session:
        data = handing.hand_over(
            session,
            actor="subject",
            at=office.clock(),
            to=office.controller,
            token=office.token("request_ready"),
        )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: readable(name, archive.read(name)) for name in archive.namelist()}


def readable(name: str, data: bytes) -> str:
    """Return what a reader takes in of a file."""
    if name.endswith(".pdf"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    return data.decode()


def all_text(files: dict[str, Any]) -> str:
    return "\n".join(files.values())


def test_canary_a_package_holds_nothing_of_others_and_all_of_its_subject(office: Office) -> None:
    request_id = office.opened()
    text = all_text(package(office, request_id, mail(), bank(), family()))
    assert [one for one in ONLY_OF_BOB if one in text] == []
    assert [one for one in ONLY_OF_ADA if one not in text] == []


def test_canary_after_a_preview_in_which_nothing_was_decided(office: Office) -> None:
    request_id = office.opened()
    asked(office, request_id, mail(), bank(), family())
    text = all_text(package(office, request_id, mail(), bank(), family()))
    assert [one for one in ONLY_OF_BOB if one in text] == []
    assert [one for one in ONLY_OF_ADA if one not in text] == []
    assert office.entries(Action.REQUEST_DRIFTED) == []


def test_a_preview_says_what_stands_where_and_marks_what_tells_of_others(office: Office) -> None:
    request_id = office.opened()
    contents = asked(office, request_id, mail(), bank(), family())
    letters = seen(contents, "mail.letter")
    assert (letters.owned, letters.scanned, letters.marks) == (2, 2, {"bcc": 1, "body": 1})
    (body,) = (row.spans["body"] for row in letters.rows if "body" in row.spans)
    text = next(row.values["body"] for row in letters.rows if "body" in row.spans)
    assert text is not None
    assert [(text[start:end], mark) for start, end, mark in body] == [
        ("06 39 98 00 01", "phone"),
        ("bob.canary@example.org", "email"),
        ("FR1420041010050500013M02606", "iban"),
    ]
    lines = {f"{one['store']}.{one['collection']}": one for one in contents.coverage}
    assert lines["family.call"]["outcome"] == "not_searched"
    (lead,) = contents.leads
    assert (lead.kind, lead.value, lead.others) == ("phone", ("+33199001234",), 2)


def test_what_is_kept_is_sealed_and_gone_after_its_time(office: Office) -> None:
    request_id = office.opened()
    asked(office, request_id, mail())
    with office.taken(request_id) as (session, about):
        kept = preview.of(session, about=about)
        assert kept is not None
        assert kept.contents_sealed is not None
        assert b"canary" not in kept.contents_sealed
        assert "canary" not in kept.plan
    office.clock.advance(days=3)
    with office.database.reading() as session:
        about = office.request(request_id)
        assert (
            preview.contents(session, cabinet=office.desk.cabinet, about=about, at=office.clock())
            is None
        )
    expire_requests(office.database, clock=office.clock)
    with office.taken(request_id) as (session, about):
        kept = preview.of(session, about=about)
        assert kept is not None
        assert kept.contents_sealed is None


def test_a_field_that_was_decided_on_is_withheld_given_or_struck(office: Office) -> None:
    request_id = office.opened()
    asked(office, request_id, mail(), bank())
    decided(
        office,
        request_id,
        Choice("mail", "letter", "sender", Treatment.WITHHOLD, Ground.SECRET),
        Choice("mail", "letter", "bcc", Treatment.GIVE),
        Choice("bank", "account", "iban", Treatment.WITHHOLD, Ground.INQUIRY, ("5",)),
        Choice("mail", "letter", "body", Treatment.GIVE, row=("20",)),
    )
    document = json.loads(package(office, request_id, mail(), bank())["data.json"])
    tables = {f"{one['store']}.{one['collection']}": one for one in document["data"]}
    first = next(row for row in tables["mail.letter"]["rows"] if row["id"] == 20)
    assert "sender" not in first
    assert first["bcc"] == "clerk.canary@example.org"
    assert "06 39 98 00 01" in first["body"], "in this row it was given whole"
    assert "█" in next(iter(tables["bank.account"]["rows"]))["note"]
    assert next(iter(tables["bank.account"]["rows"]))["iban"] is None


def test_the_log_says_that_and_not_what_was_decided(office: Office) -> None:
    request_id = office.opened()
    asked(office, request_id, mail())
    decided(
        office,
        request_id,
        Choice("mail", "letter", "sender", Treatment.WITHHOLD, row=("20",)),
        Choice("mail", "letter", "sender", Treatment.GIVE, row=("20",)),
    )
    entries = office.entries(Action.REQUEST_FIELD_DECIDED)
    assert [(one.details["treatment"], one.details["scope"]) for one in entries] == [
        ("withhold", "one"),
        ("give", "one"),
    ]
    assert "20" not in [str(value) for one in entries for value in one.details.values()]
    with office.taken(request_id) as (session, about):
        (kept,) = choices(session, cabinet=office.desk.cabinet, about=about)
    assert (kept.treatment, kept.row) == (Treatment.GIVE, ("20",)), "the last word holds"


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_shared_telephone_is_followed_once_a_person_said_so(
    office: Office, *, confirmed: bool
) -> None:
    request_id = office.opened()
    (lead,) = asked(office, request_id, family()).leads
    with office.taken(request_id) as (session, about):
        decide_lead(
            session,
            actor=DPO,
            at=office.clock(),
            cabinet=office.desk.cabinet,
            about=about,
            verdict=Verdict(lead, confirmed),
        )
    (entry,) = office.entries(Action.REQUEST_LEAD_DECIDED)
    assert entry.details["outcome"] == ("confirmed" if confirmed else "refused")
    assert "1234" not in str(entry.details)
    text = all_text(package(office, request_id, family()))
    assert ("family-call" in text) is confirmed
    assert "unconfirmed" not in str(office.tasks(request_id)), "somebody decided"


def test_an_answer_that_left_a_shared_telephone_out_undecided_says_so_and_names_nobody(
    office: Office,
) -> None:
    request_id = office.opened()
    files = package(office, request_id, family())
    about = office.request(request_id)
    assert about.exceptions
    assert office.tasks(request_id)["family"] == ("found", 1, "unconfirmed")
    coverage = json.loads(files["data.json"])["coverage"]
    partly = [one for one in coverage if one["reason"] == "unconfirmed"]
    assert [(one["collection"], one.get("field"), one["outcome"]) for one in partly] == [
        ("person", None, "found"),
        ("person", "phone", "not_searched"),
        ("call", None, "not_searched"),
        ("call", "phone", "not_searched"),
    ]
    text = all_text(files)
    assert "family-call" not in text
    assert "eve.canary@example.org" not in text
    assert len(office.letters("request_ready_partial")) == 1
    (entry,) = office.entries(Action.REQUEST_COMPLETED)
    assert entry.details["outcome"] == "with-exceptions"


def test_a_preview_counts_what_nobody_decided_on_until_somebody_does(office: Office) -> None:
    request_id = office.opened()

    def waits() -> frozenset[UUID]:
        with office.database.reading() as session:
            return preview.undecided(session, request_ids=[request_id])

    (lead,) = asked(office, request_id, family()).leads
    assert waits() == {request_id}
    for confirmed in (True, False):  # who changes their mind decides no second one
        with office.taken(request_id) as (session, about):
            decide_lead(
                session,
                actor=DPO,
                at=office.clock(),
                cabinet=office.desk.cabinet,
                about=about,
                verdict=Verdict(lead, confirmed),
            )
        assert waits() == frozenset()
    asked(office, request_id, family())
    assert waits() == frozenset(), "what was decided holds in the next search, too"


def test_a_value_is_shown_once_it_is_asked_for_and_that_is_logged(office: Office) -> None:
    request_id = office.opened()
    contents = asked(office, request_id, mail())
    number = next(row.number for row in seen(contents, "mail.letter").rows if row.key == ("20",))
    with office.taken(request_id) as (session, about):
        value = preview.reveal(
            session,
            actor=DPO,
            at=office.clock(),
            about=about,
            shown=contents,
            cell=Cell("mail", "letter", "bcc", number),
        )
        assert value == "clerk.canary@example.org"
        with pytest.raises(NotFoundError):
            preview.reveal(
                session,
                actor=DPO,
                at=office.clock(),
                about=about,
                shown=contents,
                cell=Cell("mail", "letter", "secret", number),
            )
    (entry,) = office.entries(Action.REQUEST_VALUE_REVEALED)
    assert entry.details == {
        "request": str(request_id),
        "store": "mail",
        "collection": "letter",
        "field": "bcc",
    }


def test_who_approves_after_a_preview_has_it_in_the_log_and_who_does_not_has_nothing(
    office: Office,
) -> None:
    first, second = office.opened(), office.opened("other@example.fr")
    asked(office, first, mail())
    office.approve(first)
    office.approve(second)
    (without, with_) = sorted(
        office.entries(Action.REQUEST_APPROVED), key=lambda one: len(one.details)
    )
    assert with_.details["stores"] == 1
    assert len(str(with_.details["plan"])) == 16
    assert "plan" not in without.details


def test_a_search_that_differs_from_the_preview_is_logged_and_still_answers(
    office: Office,
) -> None:
    request_id = office.opened()
    asked(office, request_id, mail(), DeafStore(bank().definition, UnavailableError("gone")))
    office.approve(request_id)
    assert fulfil_access(office.bench(mail(bcc=About.SUBJECT), bank(), family())) == 1
    told = {
        (one.details["place"], one.details["reason"])
        for one in office.entries(Action.REQUEST_DRIFTED)
    }
    assert {("mail", "redeclared"), ("family", "appeared"), ("bank.account", "failed")} <= told
    assert ("mail.letter", "number") not in told


def test_only_an_open_request_can_be_previewed_and_decided_on(office: Office) -> None:
    request_id = office.opened()
    asked(office, request_id, mail())
    office.approve(request_id)
    with office.taken(request_id) as (session, about), pytest.raises(ConflictError):
        preview.ask(session, actor=DPO, at=office.clock(), about=about)
    with pytest.raises(ConflictError):
        decided(office, request_id, Choice("mail", "letter", "bcc", Treatment.GIVE))


def test_a_search_under_way_is_not_asked_for_twice_nor_made_by_two(office: Office) -> None:
    request_id = office.opened()
    with office.taken(request_id) as (session, about):
        preview.ask(session, actor=DPO, at=office.clock(), about=about)
    with office.taken(request_id) as (session, about), pytest.raises(ConflictError):
        preview.ask(session, actor=DPO, at=office.clock(), about=about)
    with office.database.transaction() as session:
        about = office.request(request_id)
        assert about.subject_id is not None
        ids = {"subject_id": about.subject_id, "request_id": request_id}
        assert preview.claim(session, at=office.clock(), **ids)
        assert not preview.claim(session, at=office.clock(), **ids)
    assert make_previews(office.bench(mail())) == 0
    office.clock.advance(minutes=31)
    assert make_previews(office.bench(mail())) == 1, "the worker fell silent"


def test_a_search_that_cannot_be_made_says_so_without_a_value(office: Office, caplog) -> None:
    request_id = office.opened()
    broken = mail()
    broken_definition = bank()

    def refuse(*_args: object) -> None:
        raise KeyError(EMAIL)

    with office.taken(request_id) as (session, about):
        preview.ask(session, actor=DPO, at=office.clock(), about=about)
    bench = office.bench(broken, broken_definition)
    object.__setattr__(bench, "open_stores", refuse)
    with caplog.at_level(logging.WARNING):
        assert make_previews(bench) == 0
    assert EMAIL not in caplog.text
    with office.taken(request_id) as (session, about):
        kept = preview.of(session, about=about)
        assert kept is not None
        assert kept.state is PreviewState.FAILED


def test_a_number_of_another_subject_is_marked_in_text(office: Office) -> None:
    request_id = office.opened()
    rows = [dict(ROWS["letter"][1], body="Parrainée par LUM-00-07-42.")]
    store = mail()
    store._rows = {**ROWS, "letter": rows}  # noqa: SLF001 -- a fake's rows
    with office.database.transaction() as session:
        resolve_subject(
            session,
            actor="system",
            at=office.clock(),
            cabinet=office.desk.cabinet,
            controller_id=office.controller.id,
            claim=Claim("loyalty_card", "LUM-00-07-42", verified=True),
        )
    letters = seen(asked(office, request_id, store), "mail.letter")
    assert letters.marks == {"body": 1}
    text = all_text(package(office, request_id, store))
    assert "LUM-00-07-42" not in text


def test_nothing_of_a_preview_is_left_once_the_request_is_closed(office: Office) -> None:
    request_id = office.opened()
    asked(office, request_id, mail(), family())
    decided(office, request_id, Choice("mail", "letter", "bcc", Treatment.GIVE))
    package(office, request_id, mail(), family())
    assert office.request(request_id).state is RequestState.COMPLETED
    office.clock.advance(hours=1)
    expire_requests(office.database, clock=office.clock)
    with office.taken(request_id) as (session, about):
        assert preview.of(session, about=about) is None
        assert not choices(session, cabinet=office.desk.cabinet, about=about)
