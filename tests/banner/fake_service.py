"""A site, a consent service and a tracker on one local port, told apart by their host names."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from typing_extensions import override

from privacy.web.banner import script as built
from privacy.web.banner import split

HERE = Path(__file__).parent
BANNER = HERE.parents[1] / "static" / "consent-banner"
SITE, SERVICE, TRACKER = "www.boutique.localhost", "privacy.localhost", "tracker.localhost"
LEAF = "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k="
NONCE = "bWFpc29u"
PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Boutique</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<script nonce="{nonce}" {tag} async></script>{head}</head>
<body>{start}<main><h1>Boutique</h1><p><a href="/autre" id="first">Un lien</a></p>{body}</main>
<footer>{footer}</footer></body></html>"""
FOOTER = '<a href="#" data-privacy-open id="manage">Gérer mes cookies</a>'
COUNTS = """(window.ran ||= []).push("{name}"); document.cookie = "{cookie}=1;path=/";"""


def configuration(language: str = "fr", **changes: Any) -> dict[str, Any]:
    """Return what the service would put into the file for a site with four purposes."""
    config: dict[str, Any] = json.loads((HERE / "config.json").read_text())
    texts = json.loads((BANNER / "locales" / f"{language}.json").read_text())
    return {**config, "language": language, "texts": texts, **changes}


def served(config: dict[str, Any] | None) -> dict[str, str]:
    """Return by name every file that the service would serve of this configuration."""
    if config is None:
        return dict.fromkeys(("banner", "stub"), split.filled(built.code("banner"), None))
    return built.render(config)


def served_banner(config: dict[str, Any] | None) -> str:
    """Return the entry of a first visit with the configuration in its place."""
    return served(config)["banner"]


def script(purpose: str, name: str = "audience", cookie: str = "_ga_demo") -> str:
    """Return a tagged inline script that tells that it ran and leaves a cookie."""
    code = COUNTS.format(name=name, cookie=cookie)
    return f'<script type="text/plain" data-purpose="{purpose}" nonce="{NONCE}">{code}</script>'


@dataclass
class FakeWorld:
    """What the three hosts answer, and what they were asked."""

    port: int = 0
    config: dict[str, Any] | None = None
    tag: str = 'src="{service}/banner/pk_maison_lumen.js"'
    """How the page embeds the banner."""
    head: str = ""
    start: str = ""
    """What stands before everything else in the body."""
    body: str = ""
    footer: str = FOOTER
    headers: dict[str, str] = field(default_factory=dict)
    refusing: int = 0
    account: dict[str, Any] = field(default_factory=dict)
    """What the service knows that the account of a visitor chose."""
    accounts: list[dict[str, Any]] = field(default_factory=list)
    proof: dict[str, Any] = field(default_factory=dict)
    """What proves a receipt; while there is nothing, the log is behind."""
    moved: dict[str, Any] = field(default_factory=dict)
    """What the service gives for a choice from the banner of before; nothing when it cannot."""
    handed: list[dict[str, Any]] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What the site's own server was told."""

    @property
    def site(self) -> str:
        """Return the origin of the site."""
        return f"http://{SITE}:{self.port}"

    @property
    def service(self) -> str:
        """Return the origin of the service."""
        return f"http://{SERVICE}:{self.port}"

    @property
    def tracker(self) -> str:
        """Return the origin of a third party."""
        return f"http://{TRACKER}:{self.port}"

    @property
    def tracked(self) -> list[str]:
        """Return the paths that the third party was asked for."""
        return [asked.removeprefix(TRACKER) for asked in self.asked if asked.startswith(TRACKER)]

    @property
    def answers(self) -> list[dict[str, Any]]:
        """Return what was posted, the same id counted once as the service does."""
        return list({post["id"]: post for post in self.posts}.values())

    def page(self) -> str:
        """Return the page of the site, whatever its path."""
        parts = {name: getattr(self, name) for name in ("head", "start", "body", "footer")}
        return PAGE.format(nonce=NONCE, tag=self.tag.format(service=self.service), **parts)


class _Handler(BaseHTTPRequestHandler):
    world: FakeWorld
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        host = self.headers["Host"].partition(":")[0]
        self.world.asked.append(host + self.path)
        if host == SERVICE:
            self.serve()
        elif host == TRACKER and self.path.endswith(".js"):
            self.answer(f'(window.ran ||= []).push("{self.path}")', "text/javascript")
        elif host == TRACKER:
            self.answer("<!doctype html><title>t</title><p>Vidéo", "text/html")
        else:
            self.answer(self.world.page(), "text/html", more=self.world.headers)

    def serve(self) -> None:
        config = self.world.config and {**self.world.config, "service": self.world.service}
        files = served(config)
        name = self.path.partition("?")[0].rpartition("/")[2].removesuffix(".js")
        holds = self.headers["If-None-Match"] or ""
        stub = self.headers["Accept"] == "text/stub" or "stub" in holds
        tag = f'"{"stub" if stub else "file"}-1"'
        text = files.get(name) or files["stub" if stub else "banner"]
        if "/receipts/" in self.path:
            found = self.world.proof
            status = HTTPStatus.OK if found else HTTPStatus.ACCEPTED
            self.answer(json.dumps(found), "application/json", status=status)
        elif ".json" in self.path:
            self.answer(files["json"], "application/json")
        elif name.startswith("move."):
            self.answer(built.mover_code(), "text/javascript")
        elif name.startswith("banner."):
            self.answer(built.code("pinned"), "text/javascript")
        else:
            more = {"Cache-Control": "max-age=300", "ETag": tag}
            self.answer(text, "text/javascript", more=more)

    def do_OPTIONS(self) -> None:
        self.answer("", "text/plain")

    def do_POST(self) -> None:
        if self.headers["Host"].startswith((SITE, TRACKER)):
            self.world.told.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.answer("", "text/plain")
            return
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body["cookie_header"] = self.headers["Cookie"]
        if self.path == "/banner/moved":
            self.world.handed.append(body)
            status = HTTPStatus.OK if self.world.moved else HTTPStatus.NO_CONTENT
            self.answer(json.dumps(self.world.moved or ""), "application/json", status=status)
            return
        if self.path == "/banner/account":
            self.world.accounts.append(body)
            self.answer(json.dumps(self.world.account), "application/json")
            return
        self.world.posts.append(body)
        if self.world.refusing:
            self.answer("{}", "application/json", status=self.world.refusing)
            return
        receipt = {"id": body["id"], "log": {"leaf": LEAF}, "at": "2026-11-21T10:30:00Z"}
        proof = {"receipt": receipt, "signature": "c2lnbmVk", "key": "demo+1234"}
        self.answer(json.dumps(proof), "application/json", status=HTTPStatus.CREATED)

    def answer(
        self,
        text: str,
        kind: str,
        *,
        status: int = HTTPStatus.OK,
        more: dict[str, str] | None = None,
    ) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "Content-Type")
        for name, value in (more or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the test reads `asked`."""


@contextmanager
def fake_world() -> Iterator[FakeWorld]:
    """Serve a world of its own to one test."""
    world = FakeWorld(config=configuration())
    handler = type("Handler", (_Handler,), {"world": world})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    world.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
