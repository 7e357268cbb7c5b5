"""The command line: `privacy <noun> <verb>`.

Exit status 0 means fine, 1 that something was found, 2 that the command could not run.
"""

import sys
from importlib import import_module

import click
from typing_extensions import override

from privacy.errors import InvalidError, PrivacyError

NOUNS = (
    "audit", "consents", "controllers", "database", "jobs", "keys", "operators", "package",
    "receipt",
    "recipients", "requests", "scan", "serve", "setup", "sites", "stores", "texts",
)  # fmt: skip
"""Each is a command of its name, in a module of its name beside this one."""


class Nouns(click.Group):
    """A group that imports a command when it is asked for, so that no other one slows it."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(NOUNS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in NOUNS:
            return None
        command: click.Command = getattr(import_module(f"privacy.cli.{cmd_name}"), cmd_name)
        return command


@click.group(cls=Nouns, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="privacy")
def commands() -> None:
    """Consent, requests of data subjects and tamper-evident proof."""


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
