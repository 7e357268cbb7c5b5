"""Addresses of tiles as C2SP tlog-tiles writes them: `x001/x234/067` and `.p/42`."""

import re
from typing import Final, NamedTuple

from privacy.audit.merkle import TILE_WIDTH
from privacy.errors import NotFoundError

# No log reaches 10^15 tiles, and 256 times as much still fits the database's numbers.
_PLACE: Final = re.compile(r"((?:x\d{3}/){0,4})(\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)


class Place(NamedTuple):
    """Which tile, and how many of its hashes or entries."""

    n: int
    width: int


def place(address: str) -> Place:
    """Return what an address asks for; raise NotFoundError unless it is written canonically."""
    found = _PLACE.fullmatch(address)
    if found is None or address.startswith("x000"):
        raise NotFoundError("A tile is addressed as C2SP tlog-tiles says, such as x001/067.p/42.")
    n = int(found[1].replace("x", "").replace("/", "") + found[2])
    width = int(found[3]) if found[3] else TILE_WIDTH
    if found[3] and width >= TILE_WIDTH:
        raise NotFoundError("A partial tile has fewer than 256 hashes.")
    return Place(n, width)
