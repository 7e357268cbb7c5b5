"""Looking at data stores for a review, with no transaction open meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import InvalidError, PrivacyError
from privacy.stores import definition_file, queries
from privacy.stores.definition import StoreDefinition
from privacy.stores.protocol import Store
from privacy.stores.registry import Surveyed, connector_of, introspect, proposal
from privacy.stores.review import drafts
from privacy.stores.review.comparing import compare, in_force
from privacy.stores.review.review import Review, of_draft
from privacy.subjects.keys import KeyCabinet

ON_THIS_MACHINE = frozenset({"files", "sqlite"})
"""Connectors whose addresses are paths of the machine that this service runs on."""


@dataclass(frozen=True)
class Whereabouts:
    """What a data store shall be called, and its address."""

    name: str
    address: str = field(repr=False)


def draft_store(
    database: Database,
    *,
    clock: Clock,
    cabinet: KeyCabinet,
    actor: str,
    controller_id: UUID,
    there: Whereabouts,
) -> UUID:
    """Look at what is at an address, propose a definition, and return the id of its draft.

    Raises what `introspect` and `begin_draft` raise; no message quotes the address.
    """
    proposed = of_draft(introspect(there.name, there.address))
    with database.transaction() as session:
        return drafts.begin_draft(
            session,
            actor=actor,
            at=clock(),
            controller_id=controller_id,
            cabinet=cabinet,
            proposal=drafts.Proposal(there.address, proposed),
        ).id


def draft_change(
    database: Database,
    *,
    clock: Clock,
    cabinet: KeyCabinet,
    actor: str,
    controller_id: UUID,
    name: str,
) -> UUID:
    """Compare a registered data store with its definition, and return the id of a draft.

    A store that does not answer can be reviewed all the same; the draft says so.
    """
    with database.reading() as session:
        row = queries.data_store(session, controller_id=controller_id, name=name)
        definition = definition_file.from_json(row.definition)
        store = queries.open_store(session, row, cabinet=cabinet)
    proposed = _compared(definition, store)
    with database.transaction() as session:
        row = queries.data_store(session, controller_id=controller_id, name=name)
        return drafts.begin_change(
            session, actor=actor, at=clock(), store=row, proposed=proposed
        ).id


def ensure_permitted(address: str, folders: Sequence[Path]) -> None:
    """Raise InvalidError for a path of this machine that lies in none of the folders.

    Who may register data stores from afar must not read every file that the process can.
    """
    if connector_of(address) not in ON_THIS_MACHINE:
        return
    parts = urlsplit(address)
    # SQLAlchemy's way: three slashes begin a path, and a fourth makes it absolute.
    written = parts.path.removeprefix("/") if parts.scheme == "sqlite" else parts.path
    # One connector reads %2F as a slash and the other does not, so both readings must lie there.
    paths = [Path(one).resolve() for one in (written, unquote(written)) if "\0" not in one]
    allowed = [folder.resolve() for folder in folders]
    if len(paths) < 2 or not all(any(map(one.is_relative_to, allowed)) for one in paths):
        raise InvalidError(
            "A file on this machine is registered with the command `privacy stores add`, or from"
            " a folder that PRIVACY_STORE_FOLDERS names."
        )


def _compared(definition: StoreDefinition, store: Store) -> Review:
    try:
        missing = _missing(store)
        if isinstance(store, Surveyed):
            return compare(definition, proposal(definition.name, store), missing)
    except PrivacyError:
        return in_force(definition, answered=False)
    else:
        return in_force(definition, missing)
    finally:
        store.close()


def _missing(store: Store) -> Sequence[str]:
    """Return the places that the definition speaks of and the store does not have."""
    try:
        store.check()
    except InvalidError as error:
        return list(error.fields)
    return ()
