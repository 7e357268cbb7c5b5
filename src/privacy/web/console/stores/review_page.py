"""What the pages of a review show of a definition."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from privacy.errors import InvalidError
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller
from privacy.stores.definition import (
    LANGUAGES,
    Collection,
    Field,
    Identity,
    Link,
    StoreDefinition,
    Texts,
)
from privacy.stores.models import StoreDraft
from privacy.stores.normalise import NORMALISERS, USUAL
from privacy.stores.review.drafts import ends_at, version_of
from privacy.stores.review.review import Review, is_grouped, reached
from privacy.stores.titles import CATEGORY_TITLES
from privacy.stores.validity import TYPED
from privacy.subjects.identify import IdentifierKind
from privacy.web import current, pages
from privacy.web.console.stores.review_form import RULES, SUBJECTS, Form, rule_name

SAID: Final = (
    "category", "kind", "about", "provenance", "rectifiable", "derived_from", "normalise",
)  # fmt: skip
"""What a form says of a column by a list to choose from, or in one line."""
TYPED_LINK: Final = ("columns", "path", "to", "to_columns", "to_path", "depth")
TYPED_IDENTITY: Final = ("kind", "columns", "path")
KINDS = frozenset({*USUAL, IdentifierKind.ACCOUNT_NUMBER, IdentifierKind.LOYALTY_CARD})
"""Kinds of identifiers that are offered, beside those of the definition."""


def head(draft: StoreDraft) -> dict[str, Any]:
    """Return what every page of a review says of its draft."""
    return {
        "id": draft.id,
        "name": draft.name,
        "kind": draft.connector,
        "is_new": draft.store_id is None,
        "version": version_of(draft),
        "ends_at": ends_at(draft),
    }


def overview(controller: Controller, review: Review) -> dict[str, Any]:
    """Return the store as a whole, and one line for each collection."""
    definition = review.definition
    known = _register(controller)
    return {
        "titles": dict(definition.title),
        "source": dict(definition.source or _nothing()),
        "purposes": _chosen(known["purposes"], definition.purposes),
        "recipients": _chosen(known["recipients"], definition.recipients),
        "collections": [_line(review, one) for one in definition.collections],
        "waivers": definition.waivers,
        "compared": review.compared,
        "unsure": sum(
            _open_columns(review, one)
            for one in definition.collections
            if one.name not in review.seen
        ),
    }


def collection(controller: Controller, review: Review, name: str) -> dict[str, Any]:
    """Return one collection with every column and link, as the form shows them."""
    one = review.definition.collection(name)
    return {
        "collection": {
            "name": name,
            "table": one.source_table,
            "titles": dict(one.title),
            "retention": dict(one.retention or _nothing()),
            "kept": {
                "period": one.kept.period if one.kept else "",
                "since": one.kept.since if one.kept else "",
            },
            "subjects": one.subjects.value if one.subjects else "",
            "erasure": rule_name(one.erasure),
            "key": ", ".join(one.primary_key),
            "is_gone": name in review.gone,
        },
        "subject_kinds": list(SUBJECTS),
        "rules": list(RULES),
        "purposes": _chosen(_register(controller)["purposes"], one.purposes),
        "fields": list(_fields(review, one)),
        "links": [_link(number, link) for number, link in enumerate(one.links)],
        "together": [
            {
                "at": f"g{number}",
                "kind": identity.kind,
                "columns": ", ".join(identity.columns)
                + (f" → {identity.path}" if identity.path else ""),
                "spreads": identity.spreads,
            }
            for number, identity in enumerate(filter(is_grouped, one.identities))
        ],
        "typed_identity": dict.fromkeys(TYPED_IDENTITY, ""),
        "ways": list(NORMALISERS),
        "categories": [
            (code.value, title[current.language()]) for code, title in CATEGORY_TITLES.items()
        ],
        "kinds": sorted(KINDS | _kinds(review.definition)),
        "following": next_open(review, name),
        "others": [other.name for other in review.definition.collections],
        "typed_link": dict.fromkeys(TYPED_LINK, ""),
    }


def next_open(review: Review, name: str) -> str | None:
    """Return the next collection that deserves a look, after this one and then from the top."""
    names = [one.name for one in review.definition.collections]
    place = names.index(name) if name in names else -1
    ordered = review.definition.collections[place + 1 :] + review.definition.collections[:place]
    return next(
        (
            one.name
            for one in ordered
            if one.name not in review.seen and _open_columns(review, one)
        ),
        None,
    )


_OWN = re.compile(
    r"(?:[flg]\d+\.)?(title|retention|source|kind|category|direction|normalise)(?:\.\w\w)?"
    r"|(?:l\d+|new)\.(depth)|(new)\.to|(who)\.kind|(kept)\.period"
)
"""The names of fields of our forms; every other path is one of the definition."""


def faults_of(error: InvalidError) -> dict[str, Any]:
    """Return what a page says of a form, or of parts of a definition that do not fit."""
    matches = {at: _OWN.fullmatch(at) for at in error.fields}
    own = {at: found[found.lastindex or 0] for at, found in matches.items() if found}
    return {
        "fields": own,
        "parts": [f"{at}: {'; '.join(w)}" for at, w in error.fields.items() if at not in own],
        "said": "" if own else str(error),
    }


def typed(context: dict[str, Any], form: Form) -> dict[str, Any]:
    """Return the context of a collection's page with what was typed in place of what is kept."""
    said = context["collection"]
    for name in ("title", "retention"):
        said["titles" if name == "title" else name] = _typed_texts(form, name)
    for field in context["fields"]:
        at = field["at"]
        field["titles"] = _typed_texts(form, f"{at}.title")
        field |= {name: form.get(f"{at}.{name}", "") for name in SAID}
        field |= {name: bool(form.get(f"{at}.{name}", "")) for name in ("spreads", "exported")}
    said["kept"] = {name: form.get(f"kept.{name}", "") for name in ("period", "since")}
    context["typed_link"] = {name: form.get(f"new.{name}", "") for name in TYPED_LINK}
    context["typed_identity"] = {name: form.get(f"who.{name}", "") for name in TYPED_IDENTITY}
    for group in context["together"]:
        group["kind"] = form.get(f"{group['at']}.kind", "")
        group["spreads"] = bool(form.get(f"{group['at']}.spreads", ""))
    for link in context["links"]:
        link["direction"] = form.get(f"{link['at']}.direction", "")
        link["exported"] = bool(form.get(f"{link['at']}.exported", ""))
        link["depth"] = form.get(f"{link['at']}.depth", "")
    return context


def _typed_texts(form: Form, name: str) -> Texts:
    return {language: form.get(f"{name}.{language}", "") for language in LANGUAGES}


def _register(controller: Controller) -> Mapping[str, Mapping[str, str]]:
    """Return purposes and recipients of the controller's register, with their titles."""
    with current.runtime().database.reading() as session:
        known = purposes.current_purposes(session, controller_id=controller.id)
        recipients = purposes.recipients(session, controller_id=controller.id)
    return {
        "purposes": {code: one.texts[pages.language()]["title"] for code, one in known.items()},
        "recipients": {one.name: one.name for one in recipients},
    }


def _chosen(known: Mapping[str, str], chosen: tuple[str, ...]) -> list[tuple[str, str, bool]]:
    """Return what can be ticked; what is declared stays on offer, registered or not."""
    offered = {**known, **{one: one for one in chosen if one not in known}}
    return [(code, title, code in chosen) for code, title in offered.items()]


def _line(review: Review, one: Collection) -> dict[str, Any]:
    places = [f"{one.name}.{column}" for column in one.columns]
    return {
        "name": one.name,
        "title": one.title[current.language()],
        "columns": len(one.fields),
        "kinds": sorted({identity.kind for identity in one.identities}),
        "open": _open_columns(review, one),
        "new": one.name in review.new,
        "new_columns": sum(at in review.new for at in places),
        "gone": one.name in review.gone,
        "gone_columns": [one.columns[n] for n, at in enumerate(places) if at in review.gone],
        "seen": one.name in review.seen,
        "personal": one.is_personal,
        "reached": one.name in reached(review.definition),
    }


def _open_columns(review: Review, one: Collection) -> int:
    return sum(review.is_open(f"{one.name}.{column}") for column in one.columns)


def _fields(review: Review, one: Collection) -> Iterator[dict[str, Any]]:
    alone = {i.columns[0]: i for i in one.identities if not is_grouped(i)}
    for number, field in enumerate(one.fields):
        place = f"{one.name}.{field.name}"
        sure = review.confidence.get(place)
        yield _field(field, alone.get(field.name)) | {
            "at": f"f{number}",
            "sure": None if sure is None else round(sure * 100),
            "notes": [note.value for note in review.notes.get(place, ())],
            "is_new": place in review.new,
            "is_gone": place in review.gone,
            "is_open": review.is_open(place),
            "is_key": field.name in one.primary_key,
        }


def _field(field: Field, identity: Identity | None) -> dict[str, Any]:
    return {
        "name": field.name,
        "titles": dict(field.title),
        "category": field.data_category.value,
        "category_title": CATEGORY_TITLES[field.data_category][current.language()],
        "kind": identity.kind if identity else "",
        "spreads": identity.spreads if identity else True,
        "exported": field.exported,
        "about": field.about.value if field.about else "",
        "provenance": field.provenance.value if field.provenance else "",
        "presumed": replace(field, provenance=None).origin.value,
        "rectifiable": field.rectifiable.value if field.rectifiable else "",
        "may_rectify": field.data_category in TYPED,
        "derived_from": ", ".join(field.derived_from),
        "normalise": field.normalise,
    }


def _link(number: int, link: Link) -> dict[str, Any]:
    return {
        "at": f"l{number}",
        "columns": begins(link),
        "to": f"{link.to} ({leads_by(link)})",
        "direction": link.direction.value,
        "exported": link.exported,
        "depth": "" if link.depth is None else str(link.depth),
    }


def begins(link: Link) -> str:
    """Return the columns that a link begins with, as `owner_id [owner_type = Order]`."""
    columns = ", ".join(link.columns) + (f" → {link.path}" if link.path else "")
    return columns + (f" [{link.when.column} = {link.when.equals}]" if link.when else "")


def leads_by(link: Link) -> str:
    """Return the columns by which it leads on."""
    found = ", ".join(link.to_columns) + (f" → {link.to_path}" if link.to_path else "")
    return found + (f", {link.where.column} = {link.where.equals}" if link.where else "")


def _kinds(definition: StoreDefinition) -> set[str]:
    return {identity.kind for one in definition.collections for identity in one.identities}


def _nothing() -> Texts:
    return dict.fromkeys(LANGUAGES, "")
