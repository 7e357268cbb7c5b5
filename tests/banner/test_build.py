"""The built files: not stale, not fat, their own tests green."""

import re
import shutil
import subprocess

import pytest

from privacy.web.banner import script
from privacy.web.banner.shelf import Packed
from tests.banner.fake_service import BANNER, HERE, configuration, served

FIRST_AIM, FIRST_MOST = 4_000, 4_032
"""Bytes after brotli for code, style, words and four purposes on a first visit, in one request."""
RETURN_AIM, RETURN_MOST = 1_228, 1_240
"""The same for whoever has answered."""


def node(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Node in the banner's folder, or skip when it is not installed."""
    if not shutil.which("node"):
        pytest.skip("Node is not installed: the banner's own tests and its build did not run")
    return subprocess.run(
        ["node", *arguments], cwd=BANNER, capture_output=True, text=True, check=False
    )


def weight(text: str) -> int:
    return len(Packed(text).bodies["br"])


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


def test_what_the_types_promise_is_what_pages_find():
    types = (BANNER / "banner.d.ts").read_text()
    source = "".join(path.read_text() for path in (BANNER / "src").glob("*.js"))
    promised = re.search(
        r"export interface PrivacyBanner {(.*?)^}", types, re.DOTALL | re.MULTILINE
    )
    assert promised
    members = set(re.findall(r"^  (\w+)[(<]", promised[1], re.MULTILINE))
    told = re.search(r"const api = {(.*?)};", source, re.DOTALL)
    loaded = re.search(r'for \(const name of "([a-z ]+)"', source)
    assert told
    assert loaded
    here = {name for name in ("get", "has", "on") if re.search(rf"\b{name}\b", told[1])}
    assert members == here | set(loaded[1].split())
    events = re.search(r"export interface PrivacyEvents {(.*?)^}", types, re.DOTALL | re.MULTILINE)
    assert events
    emitted = set(re.findall(r'emit\("(\w+)"', source))
    assert set(re.findall(r"^  (\w+):", events[1], re.MULTILINE)) == emitted


def test_the_framework_of_advertisers_is_in_no_file_that_pages_load_by_themselves():
    for part in script.PARTS:
        assert "tcfapi" not in script.code(part)
