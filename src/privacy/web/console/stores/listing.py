"""Every data store that is searched, and what it is declared to hold."""

from collections.abc import Iterator, Mapping
from typing import Any

from privacy.errors import NotFoundError
from privacy.operators.roles import Permission
from privacy.purposes.models import Controller
from privacy.stores import queries
from privacy.stores.definition import Collection, StoreDefinition
from privacy.stores.models import DataStore, StoreState
from privacy.stores.own import NAME
from privacy.stores.terms import DataCategory, EndReason
from privacy.stores.titles import CATEGORY_TITLES
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.stores.review_page import begins, leads_by
from privacy.web.console.surface import blueprint, chosen, page

SENSITIVE = frozenset({DataCategory.SPECIAL, DataCategory.CRIMINAL})
HEALTH = {StoreState.NEW: None, StoreState.GOOD: True, StoreState.FAILING: False}


@blueprint.get("/stores")
@operators_only(Permission.STORES_READ)
def stores() -> str:
    """Show every data store."""
    controller = chosen(Permission.STORES_READ)
    rows = _registered(controller)
    opened = current.runtime().open_stores(controller.id)
    lines = [_line(one.definition, rows.get(name)) for name, one in opened.items()]
    return page("stores", controller, data_stores=lines, drafts=_drafts(controller))


def _drafts(controller: Controller) -> list[dict[str, Any]]:
    with current.runtime().database.reading() as session:
        rows = queries.drafts(session, controller_id=controller.id)
    return [
        {"id": row.id, "name": row.name, "is_new": row.store_id is None, "at": row.created_at}
        for row in rows
        if current.operator().may(controller.id, Permission.STORES_MANAGE)
    ]


@blueprint.get("/stores/<name>")
@operators_only(Permission.STORES_READ)
def store_detail(name: str) -> str:
    """Show one data store: its collections, fields, identifiers and links."""
    controller = chosen(Permission.STORES_READ)
    opened = current.runtime().open_stores(controller.id)
    if name not in opened:
        raise NotFoundError("There is no such data store.")
    store, row = opened[name], _registered(controller).get(name)
    definition = store.definition
    return page(
        "store_detail",
        controller,
        data_store=_line(definition, row)
        | {
            "error": row.check_result if row else None,
            "can": ["read", *sorted(store.capabilities)],
        },
        waivers=definition.waivers,
        end_reasons=[one.value for one in EndReason],
        collections=[_collection(definition, one) for one in definition.collections],
    )


def _registered(controller: Controller) -> Mapping[str, DataStore]:
    with current.runtime().database.reading() as session:
        rows = queries.data_stores(session, controller_id=controller.id)
    return {row.name: row for row in rows}


def _line(definition: StoreDefinition, row: DataStore | None) -> dict[str, Any]:
    """Return what the list shows of a store; our own has no row, and has just answered."""
    return {
        "name": definition.name,
        "title": definition.title[current.language()],
        "kind": row.connector if row else "own",
        "own": definition.name == NAME,
        "collections": len(definition.collections),
        "checked_at": row.checked_at if row else None,
        "good": HEALTH[row.state] if row else True,
    }


def _collection(definition: StoreDefinition, collection: Collection) -> dict[str, Any]:
    return {
        "name": collection.name,
        "title": collection.title[current.language()],
        "fields": list(_fields(collection)),
        "links": [
            {
                "field": begins(link),
                "to": f"{'.'.join(target)} ({leads_by(link)})",
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
