"""`privacy keys`: make the key file, show what there is, rotate without stopping."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import click

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.cli.process import as_json, opened, tell
from privacy.config import Settings
from privacy.consent.telling.endpoints import reseal_endpoints
from privacy.crypto import Keyring
from privacy.purposes import queries as purposes
from privacy.requests.texting import reseal_gateway
from privacy.runtime import Runtime
from privacy.stores.acts import reseal_addresses
from privacy.subjects.jobs import rewrap_subject_keys, rotate_root
from privacy.subjects.rotation import rotate_controller_key

ACTOR = "system"
RESEALED: tuple[Callable[..., int], ...] = (reseal_addresses, reseal_endpoints, reseal_gateway)
"""What other rooms seal under a controller's key and can seal again."""


@click.group()
def keys() -> None:
    """The key file and what hangs on it."""


@keys.command("create")
@as_json
def create(*, as_json: bool) -> None:
    """Make the key file at PRIVACY_KEY_FILE, readable by its owner only."""
    path = Settings.from_env().key_file
    made = Keyring.create(path)
    tell(
        as_json,
        _facts(path, made),
        f"Key file: {path} (keep a copy apart from the database's backups)",
        f"Public key of the audit log: {made.signer.vkey}",
    )


@keys.command("show")
@as_json
def show(*, as_json: bool) -> None:
    """Say which root key is current and under which public key the log is signed."""
    path = Settings.from_env().key_file
    found = Keyring.load(path)
    tell(
        as_json,
        _facts(path, found),
        f"Key file: {path}",
        f"Current root key: {found.current_root}",
        f"Public key of the audit log: {found.signer.vkey}",
        f"Public key of data sent to other controllers: {found.transfer_signer.vkey}",
    )


def _facts(path: Path, keyring: Keyring) -> dict[str, object]:
    return {
        "path": path,
        "root": keyring.current_root,
        "log": keyring.signer.vkey,
        "transfers": keyring.transfer_signer.vkey,
    }


@keys.command("renew-transfers")
@click.option("--forget", is_flag=True, help="Publish the older keys no more, at once.")
@as_json
def renew_transfers(*, forget: bool, as_json: bool) -> None:
    """Sign what goes to other controllers with a new key from now on."""
    with opened() as runtime:
        made = runtime.keyring.renew_transfers(forget=forget)
        with runtime.database.transaction() as session:
            log.append(
                session,
                Action.KEYS_TRANSFERS_RENEWED,
                at=runtime.clock(),
                actor=ACTOR,
                key=made.name,
                outcome="older-forgotten" if forget else "older-published",
            )
        facts = {"transfers": [one.vkey for one in runtime.keyring.transfer_verifiers]}
    tell(as_json, facts, f"Public key of data sent to other controllers: {made.vkey}")


@keys.command("rotate")
@click.option("--root", is_flag=True, help="Also make a new root key in the key file.")
@as_json
def rotate(*, root: bool, as_json: bool) -> None:
    """Renew every controller's key and wrap all subjects' keys anew, while the service runs."""
    with opened() as runtime:
        if root:
            rotate_root(
                runtime.database, actor=ACTOR, clock=runtime.clock, cabinet=runtime.cabinet
            )
        with runtime.database.reading() as session:
            ids = [one.id for one in purposes.controllers(session)]
        counts = {str(one): _rotate_one(runtime, one) for one in ids}
        facts = {
            "root": runtime.keyring.current_root,
            "rewrapped": {one: keys for one, (keys, _) in counts.items()},
            "resealed": {one: addresses for one, (_, addresses) in counts.items()},
        }
    lines = [
        f"{one}: {keys} subject keys wrapped anew, {addresses} addresses sealed anew"
        for one, (keys, addresses) in counts.items()
    ]
    tell(as_json, facts, *lines)


def _rotate_one(runtime: Runtime, controller_id: UUID) -> tuple[int, int]:
    """Return how many subject keys and how many addresses were moved.

    Older versions stay and open what they sealed: contacts of requests, mails, packages.
    """
    database, cabinet = runtime.database, runtime.cabinet
    with database.transaction() as session:
        rotate_controller_key(
            session, actor=ACTOR, at=runtime.clock(), cabinet=cabinet, controller_id=controller_id
        )
    moved = rewrap_subject_keys(
        database, actor=ACTOR, clock=runtime.clock, cabinet=cabinet, controller_id=controller_id
    )
    with database.transaction() as session:
        by = {"actor": ACTOR, "at": runtime.clock(), "cabinet": cabinet}
        resealed = [reseal(session, **by, controller_id=controller_id) for reseal in RESEALED]
    return moved, sum(resealed)
