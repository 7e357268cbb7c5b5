"""The built files: not stale, not fat, their own tests green."""

import shutil
import subprocess

import brotli
import pytest

from privacy.web.banner import script
from tests.banner.fake_service import BANNER, HERE, configuration, served

FIRST_AIM, FIRST_MOST = 4_096, 5_120
"""Bytes after brotli for code, style, words and four purposes on a first visit, in one request."""
RETURN_AIM, RETURN_MOST = 1_228, 1_434
"""The same for whoever has answered."""


def node(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Node in the banner's folder, or skip when it is not installed."""
    if not shutil.which("node"):
        pytest.skip("Node is not installed: the banner's own tests and its build did not run")
    return subprocess.run(
        ["node", *arguments], cwd=BANNER, capture_output=True, text=True, check=False
    )


def weight(text: str) -> int:
    return len(brotli.compress(text.encode(), quality=11, mode=brotli.MODE_TEXT))


def test_the_rules_without_a_page_hold():
    tests = sorted(str(path) for path in HERE.glob("*.test.mjs"))
    done = node("--test", *tests)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 0" not in done.stdout


def test_the_committed_files_are_what_the_sources_give():
    if not (BANNER / "node_modules" / "esbuild").exists():
        pytest.skip("esbuild is missing: run `npm ci` in static/consent-banner")
    done = node("build.mjs", "--check")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "aim", "most"),
    [("banner", FIRST_AIM, FIRST_MOST), ("stub", RETURN_AIM, RETURN_MOST)],
)
def test_a_visit_stays_within_its_budget(name: str, aim: int, most: int):
    config = configuration(service="https://privacy.example.fr")
    size = weight(served(config)[name])
    print(f"{name}: {size} B of brotli for four purposes in French; {aim} wanted, {most} allowed")  # noqa: T201 - the figure is wanted in the log
    assert size <= most


@pytest.mark.parametrize("part", script.PARTS)
def test_the_configuration_has_one_place(part: script.Part):
    assert script.code(part).count(script.PLACE) == (part != "pinned")
