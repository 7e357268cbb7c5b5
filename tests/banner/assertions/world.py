"""The real service, a shop's pages and a third party on one local port, told apart by their names.

What the service records is read from its own database; what a page asks of others is written down.
"""

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import brotli
from flask import Flask
from sqlalchemy import select
from typing_extensions import override
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from privacy.clock import system_clock
from privacy.config import Settings
from privacy.consent.models import Consent
from privacy.crypto import Keyring
from privacy.purposes import acts, publishing
from privacy.purposes.defaults import DEFAULT_PURPOSES
from privacy.purposes.models import Site
from privacy.runtime import Runtime
from privacy.subjects.visitors import visitor_subject
from privacy.web import current
from privacy.web.app import create_app
from privacy.web.banner import script
from tests.banner.assertions.pages import TRACKER_SCRIPT, Markup
from tests.make import ACTOR, make_controller
from tests.web.banner.conftest import publish

SITE, SERVICE, TRACKER = "www.boutique.localhost", "privacy.localhost", "tracker.localhost"
ASKED = ("audience_consent", "content_personalisation", "ads_personalised", "social_sharing")
COOKIES = [
    {"name": "_ga*", "lifetime": "P13M", "kind": "cookie"},
    {"name": "mc_queue", "lifetime": "P30D", "kind": "local"},
    {"name": "mc_tab", "lifetime": "", "kind": "session"},
]
VENDORS = [{"name": "Mesure Claire", "policy_url": "https://mesure-claire.example/privacy"}]


@dataclass(frozen=True)
class Asked:
    """One request that arrived, and how much was answered."""

    host: str
    method: str
    path: str
    query: str
    body: bytes
    packed: bool
    """Whether the body was sent compressed; what was not is counted as brotli would send it."""

    @property
    def sent(self) -> int:
        """Bytes of the body after brotli."""
        return len(self.body if self.packed else brotli.compress(self.body))


@dataclass(frozen=True)
class Asset:
    """A file that pages may load from any of the hosts, compressed once."""

    body: bytes
    kind: str


class LateClock:
    """The wall clock, put forward by as much as tests have waited without waiting."""

    def __init__(self) -> None:
        self.waited = timedelta(0)

    def __call__(self) -> datetime:
        """Return the present instant of the service."""
        return system_clock() + self.waited


@dataclass
class World:
    """What stands on the port."""

    app: Flask
    port: int
    clock: LateClock
    pages: dict[str, Markup] = field(default_factory=dict)
    assets: dict[str, Asset] = field(default_factory=dict)
    log: list[Asked] = field(default_factory=list)
    site: Site = field(init=False)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def origin(self, host: str) -> str:
        """Return the origin of one of the three hosts."""
        return f"http://{host}:{self.port}"

    @property
    def runtime(self) -> Runtime:
        """What the service was assembled from."""
        runtime: Runtime = self.app.extensions[current.RUNTIME]
        return runtime

    def wait(self) -> None:
        """Let as much time pass for the service as it may remember a notice."""
        self.clock.waited += timedelta(seconds=11)

    def asked(self, host: str, number: str) -> list[str]:
        """Return the paths below a visit's own that a host was asked for."""
        mine = [one.path for one in self.log if one.host == host]
        return [path.removeprefix(f"/{number}") for path in mine if path.startswith(f"/{number}/")]

    def rows(self, visitor: str) -> list[Consent]:
        """Return what the ledger holds of a visitor, oldest first."""
        runtime = self.runtime
        with runtime.database.reading() as session:
            subject = visitor_subject(
                session,
                cabinet=runtime.cabinet,
                controller_id=self.site.controller_id,
                visitor=visitor,
            )
            found = select(Consent).where(Consent.subject_id == subject)
            return list(session.scalars(found.order_by(Consent.at, Consent.id)))

    def another_site(self, host: str = SITE) -> Site:
        """Return a site of a new controller, for tests that change what is asked."""
        runtime = self.runtime
        at = runtime.clock()
        slug = f"boutique-{next(self.numbers)}"
        with runtime.database.transaction() as session:
            controller = make_controller(session, at=at, cabinet=runtime.cabinet, slug=slug)
            for code in ("essential", *ASKED):
                acts.publish_purpose(
                    session, actor=ACTOR, at=at, controller_id=controller.id, facts=facts(code)
                )
            made = acts.SiteFacts("Boutique", [self.origin(host)], ["essential", *ASKED])
            site = acts.register_site(
                session, actor=ACTOR, at=at, controller_id=controller.id, facts=made
            )
            publish(session, site, at)
        return site

    def ask_anew(self, site: Site, code: str) -> None:
        """Publish the next version of a purpose, and what the site shows then."""
        at = self.runtime.clock()
        with self.runtime.database.transaction() as session:
            acts.publish_purpose(
                session, actor=ACTOR, at=at, controller_id=site.controller_id, facts=facts(code)
            )
            publish(session, session.get_one(Site, site.id), at)

    def reword(self, site: Site) -> None:
        """Publish the same purposes under other words of the banner."""
        at = self.runtime.clock()
        words = {
            language: {**script.texts(language), "title": "…"} for language in script.LANGUAGES
        }
        banner = publishing.Banner(words, script.code_hash(), "P6M")
        with self.runtime.database.transaction() as session:
            found = session.get_one(Site, site.id)
            publishing.publish_notices(session, actor=ACTOR, at=at, site=found, banner=banner)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as the host that was asked for."""
        request = Request(environ)
        host = request.host.partition(":")[0]
        answer = Response.from_app(self.app, environ) if host == SERVICE else self._page(request)
        self.log.append(
            Asked(
                host,
                request.method,
                environ["PATH_INFO"],
                environ["QUERY_STRING"],
                answer.get_data(),
                "Content-Encoding" in answer.headers,
            )
        )
        return answer(environ, start)

    def _page(self, request: Request) -> Response:
        asset = self.assets.get(request.path)
        if asset:
            kept = {"Content-Encoding": "br", "Cache-Control": "max-age=31536000, immutable"}
            return Response(asset.body, mimetype=asset.kind, headers=kept)
        number, _, rest = request.path[1:].partition("/")
        markup = self.pages.get(number)
        if markup is None:
            return Response(status=404)
        if request.host.startswith(TRACKER):
            if rest.endswith(".js"):
                return Response(TRACKER_SCRIPT % rest, mimetype="text/javascript")
            return Response("<!doctype html><title>t</title><p>Film", mimetype="text/html")
        return Response(markup.html(), mimetype="text/html", headers=markup.headers)


def facts(code: str) -> acts.PurposeFacts:
    """Return a default purpose with partners, trackers and a say for Global Privacy Control."""
    given = next(purpose for purpose in DEFAULT_PURPOSES if purpose.code == code)
    words = {
        language: given.texts.get(language) or given.texts["en"] for language in script.LANGUAGES
    }
    details = dict(given.details)
    if code in ASKED:
        details |= {"gpc": True, "vendors": VENDORS}
    if code == "audience_consent":
        details["cookies"] = COOKIES
    return acts.PurposeFacts(code=code, legal_basis=given.basis, texts=words, details=details)


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    @override
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: the tests read `log` of the world."""


@contextmanager
def real_world(database: Path, keyring: Keyring) -> Iterator[World]:
    """Serve all three hosts from an empty, migrated database, until the block ends."""

    def late(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        return world(environ, start)

    server = make_server("127.0.0.1", 0, late, threaded=True, request_handler=_Quiet)
    settings = Settings(
        database_url=f"sqlite:///{database}",
        key_file=keyring.path,
        public_url=f"http://{SERVICE}:{server.server_port}",
    )
    clock = LateClock()
    world = World(create_app(settings, clock=clock), server.server_port, clock)
    world.site = world.another_site()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
        world.runtime.database.dispose()


def answers_of(rows: list[Consent]) -> dict[UUID, dict[str, bool]]:
    """Return what was said in each answer, in the order of the ledger."""
    said: dict[UUID, dict[str, bool]] = {}
    for row in rows:
        said.setdefault(row.answer_id, {})[row.purpose_code] = row.granted
    return said
