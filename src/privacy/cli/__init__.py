"""The command line: `privacy <noun> <verb>`.

Exit status 0 means fine, 1 that something was found, 2 that the command could not run.
"""

import sys

import click

from privacy.cli.audit import audit
from privacy.cli.database import database
from privacy.cli.jobs import jobs
from privacy.cli.keys import keys
from privacy.cli.operators import operators
from privacy.cli.serve import serve
from privacy.cli.setup import setup
from privacy.cli.sites import sites
from privacy.cli.stores import stores
from privacy.errors import InvalidError, PrivacyError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="privacy")
def commands() -> None:
    """Consent, requests of data subjects and tamper-evident proof."""


for command in (audit, database, jobs, keys, operators, serve, setup, sites, stores):
    commands.add_command(command)


def main() -> None:
    """Run one command; an expected fault ends it with one clear line and status 2."""
    try:
        commands(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as fault:
        fault.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(2)
    except PrivacyError as fault:
        click.echo(f"privacy: {fault}", err=True)
        for field, messages in (fault.fields if isinstance(fault, InvalidError) else {}).items():
            click.echo(f"  {field}: {'; '.join(messages)}", err=True)
        sys.exit(2)
