"""From rows to keys: what wraps, finds and seals for a controller, and the key of a subject."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from typing_extensions import override

from privacy.clock import Clock
from privacy.crypto import Context, DataKey, Keyring, sealed_version
from privacy.errors import GoneError, NotFoundError
from privacy.subjects.models import ControllerKey, KeyUse, Subject, SubjectKey
from privacy.subjects.rows import insert_new

KEPT_OPEN = timedelta(seconds=60)
"""How long a process may go on with a controller's keys before it reads the rows again."""

_CHANGED = "privacy_changed_keys"
_SUBJECTS = "privacy_subject_keys"


@dataclass(frozen=True)
class _Opened:
    """A controller's keys, open."""

    wrap: DataKey
    index: DataKey
    versions: frozenset[int]
    at: datetime


class KeyCabinet:
    """Opens controllers' keys, and keeps them open for a minute so that a post needs no query.

    It keeps no keys of subjects. One cabinet serves all threads of a process.
    """

    def __init__(self, keyring: Keyring, clock: Clock) -> None:
        self.keyring = keyring
        self._clock = clock
        self._opened: dict[UUID, _Opened] = {}

    @override
    def __repr__(self) -> str:
        return f"<KeyCabinet of {self.keyring!r}>"

    @property
    def kept_open(self) -> frozenset[UUID]:
        """The controllers whose keys are in memory now."""
        return frozenset(self._opened)

    def index_key(self, session: Session, *, controller_id: UUID) -> DataKey:
        """Return the key that finds identifiers; NotFoundError if the controller has none."""
        return self._keys(session, controller_id).index

    def wrap_key(
        self, session: Session, *, controller_id: UUID, version: int | None = None
    ) -> DataKey:
        """Return the newest key that wraps, which also opens what older versions sealed.

        It knows `version` if that still exists. NotFoundError if the controller has no keys.
        """
        keys = self._keys(session, controller_id)
        if version is not None and version not in keys.versions:
            keys = self._read(session, controller_id)  # another process may have rotated
        return keys.wrap

    def seal(
        self, session: Session, plain: bytes | str, *, controller_id: UUID, context: Context
    ) -> bytes:
        """Seal what has no subject yet under the controller's key."""
        return self.wrap_key(session, controller_id=controller_id).seal(plain, context=context)

    def open_sealed(
        self, session: Session, blob: bytes, *, controller_id: UUID, context: Context
    ) -> bytes:
        """Open what `seal` sealed, by any version that still exists; raises SealError."""
        version = sealed_version(blob)
        key = self.wrap_key(session, controller_id=controller_id, version=version)
        return key.open_sealed(blob, context=context)

    def open_text(
        self, session: Session, blob: bytes, *, controller_id: UUID, context: Context
    ) -> str:
        """Open the text that `seal` sealed, by any version that still exists; raises SealError."""
        version = sealed_version(blob)
        key = self.wrap_key(session, controller_id=controller_id, version=version)
        return key.open_text(blob, context=context)

    def _keys(self, session: Session, controller_id: UUID) -> _Opened:
        kept = self._opened.get(controller_id)
        if kept is None or not self._is_fresh(kept) or _changed_in(session, controller_id):
            return self._read(session, controller_id)
        return kept

    def _read(self, session: Session, controller_id: UUID) -> _Opened:
        rows = session.scalars(
            select(ControllerKey)
            .where(ControllerKey.controller_id == controller_id)
            .order_by(ControllerKey.version)
        ).all()
        if not rows:
            raise NotFoundError("The controller has no keys; register it first.")
        keys = self._opened_rows(rows)
        if not _changed_in(session, controller_id):
            # What this session itself changed may be rolled back, and must not be kept then.
            fresh = {one: kept for one, kept in self._opened.items() if self._is_fresh(kept)}
            self._opened = fresh | {controller_id: keys}
        return keys

    def _opened_rows(self, rows: Iterable[ControllerKey]) -> _Opened:
        older: list[DataKey] = []
        by_use: dict[str, DataKey] = {}
        for row in rows:
            context = controller_context(row.controller_id, row.use, row.version)
            secret = self.keyring.unwrap(row.key_sealed, context=context)
            if row.use == KeyUse.WRAP:
                by_use[row.use] = DataKey(secret, version=row.version, older=older)
                older.append(by_use[row.use])
            else:
                by_use[row.use] = DataKey(secret, version=row.version)
        versions = frozenset(key.version for key in older)
        return _Opened(by_use[KeyUse.WRAP], by_use[KeyUse.INDEX], versions, self._clock())

    def _is_fresh(self, kept: _Opened) -> bool:
        # A clock that was set back must not make keys young again.
        return timedelta(0) <= self._clock() - kept.at < KEPT_OPEN


def mark_changed(session: Session, controller_id: UUID) -> None:
    """Say that this session changes the controller's keys, so that no cabinet keeps them."""
    session.info.setdefault(_CHANGED, set()).add(controller_id)


def _changed_in(session: Session, controller_id: UUID) -> bool:
    return controller_id in session.info.get(_CHANGED, ())


def controller_context(controller_id: UUID, use: str, version: int) -> Context:
    """Return the address that a controller's key is bound to."""
    return ("controller_key", str(controller_id), str(use), str(version))


def new_secret() -> bytes:
    """Return the 32 random bytes of a new controller's key."""
    return secrets.token_bytes(32)


def subject_context(controller_id: UUID, subject_id: UUID, version: int) -> Context:
    """Return the address that a subject's key is bound to."""
    return ("subject_key", str(controller_id), str(subject_id), str(version))


def subject_key(session: Session, *, cabinet: KeyCabinet, subject_id: UUID) -> DataKey:
    """Return the subject's key, which the session keeps open and nobody may for longer.

    Raises NotFoundError if the subject never had one, GoneError if it was destroyed and
    SealError if the row was altered.
    """
    if session.in_nested_transaction():  # a key that it makes may never have been
        return _read_key(session, cabinet, subject_id)
    kept: dict[UUID, DataKey] = session.info.setdefault(_SUBJECTS, {})
    if subject_id not in kept:
        kept[subject_id] = _read_key(session, cabinet, subject_id)
    return kept[subject_id]


def forget_subject_key(session: Session, *, subject_id: UUID) -> None:
    """Let this session read the subject's key again, because it changed the row."""
    session.info.get(_SUBJECTS, {}).pop(subject_id, None)


def _read_key(session: Session, cabinet: KeyCabinet, subject_id: UUID) -> DataKey:
    row = _newest(session, subject_id)
    if row is None:
        raise NotFoundError("The subject has no key.")
    if row.key_sealed is None:
        raise GoneError("The key of the subject was destroyed.")
    return _opened(session, cabinet, row, row.key_sealed)


def ensure_subject_key(
    session: Session, *, cabinet: KeyCabinet, subject_id: UUID, at: datetime
) -> DataKey:
    """Return the subject's key, made now if there is none or the last one was destroyed."""
    if subject_id in session.info.get(_SUBJECTS, ()):
        return subject_key(session, cabinet=cabinet, subject_id=subject_id)
    row = _newest(session, subject_id)
    if row is None or row.key_sealed is None:
        _insert_key(session, cabinet, subject_id, at, version=row.version + 1 if row else 1)
    return subject_key(session, cabinet=cabinet, subject_id=subject_id)


def _newest(session: Session, subject_id: UUID) -> SubjectKey | None:
    return session.scalars(
        select(SubjectKey)
        .where(SubjectKey.subject_id == subject_id)
        .order_by(SubjectKey.version.desc())
        .limit(1)
    ).one_or_none()


def _opened(session: Session, cabinet: KeyCabinet, row: SubjectKey, sealed: bytes) -> DataKey:
    wrapping = cabinet.wrap_key(
        session, controller_id=row.controller_id, version=sealed_version(sealed)
    )
    key = wrapping.unwrap(
        sealed, context=subject_context(row.controller_id, row.subject_id, row.version)
    )
    key.confirm(row.check_value)
    return key


def _insert_key(
    session: Session, cabinet: KeyCabinet, subject_id: UUID, at: datetime, *, version: int
) -> None:
    subject = session.get(Subject, subject_id)
    if subject is None:
        raise NotFoundError("There is no such subject.")
    key = DataKey.generate(version=version)
    wrapping = cabinet.wrap_key(session, controller_id=subject.controller_id)
    # If another transaction made the same version first, its key stands and this one is dropped.
    insert_new(
        session,
        SubjectKey,
        subject_id=subject_id,
        version=version,
        controller_id=subject.controller_id,
        controller_version=wrapping.version,
        key_sealed=wrapping.wrap(
            key, context=subject_context(subject.controller_id, subject_id, version)
        ),
        check_value=key.check_value(),
        created_at=at,
    )
