"""Archives of any size are written as a stream that every program reads."""

import io
import struct
import zipfile
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from privacy.packages.zipping import PIECE, Entry, directory, pieces, zipped

NAMES = st.text("abcdefghij/", min_size=1, max_size=20)


@given(st.dictionaries(NAMES, st.lists(st.binary(max_size=50), max_size=5), max_size=5))
def test_what_was_put_in_comes_out(files: dict[str, list[bytes]]):
    made = b"".join(zipped(files.items()))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            name: b"".join(contents) for name, contents in files.items()
        }


def test_a_file_is_asked_for_when_those_before_it_were_taken():
    events: list[str] = []

    def contents(name: str) -> Iterator[bytes]:
        events.append(f"made {name}")
        yield name.encode()

    taken = zipped((name, contents(name)) for name in ("a", "b"))
    events.extend(piece[:2].decode("latin-1") for piece in taken)
    assert events.index("made b") > events.index("PK") + 1


def test_the_one_that_is_stored_stands_in_the_archive_as_it_is():
    made = b"".join(zipped([("a", [b"x" * 100]), ("note", [b"y" * 100])], stored="note"))
    assert b"y" * 100 in made
    assert b"x" * 100 not in made


def test_sizes_beyond_four_gibibytes_stand_in_the_wide_form():
    entry = Entry("big", 8, 7, 5 * 2**30, 6 * 2**30, 9 * 2**30)
    made = b"".join(directory([entry], 10 * 2**30))
    extra = struct.pack("<HHQQQ", 1, 24, 6 * 2**30, 5 * 2**30, 9 * 2**30)
    assert extra in made
    assert struct.pack("<QQQQ", 1, 1, len(entry.central()), 10 * 2**30) in made
    assert made.endswith(struct.pack("<HHIIH", 1, 1, len(entry.central()), 0xFFFFFFFF, 0))
    assert entry.local()[18:26] == b"\xff" * 8
    assert entry.local().endswith(struct.pack("<HHQQ", 1, 16, 6 * 2**30, 5 * 2**30))


def test_a_small_file_far_behind_needs_only_its_place_in_the_wide_form():
    line = Entry("late", 0, 7, 3, 3, 2**33).central()
    assert line.endswith(struct.pack("<HHQ", 1, 8, 2**33))
    assert Entry("late", 0, 7, 3, 3, 2**33).local()[4:6] == struct.pack("<H", 20)


@given(st.lists(st.binary(max_size=40)), st.integers(1, 30))
def test_pieces_are_the_same_bytes_cut_anew(given_pieces: list[bytes], size: int):
    cut = list(pieces(given_pieces, size))
    assert b"".join(cut) == b"".join(given_pieces)
    assert all(len(piece) == size for piece in cut[:-1])
    assert len(cut[-1]) <= size
    assert len(cut[-1]) > 0 or len(cut) == 1


def test_an_empty_piece_says_that_a_large_file_is_still_compressed():
    asked = []

    def contents() -> Iterator[bytes]:
        for number in range(4):
            asked.append(number)
            yield bytes(PIECE)

    flowing = zipped([("zeros", contents())])
    assert next(flowing) == b""
    assert len(asked) < 4
    archive = zipfile.ZipFile(io.BytesIO(b"".join(flowing)))
    assert archive.read("zeros") == bytes(4 * PIECE)
