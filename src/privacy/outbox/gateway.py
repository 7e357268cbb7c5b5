"""How texts are handed to a company that sends them to phones: declared, not programmed.

The declaration says what is posted where and how the answer shows that it was taken. `{to}`,
`{text}`, `{sender}` and `{id}` stand for the number, the words, who sends and a number of ours.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, Self
from urllib.parse import urlencode
from uuid import UUID

from privacy.errors import InvalidError
from privacy.outbox.mailer import Scope, UndeliveredError
from privacy.outbox.webhook import Call, Reply, place_of

WORDS: Final = ("to", "text", "sender", "id")
_HOLE: Final = re.compile(r"\{(\w*)\}")
_HEADER: Final = re.compile(r"[A-Za-z0-9-]{1,80}")
_PREFIX: Final = re.compile(r"\+[1-9][0-9]{0,6}")
_SENDER: Final = re.compile(r"[A-Za-z0-9 +]{1,15}")
EU: Final = (
    "+33", "+262", "+590", "+594", "+596", "+30", "+31", "+32", "+34", "+351", "+352", "+353",
    "+356", "+357", "+358", "+359", "+36", "+370", "+371", "+372", "+385", "+386", "+39", "+40",
    "+420", "+421", "+43", "+45", "+46", "+48", "+49",
)  # fmt: skip
"""France with its overseas departments, and the other states of the Union."""


@dataclass(frozen=True)
class Wording:
    """One request to the gateway; nothing of it is shown by its repr."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)
    method: str = "POST"
    form: bool = False
    """Whether the body is sent as a form, instead of JSON."""
    account: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    accepted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Paths into the answer's JSON, such as messages.0.status, and what stands there on success;
    with nothing here, the status 2xx is enough."""

    @classmethod
    def read(cls, told: object) -> Self:
        """Read a declaration; raise InvalidError naming every part that cannot be used."""
        if not isinstance(told, Mapping):
            raise InvalidError("A gateway is declared as a mapping; see docs/operations.md.")
        faults = _faults(told)
        if faults:
            raise InvalidError("This gateway cannot be used.", fields=faults)
        accepted = {
            path: tuple(str(one) for one in (wanted if isinstance(wanted, list) else [wanted]))
            for path, wanted in told.get("accepted", {}).items()
        }
        return cls(
            url=told["url"],
            headers=dict(told.get("headers", {})),
            body=told["body"],
            method=told.get("method", "POST"),
            form=bool(told.get("form", False)),
            account=told.get("account", ""),
            password=told.get("password", ""),
            accepted=accepted,
        )

    def kept(self) -> str:
        """Return the declaration as JSON, to be sealed."""
        return json.dumps(
            vars(self) | {"accepted": {k: list(v) for k, v in self.accepted.items()}}
        )

    def call(self, values: Mapping[str, str]) -> Call:
        """Return the request that hands one text over."""
        told = _filled(self.body, values)
        body = urlencode(told) if self.form else json.dumps(told, ensure_ascii=False)
        kind = "application/x-www-form-urlencoded" if self.form else "application/json"
        headers = {"Content-Type": kind, "User-Agent": "privacy-texts", **self.headers}
        if self.account:
            pair = base64.b64encode(f"{self.account}:{self.password}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        return Call(self.url, headers, body.encode(), self.method, reads=bool(self.accepted))

    def check(self, reply: Reply) -> None:
        """Raise UndeliveredError unless the answer says that the text was taken."""
        if not self.accepted:
            return
        try:
            told = json.loads(reply.body)
        except ValueError:
            raise UndeliveredError("no-json", Scope.SERVER) from None
        for path, wanted in self.accepted.items():
            if _text(_at(told, path)) not in wanted:
                raise UndeliveredError("not-accepted", Scope.MESSAGE)


@dataclass(frozen=True)
class Gateway:
    """Where texts go, in whose name, to whom, and what they may cost."""

    wording: Wording
    sender: str
    prefixes: tuple[str, ...] = EU
    price: int = 80
    """Of a segment, in thousandths of the currency."""
    budget: int = 10_000
    """Of a day, in the same unit."""
    per_number: int = 3

    def __post_init__(self) -> None:
        faults: dict[str, list[str]] = {}
        if not _SENDER.fullmatch(self.sender):
            faults["sender"] = ["is a number, or 1 to 11 letters and digits"]
        elif not self.sender.startswith("+") and len(self.sender) > 11:
            faults["sender"] = ["has 11 letters and digits at most"]
        if not self.prefixes or not all(_PREFIX.fullmatch(one) for one in self.prefixes):
            faults["prefixes"] = ["are written as +33"]
        if not 0 < self.price <= self.budget:
            faults["budget"] = ["must pay for one text a day at least"]
        if not 1 <= self.per_number <= 20:
            faults["per_number"] = ["is a number from 1 to 20"]
        if faults:
            raise InvalidError("This gateway cannot be used.", fields=faults)

    def serves(self, number: str) -> bool:
        """Whether texts may go to a number in E.164, by the country it belongs to."""
        return number.startswith(self.prefixes)


class Asker(Protocol):
    """What posts to an address of the internet, and to no other unless it may."""

    def ask(self, call: Call) -> Reply:
        """Return what was answered; raise UndeliveredError unless it is a 2xx."""


def hand_over(asker: Asker, gateway: Gateway, *, number: str, text: str, message_id: UUID) -> None:
    """Return once the gateway has taken a text over; raise UndeliveredError otherwise."""
    values = {"to": number, "text": text, "sender": gateway.sender, "id": str(message_id)}
    reply = asker.ask(gateway.wording.call(values))
    gateway.wording.check(reply)


def _faults(told: Mapping[str, Any]) -> dict[str, list[str]]:
    known = {"url", "headers", "body", "method", "form", "account", "password", "accepted"}
    checks: dict[str, Callable[[], bool]] = {
        "url": lambda: isinstance(told.get("url"), str) and bool(place_of(told["url"])),
        "method": lambda: told.get("method", "POST") in {"POST", "PUT"},
        "headers": lambda: _are_headers(told.get("headers", {})),
        "body": lambda: _is_body(told.get("body"), form=bool(told.get("form"))),
        "account": lambda: (
            isinstance(told.get("account", ""), str) and ":" not in told.get("account", "")
        ),
        "password": lambda: isinstance(told.get("password", ""), str),
        "accepted": lambda: (
            isinstance(told.get("accepted", {}), Mapping)
            and all(isinstance(one, str) and one for one in told.get("accepted", {}))
        ),
    }
    words = {
        "url": "give an https address without a password",
        "method": "is POST or PUT",
        "headers": "are names with texts of one line",
        "body": "is a mapping with {to} and {text}, and no other word than {sender} and {id}",
    }
    faults = {
        name: [words.get(name, "is not readable")] for name, ok in checks.items() if not _holds(ok)
    }
    for name in sorted(set(told) - known):
        faults[str(name)] = ["is not known"]
    return faults


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except InvalidError:
        return False


def _are_headers(told: object) -> bool:
    return isinstance(told, Mapping) and all(
        isinstance(value, str) and value.isprintable() and value.isascii()
        and _HEADER.fullmatch(str(name))
        for name, value in told.items()
    )  # fmt: skip


def _is_body(told: object, *, form: bool) -> bool:
    if not isinstance(told, Mapping) or not told:
        return False
    if form and not all(isinstance(value, str) for value in told.values()):
        return False
    holes = set(_HOLE.findall(json.dumps(told)))
    return {"to", "text"} <= holes <= set(WORDS)


def _filled(template: Any, values: Mapping[str, str]) -> Any:
    """Return a template with its words replaced, as values and never as syntax."""
    if isinstance(template, str):
        return _HOLE.sub(lambda found: values[found[1]], template)
    if isinstance(template, Mapping):
        return {name: _filled(one, values) for name, one in template.items()}
    if isinstance(template, list):
        return [_filled(one, values) for one in template]
    return template


def _at(told: object, path: str) -> object:
    for step in path.split("."):
        if isinstance(told, Mapping):
            told = told.get(step)
        elif isinstance(told, list) and step.isdecimal() and int(step) < len(told):
            told = told[int(step)]
        else:
            return None
    return told


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
