"""What the owner of the database could do to a log of 600 entries, signed at 300, 500 and 600."""

from typing import NamedTuple

BYTES = {"sqlite": "BLOB", "postgresql": "BYTEA"}
ADD = """INSERT INTO audit_entry (log_id, idx, body, leaf_hash, id, action, actor, at)
SELECT log_id, {idx}, CAST('forged' AS {bytes}), CAST('hash' AS {bytes}), id, action, actor, at
FROM audit_entry WHERE idx = 7"""


class Falsification(NamedTuple):
    """What is done, which entry the check must blame, and in which words."""

    name: str
    done: list[str]
    first_bad: int | None
    words: str

    def statements(self, dialect: str) -> list[str]:
        """Return what is done as SQL; `add 7` adds an entry of index 7."""
        kind = BYTES[dialect]
        return [
            ADD.format(idx=one[4:], bytes=kind)
            if one.startswith("add ")
            else one.format(bytes=kind)
            for one in self.done
        ]


FALSIFICATIONS = [
    Falsification(
        "bytes of another entry",
        ["UPDATE audit_entry SET body = CAST(action AS {bytes}) WHERE idx = 417"],
        417,
        "bytes of entry 417 were altered",
    ),
    Falsification(
        "the stored hash",
        ["UPDATE audit_entry SET leaf_hash = body WHERE idx = 417"],
        417,
        "bytes of entry 417 were altered",
    ),
    Falsification(
        "the actor for searching",
        ["UPDATE audit_entry SET actor = 'system' WHERE idx = 5"],
        5,
        "columns of entry 5",
    ),
    Falsification(
        "the action for searching",
        ["UPDATE audit_entry SET action = 'x' WHERE idx = 599"],
        599,
        "columns of entry 599",
    ),
    Falsification(
        "the subject for searching",
        ["UPDATE audit_entry SET subject_id = NULL WHERE idx = 0"],
        0,
        "columns of entry 0",
    ),
    Falsification(
        "the controller for searching",
        ["UPDATE audit_entry SET controller_id = id WHERE idx = 4"],
        4,
        "columns of entry 4",
    ),
    Falsification(
        "the id for searching",
        ["UPDATE audit_entry SET id = controller_id WHERE idx = 4"],
        4,
        "columns of entry 4",
    ),
    Falsification(
        "the instant for searching, by less than it is precise",
        ["UPDATE audit_entry SET at = '2026-03-02 09:00:00.000001' WHERE idx = 1"],
        1,
        "columns of entry 1",
    ),
    Falsification(
        "an entry removed",
        ["DELETE FROM audit_entry WHERE idx = 511"],
        511,
        "511 is missing",
    ),
    Falsification(
        "an entry removed, and one before it altered",
        [
            "DELETE FROM audit_entry WHERE idx = 511",
            "UPDATE audit_entry SET leaf_hash = body WHERE idx = 417",
        ],
        417,
        "511 is missing",
    ),
    Falsification(
        "two entries swapped",
        [
            "UPDATE audit_entry SET idx = -1 WHERE idx = 310",
            "UPDATE audit_entry SET idx = 310 WHERE idx = 320",
            "UPDATE audit_entry SET idx = 320 WHERE idx = -1",
        ],
        310,
        "Entry 310 and its hash in the tile 0/1 differ",
    ),
    Falsification(
        "the end cut off",
        ["DELETE FROM audit_entry WHERE idx >= 590"],
        590,
        "590 entries, its head says 600",
    ),
    Falsification(
        "the end cut off and the head set back",
        ["DELETE FROM audit_entry WHERE idx >= 590", "UPDATE audit_head SET size = 590"],
        590,
        "600 entries were signed, 590 are there",
    ),
    Falsification(
        "the end cut off, head, tiles and checkpoint too, but one tile",
        [
            "DELETE FROM audit_entry WHERE idx >= 500",
            "UPDATE audit_head SET size = 500",
            "DELETE FROM audit_checkpoint WHERE size = 600",
            "DELETE FROM audit_tile WHERE level = 0 AND n = 1",
        ],
        256,
        "tile 0/1",
    ),
    Falsification("all entries removed", ["DELETE FROM audit_entry"], 0, "its head says 600"),
    Falsification("an entry added at the end", ["add 600"], 600, "its head says 600"),
    Falsification("an entry added before the first", ["add -1"], 0, "the next is -1"),
    Falsification(
        "an entry added at the end, and the head moved",
        ["add 600", "UPDATE audit_head SET size = 601"],
        600,
        "bytes of entry 600 were altered",
    ),
    Falsification(
        "a tile of hashes replaced",
        ["UPDATE audit_tile SET hashes = CAST('hash' AS {bytes}) WHERE level = 0 AND n = 1"],
        256,
        "Entry 256 and its hash in the tile 0/1 differ",
    ),
    Falsification(
        "a tile removed",
        ["DELETE FROM audit_tile WHERE level = 0 AND n = 2"],
        512,
        "tile 0/2",
    ),
    Falsification(
        "an upper tile replaced",
        ["UPDATE audit_tile SET hashes = CAST('hash' AS {bytes}) WHERE level = 1"],
        0,
        "tile 1/0 is not what its entries hash to",
    ),
    Falsification(
        "a tile added",
        ["INSERT INTO audit_tile SELECT log_id, 2, 0, hashes FROM audit_tile WHERE level = 1"],
        None,
        "tiles that belong to no entry",
    ),
    Falsification("the head set back", ["UPDATE audit_head SET size = 500"], 500, "head says 500"),
    Falsification("the head removed", ["DELETE FROM audit_head"], 0, "its head says 0"),
    Falsification(
        "all checkpoints removed",
        ["DELETE FROM audit_checkpoint"],
        0,
        "No checkpoint covers the entries from 0 on",
    ),
    Falsification(
        "the last checkpoint removed",
        ["DELETE FROM audit_checkpoint WHERE size = 600"],
        500,
        "No checkpoint covers the entries from 500 on",
    ),
    Falsification(
        "a checkpoint altered",
        ["UPDATE audit_checkpoint SET note = replace(note, '500', '501') WHERE size = 500"],
        None,
        "The checkpoint of size 500",
    ),
    Falsification(
        "a checkpoint moved",
        ["UPDATE audit_checkpoint SET size = 501 WHERE size = 500"],
        None,
        "The checkpoint of size 501 has another size",
    ),
]
