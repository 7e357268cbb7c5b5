"""Addresses of tiles, as C2SP tlog-tiles writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.errors import NotFoundError
from privacy.web.admin.tiles import Place, place


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("000", Place(0, 256)),
        ("007", Place(7, 256)),
        ("067.p/42", Place(67, 42)),
        ("x001/x234/067", Place(1_234_067, 256)),
        ("x001/x234/067.p/255", Place(1_234_067, 255)),
    ],
)
def test_an_address_names_a_tile_and_how_much_of_it(address: str, expected: Place):
    assert place(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "0",
        "1234",
        "x001",
        "x000/001",
        "001/002",
        "x001/2",
        "000.p/0",
        "000.p/256",
        "000.p/01",
        "000.p/999",
        "000.p/",
        "../000",
        "x001//000",
        "\u0660\u0660\u0661",
        "000\n",
        "x999/" * 9 + "999",
    ],
)
def test_what_is_written_otherwise_is_not_found(address: str):
    with pytest.raises(NotFoundError):
        place(address)


@given(st.integers(0, 10**12), st.integers(1, 255) | st.none())
def test_every_number_has_one_address(n: int, width: int | None):
    digits = f"{n:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    address = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    suffix = f".p/{width}" if width else ""
    assert place(address + suffix) == Place(n, width or 256)
