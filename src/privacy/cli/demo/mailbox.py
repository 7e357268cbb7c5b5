"""The demo's mail catcher: a real SMTP server whose one mailbox is shown in the browser."""

import re
from collections import deque
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask, abort, render_template
from markupsafe import Markup, escape

KEPT = 200
"""Messages kept, newest first; the mailbox lives in memory only."""
_LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True)
class Caught:
    """One message that would have been sent."""

    number: int
    recipient: str
    subject: str
    sent: str
    text: str


class Mailbox:
    """What was caught; aiosmtpd calls `handle_DATA` for each message."""

    def __init__(self) -> None:
        self.messages: deque[Caught] = deque(maxlen=KEPT)
        self._numbers = count(1)

    async def handle_DATA(  # noqa: N802 -- aiosmtpd names its hooks after SMTP's verbs
        self, _server: object, _session: object, envelope: Any
    ) -> str:
        """Keep one message and accept it."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.messages.appendleft(self._caught(message, envelope.rcpt_tos[0]))
        return "250 Message accepted"

    def _caught(self, message: EmailMessage, recipient: str) -> Caught:
        body = message.get_body(preferencelist=("plain", "html"))
        return Caught(
            number=next(self._numbers),
            recipient=recipient,
            subject=str(message["Subject"]),
            sent=str(message["Date"]),
            text=body.get_content() if body else "",
        )


def smtp_server(mailbox: Mailbox, host: str, port: int) -> Controller:
    """Return the SMTP server; `start()` and `stop()` it."""
    return Controller(mailbox, hostname=host, port=port)


def browser_app(mailbox: Mailbox) -> Flask:
    """Return the web page of the mailbox."""
    app = Flask(__name__, template_folder=str(Path(__file__).parent / "templates"))

    @app.get("/")
    def inbox() -> str:
        return render_template("mailbox.html", messages=mailbox.messages, opened=None)

    @app.get("/<int:number>")
    def message(number: int) -> str:
        opened = next((one for one in mailbox.messages if one.number == number), None)
        if opened is None:
            abort(404)
        return render_template(
            "mailbox.html", messages=mailbox.messages, opened=opened, body=linked(opened.text)
        )

    return app


def linked(text: str) -> Markup:
    """Return plain text as HTML whose addresses can be followed."""
    parts: list[Markup] = []
    end = 0
    for found in _LINK.finditer(text):
        parts.append(escape(text[end : found.start()]))
        parts.append(Markup('<a href="{0}">{0}</a>').format(found.group()))
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])
