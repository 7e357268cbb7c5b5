"""`privacy package`: whether an answer is the one that was made, without database or network."""

from pathlib import Path

import click

from privacy.cli.process import as_json, keys_option, tell
from privacy.crypto import Verifier
from privacy.errors import SealError
from privacy.packages.verifying import verify_package


@click.group()
def package() -> None:
    """Packages that answer requests for access, for anybody who holds one."""


@package.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@keys_option(required=True)
@as_json
def verify(file: Path, keys: tuple[str, ...], *, as_json: bool) -> None:
    """Check the signature and every byte of a package: status 1 if one was changed.

    Status 2 when a key is none.
    """
    verifiers = [Verifier(key) for key in keys]
    try:
        names = verify_package(file, verifiers=verifiers)
    except SealError as fault:
        tell(as_json, {"whole": False, "fault": str(fault)}, f"Not as it was made: {fault}")
        raise SystemExit(1) from None
    facts = {"whole": True, "files": names}
    tell(as_json, facts, f"Signed, and whole: {len(names)} files, of which no byte was changed.")
