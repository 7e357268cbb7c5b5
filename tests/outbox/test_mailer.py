import ssl
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from privacy.outbox.mail import Mail
from privacy.outbox.mailer import Scope, SmtpMailer, UndeliveredError
from tests.fakes import FakeClock
from tests.outbox.post import PostOffice, free_port, opened, server_tls

MAIL = Mail("Votre demande d’accès", "Bonjour é\n", "<p>Bonjour é</p>")
MESSAGE_ID = UUID("019b0000-0000-7000-8000-000000000001")
ADDRESS = "lea@example.org"


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def port(office: PostOffice) -> Iterator[int]:
    number = free_port()
    with opened(office, port=number):
        yield number


def mailer(port: int, scheme: str = "smtp", tls: ssl.SSLContext | None = None) -> SmtpMailer:
    return SmtpMailer(
        f"{scheme}://localhost:{port}",
        "Vie privée <privacy@shop.example>",
        clock=FakeClock(),
        tls=tls,
        patience=2,
    )


def send(by: SmtpMailer, address: str = ADDRESS) -> None:
    by.send(MAIL, address=address, message_id=MESSAGE_ID)


def test_a_mail_arrives_with_both_its_parts(office: PostOffice, port: int):
    send(mailer(port))
    (message,) = office.received
    assert office.recipients == [ADDRESS]
    assert str(message["To"]) == ADDRESS
    assert str(message["From"]) == "Vie privée <privacy@shop.example>"
    assert str(message["Subject"]) == "Votre demande d’accès"
    assert str(message["Date"]) == "Mon, 02 Mar 2026 09:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert text.as_bytes().isascii()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert "Bonjour é" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "<p>Bonjour é</p>" in message.get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_the_message_id_is_that_of_the_message_each_time(office: PostOffice, port: int):
    send(mailer(port))
    send(mailer(port))
    first, second = office.received
    assert first["Message-ID"] == second["Message-ID"] == f"<{MESSAGE_ID}@shop.example>"


def test_a_subject_of_two_lines_adds_no_header(office: PostOffice, port: int):
    mail = Mail("one\r\nBcc: eve@example.org", "text", "<p>text</p>")
    mailer(port).send(mail, address=ADDRESS, message_id=MESSAGE_ID)
    (message,) = office.received
    assert message["Bcc"] is None
    assert message["Subject"] == "one Bcc: eve@example.org"
    assert office.recipients == [ADDRESS]


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("lea@société.example", "lea@xn--socit-esab.example"),
        ("léa@example.org", "léa@example.org"),
    ],
)
def test_an_address_may_have_letters_beyond_ascii(
    office: PostOffice, port: int, address: str, taken: str
):
    send(mailer(port), address)
    assert office.recipients == [taken]


@pytest.mark.parametrize(
    "address",
    ["", "lea", "lea@", "a@b.example, c@d.example", "a@b.example\r\nRCPT TO:<c@d.example>"],
)
def test_what_is_no_address_fails_for_good_and_reaches_no_server(address: str):
    with pytest.raises(UndeliveredError) as fault:
        send(mailer(free_port()), address)
    assert (fault.value.reason, fault.value.scope) == ("no-address", Scope.FOREVER)


@pytest.mark.parametrize(
    ("verb", "reply", "scope"),
    [
        ("RCPT", "451 4.7.1 greylisted, try again", Scope.MESSAGE),
        ("RCPT", "452 4.2.2 mailbox full", Scope.MESSAGE),
        ("RCPT", "550 5.1.1 no such mailbox", Scope.FOREVER),
        ("RCPT", "421 closing", Scope.SERVER),
        ("DATA", "451 try again", Scope.MESSAGE),
        ("DATA", "554 content refused", Scope.FOREVER),
        ("MAIL", "451 not now", Scope.SERVER),
        ("MAIL", "550 who are you", Scope.SERVER),
    ],
)
def test_a_refusal_says_its_code_and_whom_it_concerns(
    office: PostOffice, port: int, verb: str, reply: str, scope: Scope
):
    office.replies[verb].append(reply)
    with pytest.raises(UndeliveredError) as fault:
        send(mailer(port))
    assert (fault.value.reason, fault.value.scope) == (f"smtp-{reply[:3]}", scope)
    assert office.received == []


def test_no_word_of_the_server_and_no_address_gets_into_the_error(office: PostOffice, port: int):
    office.replies["RCPT"].append(f"550 5.1.1 {ADDRESS} unknown")
    with pytest.raises(UndeliveredError) as fault:
        send(mailer(port))
    assert ADDRESS not in repr(fault.value) + str(fault.value)
    assert fault.value.__suppress_context__


@pytest.mark.parametrize("farewell", ["421 closing", "500 what", "250 odd"])
def test_a_bad_farewell_does_not_undo_a_delivery(office: PostOffice, port: int, farewell: str):
    office.replies["QUIT"].append(farewell)
    send(mailer(port))
    assert len(office.received) == 1


def test_a_server_that_is_down_is_the_servers_fault():
    with pytest.raises(UndeliveredError) as fault:
        send(mailer(free_port()))
    assert (fault.value.reason, fault.value.scope) == ("ConnectionRefusedError", Scope.SERVER)


def test_a_server_that_does_not_answer_is_given_up(office: PostOffice, port: int):
    office.pause = 3
    with pytest.raises(UndeliveredError) as fault:
        send(SmtpMailer(f"smtp://localhost:{port}", "privacy@shop.example", patience=0.3))
    assert fault.value.scope is Scope.SERVER
    assert office.received == []


def test_mail_goes_over_tls_from_the_first_byte(office: PostOffice, tmp_path: Path):
    server, client = server_tls(tmp_path)
    port = free_port()
    with opened(office, port=port, ssl_context=server, server_hostname="localhost"):
        send(mailer(port, "smtps", client))
    assert len(office.received) == 1


def test_mail_goes_over_tls_after_starttls(office: PostOffice, tmp_path: Path):
    server, client = server_tls(tmp_path)
    port = free_port()
    with opened(office, port=port, tls_context=server, require_starttls=True):
        send(mailer(port, "smtp+starttls", client))
    assert len(office.received) == 1


def test_a_server_without_starttls_gets_nothing(office: PostOffice, port: int):
    with pytest.raises(UndeliveredError) as fault:
        send(mailer(port, "smtp+starttls"))
    assert fault.value.scope is Scope.SERVER
    assert office.received == []


def test_a_certificate_that_nobody_vouches_for_is_refused(office: PostOffice, tmp_path: Path):
    server, _client = server_tls(tmp_path)
    port = free_port()
    with opened(office, port=port, tls_context=server), pytest.raises(UndeliveredError) as fault:
        send(mailer(port, "smtp+starttls"))
    assert fault.value.reason == "SSLCertVerificationError"
    assert office.received == []


@pytest.mark.parametrize(("password", "seen"), [("sesame%2F1", "post"), ("wrong", "refused")])
def test_the_url_may_carry_a_name_and_a_password(
    office: PostOffice, tmp_path: Path, password: str, seen: str
):
    server, client = server_tls(tmp_path)
    port = free_port()
    by = SmtpMailer(
        f"smtp+starttls://post:{password}@localhost:{port}", "privacy@shop.example", tls=client
    )
    options = {"tls_context": server, "auth_required": True, "authenticator": office.sign_in}
    with opened(office, port=port, **options):
        if seen == "post":
            send(by)
        else:
            with pytest.raises(UndeliveredError) as fault:
                send(by)
            assert (fault.value.reason, fault.value.scope) == ("smtp-535", Scope.SERVER)
    assert set(office.signed_in) == {seen}
    assert len(office.received) == (seen == "post")


def test_a_mailer_does_not_show_its_password():
    by = SmtpMailer("smtps://post:sesame@localhost", "privacy@shop.example")
    assert "sesame" not in repr(by)
