"""Taking in what came by letter, by phone or over the counter."""

from uuid import UUID

import pytest

from privacy.audit.actions import Action
from privacy.operators.roles import Role
from privacy.requests.models import RequestKind, RequestState
from privacy.requests.statements import statement_of
from tests.requests.office import Office
from tests.web.conftest import Seat, SeatFor

FORM = {
    "received_on": "2026-03-01",
    "channel": "paper",
    "verification": "known-facts",
    "email": "alix.martin@courrier.example",
    "phone": "06 12 34 56 78",
    "language": "fr",
}


def test_an_agent_takes_in_a_letter_and_its_period_runs_from_the_day_it_came(
    seat_for: SeatFor, office: Office
):
    agent = seat_for(Role.AGENT)
    assert "Enregistrer une demande" in agent.browser.get("/console/requests").text
    sent = FORM | {"csrf_token": agent.csrf}
    answer = agent.browser.post("/console/requests/new", data=sent)
    assert answer.status_code == 303
    page = agent.browser.get(answer.location).text
    assert "La demande est enregistrée." in page
    request_id = UUID(answer.location.split("/")[-1].split("?")[0])
    about = office.request(request_id)
    assert (about.state, about.target_on.isoformat()) == (RequestState.OPEN, "2026-04-01")
    (entry,) = office.entries(Action.REQUEST_VERIFIED)
    assert (entry.actor, entry.details["method"]) == (
        f"operator:{agent.operator_id}",
        "known-facts",
    )


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("email", "", "Indiquez votre adresse e-mail."),
        ("email", "alix", "Cette adresse n’est pas complète."),
        ("phone", "twelve", "Ce numéro n’est pas lisible."),
        ("received_on", "2031-01-01", "Indiquez un jour qui n’est pas à venir."),
        ("received_on", "yesterday", "Indiquez un jour qui n’est pas à venir."),
        ("channel", "owl", "Choisissez le moyen"),
        ("verification", "", "Choisissez comment l’identité"),
        ("language", "xx", "Choisissez la langue"),
        ("kind", "erasure", "Choisissez l’une des demandes proposées."),
        ("kind", "rectification", "Écrivez ce qui est juste."),
    ],
)
def test_each_mistake_is_named_and_nothing_is_kept(
    dpo: Seat, office: Office, field: str, typed: str, said: str
):
    form = FORM | {"csrf_token": dpo.csrf, field: typed}
    answer = dpo.browser.post("/console/requests/new", data=form)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert office.entries(Action.REQUEST_SUBMITTED) == []


def test_an_auditor_takes_nothing_in(seat_for: SeatFor):
    auditor = seat_for(Role.AUDITOR)
    assert auditor.browser.get("/console/requests/new").status_code == 403


def test_a_letter_may_ask_for_a_rectification(dpo: Seat, office: Office):
    said = {"kind": "rectification", "right": "21 rue des Lilas", "csrf_token": dpo.csrf}
    assert dpo.browser.post("/console/requests/new", data=FORM | said).status_code == 303
    (about,) = office.all()
    assert about.kind is RequestKind.RECTIFICATION
    with office.database.reading() as session:
        kept = statement_of(session, cabinet=office.desk.cabinet, about=about)
    assert kept.right == "21 rue des Lilas"
