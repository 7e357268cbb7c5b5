"""`privacy scan`."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from privacy.cli import scan as command
from privacy.scans import browser
from privacy.scans.browser import NoBrowserError, executable
from privacy.scans.visit import Tour
from tests.cli.conftest import Privacy
from tests.scans.places import Places, serving

pytestmark = pytest.mark.apart


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    """Return the fictional site, or skip where no browser could visit it."""
    try:
        executable()
    except NoBrowserError as missing:
        pytest.skip(str(missing))
    with serving() as running:
        yield running


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less for pages that are known to be quiet."""
    monkeypatch.setattr(command, "Tour", partial(Tour, pause=250, quiet_within=1))


@pytest.mark.browser
def test_a_bad_page_ends_with_one_and_says_what_where_by_whom_and_what_to_do(
    privacy: Privacy, places: Places
):
    ran = privacy("scan", f"{places.site}/after-refusal")
    assert ran.status == 1, ran.err
    (line,) = [one for one in ran.out.splitlines() if one.startswith("FAILED")]
    assert "after refusing cookie _refused (0 days) of 127.0.0.1" in line
    assert f"by {places.site}/after-refusal:" in line
    assert "hold it back until consent" in line


@pytest.mark.browser
def test_a_good_page_of_a_site_ends_with_nought_once_it_declares_what_it_uses(
    privacy: Privacy, places: Places, company: Path
):
    assert company.exists()
    added = privacy(
        "sites", "add", "--name", "x", "--origin", places.site, "--purpose", "audience_consent",
        "--json",
    )  # fmt: skip
    ran = privacy("scan", f"{places.site}/good", "--site", added.facts["site"], "--json")
    assert ran.status == 1, ran.err  # what runs after acceptance was never declared
    assert ran.facts["phases"] == {
        "first": "passed", "refused": "passed", "accepted": "failed", "gpc": "passed",
    }  # fmt: skip
    offered = ran.facts["proposals"]
    assert [one["name"] for one in offered["cookies"]] == [
        "_audience",
        "aud",
        "aud-db",
        "seen",
        "tab",
    ]
    names = [one["name"] for one in offered["cookies"]]
    essential = [part for name in [*names, "localhost"] for part in ("--essential", name)]
    again = privacy("scan", f"{places.site}/good", "--site", added.facts["site"], *essential)
    assert again.status == 0, again.out


def test_without_a_browser_it_says_what_to_install_and_ends_with_two(
    privacy: Privacy, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PRIVACY_CHROMIUM", "/nowhere/chromium")
    ran = privacy("scan", "https://example.fr")
    assert ran.status == 2
    assert "No Chromium is installed (/nowhere/chromium): install one" in ran.err


def test_without_playwright_it_names_the_extra(privacy: Privacy, monkeypatch: pytest.MonkeyPatch):
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setenv("PRIVACY_CHROMIUM", "/bin/true")
    monkeypatch.setattr(browser, "import_module", missing)
    ran = privacy("scan", "https://example.fr")
    assert ran.status == 2
    assert "pip install 'privacy[scan]'" in ran.err


def test_an_address_needs_its_scheme_and_one_is_needed(privacy: Privacy):
    assert "https://example.fr" in privacy("scan", "example.fr").err
    assert privacy("scan").status == 2
