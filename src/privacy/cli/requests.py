"""`privacy requests`: take in many requests at once, from a file."""

import csv
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from privacy.cli.process import as_json, controller_of, controller_option, opened, tell
from privacy.errors import InvalidError
from privacy.policy.months import day_of
from privacy.requests.intake import bulk
from privacy.requests.intake.taking_in import Verification
from privacy.web.words import LANGUAGES


@click.group()
def requests() -> None:
    """Requests of data subjects, taken in from a file."""


@requests.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--verification",
    type=click.Choice([one.value for one in Verification]),
    required=True,
    help="How the identity of every sender was established (Art. 12(6) GDPR).",
)
@controller_option
@as_json
def import_command(
    file: Path, *, verification: str, controller: str | None, as_json: bool
) -> None:
    """Take in every line of a CSV file, or none: faults are told by the number of their line.

    Columns: email, kind, received_on, channel, language, reference. A reference that was taken in
    before is left as it is, so the same file may be imported again.
    """
    with opened() as runtime:
        to = controller_of(runtime, controller)
        today = day_of(runtime.clock(), ZoneInfo(to.zone))
        try:
            text = file.read_text("utf-8-sig")
            lines = bulk.read_file(text, today=today, languages=LANGUAGES)
        except (UnicodeDecodeError, csv.Error) as error:
            raise InvalidError("This file is no table in UTF-8.") from error
        with click.progressbar(length=len(lines), label="requests", hidden=as_json) as bar:
            done = bulk.import_lines(
                runtime.database,
                clock=runtime.clock,
                desk=runtime.desk,
                batch=bulk.Batch(to, Verification(verification), "system"),
                lines=lines,
                progress=lambda count: bar.update(count - bar.pos),
            )
        runtime.wake("deliver-mail")
    ids = {reference: str(one) for reference, one in done.ids.items()}
    facts = {"taken": done.taken, "known": done.known, "requests": ids}
    tell(as_json, facts, f"{done.taken} taken in, {done.known} known already.")
