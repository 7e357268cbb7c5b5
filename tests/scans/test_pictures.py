"""Pictures are those of the bytes that were kept, drawn without a network."""

import pytest

from privacy.errors import UnavailableError
from privacy.scans.browser import NoBrowserError, executable
from privacy.scans.pictures import draw
from tests.scans.places import Places

pytestmark = pytest.mark.browser
ENTRY = "/banner/x.js"
BANNER = """
document.body.insertAdjacentHTML("beforeend",
  `<section style="background:#123"><button data-cb="reject">r</button>
   <button data-cb="choose">c</button></section>
   <dialog><button data-cb="reject">r</button></dialog>`);
document.querySelector("[data-cb=choose]").onclick = () => import("/banner/x/more.js");
fetch("PLACE/beacon").catch(() => {});
"""
MORE = b"document.querySelector('dialog').showModal();"

pytestmark = pytest.mark.apart


@pytest.fixture(autouse=True)
def chromium_is_there() -> None:
    """Skip where no browser could draw."""
    try:
        executable()
    except NoBrowserError as missing:
        pytest.skip(str(missing))


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


def test_each_screen_and_layer_is_drawn_and_nothing_leaves_the_browser(places: Places):
    files = {
        ENTRY: BANNER.replace("PLACE", places.site).encode(),
        "/banner/x/more.js": MORE,
    }
    drawn = draw(files, entry=ENTRY, language="fr")
    assert {name: size(png) for name, png in drawn.items()} == {
        "desktop_1": (1280, 800), "desktop_2": (1280, 800),
        "phone_1": (375, 667), "phone_2": (375, 667),
    }  # fmt: skip
    assert len(set(drawn.values())) == 4
    assert draw(files, entry=ENTRY, language="fr") == drawn
    assert "/beacon" not in places.asked[-5:]


def test_a_script_that_shows_nothing_gives_no_picture():
    with pytest.raises(UnavailableError, match="does not appear"):
        draw({ENTRY: b""}, entry=ENTRY, language="fr")
