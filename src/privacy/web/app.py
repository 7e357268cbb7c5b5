"""Builds the Flask app of one process: its surfaces, and what every request passes on the way."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import flask
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.engine import make_url
from typing_extensions import override

from privacy import runtime
from privacy.clock import Clock, system_clock
from privacy.config import Settings
from privacy.db import Database, engine_options, prepare
from privacy.web import (
    auth,
    current,
    errors,
    health,
    intake,
    limits,
    logs,
    openapi,
    pages,
    security,
)
from privacy.web.admin import consents as statements
from privacy.web.admin import gate
from privacy.web.admin import receipts as ledger
from privacy.web.admin import rectified as asked
from privacy.web.admin import unsubscribe as unsubscribing
from privacy.web.admin import views as admin
from privacy.web.banner import account, moved, receipts, reports, script, serving
from privacy.web.banner import views as banner
from privacy.web.console import views as console
from privacy.web.portal import published, unsubscribe, vendors
from privacy.web.portal import views as portal

PAGES: Final[Mapping[str, tuple[flask.Blueprint, ...]]] = {
    "public": (
        portal.blueprint,
        published.blueprint,
        unsubscribe.blueprint,
        vendors.blueprint,
    ),
    "staff": (console.blueprint,),
}
"""The HTML surfaces of each kind of process."""
MACHINES: Final[Mapping[str, tuple[openapi.Blueprint, ...]]] = {
    "public": (
        account.blueprint,
        moved.blueprint,
        banner.blueprint,
        receipts.blueprint,
        reports.blueprint,
        serving.blueprint,
    ),
    "staff": (
        admin.blueprint,
        asked.blueprint,
        gate.blueprint,
        ledger.blueprint,
        statements.blueprint,
        unsubscribing.blueprint,
    ),
}
"""The JSON surfaces of each kind of process."""


class App(Flask):
    """Flask, except that an error is logged without its message, and no view is a coroutine."""

    @override
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func  # asked ten times a request, and always with the same answer

    @override
    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> None:
        if exc_info[1] is not None:
            logs.failure(exc_info[1])


def create_app(
    settings: Settings,
    *,
    surface: str | None = None,
    clock: Clock = system_clock,
    rates: Mapping[str, limits.Limit] = limits.LIMITS,
) -> Flask:
    """Return an app that serves one surface, or all; None takes the one in the settings.

    Raises RuntimeError when a view declares no guard.
    """
    kinds = {"all": ("public", "staff")}.get(
        surface or settings.surface, (surface or settings.surface,)
    )
    app = App(__name__, template_folder="templates", static_folder="static")
    # A view that answers OPTIONS would lose against what Flask answers by itself.
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 31_536_000  # their addresses change with them
    auth.public("style sheets, scripts and marks")(app.view_functions["static"])
    database = _database(app, settings.database_url)
    app.extensions[current.RUNTIME] = runtime.assemble(settings, database, clock)
    app.extensions[current.EMBED] = script.embed_tags
    app.extensions[current.WORDED] = script.worded
    logs.install(app)
    limits.install(app, limits.Buckets(rates))
    intake.install(app)
    auth.install(app)
    security.install(app, settings)
    pages.install(app)
    banner.install(app)
    serving.install(app)
    openapi.install(app, [one for kind in kinds for one in MACHINES[kind]])
    errors.install(app)
    for blueprint in (health.blueprint, *(one for kind in kinds for one in PAGES[kind])):
        app.register_blueprint(blueprint)
    auth.check(app)
    return app


def from_env() -> Flask:
    """Return the app that the environment's settings describe, for a WSGI server."""
    settings = Settings.from_env()
    logs.configure(settings.log_level)
    app = create_app(settings)
    limits.tell(limits.LIMITS)
    return app


def _database(app: Flask, url: str) -> Database:
    """Open the database through Flask-SQLAlchemy, which then closes with the app."""
    app.config["SQLALCHEMY_DATABASE_URI"] = absolute(url)
    extension = SQLAlchemy(app, engine_options=engine_options(url), add_models_to_shell=False)
    with app.app_context():
        engine = extension.engine
    prepare(engine)
    return Database(engine)


def absolute(url: str) -> str:
    """Return the URL with the embedded database's path made absolute.

    Flask-SQLAlchemy would look for a relative one below the app's own folder.
    """
    parsed = make_url(url)
    if (
        parsed.get_backend_name() != "sqlite"
        or not parsed.database
        or parsed.database == ":memory:"
    ):
        return url
    return parsed.set(database=str(Path(parsed.database).resolve())).render_as_string(
        hide_password=False
    )
