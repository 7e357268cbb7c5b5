"""Every action is recorded by some act, with no detail that it may not carry."""

import ast
from collections.abc import Iterator

import pytest

from privacy.audit.actions import DETAILS, Action
from tests.architecture.sources import Source, parse, sources

FIXED = {"at", "actor", "controller_id", "subject_id"}
DEFINES = "audit/actions.py"


def entries(source: Source) -> Iterator[tuple[int, Action, set[str]]]:
    """Yield each `append(session, Action.X, …)` of a file: its line, action and details."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"append", "log.append"}:
            named = ast.unparse(node.args[1]) if len(node.args) > 1 else ""
            if named.startswith("Action."):
                given = {keyword.arg for keyword in node.keywords if keyword.arg}
                yield node.lineno, Action[named.removeprefix("Action.")], given - FIXED


def foreign(source: Source) -> list[str]:
    return [
        f"{source.name}: line {line}: {action} may not carry {', '.join(sorted(extra))}"
        for line, action, given in entries(source)
        if (extra := given - DETAILS[action])
    ]


def named_actions(source: Source) -> set[str]:
    """Return the actions that a file names."""
    nodes = [node for node in ast.walk(source.tree) if isinstance(node, ast.Attribute)]
    return {node.attr for node in nodes if ast.unparse(node.value) == "Action"}


def test_no_entry_carries_a_foreign_detail():
    assert "\n".join(fault for source in sources() for fault in foreign(source)) == ""


def test_a_foreign_detail_is_noticed():
    source = parse("x/acts.py", "log.append(s, Action.SUBJECT_CREATED, at=at, e_mail=address)")
    assert foreign(source) == ["x/acts.py: line 1: subject.created may not carry e_mail"]


@pytest.fixture(scope="module")
def recorded() -> set[str]:
    """Return the actions that any file names, beside the one that defines them."""
    return set().union(*(named_actions(source) for source in sources() if source.name != DEFINES))


@pytest.mark.parametrize("action", sorted(Action))
def test_an_action_is_recorded_somewhere(recorded: set[str], action: Action):
    assert action.name in recorded


def test_actions_are_sorted_and_in_the_past():
    values = [action.value for action in Action]
    assert values == sorted(values)
    assert all(value.count(".") == 1 for value in values)
