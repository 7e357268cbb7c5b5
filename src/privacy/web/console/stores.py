"""Every data store that is searched, and what it is declared to hold."""

from collections.abc import Iterator
from typing import Any

from privacy.errors import NotFoundError
from privacy.operators.roles import Permission
from privacy.stores.definition import CATEGORY_TITLES, Collection, DataCategory, StoreDefinition
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.surface import blueprint, chosen, page

SENSITIVE = frozenset({DataCategory.SPECIAL, DataCategory.CRIMINAL})
OWN = "privacy"


@blueprint.get("/stores")
@operators_only(Permission.STORES_READ)
def stores() -> str:
    """Show every data store."""
    controller = chosen(Permission.STORES_READ)
    opened = current.runtime().open_stores(controller.id)
    lines = [_line(store.definition) for store in opened.values()]
    return page("stores", controller, data_stores=lines)


@blueprint.get("/stores/<name>")
@operators_only(Permission.STORES_READ)
def store_detail(name: str) -> str:
    """Show one data store: its collections, fields, identifiers and links."""
    controller = chosen(Permission.STORES_READ)
    opened = current.runtime().open_stores(controller.id)
    if name not in opened:
        raise NotFoundError("There is no such data store.")
    definition = opened[name].definition
    return page(
        "store_detail",
        controller,
        data_store=_line(definition) | {"error": None},
        collections=[_collection(definition, one) for one in definition.collections],
    )


def _line(definition: StoreDefinition) -> dict[str, Any]:
    return {
        "name": definition.name,
        "title": definition.title[current.language()],
        "kind": "own",
        "own": definition.name == OWN,
        "collections": len(definition.collections),
        "checked_at": None,
        "good": None,
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
