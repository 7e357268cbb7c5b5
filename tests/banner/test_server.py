"""The files that a server copies say which purposes a request carries, alike in each language."""

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "static" / "consent-banner" / "server"
TABLE = json.loads((Path(__file__).parent / "cookies.json").read_text())
PHP = shutil.which("php")
CASE = pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: str(case["name"]))


def in_python() -> Any:
    spec = importlib.util.spec_from_file_location("choice", FOLDER / "privacy_choice.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@CASE
def test_python_reads_what_a_request_carries(case: dict[str, Any]):
    choice, material = in_python(), case.get("material", "")
    found = choice.granted(case["cookies"], material=material, now=TABLE["now"])
    assert sorted(found) == case["granted"]
    found = choice.answered(case["cookies"], material=material, now=TABLE["now"])
    assert found is case["answered"]


@pytest.mark.skipif(PHP is None, reason="PHP is not installed")
@CASE
def test_php_reads_what_a_request_carries(case: dict[str, Any]):
    asked = json.dumps([case["cookies"], case.get("material", ""), 180, TABLE["now"]])
    code = (
        f"require {str(FOLDER / 'privacy_choice.php')!r};"
        "$asked = json_decode(stream_get_contents(STDIN));"
        "echo json_encode([privacy_granted(...$asked), privacy_answered(...$asked)]);"
    )
    told = subprocess.run(
        [str(PHP), "-r", code], input=asked, capture_output=True, text=True, check=True
    )
    granted, answered = json.loads(told.stdout)
    assert (sorted(granted), answered) == (case["granted"], case["answered"])
