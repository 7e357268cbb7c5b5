"""A fictional site with a good page and bad ones, and the third parties that it loads.

The site is served at 127.0.0.1 and the third parties at localhost, so that they are foreign.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from typing_extensions import override

GIF = bytes.fromhex(
    "47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b"
)

BANNER = """
<div id="cb"><button data-cb="reject">Tout refuser</button>
<button data-cb="accept">Tout accepter</button></div>
<script>
const said = () => /privacy_choice=(\\w+)/.exec(document.cookie)?.[1];
const act = () => {
  if (said()) document.getElementById("cb").hidden = true;
  const all = document.querySelectorAll("script[type='text/plain']");
  if (said() === "yes") for (const held of all) {
    const script = document.createElement("script");
    if (held.dataset.src) script.src = held.dataset.src; else script.text = held.text;
    held.replaceWith(script);
  }
};
const answer = (text) => () => { document.cookie = "privacy_choice=" + text + ";path=/"; act(); };
document.querySelector("[data-cb=reject]").onclick = answer("no");
document.querySelector("[data-cb=accept]").onclick = answer("yes");
act();
</script>
"""

TAG = """document.cookie = "_audience=1;path=/;max-age=86400";
localStorage.setItem("aud", 1); localStorage.seen = 2; sessionStorage.setItem("tab", 1);
indexedDB.open("aud-db");"""
CANVAS = """const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
pen.fillText("Cwm fjord", 2, 15); canvas.toDataURL();
const gl = document.createElement("canvas").getContext("webgl"); if (gl) gl.getParameter(37446);
for (let n = 0; n < 12; n++) { pen.font = "12px font" + n; pen.measureText("mmm"); }
new OfflineAudioContext(1, 44100, 44100).startRendering();"""
WEAK = "self.cores = navigator.hardwareConcurrency;"


@dataclass
class Places:
    """Two running servers and what they were asked."""

    site: str
    foreign: str
    asked: list[str] = field(default_factory=list)


def pages(foreign: str) -> dict[str, str]:
    """Return the pages of the site by path; each is good, or bad in one way."""
    held = f'<script type="text/plain" data-src="{foreign}/tag.js"></script>'
    return {
        "/good": BANNER + '<a href="/linked">more</a><a href="/gone">gone</a>' + held,
        "/linked": BANNER + '<a href="/good">back</a>',
        "/early": f'{BANNER}<script src="{foreign}/tag.js"></script>',
        "/after-refusal": BANNER
        + """<script>
addEventListener("click", () => setTimeout(() => {
  if (said() === "no") document.cookie = "_refused=1;path=/;max-age=600"; }, 10));
</script>""",
        "/pixel": f'{BANNER}<script src="/pixel.js"></script>',
        "/canvas": f'{BANNER}<script src="{foreign}/canvas.js"></script>',
        "/weak": f"{BANNER}<script>{WEAK}</script>",
        "/vendor": f'{BANNER}<script type="text/plain" data-src="{foreign}/other.js"></script>',
        "/long": BANNER + '<script type="text/plain">\n'
        'document.cookie = "_years=1;path=/;max-age=50000000";</script>',
        "/server": BANNER,
        "/frame": f'{BANNER}<iframe src="{foreign}/frame.html"></iframe>',
        "/signal": BANNER
        + """<script>
if (navigator.globalPrivacyControl) document.cookie = "_despite=1;path=/";</script>""",
        "/foreign-banner": """<p>Cookies</p><a href="#" onclick="return false">Paramétrer</a>
<button onclick="document.cookie='choice=no;path=/'">✗ Tout refuser</button>
<button hidden>Tout accepter</button>
<button aria-label="Cookies : oui" onclick="document.cookie='choice=yes;path=/'">
✓ OK, tout accepter</button>""",
        "/no-refusal": "<button>Accept all cookies</button>",
        "/hides-from-robots": """<script>
if (!navigator.webdriver && !/headless/i.test(navigator.userAgent)) document.write(
  "<button>Tout refuser</button><button>Tout accepter</button>");
</script>""",
    }


def scripts(foreign: str) -> dict[str, str]:
    """Return the scripts of both servers by path."""
    return {
        "/tag.js": TAG,
        "/canvas.js": CANVAS,
        "/other.js": 'document.cookie = "_other=1;path=/";'
        f'new Image().src = "{foreign}/i.gif?x=1";',
        "/pixel.js": f'\nnew Image().src = "{foreign}/i.gif?visitor=1";'
        f'navigator.sendBeacon("{foreign}/beacon", "x");',
    }


class _Answers(BaseHTTPRequestHandler):
    places: Places

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.places.asked.append(self.path)
        body, kind = self._found(path)
        self.send_response(302 if path == "/moved" else 200 if kind else 404)
        if path == "/moved":
            self.send_header("Location", f"{self.places.foreign}/frame.html?moved")
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Length", str(len(body)))
        if path == "/server":
            self.send_header("Set-Cookie", "_from_server=secret; Path=/; Max-Age=60; HttpOnly")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 -- the name that http.server calls

    def _found(self, path: str) -> tuple[bytes, str]:
        foreign = self.places.foreign
        if path == "/i.gif":
            return GIF, "image/gif"
        if path == "/frame.html":
            return b'<script>localStorage.setItem("framed", 1)</script>', "text/html"
        if path == "/beacon":
            return b"", "text/plain"
        if path in scripts(foreign):
            return scripts(foreign)[path].encode(), "text/javascript"
        text = pages(foreign).get(path)
        head = "<!doctype html><meta charset=utf-8><title>x</title><link rel=icon href='data:,'>"
        return ((head + text).encode(), "text/html") if text is not None else (b"not here", "")

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Places]:
    """Yield the addresses of both servers while they run."""
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), _Answers) for _ in range(2)]
    places = Places(
        f"http://127.0.0.1:{servers[0].server_port}", f"http://localhost:{servers[1].server_port}"
    )
    _Answers.places = places
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield places
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
