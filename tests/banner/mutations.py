"""Tries whether the assertions notice a banner that is wrong: `python -m tests.banner.mutations`.

Each line of the table spoils the page or the banner in one way and names the test that must turn
red. With a word as argument only the mutations whose test contains it are tried.
"""

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.banner.assertions.mutation import Mutation as Wrong
from tests.banner.mutated import MUTATIONS

HERE = Path(__file__).parent


class Table:
    """Runs each assertion under the mutations that name it, and remembers which turned red."""

    def __init__(self, mutations: list[Wrong]) -> None:
        self.mutations = mutations
        self.outcomes: dict[str, set[str]] = {}

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Give each test the mutations that it must notice."""
        name = metafunc.function.__name__
        mine = [one for one in self.mutations if name.startswith(one.test)]
        if "mutation" in metafunc.fixturenames:
            ids = [f"{one.test}: {one.what}" for one in mine]
            metafunc.parametrize("mutation", mine, ids=ids)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep one language for each mutation."""
        items[:] = [item for item in items if self._is_wanted(item)]

    def _is_wanted(self, item: pytest.Item) -> bool:
        params: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
        mutation = params.get("mutation")
        return isinstance(mutation, Wrong) and params.get("language", "fr") in {
            mutation.language, "fr" if "language" not in params else mutation.language,
        }  # fmt: skip

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what became of a test under a mutation."""
        if report.when == "call" or (report.when == "setup" and not report.passed):
            for mutation in self.mutations:
                if f"{mutation.test}: {mutation.what}" in report.nodeid:
                    self.outcomes.setdefault(mutation.what, set()).add(report.outcome)

    def verdict(self, mutation: Wrong) -> str:
        """Return whether a mutation was noticed."""
        outcomes = self.outcomes.get(mutation.what, set())
        if "failed" in outcomes:
            return "noticed"
        return "MISSED" if "passed" in outcomes else "not tried"


def main(word: str = "") -> int:
    """Try all mutations, or some; return how many went unnoticed."""
    table = Table([one for one in MUTATIONS if word in one.test])
    options = ["-q", "--tb=no", "-p", "no:randomly", "-p", "no:cacheprovider", "--no-header"]
    plain = ["-o", "addopts=--strict-markers --import-mode=importlib"]
    pytest.main([*options, *plain, str(HERE / "assertions")], plugins=[table])
    missed = 0
    for mutation in table.mutations:
        verdict = table.verdict(mutation)
        missed += verdict == "MISSED"
        print(f"{verdict:9} {mutation.test:8} {mutation.what}")  # noqa: T201 -- a command's answer
    return missed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
