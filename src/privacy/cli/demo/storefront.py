"""The demo's fictional shop: a few pages on an origin of their own, with the banner's tag."""

from pathlib import Path

from flask import Flask, abort, render_template, send_from_directory
from flask.typing import ResponseReturnValue

PAGES = Path(__file__).parent / "shop"
NAMES = frozenset(path.stem for path in PAGES.glob("[a-z]*.html"))
"""The pages that there are; `_frame.html` is the frame of all of them but the film."""


def shop_app(service_url: str, site_key: str) -> Flask:
    """Return the shop; its pages embed the banner of one service under one site key."""
    app = Flask(__name__, static_folder=None, template_folder=str(PAGES))

    @app.get("/", defaults={"name": "index"})
    @app.get("/<name>")
    def anything(name: str) -> ResponseReturnValue:
        if name == "style.css":
            return send_from_directory(PAGES, name)
        if name not in NAMES:
            abort(404)
        here = "" if name == "index" else name
        return render_template(f"{name}.html", service=service_url, site_key=site_key, here=here)

    return app
