"""The browser is found or its lack is said; it is ended in time and its failures have a name."""

import os
from pathlib import Path
from typing import Any

import pytest

from privacy.errors import UnavailableError
from privacy.scans import browser
from privacy.scans.browser import NoBrowserError, available, executable

pytestmark = pytest.mark.apart


def test_the_setting_comes_before_what_is_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("chromium-browser", "google-chrome", "other"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert executable() == tmp_path / "chromium-browser"
    assert executable("other") == tmp_path / "other"
    assert executable(str(tmp_path / "google-chrome")) == tmp_path / "google-chrome"


def test_none_means_that_no_browser_is_started():
    with pytest.raises(NoBrowserError, match="starts no browser"):
        executable("none")
    assert not available("none")


def test_a_program_that_is_no_browser_is_named(tmp_path: Path):
    fake = tmp_path / "fake"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    with pytest.raises(NoBrowserError, match="does not start"), browser.running(str(fake)):
        pass


@pytest.fixture
def chromium() -> None:
    """Skip where there is no browser."""
    try:
        executable()
    except NoBrowserError as missing:
        pytest.skip(str(missing))


@pytest.mark.browser
@pytest.mark.usefixtures("chromium")
def test_a_page_that_never_yields_is_ended_in_time():
    def look() -> None:
        with browser.running(patience=3) as running:
            running.new_page().evaluate("() => { while (true); }")

    with pytest.raises(UnavailableError, match="took too long"):
        look()


@pytest.mark.browser
@pytest.mark.usefixtures("chromium")
def test_the_sandbox_is_off_for_root_alone(monkeypatch: pytest.MonkeyPatch):
    started: list[dict[str, Any]] = []

    class Chromium:
        def launch(self, **given: Any) -> None:
            started.append(given)

    class Playwright:
        chromium = Chromium()

    for uid in (0, 1000):
        monkeypatch.setattr(os, "geteuid", lambda uid=uid: uid)
        browser._launched(None, Playwright(), Path("/usr/bin/chromium"))  # noqa: SLF001 -- no other way in
    assert ["--no-sandbox" in one["args"] for one in started] == [True, False]
    assert [one["chromium_sandbox"] for one in started] == [False, True]
