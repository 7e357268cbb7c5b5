import hashlib
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.audit import merkle
from privacy.audit.merkle import Edge, leaf_hash, node_hash
from privacy.errors import SealError

MOST = 3000
LEAVES = [leaf_hash(str(number).encode()) for number in range(MOST)]
sizes = st.integers(0, MOST) | st.sampled_from([1, 2, 255, 256, 257, 511, 512, 2047, 2048])


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """The recursion of RFC 6962, 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = largest_power_below(len(leaves))
    return node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


def naive_path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The recursion of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_consistency(m: int, leaves: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """The recursion of RFC 6962, 2.1.2."""
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = largest_power_below(len(leaves))
    if m <= k:
        return [*naive_consistency(m, leaves[:k], whole=whole), naive_root(leaves[k:])]
    return [*naive_consistency(m - k, leaves[k:], whole=False), naive_root(leaves[:k])]


def largest_power_below(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def grown(*steps: int) -> tuple[Edge, dict[tuple[int, int], bytes]]:
    edge, start = Edge(), 0
    tiles: dict[tuple[int, int], bytes] = {}
    for size in sorted(steps):
        tiles |= edge.extend(LEAVES[start:size])
        start = size
    return edge, tiles


def reader(tiles: dict[tuple[int, int], bytes]) -> merkle.TileReader:
    return lambda level, index: tiles[level, index]


_, TILES = grown(MOST)
READ = reader(TILES)


def test_the_hashes_are_those_of_rfc_6962():
    # The first entry of the test vectors of Certificate Transparency is empty.
    empty = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hash(b"").hex() == empty
    second = leaf_hash(b"\x00")
    pair = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert node_hash(leaf_hash(b""), second).hex() == pair


@given(st.lists(sizes, max_size=6))
@settings(deadline=None)
def test_the_root_is_that_of_the_recursion_however_the_log_grew(steps: list[int]):
    edge, _tiles = grown(*steps)
    assert edge.size == max(steps, default=0)
    assert edge.root() == naive_root(LEAVES[: edge.size])


@given(st.lists(sizes, max_size=6))
@settings(deadline=None)
def test_the_tiles_do_not_depend_on_how_the_log_grew(steps: list[int]):
    edge, tiles = grown(*steps)
    assert tiles == grown(edge.size)[1]
    assert Edge.load(edge.size, reader(tiles)).root() == edge.root()


def test_every_tile_is_full_but_the_last_of_its_level():
    for (level, index), tile in TILES.items():
        width = min(256, (MOST >> 8 * level) - 256 * index)
        assert len(tile) == 32 * width
    assert TILES[1, 0][:32] == naive_root(LEAVES[:256])
    assert {level for level, _ in TILES} == {0, 1}


def test_a_third_level_begins_after_65536_leaves():
    edge = Edge()
    tiles = edge.extend([LEAVES[0]] * 65_537)
    assert len(tiles[2, 0]) == 32
    assert merkle.levels(65_535) == 2
    assert merkle.levels(65_536) == len(edge.partial) == 3
    assert edge.root() == node_hash(tiles[2, 0], LEAVES[0])
    assert Edge.load(65_537, reader(tiles)) == edge


@given(sizes)
@settings(deadline=None)
def test_an_older_root_can_be_had_from_the_tiles_of_today(size: int):
    assert merkle.root_at(size, READ) == naive_root(LEAVES[:size])


@given(st.data())
@settings(deadline=None)
def test_an_inclusion_proof_is_that_of_the_recursion_and_verifies(data: st.DataObject):
    size = data.draw(st.integers(1, MOST))
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, size, READ)
    assert proof == naive_path(index, LEAVES[:size])
    root = naive_root(LEAVES[:size])
    merkle.verify_inclusion(LEAVES[index], index=index, size=size, proof=proof, root=root)


@given(st.data())
@settings(deadline=None)
def test_a_consistency_proof_is_that_of_the_recursion_and_verifies(data: st.DataObject):
    new = data.draw(st.integers(1, MOST))
    old = data.draw(st.integers(1, new))
    proof = merkle.consistency_proof(old, new, READ)
    assert proof == naive_consistency(old, LEAVES[:new])
    merkle.verify_consistency(
        old=old,
        old_root=naive_root(LEAVES[:old]),
        new=new,
        new_root=naive_root(LEAVES[:new]),
        proof=proof,
    )


@given(st.data())
@settings(deadline=None)
def test_a_bent_inclusion_proof_is_refused(data: st.DataObject):
    size = data.draw(st.integers(2, 600))
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, size, READ)
    root = naive_root(LEAVES[:size])
    at = data.draw(st.integers(0, len(proof) - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda one: one != index))
    bent = [*proof[:at], LEAVES[-1], *proof[at + 1 :]]
    wrongs: list[dict[str, Any]] = [
        {"proof": bent},
        {"proof": proof[:-1]},
        {"proof": [*proof, LEAVES[0]]},
        {"proof": []},
        {"index": other},
        {"index": size},
        {"index": -1},
        {"size": 0},
        {"root": LEAVES[0]},
    ]
    right: dict[str, Any] = {"index": index, "size": size, "proof": proof, "root": root}
    for wrong in wrongs:
        with pytest.raises(SealError):
            merkle.verify_inclusion(LEAVES[index], **right | wrong)


@given(st.data())
@settings(deadline=None)
def test_a_bent_consistency_proof_is_refused(data: st.DataObject):
    new = data.draw(st.integers(2, 600))
    old = data.draw(st.integers(1, new - 1))
    proof = merkle.consistency_proof(old, new, READ)
    at = data.draw(st.integers(0, len(proof) - 1))
    bent = [*proof[:at], LEAVES[-1], *proof[at + 1 :]]
    right: dict[str, Any] = {
        "old": old,
        "old_root": naive_root(LEAVES[:old]),
        "new": new,
        "new_root": naive_root(LEAVES[:new]),
        "proof": proof,
    }
    wrongs: list[dict[str, Any]] = [
        {"proof": bent},
        {"proof": proof[:-1]},
        {"proof": [*proof, LEAVES[0]]},
        {"old_root": LEAVES[-1]},
        {"new_root": LEAVES[-1]},
        {"old": new},
        {"old": new + 1},
    ]
    for wrong in wrongs:
        with pytest.raises(SealError):
            merkle.verify_consistency(**right | wrong)


def test_every_log_continues_the_empty_one_and_itself():
    root = naive_root(LEAVES[:5])
    merkle.verify_consistency(old=0, old_root=merkle.EMPTY_ROOT, new=5, new_root=root, proof=[])
    merkle.verify_consistency(old=5, old_root=root, new=5, new_root=root, proof=[])
    for other in (LEAVES[0], b""):
        with pytest.raises(SealError):
            merkle.verify_consistency(old=5, old_root=other, new=5, new_root=root, proof=[])
    with pytest.raises(SealError):
        merkle.verify_consistency(old=0, old_root=root, new=5, new_root=root, proof=[])


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_no_proof_is_made_for_a_leaf_that_is_not_there(index: int, size: int):
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion_proof(index, size, READ)


@pytest.mark.parametrize(("old", "new"), [(0, 5), (6, 5), (-1, 5)])
def test_no_proof_is_made_between_logs_that_do_not_follow(old: int, new: int):
    with pytest.raises(ValueError, match="does not begin"):
        merkle.consistency_proof(old, new, READ)


def test_a_tile_that_is_too_short_is_named():
    with pytest.raises(SealError, match="tile 0/0"):
        merkle.inclusion_proof(0, 4, lambda _level, _index: LEAVES[0])
