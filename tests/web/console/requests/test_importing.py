"""An agent imports a file of requests, or is told which of its lines are wrong."""

import io

from tests.requests.office import Office
from tests.web.conftest import Seat

HEAD = "email,kind,received_on,channel,language,reference\n"
LINE = "camille.durand@example.fr,access,2026-02-27,paper,fr,A-1\n"
ADDRESS = "/console/requests/import"


def send(seat: Seat, text: str, verification: str = "known-facts") -> str:
    file = (io.BytesIO(text.encode()), "requests.csv")
    form = {"file": file, "verification": verification, "csrf_token": seat.csrf}
    answer = seat.browser.post(ADDRESS, data=form, headers=seat.headers, follow_redirects=True)
    return answer.text


def test_an_agent_imports_a_file(agent: Seat, office: Office):
    assert "received_on" in agent.browser.get(ADDRESS).text
    assert "1 demande enregistrée" in send(agent, HEAD + LINE)
    assert "1 demande était déjà enregistrée" in send(agent, HEAD + LINE)
    assert len(office.all()) == 1


def test_wrong_lines_are_named(agent: Seat, office: Office):
    page = send(agent, HEAD + LINE + LINE)
    assert "Ligne 3" in page
    assert "la même référence se trouve à la ligne 2" in page
    assert office.all() == []


def test_a_file_is_needed_and_how_senders_were_identified(agent: Seat, office: Office):
    page = send(agent, "", "")
    assert "Choisissez un fichier." in page
    assert "Choisissez comment" in page
    assert office.all() == []


def test_what_is_no_text_is_refused(agent: Seat, office: Office):
    file = (io.BytesIO(b"\xff\xfe\x00"), "requests.csv")
    form = {"file": file, "verification": "known-facts", "csrf_token": agent.csrf}
    assert agent.browser.post(ADDRESS, data=form, headers=agent.headers).status_code == 422
    assert office.all() == []


def test_who_only_audits_imports_nothing(auditor: Seat, office: Office):
    assert auditor.browser.get(ADDRESS).status_code == 403
    assert office.all() == []
