"""`privacy jobs`: what runs by itself, and running one by hand."""

import click

from privacy.cli.process import as_json, opened, tell
from privacy.runtime import Runtime
from privacy.scheduler.jobs import Makers, table
from privacy.scheduler.runner import Runner
from privacy.web.banner.kept import notice_files
from privacy.web.mails import render_mail
from privacy.web.pages import package_page
from privacy.web.texts import render_text


@click.group()
def jobs() -> None:
    """What runs by itself."""


@jobs.command("list")
@as_json
def list_command(*, as_json: bool) -> None:
    """Name every job and how often it looks for work."""
    with opened() as runtime:
        known = table(runtime, _makers())
    facts = {job.name: job.every.total_seconds() for job in known}
    tell(as_json, facts, *(f"{job.name:20} every {job.every}" for job in known))


@jobs.command("run")
@click.argument("name")
@as_json
def run(name: str, *, as_json: bool) -> None:
    """Run one job now."""
    with opened() as runtime:
        _runner(runtime).run_now(name)
    tell(as_json, {"ran": name}, f"{name} ran.")


def _makers() -> Makers:
    return Makers(render_mail, package_page, notice_files, render_text)


def _runner(runtime: Runtime) -> Runner:
    return Runner(runtime.database, table(runtime, _makers()), runtime.clock)
