"""Visits of a page by somebody who is there for the first time: silent, refusing, accepting."""

import re
import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urljoin, urlsplit

from privacy.clock import Clock
from privacy.errors import UnavailableError
from privacy.scans.observe import Controls, Phase, Sighting, bare, merged
from privacy.scans.recorder import Recorder

HOOKS = {"accept": "[data-cb=accept]", "refuse": "[data-cb=reject]"}
LABELS = {
    "accept": (
        "ok,? tout accepter|ok,? accept all|tout accepter|accepter|j.accepte|accept|i accept"
        "|allow all|agree|i agree|alle akzeptieren|akzeptieren|aceptar|accetta"
    ),
    "refuse": (
        "tout refuser|refuser|je refuse|continuer sans accepter|tout interdire|interdire tous"
        "|reject|decline|refuse|deny|only necessary|necessary only|use necessary"
        "|alle ablehnen|ablehnen|rechazar|rifiuta"
    ),
}
USUAL = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/{version}.0.0.0 Safari/537.36"
)
"""How the same browser names itself with a window: what is measured is what people get."""
WIDTH, HEIGHT = 1280, 900
MOST_BUTTONS = 30
LOADS_WITHIN = 20_000
ANSWERS_WITHIN = 3_000

_NO_SIGNAL = ""
_SIGNAL = (
    "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl',"
    " {get: () => true, configurable: true, enumerable: true});"
)


@dataclass(frozen=True)
class Tour:
    """How pages are visited."""

    clock: Clock
    pause: int = 800
    """Milliseconds to wait after the last thing that was to happen."""
    quiet_within: int = 4_000
    """Milliseconds after which a page that goes on asking for things is looked at as it is."""
    origins: Collection[str] | None = None
    """Where pages may be opened; None for anywhere."""
    phases: Collection[Phase] = tuple(Phase)


@dataclass
class Visited:
    """What the visits of one page gave."""

    page: str
    sightings: list[Sighting] = field(default_factory=list)
    controls: Controls = field(default_factory=Controls)
    phases: list[Phase] = field(default_factory=list)
    """The phases that could be tried."""
    links: list[str] = field(default_factory=list)


def visit(browser: Any, url: str, tour: Tour) -> Visited:
    """Visit a page four times, each in a browser that has seen nothing; UnavailableError."""
    found = Visited(bare(url))
    for phase in tour.phases:
        _once(browser, url, tour, (phase, found))
    found.sightings = merged(found.sightings)
    return found


def _once(browser: Any, url: str, tour: Tour, about: tuple[Phase, Visited]) -> None:
    phase, found = about
    answer = {Phase.REFUSED: "refuse", Phase.ACCEPTED: "accept"}.get(phase, "")
    signal = phase is Phase.GPC
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        user_agent=USUAL.format(version=browser.version.split(".")[0]),
        service_workers="block",  # they would answer out of our sight
        accept_downloads=False,
        extra_http_headers={"Sec-GPC": "1"} if signal else {},
    )
    try:
        page = context.new_page()
        recorder = Recorder(page, url, None if answer else phase)
        _equip(context, recorder, _SIGNAL if signal else _NO_SIGNAL)
        _open(page, context, url, tour)
        if phase is Phase.FIRST:
            found.controls = _controls(page)
            found.links = _links(page, url)
        if answer and not _answer(recorder, phase, answer):
            return
        if answer:
            _after_answer(page, tour)
        found.phases.append(phase)
        found.sightings += recorder.sightings(_now(tour))
    finally:
        context.close()


def _now(tour: Tour) -> datetime:
    return tour.clock()


def _equip(context: Any, recorder: Recorder, signal: str) -> None:
    name = f"r{secrets.token_hex(8)}"
    context.expose_binding(name, recorder.tell)
    context.add_init_script(signal + _watching().replace("__REPORT__", name))
    recorder.listen(context.new_cdp_session(recorder.page))


@cache
def _watching() -> str:
    return (files("privacy.scans") / "watch.js").read_text(encoding="utf-8")


def _open(page: Any, context: Any, url: str, tour: Tour) -> None:
    """Open the page and wait until nothing more happens; raises UnavailableError."""
    if tour.origins is not None:
        _fence(page, context, tour.origins)
    try:
        response = page.goto(url, wait_until="load", timeout=LOADS_WITHIN)
    except Exception:  # noqa: BLE001 -- Playwright's error cannot be named without Playwright
        raise UnavailableError(f"{bare(url)} did not load; is it there, and public?") from None
    if response is not None and response.status >= 400:
        raise UnavailableError(f"{bare(url)} answers with status {response.status}.")
    _settle(page, tour)


def _settle(page: Any, tour: Tour) -> None:
    with suppress(Exception):  # a page that never falls silent is looked at as it is
        page.wait_for_load_state("networkidle", timeout=tour.quiet_within)
    with suppress(Exception):
        for part in (0.3, 0.6, 1, 0):
            page.evaluate(f"scrollTo(0, document.documentElement.scrollHeight * {part})")
            page.wait_for_timeout(tour.pause / 8)
    page.wait_for_timeout(tour.pause)


def _after_answer(page: Any, tour: Tour) -> None:
    """Let the answer act, then come back as on the next page of the visit."""
    _settle(page, tour)
    with suppress(Exception):
        page.reload(wait_until="load", timeout=LOADS_WITHIN)
    _settle(page, tour)


def _fence(page: Any, context: Any, origins: Collection[str]) -> None:
    """Let the page itself be opened at these origins only, whatever it is redirected to.

    A site's page must not lead the scanner to an address inside the operator's network.
    """
    devtools = context.new_cdp_session(page)
    frame = devtools.send("Page.getFrameTree")["frameTree"]["frame"]["id"]

    def decide(event: dict[str, Any]) -> None:
        outside = origin_of(event["request"]["url"]) not in origins
        refused = event.get("frameId") == frame and outside
        what, more = ("Fetch.continueRequest", {})
        if refused:
            what, more = ("Fetch.failRequest", {"errorReason": "AddressUnreachable"})
        with suppress(Exception):  # the page may be closed by now
            devtools.send(what, {"requestId": event["requestId"], **more})

    devtools.on("Fetch.requestPaused", decide)
    pattern = {"urlPattern": "*", "resourceType": "Document", "requestStage": "Request"}
    devtools.send("Fetch.enable", {"patterns": [pattern]})


def origin_of(url: str) -> str:
    """Return the origin of an address as browsers write it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _button(page: Any, answer: str) -> tuple[Any, str]:
    """Return the visible control for an answer and how it was found."""
    label = re.compile(rf"^\W*({LABELS[answer]})\b", re.IGNORECASE)
    for frame in page.frames:
        for how, wanted in (
            ("hook", frame.locator(HOOKS[answer])),
            ("label", frame.get_by_role("button", name=label)),
            ("label", frame.get_by_role("link", name=label)),
            # A name for screen readers may begin with something else than the text to be seen.
            ("label", frame.locator("button, a, [role=button]").filter(has_text=label)),
        ):
            with suppress(Exception):  # a frame that went meanwhile
                for one in wanted.all()[:MOST_BUTTONS]:
                    if one.is_visible():
                        return one, how
    return None, ""


def _controls(page: Any) -> Controls:
    return Controls(*(_button(page, answer)[1] for answer in ("accept", "refuse")))


def _answer(recorder: Recorder, phase: Phase, answer: str) -> bool:
    """Press the button of an answer; what is seen from then on belongs to the phase."""
    button, _how = _button(recorder.page, answer)
    if button is None:
        return False
    recorder.phase = phase
    with suppress(Exception):  # what covers it would stop a visitor, too
        button.click(timeout=ANSWERS_WITHIN)
        return True
    return False


def _links(page: Any, url: str) -> list[str]:
    found = page.eval_on_selector_all("a[href]", "(all) => all.map((one) => one.href)")
    here = origin_of(url)
    kept = [bare(urljoin(url, one)) for one in found if origin_of(one) == here]
    return list(dict.fromkeys(one for one in kept if one != bare(url)))


def tour_of(browser: Any, urls: Sequence[str], tour: Tour, *, further: int = 0) -> list[Visited]:
    """Visit pages, and so many further pages of their origins as their links lead to."""
    visited = {bare(url): visit(browser, url, tour) for url in urls}
    asked = set(visited)
    waiting = [link for one in visited.values() for link in one.links]
    while waiting and len(visited) < len(urls) + further:
        link = waiting.pop(0)
        if link in asked:
            continue
        asked.add(link)
        with suppress(UnavailableError):  # a link that leads to no page is not this scan's matter
            visited[link] = visit(browser, link, tour)
            waiting += visited[link].links
    return list(visited.values())
