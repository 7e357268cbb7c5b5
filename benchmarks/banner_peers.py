"""The banners that are measured: how each is installed, served, found on a page and refused."""

import mimetypes
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import brotli

from privacy import tables
from privacy.crypto import Keyring
from privacy.db import Database
from tests.banner.assertions.pages import Markup
from tests.banner.assertions.world import SERVICE, Asset, World, real_world

PAGES = Path(__file__).parent / "banner_pages"
TEXT = "<p>" + "The shop sells lamps that are made by hand, one after the other. " * 40 + "</p>"


@dataclass(frozen=True)
class Banner:
    """A banner on a page of its own."""

    name: str
    shown: str = ""
    """Selector of what is visible once it asks."""
    refuse: str = ""
    version: str = ""


BARE = Banner("bare")
OURS = Banner("ours", "#cb", "#cb [data-cb=reject]")
DRAWN = Banner("ours, drawn", OURS.shown, OURS.refuse)
"""Ours on a page whose server drew the first layer."""
PEERS = (
    Banner("vanilla-cookieconsent", "#cc-main .cm", "#cc-main .cm [data-role=necessary]", "3.1.0"),
    Banner("orejime", ".orejime-Banner", ".orejime-Banner-declineButton", "3.2.1"),
    Banner("klaro", ".klaro .cookie-notice", ".klaro .cookie-notice .cn-decline", "0.7.22"),
    Banner("tarteaucitronjs", "#tarteaucitronAlertBig", "#tarteaucitronAllDenied2", "1.34.0"),
)


def install(folder: Path) -> None:
    """Let npm put the peers into a folder, unless they are there."""
    wanted = [f"{peer.name}@{peer.version}" for peer in PEERS]
    if all((folder / "node_modules" / peer.name).is_dir() for peer in PEERS):
        return
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not installed: the peers cannot be fetched.")
    quiet = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--no-save"]
    subprocess.run([npm, "install", *quiet, *wanted], cwd=folder, check=True, timeout=300)


@contextmanager
def open_shop(folder: Path) -> Iterator[World]:
    """Serve a page for each banner, and the peers' files, until the block ends."""
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        database = Database.connect(f"sqlite:///{place / 'shop.sqlite3'}")
        tables.upgrade(database.engine)
        database.dispose()
        keyring = Keyring.create(place / "privacy.key.json")
        with real_world(place / "shop.sqlite3", keyring) as world:
            for banner in (BARE, OURS, DRAWN, *PEERS):
                world.pages[banner.name] = _page(world, banner)
            world.assets |= _files(folder)
            yield world


def _page(world: World, banner: Banner) -> Markup:
    script = ""
    head = ""
    start = ""
    if banner in {OURS, DRAWN}:
        script = f"{world.origin(SERVICE)}/banner/{world.site.key}.js?lang=en"
    elif banner is not BARE:
        head = (PAGES / f"{banner.name}.html").read_text(encoding="utf-8")
    if banner is DRAWN:
        drawn = world.app.test_client().get(f"/banner/{world.site.key}.html?lang=en")
        start = drawn.get_data(as_text=True)
    return Markup("en", script, head=head, start=start, body=TEXT * 3)


def _files(folder: Path) -> dict[str, Asset]:
    found = {}
    for peer in PEERS:
        root = folder / "node_modules" / peer.name
        for path in root.rglob("*"):
            inside = path.relative_to(root).as_posix()
            if path.suffix in {".js", ".css"} and _may_be_asked(inside):
                kind = mimetypes.guess_type(path.name)[0] or "text/plain"
                packed = brotli.compress(path.read_bytes(), quality=11)
                found[f"/peers/{peer.name}/{inside}"] = Asset(packed, kind)
    return found


def _may_be_asked(inside: str) -> bool:
    """Tell whether a page could load a file; the rest need not be compressed."""
    wanted = ("cookieconsent.umd.js", "cookieconsent.css", "orejime-standard-en.js",
              "orejime-standard.css",
              "klaro-no-css.js", "klaro.min.css", ".en.min.js")  # fmt: skip
    return inside.endswith(wanted) or inside.startswith(("tarteaucitron", "css/"))
