"""`privacy database`: bring it up to date, say whether it is."""

import click

from privacy.cli.process import as_json, tell
from privacy.cli.reach import connected
from privacy.config import Settings
from privacy.tables import current_head, is_at_head, upgrade


@click.group()
def database() -> None:
    """The database's shape."""


@database.command("upgrade")
@as_json
def upgrade_command(*, as_json: bool) -> None:
    """Take every migration that is missing."""
    with connected(Settings.from_env()) as opened:
        upgrade(opened.engine)
    tell(as_json, {"at": current_head()}, f"The database is at {current_head()}.")


@database.command("check")
@as_json
def check(*, as_json: bool) -> None:
    """Say whether the database is up to date; status 1 if it is not."""
    with connected(Settings.from_env()) as opened:
        good = is_at_head(opened.engine)
    said = "The database is up to date." if good else "Run: privacy database upgrade"
    tell(as_json, {"up_to_date": good, "head": current_head()}, said)
    raise SystemExit(0 if good else 1)
