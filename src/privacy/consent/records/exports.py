"""Records of the ledger as ISO/IEC TS 27560 wants them, read with the register as it is now."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.consent.models import Consent, Method
from privacy.consent.records import record
from privacy.consent.records.facts import Answer, Described, Given, Party, Receiver, Register
from privacy.purposes import queries as purposes
from privacy.purposes.models import Notice, Purpose, Site

AT_ONCE = 1000
"""Rows that are read at once."""
_LATER = frozenset({Method.IMPORT, Method.PAPER})
"""Recorded long after it was said, so that its order is that of the saying."""


def register(session: Session, *, controller_id: UUID, public_url: str) -> Register:
    """Return what the register of a controller says now."""
    one = purposes.controller(session, controller_id)
    known = session.scalars(select(Purpose).where(Purpose.controller_id == controller_id))
    return Register(
        party=Party(
            id=one.id, slug=one.slug, name=one.name, address=one.address,
            email=one.contact_email, dpo=one.dpo_contact, url=one.policy_url,
            country=one.region[:2].upper(),
        ),
        purposes={
            (each.code, each.version): Described(
                each.code, each.version, each.legal_basis.value, each.texts, each.details
            )
            for each in known
        },
        receivers=[
            Receiver(each.id, each.name, each.role.value, each.country, each.safeguard,
                     each.purposes)
            for each in purposes.recipients(session, controller_id=controller_id)
        ],
        address=f"{public_url}/portal/{one.slug}/",
    )  # fmt: skip


def records(
    session: Session,
    *,
    told: Register,
    at: datetime,
    subject_id: UUID | None = None,
    since: datetime | None = None,
) -> Iterator[dict[str, object]]:
    """Yield the record of every answer of a controller, a subject's oldest first.

    Of one subject only, or those recorded from an instant on.
    """
    controller_id = told.party.id
    wanted = select(Consent).where(Consent.controller_id == controller_id)
    if subject_id is not None:
        wanted = wanted.where(Consent.subject_id == subject_id)
    if since is not None:
        fresh = select(Consent.subject_id).where(
            Consent.controller_id == controller_id, Consent.at >= since
        )
        wanted = wanted.where(Consent.subject_id.in_(fresh))
    shown = _Shown(session, controller_id)
    rows = session.scalars(wanted.order_by(Consent.subject_id, Consent.at, Consent.purpose_code))
    for _, group in groupby(rows.yield_per(AT_ONCE), key=lambda row: row.subject_id):
        for answer in _answers(list(group), shown):
            if since is None or answer.at >= since:
                yield record.record(answer, told, at=at)


def receipt(
    session: Session, rows: Sequence[Consent], *, at: datetime, public_url: str
) -> dict[str, object]:
    """Return the receipt of one answer, given its rows."""
    first = rows[0]
    told = register(session, controller_id=first.controller_id, public_url=public_url)
    history = session.scalars(
        select(Consent)
        .where(
            Consent.subject_id == first.subject_id, Consent.controller_id == first.controller_id
        )
        .order_by(Consent.at, Consent.purpose_code)
    ).all()
    answers = _answers(history, _Shown(session, first.controller_id))
    mine = next(one for one in answers if (one.id, one.leaf) == (first.answer_id, first.leaf))
    return record.receipt(mine, told, at=at)


class _Shown:
    """Sites and the scripts of notices, each looked up once."""

    def __init__(self, session: Session, controller_id: UUID) -> None:
        self._session = session
        self._controller_id = controller_id
        self.sites = {
            one.id: one.key
            for one in session.scalars(select(Site).where(Site.controller_id == controller_id))
        }
        self._scripts: dict[str, str] = {"": ""}

    def script(self, digest: str) -> str:
        """Return the hash of the code that showed a notice; empty for a notice not ours."""
        if digest not in self._scripts:
            found = self._session.get(Notice, (self._controller_id, digest))
            self._scripts[digest] = json.loads(found.document)["script"] if found else ""
        return self._scripts[digest]


def _answers(rows: Sequence[Consent], shown: _Shown) -> Iterator[Answer]:
    """Yield the answers of one subject, whose rows these are."""
    history = sorted((_given(row) for row in rows), key=lambda one: one.said)
    by_leaf: dict[bytes, list[Consent]] = {}
    for row in rows:
        by_leaf.setdefault(row.leaf, []).append(row)
    for leaf, mine in by_leaf.items():
        first = mine[0]
        yield Answer(
            id=first.answer_id,
            subject=first.subject_id,
            at=first.at,
            language=first.language,
            notice=first.notice,
            script=shown.script(first.notice),
            scope=first.scope.value,
            site=shown.sites.get(first.site_id, "") if first.site_id else "",
            leaf=leaf,
            given=[_given(row) for row in mine],
            history=history,
            evidence={
                name: str(getattr(first, name) or "")
                for name in ("page", "evidence", "beneficiary", "about")
            },
        )


def _given(row: Consent) -> Given:
    said = row.said_at if row.said_at and row.method in _LATER else row.at
    return Given(
        answer_id=row.answer_id,
        code=row.purpose_code,
        version=row.purpose_version,
        granted=row.granted,
        said=said,
        valid_until=row.valid_until,
        method=row.method.value,
    )
