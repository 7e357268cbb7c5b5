"""What a process in service does once, and tests would do again for each of their apps.

Nearly every test of a page has an app and a database of its own. Nothing that a test sees is
shared: only templates, addresses and statements that were compiled before.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, MethodType
from typing import Any

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Dialect, Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from typing_extensions import override
from werkzeug.routing import Rule

from privacy.db import Database

STATEMENTS = 2000
COMPILED = ("_parts", "_trace", "_converters", "arguments", "_build", "_build_unknown")
"""What werkzeug sets when it compiles a rule, and does not change after."""


class Templates(BytecodeCache):
    """Remembers compiled templates."""

    def __init__(self) -> None:
        self._codes: dict[str, CodeType | None] = {}

    @override
    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get(bucket.key)

    @override
    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = bucket.code


def _remember_rules(patch: pytest.MonkeyPatch) -> None:
    """Remember what a route's address is compiled to: that costs most of making an app."""
    compiled: dict[tuple[Any, ...], dict[str, Any]] = {}
    really = Rule.compile

    def compile_rule(rule: Rule) -> None:
        key = (rule.rule, rule.host, rule.subdomain, repr(rule.defaults), rule.merge_slashes)
        if key not in compiled:
            really(rule)
            compiled[key] = {name: getattr(rule, name) for name in COMPILED}
            return
        for name, value in compiled[key].items():
            # What writes addresses is a method: of this rule, not of the first one.
            own = MethodType(value.__func__, rule) if isinstance(value, MethodType) else value
            setattr(rule, name, own)

    patch.setattr(Rule, "compile", compile_rule)


def _same(one: Dialect, other: object) -> bool:
    """Tell whether two dialects write the same SQL: those of one driver and one server do."""
    return (
        isinstance(other, Dialect)
        and type(one) is type(other)
        and one.server_version_info == other.server_version_info
    )


def _share_statements(patch: pytest.MonkeyPatch) -> None:
    compiled: Any = LRUCache(STATEMENTS)
    open_database = Database.__init__

    def init(self: Database, engine: Engine) -> None:
        engine._compiled_cache = compiled  # noqa: SLF001 -- SQLAlchemy has one for each engine
        open_database(self, engine)

    patch.setattr(Database, "__init__", init)
    for dialect in (PGDialect_psycopg, SQLiteDialect_pysqlite):
        patch.setattr(dialect, "__eq__", _same)
        patch.setattr(dialect, "__hash__", lambda self: hash(type(self)))


@contextmanager
def compiled_once() -> Iterator[None]:
    """Compile each template, rule and statement once, as long as the block lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": Templates()})
        _remember_rules(patch)
        _share_statements(patch)
        yield
