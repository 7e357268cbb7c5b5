"""The Merkle tree of RFC 6962 over tiles of 256 hashes (C2SP tlog-tiles): pure arithmetic.

A tile of level L holds, in order, the roots of whole subtrees of 256**L leaves. Only the last
tile of each level ever changes, and only by growing; so a few kilobytes are enough to append.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

from privacy.errors import SealError

HASH_SIZE = 32
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
FULL_TILE = TILE_WIDTH * HASH_SIZE
EMPTY_ROOT = hashlib.sha256(b"").digest()

TileReader = Callable[[int, int], bytes]
"""Given a level and an index, returns the hashes of that tile, as many as there are."""


def leaf_hash(body: bytes) -> bytes:
    """Return the hash of an entry (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def subtree_root(hashes: bytes) -> bytes:
    """Return the root over concatenated hashes whose number is a power of two."""
    while len(hashes) > HASH_SIZE:
        pairs = range(0, len(hashes), 2 * HASH_SIZE)
        hashes = b"".join(
            [hashlib.sha256(b"\x01" + hashes[at : at + 2 * HASH_SIZE]).digest() for at in pairs]
        )
    return hashes


@dataclass
class Edge:
    """The right edge of a tree: its size, and the unfinished tile of each level."""

    size: int = 0
    partial: list[bytes] = field(default_factory=list)

    @classmethod
    def load(cls, size: int, reader: TileReader) -> "Edge":
        """Read the edge of a tree of this size from its tiles."""
        partial = []
        for level in range(levels(size)):
            count = size >> (TILE_HEIGHT * level)
            index, width = divmod(count, TILE_WIDTH)
            partial.append(reader(level, index)[: width * HASH_SIZE] if width else b"")
        return cls(size, partial)

    def extend(self, hashes: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
        """Append leaf hashes; return every tile that changed, by level and index."""
        changed: dict[tuple[int, int], bytes] = {}
        level, rising = 0, b"".join(hashes)
        index = self.size // TILE_WIDTH
        self.size += len(hashes)
        while rising:
            if level == len(self.partial):
                self.partial.append(b"")
            tiles = _cut(self.partial[level] + rising)
            changed |= {(level, index + at): tile for at, tile in enumerate(tiles) if tile}
            self.partial[level] = tiles.pop()
            rising = b"".join([subtree_root(tile) for tile in tiles])
            index, level = index // TILE_WIDTH, level + 1
        return changed

    def root(self) -> bytes:
        """Return the root of the tree (RFC 6962, 2.1)."""
        peaks = [root for tile in self.partial for root in _peaks(tile)]
        if not peaks:
            return EMPTY_ROOT
        root, *bigger = peaks
        for peak in bigger:
            root = node_hash(peak, root)
        return root


def levels(size: int) -> int:
    """Return how many levels of tiles a tree of this size has."""
    return -(-size.bit_length() // TILE_HEIGHT)


def _cut(hashes: bytes) -> list[bytes]:
    """Cut into full tiles and one last, unfinished, maybe empty tile."""
    return [hashes[at : at + FULL_TILE] for at in range(0, len(hashes) + 1, FULL_TILE)]


def _peaks(tile: bytes) -> list[bytes]:
    """Return the roots of the whole subtrees of an unfinished tile, the smallest first."""
    peaks, end = [], len(tile)
    while end:
        width = end & -end
        peaks.append(subtree_root(tile[end - width : end]))
        end -= width
    return peaks


def root_at(size: int, reader: TileReader) -> bytes:
    """Return the root that a tree had when it was of this size."""
    return Edge.load(size, reader).root()


def inclusion_proof(index: int, size: int, reader: TileReader) -> list[bytes]:
    """Return the audit path of a leaf in the tree of a size (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    read = cache(reader)
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range_root(middle, end, read))
            end = middle
        else:
            proof.append(_range_root(start, middle, read))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, reader: TileReader) -> list[bytes]:
    """Return the proof that the tree of the old size begins the new one (RFC 6962, 2.1.2)."""
    if not 0 < old <= new:
        raise ValueError(f"a tree of {old} does not begin a tree of {new}")
    read = cache(reader)
    proof: list[bytes] = []
    start, end = 0, new
    while old < end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_range_root(middle, end, read))
            end = middle
        else:
            proof.append(_range_root(start, middle, read))
            start = middle
    if start:
        proof.append(_range_root(start, end, read))
    return proof[::-1]


def _split(count: int) -> int:
    """Return the largest power of two that is smaller than the count."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_root(start: int, end: int, read: TileReader) -> bytes:
    count = end - start
    if count & (count - 1):
        middle = start + _split(count)
        return node_hash(_range_root(start, middle, read), _range_root(middle, end, read))
    level, height = divmod(count.bit_length() - 1, TILE_HEIGHT)
    index, offset = divmod(start >> (TILE_HEIGHT * level), TILE_WIDTH)
    first, width = offset * HASH_SIZE, HASH_SIZE << height
    hashes = read(level, index)[first : first + width]
    if len(hashes) != width:
        raise SealError(f"tile {level}/{index} of the log is missing or too short")
    return subtree_root(hashes)


def verify_inclusion(
    leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Return if the leaf stands at this index of the tree; else SealError (RFC 9162, 2.1.3.2)."""
    place, last, reached = index, size - 1, leaf
    fits = 0 <= index < size
    for step in proof:
        fits = fits and last > 0
        if place & 1 or place == last:
            reached = node_hash(step, reached)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            reached = node_hash(reached, step)
        place, last = place >> 1, last >> 1
    if not fits or last or reached != root:
        raise SealError("The proof does not lead from this entry to the root of the log.")


def verify_consistency(
    *, old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Return if the new tree continues the old one; else SealError (RFC 9162, 2.1.4.2)."""
    if 0 < old < new:
        # The proof leaves out the old root where it is a whole subtree of the new tree.
        known = [] if old & (old - 1) else [old_root]
        reached = _grown(old, new, [*known, *proof])
    elif 0 <= old <= new and not proof:
        reached = (new_root if old == new else EMPTY_ROOT, new_root)
    else:
        reached = None
    if reached != (old_root, new_root):
        raise SealError("The log does not continue the checkpoint: history was rewritten.")


def _grown(old: int, new: int, proof: list[bytes]) -> tuple[bytes, bytes] | None:
    """Return the two roots to which the proof leads."""
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    was = now = proof[0] if proof else b""
    for step in proof[1:]:
        if not last:
            return None
        if place & 1 or place == last:
            was, now = node_hash(step, was), node_hash(step, now)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            now = node_hash(now, step)
        place, last = place >> 1, last >> 1
    return None if last else (was, now)
