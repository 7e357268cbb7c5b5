"""What the check of the log can find, and how it is said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of faults, by which a page in another language finds its words."""

    ALTERED = "altered"
    COLUMNS = "columns"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    NOTE = "note"
    NOTE_KEPT = "note_kept"
    NOTE_SIZE = "note_size"
    NOT_SIGNED = "not_signed"
    HEAD = "head"
    UNCOVERED = "uncovered"
    CUT = "cut"
    TILES_LEFT = "tiles_left"
    TILE_ENTRY = "tile_entry"
    TILE = "tile"


_WORDS = {
    Kind.ALTERED: "The bytes of entry {entry} were altered.",
    Kind.COLUMNS: "The columns of entry {entry} are not its bytes'.",
    Kind.MISSING: "Entry {entry} is missing; the next is {next}.",
    Kind.UNREADABLE: "The file is damaged: entries from {entry} on cannot be read.",
    Kind.NOTE: "The checkpoint of size {size}: {why}",
    Kind.NOTE_KEPT: "A checkpoint kept elsewhere: {why}",
    Kind.NOTE_SIZE: "The checkpoint of size {size} has another size.",
    Kind.NOT_SIGNED: "The entries {entry} to {last} are not those signed at size {size}.",
    Kind.HEAD: "The log has {size} entries, its head says {head}.",
    Kind.UNCOVERED: "No checkpoint covers the entries from {entry} on.",
    Kind.CUT: "{signed} entries were signed, {size} are there.",
    Kind.TILES_LEFT: "There are tiles that belong to no entry.",
    Kind.TILE_ENTRY: "Entry {entry} and its hash in the tile 0/{tile} differ.",
    Kind.TILE: "The tile {level}/{tile} is not what its entries hash to.",
}


@dataclass(frozen=True)
class Fault:
    """What is wrong, and from which entry on if that can be told."""

    index: int | None
    kind: Kind
    values: Mapping[str, int | str] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """Say it in English, as commands and machines read it."""
        return _WORDS[self.kind].format(**self.values)
