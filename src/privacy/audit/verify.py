"""The routine check of the log: everything that is stored is hashed again.

Proofs of samples are for clients; only the whole finds an altered byte that no sample touches.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from privacy.audit import stored
from privacy.audit.checkpoint import Checkpoint, open_checkpoint
from privacy.audit.faults import Fault, Kind
from privacy.audit.merkle import FULL_TILE, HASH_SIZE, TILE_HEIGHT, TILE_WIDTH, Edge
from privacy.audit.models import LOG, AuditPending
from privacy.audit.stored import StoredEntry
from privacy.crypto import Verifiers
from privacy.db import Database
from privacy.errors import SealError

MERGE_DELAY = timedelta(seconds=60)
"""How long a committed entry may wait for its place in the log."""
MOST_FAULTS = 100


@dataclass(frozen=True)
class Verdict:
    """What the check found: `size` entries were hashed, `late` ones wait for too long."""

    size: int
    root: bytes
    checkpoints: int
    waiting: int
    late: int
    faults: tuple[Fault, ...]

    @property
    def is_whole(self) -> bool:
        """Say whether everything that is stored is what was signed."""
        return not self.faults

    @property
    def first_bad(self) -> int | None:
        """Return the index of the first entry that is wrong, missing or not signed."""
        return min((fault.index for fault in self.faults if fault.index is not None), default=None)


def verify_log(
    database: Database,
    verifiers: Verifiers,
    *,
    at: datetime,
    origin: str | None = None,
    kept: Sequence[str] = (),
) -> Verdict:
    """Hash every entry again; compare with its columns, the tiles, the head, each checkpoint.

    `kept` are checkpoints that were kept elsewhere: without one, a log that the holder of the
    key cut and signed again cannot be told from a shorter one. `at` is now, for what is late.
    """
    with database.reading() as session:
        if database.engine.dialect.name == "postgresql":
            # One snapshot, or the sequencer would move the log under the check.
            session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        check = _Check(session)
        checkpoints = stored.checkpoints(session)
        for size, note in checkpoints:
            check.trust(note, verifiers, origin=origin, size=size)
        for note in kept:
            check.trust(note, verifiers, origin=origin)
        waiting = _count_pending(session)
        late = _count_pending(session, AuditPending.at < at - MERGE_DELAY)
        if check.read_entries():
            check.compare_ends(max((size for size, _note in checkpoints), default=0))
        return Verdict(
            size=check.edge.size,
            root=check.edge.root(),
            checkpoints=len(checkpoints),
            waiting=waiting,
            late=late,
            faults=check.faults(),
        )


def _count_pending(session: Session, *conditions: ColumnElement[bool]) -> int:
    count = select(func.count()).select_from(AuditPending)
    return session.scalar(count.where(AuditPending.log_id == LOG, *conditions)) or 0


class _Check:
    """Builds the tree again beside the stored one and collects where they differ."""

    def __init__(self, session: Session) -> None:
        self.edge = Edge()
        self._session = session
        self._signed: list[Checkpoint] = []
        self._good = 0
        self._blamed: dict[int, Fault] = {}
        self._ranges: list[tuple[range, Fault]] = []
        self._others: list[Fault] = []

    def faults(self) -> tuple[Fault, ...]:
        """Return what was found, entry by entry, then what concerns no single entry."""
        entries = [fault for _index, fault in sorted(self._blamed.items())]
        ranges = [replace(fault, index=self._first(where)) for where, fault in self._ranges]
        return (*entries, *ranges, *self._others)[:MOST_FAULTS]

    def _first(self, where: range) -> int | None:
        """Return where a range begins, unless an entry in it is already known to be bad."""
        return None if any(index in where for index in self._blamed) else where.start

    def trust(
        self, note: str, verifiers: Verifiers, *, origin: str | None, size: int | None = None
    ) -> None:
        """Take a checkpoint as a statement to hold the log against, if it is signed."""
        try:
            checkpoint = open_checkpoint(note, verifiers, origin=origin)
        except SealError as error:
            if size is None:
                self._report(None, Kind.NOTE_KEPT, why=str(error))
            else:
                self._report(None, Kind.NOTE, size=size, why=str(error))
            return
        if size is not None and size != checkpoint.size:
            self._report(None, Kind.NOTE_SIZE, size=size)
        self._signed.append(checkpoint)
        self._signed.sort(key=lambda one: one.size, reverse=True)

    def read_entries(self) -> bool:
        """Hash every entry; return whether all to the end could be read."""
        try:
            return self._read_entries()
        except DatabaseError as error:
            if isinstance(error, OperationalError):
                raise  # a lost or busy database says nothing about the log
            start = self.edge.size
            self._report(start, Kind.UNREADABLE, entry=start)
            return False

    def _read_entries(self) -> bool:
        self._compare_roots()
        for batch in stored.entries(self._session):
            start = self.edge.size
            places = enumerate(batch, start=start)
            gap = next((index for index, entry in places if entry[0] != index), None)
            if gap is not None:
                self._compare_entries(batch[: gap - start])
                there = batch[gap - start][0]
                self._blame(gap, Kind.MISSING, next=there)
                return False
            self._compare_entries(batch)
        self._compare_tiles(
            {
                (level, self.edge.size >> TILE_HEIGHT * (level + 1)): tile
                for level, tile in enumerate(self.edge.partial)
                if tile
            }
        )
        return True

    def compare_ends(self, last_signed: int) -> None:
        """Compare where the log ends with where head, checkpoints and tiles end."""
        size = self.edge.size
        head = stored.head_size(self._session)
        if head != size:
            self._report(min(head, size), Kind.HEAD, size=size, head=head)
        if last_signed < size:
            self._report(last_signed, Kind.UNCOVERED, entry=last_signed)
        for checkpoint in self._signed[:1]:
            self._report(size, Kind.CUT, signed=checkpoint.size, size=size)
        tiles = sum(
            -(-(size >> TILE_HEIGHT * level) // TILE_WIDTH)
            for level in range(len(self.edge.partial))
        )
        if stored.count_tiles(self._session) > tiles:
            self._report(None, Kind.TILES_LEFT)

    def _compare_entries(self, batch: Sequence[StoredEntry]) -> None:
        leaves = stored.leaf_hashes(batch)
        for entry, leaf in zip(batch, leaves, strict=True):
            if entry[2] != leaf:
                self._blame(entry[0], Kind.ALTERED)
            elif not stored.repeats(entry):
                self._blame(entry[0], Kind.COLUMNS)
        tiles: dict[tuple[int, int], bytes] = {}
        while leaves:
            room = self._signed[-1].size - self.edge.size if self._signed else len(leaves)
            tiles |= self.edge.extend(leaves[:room])
            leaves = leaves[room:]
            self._compare_roots()
        self._compare_tiles({at: tile for at, tile in tiles.items() if len(tile) == FULL_TILE})

    def _compare_roots(self) -> None:
        """Compare with each checkpoint signed at just this size."""
        size = self.edge.size
        while self._signed and self._signed[-1].size == size:
            if self._signed.pop().root == self.edge.root():
                self._good = size
                continue
            said = {"entry": self._good, "last": size - 1, "size": size}
            where = range(self._good, size)
            self._ranges.append((where, Fault(self._good, Kind.NOT_SIGNED, said)))

    def _compare_tiles(self, tiles: dict[tuple[int, int], bytes]) -> None:
        for level in sorted({level for level, _n in tiles}):
            built = {n: tile for (of, n), tile in tiles.items() if of == level}
            there = stored.tiles(self._session, level, min(built), max(built))
            for n, tile in built.items():
                if there.get(n) != tile:
                    self._blame_tile(level, n, _first_difference(tile, there.get(n, b"")))

    def _blame_tile(self, level: int, n: int, place: int) -> None:
        """Blame the entry, or all entries, under the hash at a place of a tile."""
        first = (n * TILE_WIDTH + place) << TILE_HEIGHT * level
        if level == 0:
            self._blame(first, Kind.TILE_ENTRY, tile=n)
            return
        under = range(first, first + (1 << TILE_HEIGHT * level))
        self._ranges.append((under, Fault(first, Kind.TILE, {"level": level, "tile": n})))

    def _report(self, index: int | None, kind: Kind, **values: int | str) -> None:
        self._others.append(Fault(index, kind, values))

    def _blame(self, index: int, kind: Kind, **values: int | str) -> None:
        """Keep what was found first about an entry; the rest only follows from it."""
        if len(self._blamed) < MOST_FAULTS:
            self._blamed.setdefault(index, Fault(index, kind, {"entry": index, **values}))


def _first_difference(tile: bytes, other: bytes) -> int:
    """Return the place of the first hash in which two tiles differ."""
    for place, at in enumerate(range(0, len(tile), HASH_SIZE)):
        if tile[at : at + HASH_SIZE] != other[at : at + HASH_SIZE]:
            return place
    return len(tile) // HASH_SIZE
