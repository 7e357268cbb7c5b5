"""Every data store that is searched, and what it is declared to hold."""

from collections.abc import Iterator
from typing import Any

from privacy.errors import NotFoundError
from privacy.operators.roles import Permission
from privacy.stores import queries
from privacy.stores.definition import CATEGORY_TITLES, Collection, DataCategory, StoreDefinition
from privacy.stores.models import DataStore, StoreState
from privacy.stores.own import NAME
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.surface import blueprint, chosen, page

SENSITIVE = frozenset({DataCategory.SPECIAL, DataCategory.CRIMINAL})


@blueprint.get("/stores")
@operators_only(Permission.STORES_READ)
def stores() -> str:
    """Show every data store, with what its last check said."""
    controller = chosen(Permission.STORES_READ)
    runtime = current.runtime()
    opened = runtime.open_stores(controller.id)
    with runtime.database.reading() as session:
        rows = queries.data_stores(session, controller_id=controller.id)
    known = {row.name: row for row in rows}
    lines = [_line(store.definition, known.get(name)) for name, store in opened.items()]
    return page("stores", controller, data_stores=lines)


@blueprint.get("/stores/<name>")
@operators_only(Permission.STORES_READ)
def store_detail(name: str) -> str:
    """Show one data store: its collections, fields, identifiers and links."""
    controller = chosen(Permission.STORES_READ)
    runtime = current.runtime()
    opened = runtime.open_stores(controller.id)
    if name not in opened:
        raise NotFoundError("There is no such data store.")
    definition, row = opened[name].definition, None
    if name != NAME:
        with runtime.database.reading() as session:
            row = queries.data_store(session, controller_id=controller.id, name=name)
    error = row.check_result if row else None
    return page(
        "store_detail",
        controller,
        data_store=_line(definition, row) | {"error": error},
        collections=[_collection(definition, one) for one in definition.collections],
    )


def _line(definition: StoreDefinition, row: DataStore | None) -> dict[str, Any]:
    checked = row is not None and row.state is not StoreState.NEW
    return {
        "name": definition.name,
        "title": definition.title[current.language()],
        "kind": row.connector if row else "own",
        "own": row is None,
        "collections": len(definition.collections),
        "checked_at": row.checked_at if row else None,
        "good": row.state is StoreState.GOOD if row and checked else None,
    }


def _collection(definition: StoreDefinition, collection: Collection) -> dict[str, Any]:
    language = current.language()
    return {
        "name": collection.name,
        "title": collection.title[language],
        "fields": list(_fields(collection)),
        "links": [
            {
                "field": ", ".join(link.columns),
                "to": f"{'.'.join(target)} ({', '.join(link.to_columns)})",
            }
            for link, target in definition.targets(collection)
        ],
    }


def _fields(collection: Collection) -> Iterator[dict[str, Any]]:
    language = current.language()
    kinds = {
        column: identity.kind for identity in collection.identities for column in identity.columns
    }
    for field in collection.fields:
        yield {
            "name": field.name,
            "title": field.title[language],
            "category": CATEGORY_TITLES[field.data_category][language],
            "identifier": kinds.get(field.name),
            "sensitive": field.data_category in SENSITIVE,
        }
