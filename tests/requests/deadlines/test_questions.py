"""A question stops the clock only as the law has it, and is answered once."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from privacy.audit.actions import Action
from privacy.errors import ConflictError, GoneError, NotFoundError, RefusedError
from privacy.requests.annexes import QuestionKind
from privacy.requests.deadline import Terms
from privacy.requests.deadlines import pauses, questions
from privacy.requests.deadlines.questions import Answer, Asked, Question
from privacy.requests.deciding import RefusalGround
from privacy.requests.models import RequestState
from privacy.subjects.identify import Claim, IdentifierKind
from privacy.subjects.queries import identifiers_of
from tests.requests.office import DPO, EMAIL, Office

DOUBT = "Deux comptes portent ce nom."
WORDS = "Quel est votre numéro de client ?"
CLAIM = Claim(IdentifierKind.ACCOUNT_NUMBER, "C-1042")
GIVEN = Answer("C-1042", CLAIM)


def ask(
    office: Office,
    request_id: UUID,
    kind: QuestionKind = QuestionKind.IDENTITY,
    *,
    doubt: str = DOUBT,
    override: str = "",
) -> None:
    asked = Question(kind, doubt, WORDS, override)
    with office.taken(request_id) as (session, about):
        questions.ask(
            session, actor=DPO, at=office.clock(), desk=office.desk, about=about, asked=asked
        )


def answer(office: Office, given: Answer = GIVEN) -> None:
    token = office.token("request_question")
    with office.database.transaction() as session:
        questions.answer(
            session,
            at=office.clock(),
            desk=office.desk,
            to=office.controller,
            token=token,
            given=given,
        )


def resume(office: Office, request_id: UUID, given: Answer | None = None) -> None:
    with office.taken(request_id) as (session, about):
        questions.resume(
            session, actor=DPO, at=office.clock(), desk=office.desk, about=about, given=given
        )


def told(office: Office, request_id: UUID) -> list[Asked]:
    with office.database.reading() as session:
        about = office.request(request_id)
        return questions.told(session, office.desk.cabinet, about=about)


def on(office: Office, day: date) -> None:
    office.clock.now = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


@pytest.fixture
def asked(office: Office) -> UUID:
    """Return a request of 3 March 2026 that waits since the 5th."""
    on(office, date(2026, 3, 3))
    request_id = office.opened()
    on(office, date(2026, 3, 5))
    ask(office, request_id)
    return request_id


def test_a_question_in_time_stops_the_clock_until_its_answer(office: Office, asked: UUID):
    assert office.request(asked).state is RequestState.PAUSED
    on(office, date(2026, 3, 12))
    answer(office)
    about = office.request(asked)
    assert (about.state, about.target_on) == (RequestState.OPEN, date(2026, 4, 10))
    assert about.legal_latest_on == date(2026, 4, 10)
    assert office.letters("request_resumed")[-1].variables["due_on"] == "2026-04-10"


def test_a_question_that_came_late_gives_no_time(office: Office):
    on(office, date(2026, 3, 3))
    request_id = office.opened()
    on(office, date(2026, 3, 30))
    ask(office, request_id)
    on(office, date(2026, 4, 2))
    answer(office)
    assert office.request(request_id).target_on == date(2026, 4, 3)


def test_a_late_question_counts_where_the_dpo_says_why(office: Office):
    on(office, date(2026, 3, 3))
    request_id = office.opened()
    on(office, date(2026, 3, 30))
    ask(office, request_id, override="Le doute n’est apparu qu’hier.")
    on(office, date(2026, 4, 2))
    answer(office)
    assert office.request(request_id).target_on == date(2026, 4, 6)
    assert told(office, request_id)[0].override == "Le doute n’est apparu qu’hier."


def test_the_letter_asks_with_a_link_and_the_last_day(office: Office, asked: UUID):
    (letter,) = office.letters("request_question")
    assert (letter.address, letter.variables["question"]) == (EMAIL, WORDS)
    assert letter.variables["answer_by_on"] == "2026-04-04"
    assert "/portal/boutique/answer/" in letter.variables["link"]
    (entry,) = office.entries(Action.REQUEST_PAUSED)
    assert (entry.details["counts"], entry.details["kind"]) == (True, "identity")
    assert entry.subject_id == office.request(asked).subject_id


def test_where_the_clock_runs_on_the_answer_is_wanted_before_the_target(office: Office):
    on(office, date(2026, 3, 3))
    request_id = office.opened()
    on(office, date(2026, 3, 30))
    ask(office, request_id)
    assert office.letters("request_question")[0].variables["answer_by_on"] == "2026-04-03"


def test_what_was_asked_and_answered_is_sealed_and_can_be_read(office: Office, asked: UUID):
    answer(office)
    (one,) = told(office, asked)
    assert (one.doubt, one.words, one.answer, one.claim) == (DOUBT, WORDS, "C-1042", CLAIM)
    assert b"C-1042" not in (one.row.answer_sealed or b"")
    assert DOUBT.encode() not in one.row.doubt_sealed
    assert WORDS.encode() not in one.row.question_sealed
    (entry,) = office.entries(Action.REQUEST_ANSWERED)
    assert (entry.actor, entry.details["identifier"]) == ("subject", True)
    assert "C-1042" not in str(entry.details)


def test_the_dpo_is_told_of_an_answer_without_its_words(office: Office, asked: UUID):
    answer(office)
    (letter,) = office.letters("dpo_answer")
    assert str(asked) in letter.variables["link"]
    assert "C-1042" not in str(letter.variables)


def test_an_identifier_in_an_answer_finds_nothing_until_it_is_accepted(
    office: Office, asked: UUID
):
    answer(office)
    assert proven(office, asked) == {EMAIL}
    with office.taken(asked) as (session, about):
        questions.prove(
            session,
            actor=DPO,
            at=office.clock(),
            desk=office.desk,
            about=about,
            kind=QuestionKind.IDENTITY,
        )
    assert proven(office, asked) == {EMAIL, CLAIM.value}


def proven(office: Office, request_id: UUID) -> set[str]:
    subject_id = office.request(request_id).subject_id
    assert subject_id is not None
    with office.database.reading() as session:
        known = identifiers_of(session, cabinet=office.desk.cabinet, subject_id=subject_id)
    return {one.value for one in known if one.verified_at}


def test_what_an_answer_did_not_give_is_not_accepted(office: Office, asked: UUID):
    answer(office, Answer("Je n’en ai pas."))
    with pytest.raises(NotFoundError), office.taken(asked) as (session, about):
        questions.prove(
            session,
            actor=DPO,
            at=office.clock(),
            desk=office.desk,
            about=about,
            kind=QuestionKind.IDENTITY,
        )


def test_a_subject_is_asked_once_for_each_reason(office: Office, asked: UUID):
    answer(office)
    with pytest.raises(ConflictError, match="once"):
        ask(office, asked)
    ask(office, asked, QuestionKind.CLARIFICATION)
    assert office.request(asked).state is RequestState.PAUSED


def test_a_question_needs_its_doubt(office: Office):
    request_id = office.opened()
    with pytest.raises(RefusedError, match="doubt"):
        ask(office, request_id, doubt=" ")
    assert office.request(request_id).state is RequestState.OPEN
    assert office.messages("request_question") == []


def test_only_what_waits_for_a_decision_is_asked_about(office: Office):
    request_id = office.approved()
    with pytest.raises(ConflictError, match="decided"):
        ask(office, request_id)


@pytest.mark.usefixtures("asked")
def test_a_question_is_answered_once(office: Office):
    answer(office)
    with pytest.raises(GoneError):
        answer(office)
    assert len(office.messages("request_resumed")) == 1


def test_an_answer_after_the_refusal_is_told_that_it_comes_too_late(office: Office, asked: UUID):
    on(office, date(2026, 4, 6))
    office.refuse(asked, ground=RefusalGround.IDENTITY)
    with pytest.raises(GoneError):
        answer(office)


def test_a_request_may_go_on_without_an_answer(office: Office, asked: UUID):
    on(office, date(2026, 3, 7))
    resume(office, asked)
    about = office.request(asked)
    assert (about.state, about.target_on) == (RequestState.OPEN, date(2026, 4, 5))
    (entry,) = office.entries(Action.REQUEST_RESUMED)
    assert entry.details["due_on"] == about.legal_latest_on.isoformat()
    with pytest.raises(ConflictError):
        resume(office, asked)


def test_an_answer_by_another_way_is_written_down_by_the_operator(office: Office, asked: UUID):
    resume(office, asked, Answer("Rappelée : numéro confirmé."))
    assert told(office, asked)[0].answer == "Rappelée : numéro confirmé."
    (entry,) = office.entries(Action.REQUEST_ANSWERED)
    assert entry.actor == DPO


def test_silence_is_a_ground_to_refuse_only_after_its_day(office: Office, asked: UUID):
    on(office, date(2026, 4, 4))
    with pytest.raises(RefusedError, match="still has time"):
        office.refuse(asked, ground=RefusalGround.IDENTITY)
    on(office, date(2026, 4, 5))
    office.refuse(asked, ground=RefusalGround.IDENTITY)
    assert office.request(asked).state is RequestState.REFUSED
    assert office.letters("request_refused")[-1].variables["authority"] == "FR"


def test_what_waits_for_its_subject_is_refused_for_nothing_else(office: Office, asked: UUID):
    on(office, date(2026, 4, 5))
    with pytest.raises(RefusedError, match="identity only"):
        office.refuse(asked, ground=RefusalGround.EXCESSIVE)


def test_silence_on_what_is_wanted_is_no_ground(office: Office):
    on(office, date(2026, 3, 3))
    request_id = office.opened()
    ask(office, request_id, QuestionKind.CLARIFICATION)
    on(office, date(2026, 5, 5))
    with pytest.raises(RefusedError, match="answer with all"):
        office.refuse(request_id, ground=RefusalGround.IDENTITY)


def test_an_extension_keeps_the_days_of_a_pause(office: Office, asked: UUID):
    on(office, date(2026, 3, 12))
    answer(office)
    office.extend(asked)
    assert office.request(asked).target_on == date(2026, 6, 10)


def test_an_open_pause_counts_up_to_the_day_of_the_question(office: Office, asked: UUID):
    with office.database.reading() as session:
        due = pauses.due(session, about=office.request(asked), today=date(2026, 3, 9))
    assert due.target_on == date(2026, 4, 7)


def test_the_last_day_in_time_is_five_working_days_after_receipt():
    assert pauses.last_prompt_day(date(2026, 3, 3), Terms()) == date(2026, 3, 10)
