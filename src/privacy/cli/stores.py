"""`privacy stores`: register, check and list data stores."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from privacy.cli.process import as_json, controller_option, opened_for, tell
from privacy.clock import system_clock
from privacy.errors import InvalidError, PrivacyError
from privacy.purposes.models import Controller
from privacy.runtime import Runtime
from privacy.stores import definition_file, queries
from privacy.stores.acts import StoreFacts, register_store, remove_store
from privacy.stores.fides.dataset import Imported, from_fides
from privacy.stores.fides.words import MEANINGS
from privacy.stores.gate import NEW
from privacy.stores.jobs import check_store, fault_of
from privacy.stores.models import DataStore
from privacy.stores.proposals.proposing import Draft, Note
from privacy.stores.protocol import Store
from privacy.stores.registry import connector_for, connector_of, introspect

ACTOR = "system"
MISSING = "no such"
"""How every connector says that what a definition speaks of is not there."""


@click.group()
def stores() -> None:
    """The data stores that are searched for a subject."""


@stores.command("add")
@click.argument("address")
@click.option(
    "--definition",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What it holds (YAML; see docs/connectors.md); else it is proposed from the tables.",
)
@click.option("--name", help="What to call it when its definition is proposed.")
@controller_option
@as_json
def add(
    address: str,
    definition: Path | None,
    name: str | None,
    controller: str | None,
    *,
    as_json: bool,
) -> None:
    """Register a data store by its address (a URL) and its definition, and check it.

    The address may be `-`: it is then read from standard input, where no list of processes shows
    it. Without a definition the proposal of `draft` is taken as it is, to be reviewed later.
    """
    address = _given(address)
    notes: list[str] = []
    if definition is None:
        proposed = introspect(name or _name_of(address), address)
        facts = StoreFacts(address, proposed.definition)
        notes = _notes(proposed)
    else:
        text = definition.read_text(encoding="utf-8")
        facts = StoreFacts(address, definition_file.from_yaml(text))
    _register(facts, controller, notes, as_json=as_json)


def _register(
    facts: StoreFacts, controller: str | None, notes: Sequence[str], *, as_json: bool
) -> None:
    with opened_for(controller) as (runtime, owner):
        with runtime.database.transaction() as session:
            made = register_store(
                session,
                actor=ACTOR,
                at=runtime.clock(),
                controller_id=owner.id,
                cabinet=runtime.cabinet,
                facts=facts,
            )
        fault = _check(runtime, owner, made.name)
    _tell_checked(as_json, {made.name: fault}, notes)


@stores.command("draft")
@click.argument("address")
@click.option("--name", help="What to call the data store; else the name of its database.")
@as_json
def draft(address: str, name: str | None, *, as_json: bool) -> None:
    """Print a first definition of what is at an address (YAML, `-`: standard input), to review.

    Nothing is registered. Below it stand the columns whose meaning is most uncertain.
    """
    address = _given(address)
    proposed = introspect(name or _name_of(address), address)
    text = definition_file.to_yaml(proposed.definition)
    facts = {
        "definition": text,
        "confidence": dict(proposed.confidence),
        "notes": {at: list(notes) for at, notes in proposed.notes.items()},
    }
    tell(as_json, facts, text.rstrip("\n"), *_notes(proposed))


@stores.command("import-fides")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dataset", help="Which dataset, when the file has several and one is registered.")
@click.option("--address", help="Register it at this address (`-`: from standard input).")
@controller_option
@as_json
def import_fides(
    file: Path,
    dataset: str | None,
    address: str | None,
    controller: str | None,
    *,
    as_json: bool,
) -> None:
    """Turn a Fides dataset (YAML) into a definition, and say what Fides would have passed over.

    Without an address the definition is printed, for a person to review. With one it is
    registered and checked; the file may hold several datasets, of which --dataset names one.
    """
    found = from_fides(file.read_text(encoding="utf-8"))
    remarks = _remarks(found)
    if address is None:
        texts = [definition_file.to_yaml(one).rstrip("\n") for one in found.definitions]
        tell(as_json, _fides_facts(found), "\n---\n".join(texts), *remarks)
        return
    wanted = [one for one in found.definitions if dataset in {None, one.name}]
    if len(wanted) != 1:
        names = ", ".join(one.name for one in found.definitions)
        raise InvalidError(f"Name one of the datasets with --dataset: {names}.")
    address = _given(address)
    _register(StoreFacts(address, wanted[0]), controller, remarks, as_json=as_json)


def _fides_facts(found: Imported) -> dict[str, Any]:
    return {
        "definitions": [definition_file.to_yaml(one) for one in found.definitions],
        "remarks": [
            {"remark": one.remark.value, "place": one.place, "detail": one.detail}
            for one in found.told
        ],
    }


def _remarks(found: Imported) -> list[str]:
    """Return as comments what a reviewer of an import should look at."""
    lines: list[str] = []
    for remark, words in MEANINGS.items():
        told = [one for one in found.told if one.remark is remark]
        lines += [f"# {remark.value}: {words}"] if told else []
        lines += [f"#   {one.detail or one.place}" for one in told]
    return lines


@stores.command("check")
@click.argument("names", nargs=-1)
@click.option(
    "--definition",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Compare this file (YAML) with what is at --address; nothing needs to be registered.",
)
@click.option("--address", help="Where the data store of --definition is (`-`: standard input).")
@controller_option
@as_json
def check(
    names: tuple[str, ...],
    definition: Path | None,
    address: str | None,
    controller: str | None,
    *,
    as_json: bool,
) -> None:
    """Compare definitions with reality; status 1 if a store does not answer or has changed.

    With a definition and an address it needs no service, no database of ours and no keys: so it
    runs in the CI of whoever changes the data store.
    """
    if definition or address:
        if names or not (definition and address):
            raise InvalidError("Give both --definition and --address, and no name beside them.")
        _tell_checked(as_json, _check_file(definition, address))
    with opened_for(controller) as (runtime, owner):
        with runtime.database.reading() as session:
            rows = queries.data_stores(session, controller_id=owner.id)
        wanted = names or [row.name for row in rows]
        found = {name: _check(runtime, owner, name) for name in wanted}
    _tell_checked(as_json, found)


@stores.command("list")
@controller_option
@as_json
def list_command(controller: str | None, *, as_json: bool) -> None:
    """Name every registered data store; addresses are never shown."""
    with opened_for(controller) as (runtime, owner):
        with runtime.database.reading() as session:
            rows = queries.data_stores(session, controller_id=owner.id)
        opened_stores = runtime.open_stores(owner.id)
    facts = {row.name: _line(row, opened_stores[row.name]) for row in rows}
    tell(as_json, facts, *(_text(name, line) for name, line in facts.items()))


@stores.command("remove")
@click.argument("name")
@controller_option
@as_json
def remove(name: str, controller: str | None, *, as_json: bool) -> None:
    """Forget a data store: it is searched no more."""
    with opened_for(controller) as (runtime, owner), runtime.database.transaction() as session:
        remove_store(session, actor=ACTOR, at=runtime.clock(), controller_id=owner.id, name=name)
    tell(as_json, {"removed": name}, f"{name} is searched no more.")


def _line(row: DataStore, store: Store) -> dict[str, Any]:
    can = sorted(store.capabilities)
    return {"connector": row.connector, "state": row.state.value, "can": can}


def _text(name: str, line: dict[str, Any]) -> str:
    can = ", ".join(["read", *line["can"]])
    return f"{name:20} {line['connector']:10} {line['state']:8} {can}"


_WORDS = {
    Note.UNSURE: "Not understood, please look closely:",
    Note.FREE_TEXT: "Free text, in which anything may be told of anybody:",
    Note.THIRD_PARTY: "Tells of somebody else than the subject of its row:",
}


def _notes(proposed: Draft) -> list[str]:
    """Return as comments what a reviewer should look at."""
    lines: list[str] = []
    for note, words in _WORDS.items():
        places = sorted(at for at, notes in proposed.notes.items() if note in notes)
        lines += [f"# {words}", *(f"#   {at}" for at in places)] if places else []
    return lines


def _given(address: str) -> str:
    """Return an address, read from standard input for `-`: no list of processes shows it then."""
    return sys.stdin.readline().strip() if address == "-" else address


def _name_of(address: str) -> str:
    """Return the last part of an address as a name: letters, digits and underscores."""
    path = urlsplit(address).path.rsplit("/", 1)[-1].split(".")[0].lower()
    return re.sub(r"[^a-z0-9]+", "_", path).strip("_0123456789") or "store"


def _check(runtime: Runtime, owner: Controller, name: str) -> PrivacyError | None:
    return check_store(
        runtime.database,
        clock=runtime.clock,
        cabinet=runtime.cabinet,
        actor=ACTOR,
        controller_id=owner.id,
        name=name,
    )


def _check_file(definition: Path, address: str) -> dict[str, PrivacyError | None]:
    declared = definition_file.from_yaml(definition.read_text(encoding="utf-8"))
    there = _given(address)
    store = connector_for(connector_of(there))(declared, there)
    return {declared.name: fault_of(store, system_clock().date())}


def _tell_checked(
    as_json: bool,  # noqa: FBT001 -- click's flag
    found: dict[str, PrivacyError | None],
    notes: Sequence[str] = (),
) -> None:
    lines = []
    for name, fault in found.items():
        lines.append(f"{name}: {fault or 'answers and is as declared'}")
        lines += [f"  {_mark(words)} {path}: {words}" for path, words in _places(fault).items()]
    facts = {
        name: {"code": fault.code, "said": str(fault), "places": _places(fault)} if fault else None
        for name, fault in found.items()
    }
    tell(as_json, facts, *lines, *notes)
    raise SystemExit(1 if any(found.values()) else 0)


def _places(fault: PrivacyError | None) -> dict[str, str]:
    """Return by table or column what is wrong with it."""
    fields = fault.fields if isinstance(fault, InvalidError) else {}
    return {path: "; ".join(words) for path, words in fields.items()}


def _mark(words: str) -> str:
    """Return whether a place is new (+), not there any more (-), or to be looked at again (!)."""
    if NEW in words:
        return "+"
    return "-" if MISSING in words else "!"
