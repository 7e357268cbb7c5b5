"""What one page of a real browser tells while it is open, turned into sightings."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from privacy.scans.observe import (
    LONGEST,
    Cause,
    Kind,
    Phase,
    Sighting,
    bare,
    host_of,
    same_site,
)

MOST = 5_000
"""Events of one visit that are kept, so that a page cannot fill our memory."""
SMALL = 1_000
"""Bytes up to which an image is looked at: one point needs fewer."""
SECONDS_A_DAY = 86_400


@dataclass
class Recorder:
    """Collects from one page of Playwright's, which is untyped here since it is optional."""

    page: Any
    start: str
    """The address that the visit is about."""
    phase: Phase | None = None
    """What is seen now belongs to it; None while it is of no interest."""
    told: list[tuple[Phase, dict[str, Any], str]] = field(default_factory=list)
    requests: list[tuple[Phase, Any]] = field(default_factory=list)
    responses: list[tuple[Phase, Any]] = field(default_factory=list)
    causes: dict[str, Cause] = field(default_factory=dict)

    def listen(self, devtools: Any) -> None:
        """Note every request, every answer, and by DevTools which script asked for it."""
        self.page.on("request", lambda one: self._keep(self.requests, one))
        self.page.on("response", lambda one: self._keep(self.responses, one))
        devtools.on("Network.requestWillBeSent", self._initiated)
        devtools.send("Network.enable")

    def tell(self, source: Any, event: Any) -> None:
        """Take what the script in the page reports; it may come from the page and be nonsense."""
        if self.phase is None or not isinstance(event, dict) or len(self.told) >= MOST:
            return
        self.told.append((self.phase, event, str(source["frame"].url)))

    def _keep(self, into: list[tuple[Phase, Any]], one: Any) -> None:
        if self.phase is not None and len(into) < MOST:
            into.append((self.phase, one))

    def _initiated(self, event: dict[str, Any]) -> None:
        if len(self.causes) < MOST:
            self.causes[event["request"]["url"]] = cause_of(event.get("initiator", {}))

    def sightings(self, at: datetime) -> Iterator[Sighting]:
        """Yield everything seen; cookies and storage as they stand at this moment."""
        yield from self._sent()
        yield from self._pixels()
        jar = list(self._cookies(self.phase, at)) if self.phase is not None else []
        yield from jar
        known = {one.name for one in jar}  # the jar knows more of a cookie than its writer told
        for one in self._reported():
            if one.kind is not Kind.COOKIE or one.name not in known:
                yield one
        if self.phase is not None:
            yield from self._storage(self.phase)

    def _sight(self, phase: Phase, kind: Kind, name: str, host: str, **more: Any) -> Sighting:
        foreign = not same_site(host, host_of(self.start))
        return Sighting(
            phase, kind, name[:LONGEST], host, bare(self.start), third_party=foreign, **more
        )

    def _reported(self) -> Iterator[Sighting]:
        for phase, event, frame in self.told:
            with suppress(KeyError, ValueError, TypeError):
                kind = Kind(event["kind"])
                cause = _told_cause(event)
                host = host_of(cause.script if kind is Kind.FINGERPRINT else frame)
                yield self._sight(phase, kind, str(event["name"]), host, cause=cause)

    def _sent(self) -> Iterator[Sighting]:
        for phase, request in self.requests:
            host = host_of(request.url)
            if not host or same_site(host, host_of(self.start)) or request.resource_type == "ping":
                continue
            yield self._sight(
                phase, Kind.REQUEST, request.resource_type, host, cause=self._cause(request)
            )

    def _cause(self, request: Any) -> Cause:
        """Return who asked; what a foreign frame asks for, DevTools tells only of the frame."""
        known = self.causes.get(request.url)
        if known is None or known.via != "script":
            known = self._askers().get(bare(request.url), known)
        if known is not None and known.script:
            return known
        with suppress(Exception):  # a worker's request has no frame
            return Cause(bare(request.frame.url), 0, "page")
        return Cause()

    def _askers(self) -> dict[str, Cause]:
        return {
            bare(str(event.get("name"))): _told_cause(event)
            for _, event, _frame in self.told
            if event.get("kind") == "asked"
        }

    def _pixels(self) -> Iterator[Sighting]:
        for phase, request in self.requests:
            if request.resource_type == "ping":
                host = host_of(request.url)
                yield self._sight(phase, Kind.PIXEL, "beacon", host, cause=self._cause(request))
        for phase, response in self.responses:
            request, host = response.request, host_of(response.url)
            if not host or request.resource_type != "image" or not _is_point(response):
                continue
            # A spacer of the page's own has no parameters; what counts a visit has.
            if "?" in response.url or not same_site(host, host_of(self.start)):
                yield self._sight(phase, Kind.PIXEL, "image", host, cause=self._cause(request))

    def _cookies(self, phase: Phase, at: datetime) -> Iterator[Sighting]:
        writers = dict(self._writers())
        for cookie in self.page.context.cookies():
            host, expires = cookie["domain"].lstrip("."), cookie["expires"]
            days = (expires - at.timestamp()) / SECONDS_A_DAY if expires > 0 else None
            cause = writers.get(cookie["name"], Cause())
            yield self._sight(
                phase,
                Kind.COOKIE,
                cookie["name"],
                host,
                cause=cause,
                days=days,
                http_only=cookie["httpOnly"],
                path=cookie["path"][:LONGEST],
            )

    def _writers(self) -> Iterator[tuple[str, Cause]]:
        """Yield by whom each cookie was set: by which answer, else by which script."""
        for _, response in self.responses:
            with suppress(Exception):  # an answer that is gone from the browser's memory
                for header in response.headers_array():
                    if header["name"].lower() == "set-cookie":
                        name = header["value"].split("=", 1)[0].strip()
                        yield name, Cause(bare(response.url), 0, "response")
        for _, event, _frame in self.told:
            if event.get("kind") == Kind.COOKIE:
                yield str(event.get("name")), _told_cause(event)

    def _storage(self, phase: Phase) -> Iterator[Sighting]:
        for frame in self.page.frames:
            for kind in (Kind.LOCAL_STORAGE, Kind.SESSION_STORAGE):
                name = kind.value.replace("_s", "S")
                with suppress(Exception):  # a frame that went, or may store nothing
                    for key in frame.evaluate(f"Object.keys({name}).slice(0, 500)"):
                        yield self._sight(phase, kind, str(key), host_of(frame.url))


def _told_cause(event: dict[str, Any]) -> Cause:
    """Return the script that a report names, or an empty cause where it names none."""
    script, line = event.get("script"), event.get("line")
    if not isinstance(script, str) or not isinstance(line, int):
        return Cause()
    return Cause(bare(script), line, "script" if script else "")


def cause_of(initiator: dict[str, Any]) -> Cause:
    """Return who began a request, from what DevTools calls its initiator."""
    stack = initiator.get("stack")
    while stack:
        for frame in stack.get("callFrames", []):
            if frame.get("url", "").startswith(("http:", "https:")):
                return Cause(bare(frame["url"]), int(frame.get("lineNumber", 0)) + 1, "script")
        stack = stack.get("parent")
    url = initiator.get("url", "")
    return Cause(bare(url), int(initiator.get("lineNumber", -1)) + 1, "page") if url else Cause()


def _is_point(response: Any) -> bool:
    """Whether an image is one point wide and high, by what its first bytes say."""
    try:
        if int(response.headers.get("content-length", "0")) > SMALL:
            return False
        return is_point(response.body()[:SMALL])
    except Exception:  # noqa: BLE001 -- an answer without a body, or one that is gone
        return False


def is_point(image: bytes) -> bool:
    """Say whether the bytes are a GIF or PNG of one point, or of none."""
    if image.startswith(b"GIF8"):
        return max(image[6:8] + image[8:10][::-1], default=0) <= 1 and len(image) >= 10
    if image.startswith(b"\x89PNG"):
        return len(image) >= 24 and image[16:24] in {b"\0\0\0\1\0\0\0\1", b"\0" * 8}
    return not image
