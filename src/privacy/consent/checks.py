"""The gate over rows: which purposes are open for many subjects at once."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CompoundSelect,
    String,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

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
    answer: gate.Answer[datetime] | None
    """The last answer; none if there was none, on whatever device."""


class Told(NamedTuple):
    """The same with texts: to make a thousand ids and instants costs more than to look them up."""

    subject: str | None
    purpose_code: str
    verdict: gate.Verdict
    answer: gate.Answer[str] | None


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
    rules = _rules(session, controller_id, codes, at)
    keys = _keys(session, [None if one is None else str(one) for one in subjects])
    given: _Given[datetime] = _given(session, _EXACT, keys, (controller_id, codes, at))
    return [
        Checked(subject_id, code, *_judged(given.get((key, code), ()), at, rule))
        for subject_id, key in zip(subjects, keys, strict=True)
        for code, rule in rules
    ]


def told(
    session: Session,
    *,
    controller_id: UUID,
    subjects: Sequence[str | None],
    codes: Sequence[str],
    at: datetime,
) -> list[Told]:
    """Say the same as `checked` of many, each a UUID in small letters, in texts."""
    rules = _rules(session, controller_id, codes, at)
    keys = _keys(session, subjects)
    given: _Given[str] = _given(session, _AS_TEXT, keys, (controller_id, codes, at))
    now = at.astimezone(UTC).strftime(_TEXT)
    return [
        Told(subject, code, *_judged(given.get((key, code), ()), now, rule))
        for subject, key in zip(subjects, keys, strict=True)
        for code, rule in rules
    ]


def written(instant: str) -> str:
    """Return an instant of `told` as RFC 3339 in UTC, to the millisecond."""
    return f"{instant[:10]}T{instant[11:23]}Z"


_TEXT = "%Y-%m-%d %H:%M:%S.%f"
"""How `told` has instants: as the embedded database keeps them, in UTC."""


class _Rule(NamedTuple):
    version: int
    by_consent: bool


def _rules(
    session: Session, controller_id: UUID, codes: Sequence[str], at: datetime
) -> list[tuple[str, _Rule]]:
    in_force = purposes.in_force(session, controller_id=controller_id, codes=codes, at=at)
    missing = sorted(set(codes) - in_force.keys())
    if missing:
        raise NotFoundError(f"These purposes were not published: {', '.join(missing)}.")
    return [
        (code, _Rule(in_force[code].version, in_force[code].legal_basis is LegalBasis.CONSENT))
        for code in codes
    ]


def _keys(session: Session, subjects: Sequence[str | None]) -> Sequence[str | None]:
    """Return ids as the database writes them out."""
    if session.get_bind().dialect.name == "sqlite":
        return [one and one.replace("-", "") for one in subjects]
    return subjects


def _judged(
    given: Sequence[gate.Given[gate.Instant]], at: gate.Instant, rule: _Rule
) -> tuple[gate.Verdict, gate.Answer[gate.Instant] | None]:
    answer = gate.last(given)
    version, by_consent = rule
    return gate.judge(answer, at=at, purpose_version=version, by_consent=by_consent), answer


_Given: TypeAlias = dict[tuple[str | None, str], list[gate.Given[gate.Instant]]]
"""By subject, as the database writes it out, and purpose what was answered."""


def _given(
    session: Session,
    queries: Mapping[str, CompoundSelect[Any]],
    keys: Sequence[str | None],
    within: tuple[UUID, Sequence[str], datetime],
) -> _Given[Any]:
    """Return every answer that counts for these subjects, by one query."""
    dialect = session.get_bind().dialect.name
    known = [one for one in keys if one is not None]
    controller_id, codes, at = within
    found = session.execute(
        queries[dialect],
        {
            "subjects": json.dumps(known) if dialect == "sqlite" else known,
            "controller": controller_id,
            "codes": codes,
            "at": at,
        },
    )
    given: _Given[Any] = {}
    for key, code, *rest in found.all():
        given.setdefault((key, code), []).append(gate.Given(*rest))
    return given


_SAID = case(
    (and_(Consent.method.in_(LATER), Consent.said_at < Consent.at), Consent.said_at),
    else_=Consent.at,
)
Way: TypeAlias = Callable[[Any], Any]


def _exactly(element: Any) -> Any:
    return element


def _as_kept(element: Any) -> Any:
    return type_coerce(element, String())


def _written_out(element: Any) -> Any:
    return func.to_char(func.timezone("UTC", element), "YYYY-MM-DD HH24:MI:SS.US", type_=String())


def _answers(subject: Way, within: Way, instant: Way) -> CompoundSelect[Any]:
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
    read = (
        Consent.purpose_code,
        # From here on in the order of `gate.Given`.
        instant(_SAID).label("said"),
        Consent.granted,
        instant(Consent.valid_until).label("until"),
        Consent.purpose_version,
        Consent.notice,
        Consent.language,
        Consent.needs_joint,
        case((Consent.needs_joint, Consent.answer_id)).label("joins"),
        Consent.joint_id,
    )
    of_account = (
        select(subject(ConsentLink.subject_id), *read)
        .join(Consent, Consent.subject_id == ConsentLink.account_id)
        .where(
            within(ConsentLink.subject_id),
            ConsentLink.linked_at <= bindparam("at", type_=UtcDateTime()),
            Consent.scope == Scope.ACCOUNT,
            *asked,
        )
    )
    own = select(subject(Consent.subject_id), *read).where(within(Consent.subject_id), *asked)
    return union_all(own, of_account)


def _in_json(column: Any) -> Any:
    listed = func.json_each(bindparam("subjects", type_=String())).table_valued("value")
    return _as_kept(column).in_(select(listed.c.value))


def _cast(column: Any) -> Any:
    return cast(column, String())


def _in_array(column: Any) -> Any:
    return column == any_(cast(bindparam("subjects", type_=ARRAY(String())), ARRAY(Uuid())))


# Made once: to put such a query together costs more than to run it. The subjects travel as one
# value, since a statement with a thousand places is slow to write and to read.
_EXACT = {
    "sqlite": _answers(_as_kept, _in_json, _exactly),
    "postgresql": _answers(_cast, _in_array, _exactly),
}
_AS_TEXT = {
    "sqlite": _answers(_as_kept, _in_json, _as_kept),
    "postgresql": _answers(_cast, _in_array, _written_out),
}
