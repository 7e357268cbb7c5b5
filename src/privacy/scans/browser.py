"""The only place that knows Playwright: an extra (`pip install privacy[scan]`), or nothing.

It starts a Chromium that is installed on this machine and downloads none.
"""

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from privacy.errors import UnavailableError

NAMES = ("chromium", "chromium-browser", "google-chrome")
NEVER = "none"
"""What PRIVACY_CHROMIUM says where no browser shall be started."""
PATIENCE = 900.0
"""Seconds that one browser may live: enough for a scan of a few slow pages."""
FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    # Banners hide from robots, and what they would hold back then looks as if it were not there.
    "--disable-blink-features=AutomationControlled",
    # Its private contexts would hide from us what third parties store in a usual window.
    "--disable-features=TrackingProtection3pcd,BlockThirdPartyCookiesInIncognito",
)


class NoBrowserError(UnavailableError):
    """There is no Chromium, or nothing to drive it with; the message says what to install."""


def executable(wanted: str = "") -> Path:
    """Return the Chromium that the setting names, else the first on PATH; NoBrowserError."""
    if wanted == NEVER:
        raise NoBrowserError("PRIVACY_CHROMIUM is none: this installation starts no browser.")
    found = next(filter(None, map(shutil.which, [wanted] if wanted else NAMES)), None)
    if found is None:
        where = wanted or ", ".join(NAMES)
        raise NoBrowserError(
            f"No Chromium is installed ({where}): install one, or name it in PRIVACY_CHROMIUM."
        )
    return Path(found)


def available(wanted: str = "") -> bool:
    """Say whether there is a Chromium, and Playwright to drive it."""
    try:
        executable(wanted)
    except NoBrowserError:
        return False
    return find_spec("playwright") is not None


@contextmanager
def running(wanted: str = "", *, patience: float = PATIENCE) -> Iterator[Any]:
    """Yield a running browser of Playwright's; raise NoBrowserError where there can be none.

    It is ended after so many seconds, whatever a page does; that, and any other failure of the
    browser, comes out of the block as UnavailableError.
    """
    path = executable(wanted)
    try:
        driver = import_module("playwright.sync_api")
    except ImportError:
        raise NoBrowserError(
            "The browser cannot be driven without Playwright: pip install 'privacy[scan]'"
        ) from None
    with driver.sync_playwright() as playwright:
        browser = _launched(driver, playwright, path)
        watchdog = _watchdog(browser, patience)
        try:
            yield browser
        except driver.Error:
            raise UnavailableError("The browser failed or took too long; try again.") from None
        finally:
            watchdog.cancel()
            with suppress(driver.Error):
                browser.close()


def _launched(driver: Any, playwright: Any, path: Path) -> Any:
    # Chromium refuses its sandbox to root; for anybody else it stays on.
    is_root = os.geteuid() == 0
    flags = [*FLAGS, "--no-sandbox"] if is_root else [*FLAGS]
    try:
        return playwright.chromium.launch(
            executable_path=str(path), args=flags, chromium_sandbox=not is_root
        )
    except driver.Error:
        raise NoBrowserError(f"{path} does not start; try it by hand.") from None


def _watchdog(browser: Any, patience: float) -> threading.Timer:
    """Kill the browser in time: a page that never yields would hold the call that looks at it."""
    told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    pids = [one["id"] for one in told["processInfo"] if one["type"] == "browser"]

    def end() -> None:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    timer = threading.Timer(patience, end)
    timer.daemon = True
    timer.start()
    return timer
