"""What a package says of what it leaves out: how much of what, and on which ground."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from privacy.packages.shown import Shown
from privacy.packages.withheld import GROUNDS, Ground
from privacy.stores.definition import Collection

RECORDS = {
    "fr": ("un enregistrement", "{} enregistrements"),
    "en": ("one record", "{} records"),
}


def left_out(
    shown: Iterable[Shown], title: Callable[[str, Collection], str]
) -> Iterator[dict[str, Any]]:
    """Yield `what` and `why` for readers, and for programs where it was and on which ground."""
    for one in shown:
        name = title(one.store, one.collection)
        if ground := one.whole():
            yield _line(one, name, ground)
            continue
        for ground, fields in _by_ground(one.fields_left_out().items()).items():
            yield _line(one, f"{name} ({_titles(one, fields)})", ground, fields=fields)
        for (field, ground), count in one.rows_left_out().items():
            of = f"{name} ({_titles(one, [field])})" if field else name
            line = _line(
                one, f"{of}, {_records(one, count)}", ground, fields=[field] if field else []
            )
            yield line | {"records": count}


def _line(one: Shown, what: str, ground: Ground, *, fields: Iterable[str] = ()) -> dict[str, Any]:
    return {
        "what": what,
        "why": GROUNDS[ground][one.language],
        "ground": ground.value,
        "store": one.store,
        "collection": one.collection.name,
        "fields": list(fields),
        "records": None,
    }


def _by_ground(fields: Iterable[tuple[str, Ground]]) -> dict[Ground, list[str]]:
    grouped: dict[Ground, list[str]] = {}
    for name, ground in fields:
        grouped.setdefault(ground, []).append(name)
    return grouped


def _titles(one: Shown, names: Iterable[str]) -> str:
    titles = {field.name: field.title[one.language] for field in one.collection.fields}
    return ", ".join(titles.get(name, name) for name in names)


def _records(one: Shown, count: int) -> str:
    single, many = RECORDS[one.language]
    return single if count == 1 else many.format(count)
