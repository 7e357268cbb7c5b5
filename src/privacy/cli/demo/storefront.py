"""The demo's fictional shop: static pages on an origin of their own, with the banner's tag."""

from pathlib import Path

from flask import Flask, Response, abort, send_from_directory

PAGES = Path(__file__).parent / "shop"


def shop_app(service_url: str, site_key: str) -> Flask:
    """Return the shop; its pages embed the banner of one service under one site key."""
    app = Flask(__name__, static_folder=None)

    def page(name: str) -> Response:
        path = (PAGES / name).resolve()
        if not path.is_relative_to(PAGES.resolve()) or not path.is_file():
            abort(404)
        html = path.read_text(encoding="utf-8")
        html = html.replace("__SERVICE_URL__", service_url).replace("__SITE_KEY__", site_key)
        return Response(html, mimetype="text/html")

    @app.get("/", defaults={"name": "index.html"})
    @app.get("/<path:name>")
    def anything(name: str) -> Response:
        if name.endswith(".html"):
            return page(name)
        if "." not in name.rsplit("/", 1)[-1]:
            return page(f"{name.rstrip('/')}.html")
        return send_from_directory(PAGES, name)

    return app
