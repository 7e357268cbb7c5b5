"""Many values are kept outside memory, sealed, in a file without a name."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.stores.search.digests import Digests
from privacy.stores.search.spool import Spool

SECRET = "camille.durand@example.fr"


def open_files(folder: Path) -> list[Path]:
    """Return what this process has open below a folder, named or not."""
    numbers = Path("/proc/self/fd")
    links = [(one, str(one.readlink())) for one in numbers.iterdir() if one.exists()]
    return [one for one, target in links if target.startswith(str(folder))]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which temporary files are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@given(st.lists(st.text() | st.integers() | st.binary()), st.integers(0, 300))
def test_what_was_added_comes_back_in_order_however_often(values: list[object], in_memory: int):
    spool: Spool[object] = Spool(in_memory)
    for value in values:
        spool.append(value)
    assert len(spool) == len(values)
    assert list(spool) == list(spool) == values


def test_a_reader_does_not_see_what_is_added_meanwhile():
    spool: Spool[str] = Spool(200)
    for number in range(10):
        spool.append(str(number))
    seen = []
    for value in spool:
        seen.append(value)
        spool.append("later")
    assert seen == [str(number) for number in range(10)]
    assert len(spool) == 20


def test_two_readers_do_not_disturb_each_other():
    spool: Spool[int] = Spool(100)
    for number in range(50):
        spool.append(number)
    assert list(zip(spool, spool, strict=True)) == [(one, one) for one in range(50)]


def test_few_values_make_no_file(folder: Path):
    spool: Spool[str] = Spool()
    spool.append(SECRET)
    assert open_files(folder) == []


def test_the_file_has_no_name_and_shows_no_value(folder: Path):
    spool: Spool[str] = Spool(1_000)
    for number in range(1_000):
        spool.append(f"{number} {SECRET}")
    (opened,) = open_files(folder)
    assert list(folder.iterdir()) == []
    written = opened.read_bytes()
    assert len(written) > 20_000
    assert SECRET.encode() not in written


def test_the_file_is_closed_with_its_spool(folder: Path):
    spool: Spool[str] = Spool(0)
    spool.append(SECRET)
    assert len(open_files(folder)) == 1
    del spool
    assert open_files(folder) == []


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(0, 30)), max_size=200))
def test_a_set_of_digests_knows_exactly_what_it_met(values: list[tuple[str, int]]):
    digests, met = Digests(), set()
    for value in values:
        assert (value in digests) == (value in met)
        assert digests.add(value) == (value not in met)
        met.add(value)
    assert len(digests) == len(met)
    assert all(value in digests for value in met)


def test_digests_tell_a_number_from_its_text_and_any_text_from_others():
    digests = Digests()
    assert all(digests.add(value) for value in (1, "1", (1,), ("1",), "\ud800", "\udfff"))
    assert not digests.add("\ud800")
