"""`privacy keys`: make the key file, show what there is, rotate without stopping."""

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
from privacy.subjects.rotation import (
    rewrap_batch,
    rewrap_controller_keys,
    rotate_controller_key,
)

ACTOR = "system"


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
        {
            "path": path,
            "root": made.current_root,
            "log": made.signer.vkey,
            "transfers": made.transfer_signer.vkey,
        },
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
        {
            "path": path,
            "root": found.current_root,
            "log": found.signer.vkey,
            "transfers": found.transfer_signer.vkey,
        },
        f"Key file: {path}",
        f"Current root key: {found.current_root}",
        f"Public key of the audit log: {found.signer.vkey}",
        f"Public key of data sent to other controllers: {found.transfer_signer.vkey}",
    )


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
            _new_root(runtime)
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


def _new_root(runtime: Runtime) -> None:
    at = runtime.clock()
    made = runtime.keyring.add_root()
    with runtime.database.transaction() as session:
        log.append(session, Action.KEYS_ROOT_ADDED, at=at, actor=ACTOR, root=made)
        rewrap_controller_keys(session, actor=ACTOR, at=at, cabinet=runtime.cabinet)


def _rotate_one(runtime: Runtime, controller_id: UUID) -> tuple[int, int]:
    """Return how many subject keys and how many addresses were moved.

    Older versions stay and open what they sealed: contacts of requests, mails, packages.
    """
    with runtime.database.transaction() as session:
        rotate_controller_key(
            session,
            actor=ACTOR,
            at=runtime.clock(),
            cabinet=runtime.cabinet,
            controller_id=controller_id,
        )
    total = 0
    while done := _rewrap(runtime, controller_id):
        total += done
    with runtime.database.transaction() as session:
        resealed = reseal_addresses(
            session,
            actor=ACTOR,
            at=runtime.clock(),
            cabinet=runtime.cabinet,
            controller_id=controller_id,
        ) + reseal_endpoints(
            session,
            actor=ACTOR,
            at=runtime.clock(),
            cabinet=runtime.cabinet,
            controller_id=controller_id,
        )
        resealed += reseal_gateway(
            session,
            actor=ACTOR,
            at=runtime.clock(),
            cabinet=runtime.cabinet,
            controller_id=controller_id,
        )
    return total, resealed


def _rewrap(runtime: Runtime, controller_id: UUID) -> int:
    """Wrap one batch anew, in a transaction of its own, so that nobody waits long."""
    with runtime.database.transaction() as session:
        return rewrap_batch(
            session,
            actor=ACTOR,
            at=runtime.clock(),
            cabinet=runtime.cabinet,
            controller_id=controller_id,
        )
