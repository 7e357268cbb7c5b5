"""Store definitions as files: YAML for people, JSON for our own rows, both the same document.

`definition.schema.json` beside this file describes the document for editors.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import yaml

from privacy.stores.definition import (
    Collection,
    Condition,
    Field,
    Identity,
    Kept,
    Link,
    StoreDefinition,
    Waiver,
)
from privacy.stores.document import Faults, Node, parse_json, parse_yaml
from privacy.stores.erasing import Erasure, ErasureRule, FieldErasure, KeepGround
from privacy.stores.normalise import USUAL
from privacy.stores.terms import (
    About,
    DataCategory,
    Direction,
    Provenance,
    Rectifiable,
    SubjectKind,
)
from privacy.stores.validity import note_faults

MESSAGE = "The definition of the data store has faults."


def from_yaml(text: str) -> StoreDefinition:
    """Return the definition; raise InvalidError whose `fields` name every fault by path."""
    return from_document(parse_yaml(text))


@lru_cache(maxsize=64)
def from_json(text: str) -> StoreDefinition:
    """Return the definition that `to_json` wrote; raise InvalidError as `from_yaml`.

    The last ones are remembered, for each request reads those of all its controller's stores.
    """
    return from_document(parse_json(text))


def to_yaml(definition: StoreDefinition) -> str:
    """Return a file for people, from which `from_yaml` makes an equal definition."""
    document = to_document(definition)
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=98)


def to_json(definition: StoreDefinition) -> str:
    """Return one line of JSON, from which `from_json` makes an equal definition."""
    return json.dumps(to_document(definition), ensure_ascii=False, separators=(",", ":"))


def from_document(document: object) -> StoreDefinition:
    """Return the definition that plain mappings and lists describe, all faults at once."""
    faults = Faults()
    definition = _store(Node(document, "", faults))
    note_faults(definition, faults)
    faults.raise_all(MESSAGE)
    return definition


def to_document(definition: StoreDefinition) -> dict[str, Any]:
    """Return the definition as plain mappings and lists; what is usual is left out."""
    return _given(
        name=definition.name,
        title=dict(definition.title),
        purposes=list(definition.purposes),
        recipients=list(definition.recipients),
        source=definition.source and dict(definition.source),
        options=dict(definition.options),
        waivers=[_waiver_out(waiver) for waiver in definition.waivers],
        collections=[_collection_out(collection) for collection in definition.collections],
    )


_STORE = (
    "name", "title", "purposes", "recipients", "source", "options", "waivers", "collections",
)  # fmt: skip


def _store(node: Node) -> StoreDefinition:
    keys = node.keys(_STORE)
    name = keys["name"].code()
    return StoreDefinition(
        name=name,
        title=keys["title"].texts(name),
        purposes=tuple(item.code() for item in keys["purposes"].items()),
        recipients=tuple(item.text() for item in keys["recipients"].items()),
        source=keys["source"].texts() if keys["source"].is_given else None,
        collections=tuple(_collection(item) for item in keys["collections"].items()),
        options=keys["options"].plain(),
        waivers=tuple(_waiver(item) for item in keys["waivers"].items()),
    )


def _waiver(node: Node) -> Waiver:
    keys = node.keys(("table", "column", "reason", "until"))
    column = keys["column"].name() if keys["column"].is_given else ""
    return Waiver(keys["table"].name(), column, keys["reason"].text(), keys["until"].day())


def _waiver_out(waiver: Waiver) -> dict[str, Any]:
    until = waiver.until.isoformat()
    return _given(table=waiver.table, column=waiver.column, reason=waiver.reason, until=until)


_COLLECTION = (
    "name", "table", "schema", "title", "primary_key", "purposes", "retention",
    "fields", "identities", "links", "options", "kept", "subjects", "erasure",
)  # fmt: skip


def _collection(node: Node) -> Collection:
    keys = node.keys(_COLLECTION)
    name = keys["name"].code()
    table = keys["table"].name() if keys["table"].is_given else ""
    fields = [_field(item) for item in keys["fields"].items()]
    identities = [identity for _field, identity in fields if identity]
    return Collection(
        name=name,
        title=keys["title"].texts(name),
        primary_key=keys["primary_key"].names(),
        fields=tuple(field for field, _identity in fields),
        identities=(*identities, *(_identity(item) for item in keys["identities"].items())),
        links=tuple(_link(item) for item in keys["links"].items()),
        retention=keys["retention"].texts() if keys["retention"].is_given else None,
        purposes=tuple(item.code() for item in keys["purposes"].items()),
        table="" if table == name else table,
        schema=keys["schema"].name() if keys["schema"].is_given else "",
        options=keys["options"].plain(),
        kept=_kept(keys["kept"]),
        subjects=keys["subjects"].choice_of(SubjectKind),
        erasure=_erasure(keys["erasure"]),
    )


def _kept(node: Node) -> Kept | None:
    if not node.is_given:
        return None
    keys = node.keys(("period", "since"))
    return Kept(keys["period"].text(), keys["since"].name())


def _erasure(node: Node) -> ErasureRule | None:
    if not node.is_given:
        return None
    keys = node.keys(("mode", "ground"))
    mode = keys["mode"].choice(Erasure, Erasure.DELETE)
    return ErasureRule(mode, keys["ground"].choice_of(KeepGround))


def _erasure_out(rule: ErasureRule | None) -> dict[str, Any]:
    if rule is None:
        return {}
    return _given(mode=rule.mode.value, ground=rule.ground and rule.ground.value)


_FIELD = (
    "name", "title", "data_category", "identity", "spreads", "normalise", "exported",
    "provenance", "derived_from", "about", "rectifiable", "erasure",
)  # fmt: skip


def _field(node: Node) -> tuple[Field, Identity | None]:
    keys = node.keys(_FIELD)
    name = keys["name"].name()
    kind = keys["identity"].code() if keys["identity"].is_given else ""
    normalise = keys["normalise"].code() if keys["normalise"].is_given else ""
    spreads = keys["spreads"].flag(usual=True)
    if keys["spreads"].is_given and not kind:
        keys["spreads"].fault("only means something beside identity")
    field = Field(
        name=name,
        title=keys["title"].texts(name),
        data_category=keys["data_category"].choice(DataCategory, DataCategory.TECHNICAL),
        normalise=normalise or USUAL.get(kind, "exact"),
        exported=keys["exported"].flag(usual=True),
        provenance=keys["provenance"].choice_of(Provenance),
        derived_from=tuple(item.text() for item in keys["derived_from"].items()),
        about=keys["about"].choice_of(About),
        rectifiable=keys["rectifiable"].choice_of(Rectifiable),
        erasure=keys["erasure"].choice_of(FieldErasure),
    )
    return field, Identity(kind, (name,), spreads) if kind else None


def _identity(node: Node) -> Identity:
    keys = node.keys(("kind", "columns", "spreads", "path"))
    return Identity(
        keys["kind"].code(),
        keys["columns"].names(),
        keys["spreads"].flag(usual=True),
        keys["path"].text() if keys["path"].is_given else "",
    )


def _link(node: Node) -> Link:
    keys = node.keys(
        ("columns", "to", "to_columns", "direction", "exported", "when", "where", "path",
         "to_path", "depth")
    )  # fmt: skip
    return Link(
        columns=keys["columns"].names(),
        to=keys["to"].text(),
        to_columns=keys["to_columns"].names(),
        direction=keys["direction"].choice(Direction, Direction.REFERS),
        exported=keys["exported"].flag(usual=False),
        when=_condition(keys["when"]),
        where=_condition(keys["where"]),
        path=keys["path"].text() if keys["path"].is_given else "",
        to_path=keys["to_path"].text() if keys["to_path"].is_given else "",
        depth=keys["depth"].number() if keys["depth"].is_given else None,
    )


def _condition(node: Node) -> Condition | None:
    if not node.is_given:
        return None
    keys = node.keys(("column", "equals"))
    return Condition(keys["column"].name(), keys["equals"].text())


def _condition_out(condition: Condition | None) -> dict[str, Any]:
    return {"column": condition.column, "equals": condition.equals} if condition else {}


def _collection_out(collection: Collection) -> dict[str, Any]:
    beside = _beside_fields(collection)
    return _given(
        name=collection.name,
        table=collection.table,
        schema=collection.schema,
        title=dict(collection.title),
        primary_key=list(collection.primary_key),
        purposes=list(collection.purposes),
        retention=collection.retention and dict(collection.retention),
        fields=[_field_out(field, beside.get(field.name)) for field in collection.fields],
        identities=[_identity_out(i) for i in collection.identities[len(beside) :]],
        links=[_link_out(link) for link in collection.links],
        options=dict(collection.options),
        kept=collection.kept and asdict(collection.kept),
        subjects=collection.subjects and collection.subjects.value,
        erasure=_erasure_out(collection.erasure),
    )


def _beside_fields(collection: Collection) -> Mapping[str, Identity]:
    """Return by column the identities that stand beside their field, as long as order allows."""
    order = {name: number for number, name in enumerate(collection.columns)}
    beside: dict[str, Identity] = {}
    last = -1
    for identity in collection.identities:
        here = order[identity.columns[0]]
        if len(identity.columns) > 1 or identity.path or here <= last:
            break
        beside[identity.columns[0]] = identity
        last = here
    return beside


def _field_out(field: Field, identity: Identity | None) -> dict[str, Any]:
    kind = identity.kind if identity else ""
    return _given(
        name=field.name,
        title=dict(field.title),
        data_category=field.data_category.value,
        identity=kind,
        spreads=None if identity is None or identity.spreads else False,
        normalise=None if field.normalise == USUAL.get(kind, "exact") else field.normalise,
        exported=None if field.exported else False,
        provenance=field.provenance and field.provenance.value,
        about=field.about and field.about.value,
        rectifiable=field.rectifiable and field.rectifiable.value,
        erasure=field.erasure and field.erasure.value,
        derived_from=list(field.derived_from),
    )


def _identity_out(identity: Identity) -> dict[str, Any]:
    return _given(
        kind=identity.kind,
        columns=list(identity.columns),
        spreads=None if identity.spreads else False,
        path=identity.path,
    )


def _link_out(link: Link) -> dict[str, Any]:
    return _given(
        columns=list(link.columns),
        to=link.to,
        to_columns=list(link.to_columns),
        direction=link.direction.value,
        exported=link.exported or None,
        when=_condition_out(link.when),
        where=_condition_out(link.where),
        path=link.path,
        to_path=link.to_path,
        depth=link.depth,
    )


def _given(**values: object) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
