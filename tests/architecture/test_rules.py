"""Rules that no other tool checks; each has an example of what it refuses."""

import ast
import warnings
from collections.abc import Callable

import pytest

from tests.architecture.sources import (
    Function,
    Source,
    functions,
    parse,
    public_names,
    sources,
    words,
)

AIM = 300
LIMIT = 400
NEVER = frozenset(
    {
        "client",
        "common",
        "company",
        "customer",
        "dsar",
        "dsr",
        "handler",
        "helper",
        "incident",
        "manager",
        "organisation",
        "organization",
        "people",
        "person",
        "service",
        "tenant",
        "user",
        "username",
        "util",
    }
)
ALLOWED = frozenset(
    {
        "user_agent",  # HTTP's own name for a header
        "service_url",  # what a shop of the demo calls us
        "service",  # the key file's key for what belongs to no controller
    }
)
NOT_ACTS = frozenset(
    {
        "enqueue",  # another act owes the letter, and its entry names the actor
        "notify",  # the same for a webhook
    }
)
COMMITS = ("db.py", "cli/demo/stores/")
"""The only commit of the service, and the making of the demo's foreign databases."""
RAW_SQL = ("audit/", "db.py", "tables.py", "stores/connectors/")
READS_ENVIRONMENT = ("config.py", "cli/demo/__main__.py")
FILLED = ("crypto/__init__.py", "cli/__init__.py")


def commits(source: Source) -> list[str]:
    if source.name.startswith(COMMITS):
        return []
    nodes = [node for node in ast.walk(source.tree) if isinstance(node, ast.Attribute)]
    return [f"line {node.lineno}: .commit" for node in nodes if node.attr == "commit"]


def raw_sql(source: Source) -> list[str]:
    if source.name.startswith(RAW_SQL):
        return []
    found = []
    for node in ast.walk(source.tree):
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        imported = isinstance(node, ast.alias) and node.name == "text"
        if imported or name in {"exec_driver_sql", "literal_column"}:
            found.append(f"line {node.lineno}: SQL as text")  # type: ignore[attr-defined]  # both have one
    return found


def environment(source: Source) -> list[str]:
    if source.name in READS_ENVIRONMENT:
        return []
    nodes = [node for node in ast.walk(source.tree) if isinstance(node, ast.Attribute)]
    return [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in nodes
        if ast.unparse(node) in {"os.environ", "os.getenv"}
    ]


def late_imports(source: Source) -> list[str]:
    return [
        f"line {node.lineno}: import inside {function.name}"
        for function in functions(source.tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def odd_acts(source: Source) -> list[str]:
    """Whatever takes a session is an act; what takes none can change nothing."""
    if not source.name.endswith("/acts.py"):
        return []
    return [
        f"line {node.lineno}: {node.name} must be (session, *, actor, at, …)"
        for node in taking_session(source)
        if not _is_act(node) and node.name not in NOT_ACTS
    ]


def odd_queries(source: Source) -> list[str]:
    if not source.name.endswith("/queries.py"):
        return []
    return [
        f"line {node.lineno}: {node.name} must take the session first"
        for node in taking_session(source)
        if _positional(node)[:1] != ["session"]
    ]


def taking_session(source: Source) -> list[Function]:
    """Return the public functions of a file that take a session anywhere."""
    public = [node for node in source.tree.body if isinstance(node, Function)]
    return [
        node
        for node in public
        if not node.name.startswith("_") and "session" in {*_positional(node), *_keywords(node)}
    ]


def _is_act(node: Function) -> bool:
    return _positional(node) == ["session"] and {"actor", "at"} <= set(_keywords(node))


def _positional(node: Function) -> list[str]:
    return [argument.arg for argument in [*node.args.posonlyargs, *node.args.args]]


def _keywords(node: Function) -> list[str]:
    return [argument.arg for argument in node.args.kwonlyargs]


def wrong_words(source: Source) -> list[str]:
    return [
        f"{name}: {', '.join(sorted(found))} has another name here"
        for name in sorted(set(public_names(source)) - ALLOWED)
        if (found := NEVER & {one for word in words(name) for one in singular(word)})
    ]


def singular(word: str) -> set[str]:
    return {word, word.removesuffix("s"), word.removesuffix("ies") + "y"}


def filled_init(source: Source) -> list[str]:
    if not source.name.endswith("/__init__.py") or source.name in FILLED:
        return []
    return ["must be empty"] if source.text.strip() else []


def too_long(source: Source) -> list[str]:
    return [f"{source.lines} lines"] if source.lines > LIMIT else []


Rule = Callable[[Source], list[str]]
RULES: list[Rule] = [
    commits,
    raw_sql,
    environment,
    late_imports,
    odd_acts,
    odd_queries,
    wrong_words,
    filled_init,
    too_long,
]
REFUSED: dict[Rule, tuple[str, str]] = {
    commits: ("consent/acts.py", "session.commit()"),
    raw_sql: ("consent/queries.py", "from sqlalchemy import text"),
    environment: ("web/app.py", "import os\nos.environ['HOME']"),
    late_imports: ("web/app.py", "def f():\n    import json"),
    odd_acts: ("consent/acts.py", "def record(session, subject_id, *, actor, at): ..."),
    odd_queries: ("consent/queries.py", "def current(purpose, session): ..."),
    wrong_words: ("consent/acts.py", "class UserConsents: ..."),
    filled_init: ("consent/__init__.py", "from privacy.consent import acts"),
    too_long: ("consent/acts.py", "\n" * (LIMIT + 1)),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_file_keeps_the_rule(rule: Rule):
    found = [f"{source.name}: {fault}" for source in sources() for fault in rule(source)]
    assert "\n".join(found) == ""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_refuses_its_example(rule: Rule):
    assert rule(parse(*REFUSED[rule]))


@pytest.mark.filterwarnings("default")
def test_long_files_are_named_before_they_are_refused():
    for source in sources():
        if source.lines > AIM:
            warnings.warn(f"{source.name} has {source.lines} lines", stacklevel=1)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("UserHTTPThing", ["user", "http", "thing"]),
        ("client_ip", ["client", "ip"]),
        ("personal", ["personal"]),
    ],
)
def test_names_fall_apart_into_words(name: str, expected: list[str]):
    assert words(name) == expected
