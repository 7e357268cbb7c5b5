"""The gate over rows: which purposes are open for many subjects at once."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    CompoundSelect,
    String,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    func,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from privacy.consent import gate
from privacy.consent.models import Consent, ConsentLink, Scope
from privacy.consent.saying import LATER
from privacy.db import UtcDateTime
from privacy.errors import NotFoundError
from privacy.purposes import queries as purposes
from privacy.purposes.models import LegalBasis


class Checked(NamedTuple):
    """What the gate says of one subject and one purpose."""

    subject_id: UUID | None
    """None for whoever is unknown, and so was never asked."""
    purpose_code: str
    verdict: gate.Verdict
    answer: gate.Answer | None
    """The last answer; none if there was none, on whatever device."""


def checked(
    session: Session,
    *,
    controller_id: UUID,
    subjects: Sequence[UUID | None],
    codes: Sequence[str],
    at: datetime,
) -> list[Checked]:
    """Say which purposes are open at an instant, for each subject and purpose in this order.

    It reads what is committed, in two queries however many are asked for; a browser that belongs
    to an account also hears what was said for the account. NotFoundError names every purpose
    that was not published by then.
    """
    in_force = purposes.in_force(session, controller_id=controller_id, codes=codes, at=at)
    missing = sorted(set(codes) - in_force.keys())
    if missing:
        raise NotFoundError(f"These purposes were not published: {', '.join(missing)}.")
    rules = [
        (code, in_force[code].version, in_force[code].legal_basis is LegalBasis.CONSENT)
        for code in codes
    ]
    keys = _keys(session, subjects)
    given = _given(session, controller_id, keys, codes, at)
    found = []
    for subject_id, key in zip(subjects, keys, strict=True):
        for code, version, by_consent in rules:
            answer = gate.last(given.get((key, code), ()))
            verdict = gate.judge(answer, at=at, purpose_version=version, by_consent=by_consent)
            found.append(Checked(subject_id, code, verdict, answer))
    return found


_Key = UUID | str | None
"""A subject as the driver gives it; to make ids of a thousand texts costs more than to look."""


def _keys(session: Session, subjects: Sequence[UUID | None]) -> Sequence[_Key]:
    if session.get_bind().dialect.name == "sqlite":
        return [one and one.hex for one in subjects]
    return subjects


def _given(
    session: Session,
    controller_id: UUID,
    keys: Sequence[_Key],
    codes: Sequence[str],
    at: datetime,
) -> dict[tuple[_Key, str], list[gate.Given]]:
    """Return every answer that counts for these subjects, by one query."""
    dialect = session.get_bind().dialect.name
    known = [one for one in keys if one is not None]
    found = session.execute(
        _ANSWERS[dialect],
        {
            "subjects": json.dumps(known) if dialect == "sqlite" else known,
            "controller": controller_id,
            "codes": codes,
            "at": at,
        },
    )
    given: dict[tuple[_Key, str], list[gate.Given]] = {}
    for key, code, *rest in found.all():
        given.setdefault((key, code), []).append(gate.Given(*rest))
    return given


_SAID = case(
    (and_(Consent.method.in_(LATER), Consent.said_at < Consent.at), Consent.said_at),
    else_=Consent.at,
)
_READ = (
    Consent.purpose_code,
    # From here on in the order of `gate.Given`.
    _SAID.label("said"),
    Consent.granted,
    Consent.valid_until,
    Consent.purpose_version,
    Consent.notice,
    Consent.language,
    Consent.needs_joint,
    case((Consent.needs_joint, Consent.answer_id)).label("joins"),
    Consent.joint_id,
)


def _answers(subject: Any, within: Any) -> CompoundSelect[Any]:
    """Return the query for the answers of a list of subjects and of their accounts.

    The controller is compared as an expression, for which no index stands: an embedded database
    without statistics would rather walk all of a controller's answers than look subjects up.
    """
    controller = func.coalesce(Consent.controller_id, Consent.controller_id, type_=Uuid())
    asked = (
        controller == bindparam("controller", type_=Uuid()),
        Consent.purpose_code.in_(bindparam("codes", expanding=True)),
        Consent.at <= bindparam("at", type_=UtcDateTime()),
    )
    of_account = (
        select(subject(ConsentLink.subject_id), *_READ)
        .join(Consent, Consent.subject_id == ConsentLink.account_id)
        .where(
            within(ConsentLink.subject_id),
            ConsentLink.linked_at <= bindparam("at", type_=UtcDateTime()),
            Consent.scope == Scope.ACCOUNT,
            *asked,
        )
    )
    own = select(subject(Consent.subject_id), *_READ).where(within(Consent.subject_id), *asked)
    return union_all(own, of_account)


def _as_text(column: InstrumentedAttribute[UUID]) -> ColumnElement[str]:
    return type_coerce(column, String())


def _in_json(column: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    listed = func.json_each(bindparam("subjects", type_=String())).table_valued("value")
    return _as_text(column).in_(select(listed.c.value))


def _in_array(column: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    return column == any_(bindparam("subjects", type_=ARRAY(Uuid())))


# Made once: to put such a query together costs more than to run it. The subjects travel as one
# value, since a statement with a thousand places is slow to write and to read.
_ANSWERS = {
    "sqlite": _answers(_as_text, _in_json),
    "postgresql": _answers(lambda column: column, _in_array),
}
