"""What the forms of a review say, as choices: every fault is told at once, by field."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from werkzeug.datastructures import MultiDict

from privacy.errors import InvalidError
from privacy.stores.definition import LANGUAGES, Collection, Identity, Kept, Link, Texts, Waiver
from privacy.stores.document import CODE, LONGEST_TEXT, Faults
from privacy.stores.erasing import Erasure, ErasureRule, KeepGround
from privacy.stores.normalise import NORMALISERS
from privacy.stores.review.review import (
    CollectionChoice,
    FieldChoice,
    LinkChoice,
    StoreChoice,
    is_grouped,
)
from privacy.stores.terms import (
    About,
    DataCategory,
    Direction,
    EndReason,
    Provenance,
    Rectifiable,
    SubjectKind,
)
from privacy.stores.validity import MOST_STEPS

MESSAGE = "The form cannot be saved."


SUBJECTS: Mapping[str, SubjectKind] = {one.value: one for one in SubjectKind}
RULES: Mapping[str, ErasureRule] = {
    "anonymise": ErasureRule(Erasure.ANONYMISE),
    **{f"keep:{ground.value}": ErasureRule(Erasure.KEEP, ground) for ground in KeepGround},
}
"""What an erasure may do beside deleting, by what the form calls it."""

Form: TypeAlias = MultiDict[str, str]
"""A form that was sent: texts by name."""


def store_choice(form: Form) -> StoreChoice:
    """Return what is said of the store as a whole; InvalidError names the fields at fault."""
    reader = _Reader(form)
    choice = StoreChoice(
        title=reader.texts("title"),
        purposes=tuple(form.getlist("purpose")),
        recipients=tuple(form.getlist("recipient")),
        source=reader.texts_or_none("source"),
    )
    reader.faults.raise_all(MESSAGE)
    return choice


def collection_choice(form: Form, collection: Collection) -> CollectionChoice:
    """Return what is said of a collection; InvalidError names the fields at fault."""
    reader = _Reader(form)
    choice = CollectionChoice(
        title=reader.texts("title"),
        retention=reader.texts_or_none("retention"),
        purposes=tuple(form.getlist("purpose")),
        fields={
            one.name: reader.field(f"f{number}") for number, one in enumerate(collection.fields)
        },
        links=[reader.link(f"l{number}") for number in range(len(collection.links))],
        added=reader.added(),
        kept=reader.kept(),
        subjects=SUBJECTS.get(form.get("subjects", "")),
        erasure=RULES.get(form.get("erasure", "")),
        together=reader.together([one for one in collection.identities if is_grouped(one)]),
    )
    reader.faults.raise_all(MESSAGE)
    return choice


def waiver(form: Form) -> Waiver:
    """Return the waiver of a form: table or table.column, why, and until when."""
    reader = _Reader(form)
    table, _dot, column = reader.text("place").partition(".")
    found = Waiver(table, column, reader.text("reason"), reader.day("until"))
    reader.faults.raise_all("A waiver needs a table or a column, a reason and a last day.")
    return found


def end_reason(form: Form) -> EndReason:
    """Return why a waiver ends; InvalidError for anything else than one of the reasons."""
    said = form.get("reason", "")
    if said not in set(EndReason):
        raise InvalidError("Say why the waiver ends.", fields={"reason": ["is missing"]})
    return EndReason(said)


def rule_name(rule: ErasureRule | None) -> str:
    """Return what a form calls a rule; it is one of `RULES`, or empty for none."""
    return next((name for name, one in RULES.items() if one == rule), "")


class _Reader:
    """Reads a form and collects what is wrong with it."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self.faults = Faults()

    def text(self, name: str) -> str:
        value = self._form.get(name, "").strip()
        if not value or len(value) > LONGEST_TEXT:
            self.faults.add(name, f"needs a text of at most {LONGEST_TEXT} characters")
        return value

    def texts(self, name: str) -> Texts:
        return {language: self.text(f"{name}.{language}") for language in LANGUAGES}

    def texts_or_none(self, name: str) -> Texts | None:
        given = any(self._form.get(f"{name}.{one}", "").strip() for one in LANGUAGES)
        return self.texts(name) if given else None

    def day(self, name: str) -> date:
        with suppress(ValueError):
            return date.fromisoformat(self._form.get(name, ""))
        self.faults.add(name, "needs a day")
        return date.min

    def field(self, at: str) -> FieldChoice:
        kind = self._form.get(f"{at}.kind", "").strip()
        if kind and not CODE.fullmatch(kind):
            self.faults.add(f"{at}.kind", "needs a-z, 0-9 and _, and begins with a letter")
        category = self._form.get(f"{at}.category", "")
        if category not in set(DataCategory):
            self.faults.add(f"{at}.category", "needs one of the categories")
            category = DataCategory.TECHNICAL
        return FieldChoice(
            DataCategory(category),
            self.texts(f"{at}.title"),
            kind,
            spreads=self._is_ticked(f"{at}.spreads"),
            exported=self._is_ticked(f"{at}.exported"),
            keep=not self._is_ticked(f"{at}.drop"),
            about=_ABOUT.get(self._form.get(f"{at}.about", "")),
            provenance=_ORIGINS.get(self._form.get(f"{at}.provenance", "")),
            rectifiable=_RECTIFIABLE.get(self._form.get(f"{at}.rectifiable", "")),
            derived_from=self._names(f"{at}.derived_from"),
            normalise=self._way(f"{at}.normalise"),
        )

    def _way(self, name: str) -> str:
        way = self._form.get(name, "")
        if way and way not in NORMALISERS:
            self.faults.add(name, "needs one of the ways")
        return way

    def together(self, known: Sequence[Identity]) -> Sequence[Identity]:
        """Return what identifies only together or within a document: kept, and typed."""
        kept = [
            replace(
                one,
                kind=self._kind(f"g{number}.kind"),
                spreads=self._is_ticked(f"g{number}.spreads"),
            )
            for number, one in enumerate(known)
            if not self._is_ticked(f"g{number}.drop")
        ]
        columns, path = self._names("who.columns"), self._form.get("who.path", "").strip()
        if columns or path:
            kind = self._kind("who.kind")
            kept.append(Identity(kind, columns, self._is_ticked("who.spreads"), path))
            if len(columns) < 2 and not (columns and path):
                self.faults.add("who.kind", "needs several columns, or a place within one")
        return kept

    def _kind(self, name: str) -> str:
        kind = self._form.get(name, "").strip()
        if not CODE.fullmatch(kind):
            self.faults.add(name, "needs a-z, 0-9 and _, and begins with a letter")
        return kind

    def link(self, at: str) -> LinkChoice:
        said = self._form.get(f"{at}.direction", "")
        direction = _DIRECTIONS.get(said)
        if said not in {*_DIRECTIONS, "none"}:
            self.faults.add(f"{at}.direction", "needs one of the answers")
        return LinkChoice(direction, self._is_ticked(f"{at}.exported"), self._depth(f"{at}.depth"))

    def _depth(self, name: str) -> int | None:
        """Return after how many links it ends, or None where nothing was typed."""
        text = self._form.get(name, "").strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and 0 < int(text) <= MOST_STEPS):
            self.faults.add(name, f"needs a number from 1 to {MOST_STEPS}, or nothing")
            return None
        return int(text)

    def added(self) -> Sequence[Link]:
        """Return the link that was typed, if one was."""
        to = self._form.get("new.to", "").strip()
        columns, to_columns = (self._names(f"new.{one}") for one in ("columns", "to_columns"))
        if not (to or columns or to_columns):
            return ()
        if not (to and columns and to_columns):
            self.faults.add("new.to", "needs columns, a collection, and columns there")
        direction = _DIRECTIONS.get(self._form.get("new.direction", ""), Direction.REFERS)
        path, to_path = (self._form.get(f"new.{one}", "").strip() for one in ("path", "to_path"))
        depth = self._depth("new.depth")
        return (Link(columns, to, to_columns, direction, path=path, to_path=to_path, depth=depth),)

    def kept(self) -> Kept | None:
        """Return how long rows are kept from one of their dates, if that was said."""
        period, since = (self._form.get(f"kept.{one}", "").strip() for one in ("period", "since"))
        if bool(period) != bool(since):
            self.faults.add("kept.period", "needs a period and a column")
        return Kept(period, since) if period and since else None

    def _names(self, name: str) -> tuple[str, ...]:
        return tuple(one.strip() for one in self._form.get(name, "").split(",") if one.strip())

    def _is_ticked(self, name: str) -> bool:
        return bool(self._form.get(name, ""))


_ABOUT: Mapping[str, About] = {one.value: one for one in About}
_ORIGINS: Mapping[str, Provenance] = {one.value: one for one in Provenance}
_RECTIFIABLE: Mapping[str, Rectifiable] = {one.value: one for one in Rectifiable}
_DIRECTIONS: Mapping[str, Direction] = {one.value: one for one in Direction}
