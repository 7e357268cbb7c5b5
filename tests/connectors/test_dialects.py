"""SQL Server and Oracle, of which no server is at hand: what would be sent to one.

What stands for the comparison of tuples is also tried for what it means, on SQLite.
"""

import socket
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mssql_python.parameter_helper import detect_and_convert_parameters
from sqlalchemy import Connection, event
from sqlalchemy.dialects import mssql, oracle
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import Select
from sqlalchemy.types import INTEGER, NUMERIC, NVARCHAR, VARCHAR, BigInteger, TypeEngine
from typing_extensions import override

from privacy.errors import InvalidError, UnavailableError
from privacy.stores.connectors import sql
from privacy.stores.connectors.mssql.connector import MOST_VALUES, MssqlConnector
from privacy.stores.connectors.oracle import connector as of_oracle
from privacy.stores.connectors.oracle.connector import OracleConnector
from privacy.stores.connectors.question import Question
from privacy.stores.connectors.reflection import Found
from privacy.stores.connectors.sql_sockets import RemoteSqlConnector
from privacy.stores.connectors.sqlite.connector import SqliteConnector
from privacy.stores.protocol import Key
from privacy.stores.registry import connector_for, connector_of
from tests.connectors.places import Table, definition_of
from tests.connectors.test_contract import NASTY

ADDRESSES = {"mssql": "mssql://acc:s3cret@{}/db", "oracle": "oracle://acc:s3cret@{}/svc"}
KINDS = sorted(ADDRESSES)


def opened(kind: str, *tables: Table, types: Sequence[TypeEngine[Any]] = ()) -> RemoteSqlConnector:
    """Return a connector that believes it has seen the tables, and is connected to nothing."""
    address = ADDRESSES[kind].format("nowhere.invalid")
    store = connector_for(connector_of(address))(definition_of(*tables), address)
    assert isinstance(store, RemoteSqlConnector)
    store._tables = {  # noqa: SLF001 -- no server tells them
        f"t{number}": Found(dict(zip(table.columns, types or [VARCHAR(50)] * 9, strict=False)))
        for number, table in enumerate(tables)
    }
    return store


def question(store: RemoteSqlConnector, columns: str, collection: str = "t0") -> Question:
    connection = cast("Connection", SimpleNamespace(dialect=dialect(store)))
    declared = store.definition.collection(collection)
    names = (columns,) if columns in declared.columns else tuple(columns.split())
    return store._asked(connection, declared, names)  # noqa: SLF001 -- as reading does


def dialect(store: RemoteSqlConnector) -> Any:
    return store.engine(writing=False).dialect


def sent(store: RemoteSqlConnector, statement: Select[Any] | UpdateBase) -> tuple[str, list[Any]]:
    """Return a statement as the driver gets it, and its values."""
    made = statement.compile(dialect=dialect(store), compile_kwargs={"render_postcompile": True})
    names = made.positiontup or list(made.params)
    return " ".join(str(made).split()), [made.params[name] for name in names]


def read(store: RemoteSqlConnector, columns: str, *keys: Key) -> list[tuple[str, list[Any]]]:
    asked = question(store, columns)
    conditions = store._conditions(asked, keys)  # noqa: SLF001 -- as reading does
    return [sent(store, asked.rows(condition).limit(501)) for condition in conditions]


TWO = Table("Order Lines", {"tenant": "TEXT", "no": "INTEGER"}, [], key=("tenant", "no"))
TYPES = (VARCHAR(20), INTEGER())


def test_sql_server_compares_the_parts_of_a_key_together_without_tuples() -> None:
    store = opened("mssql", TWO, types=TYPES)
    ((text, values),) = read(store, "tenant no", ("red", "1"), ("blue", "2"), ("x", "no number"))
    assert text == (
        "SELECT TOP 501 [Order Lines].[tenant], [Order Lines].[no] FROM [Order Lines] WHERE"
        " [Order Lines].[tenant] = ? AND [Order Lines].[no] = ?"
        " OR [Order Lines].[tenant] = ? AND [Order Lines].[no] = ?"
    )
    assert values == ["red", 1, "blue", 2]


def test_oracle_compares_tuples_and_has_capitals_for_plain_names() -> None:
    store = opened("oracle", TWO, types=TYPES)
    ((text, values),) = read(store, "tenant no", ("red", "1"), ("blue", "2"))
    assert text == (
        'SELECT "Order Lines"."TENANT", "Order Lines"."NO" FROM "Order Lines" WHERE'
        ' ("Order Lines"."TENANT", "Order Lines"."NO") IN'
        " ((:param_1_1_1, :param_1_1_2), (:param_1_2_1, :param_1_2_2))"
        " FETCH FIRST 501 ROWS ONLY"
    )
    assert {*values} >= {"red", 1, "blue", 2}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("columns", ["a", "a b", "a b c d e"])
def test_no_statement_has_more_values_than_the_database_takes(kind: str, columns: str) -> None:
    names = columns.split()
    store = opened(kind, Table("many", dict.fromkeys(names, "TEXT"), []))
    keys = [tuple(f"{name}{number}" for name in names) for number in range(3000)]
    statements = read(store, columns, *keys)
    assert sum(len(values) for _text, values in statements) >= 3000 * len(names)
    for text, values in statements:
        assert len(values) <= (2100 if kind == "mssql" else 65_535)
        longest_list = max(part.count(",") for part in text.split(" IN ")[-1:])
        assert kind == "mssql" or longest_list < 1000 * len(names)
        assert len(values) / len(names) <= 1000


def test_rows_are_deleted_by_their_own_keys_within_the_limit() -> None:
    wide = Table(
        "wide", {f"c{n}": "TEXT" for n in range(60)}, [], key=tuple(f"c{n}" for n in range(60))
    )
    store = opened("mssql", wide, types=[NVARCHAR(9)] * 60)
    asked = question(store, "c0")
    size = store._batch_of_rows(store.definition.collection("t0"))  # noqa: SLF001 -- as erasing does
    text, values = sent(store, asked.deleted_rows([("x",) * 60] * size))
    assert text.startswith("DELETE FROM [wide] WHERE")
    assert 0 < len(values) <= MOST_VALUES * 2  # each value twice: by the index, and exactly


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NASTY)
def test_names_are_only_names(kind: str, name: str) -> None:
    begin, end = ("[", "]") if kind == "mssql" else ('"', '"')
    store = opened(kind, Table(name, {name: "TEXT", "x": "TEXT"}, [], key=(name,)))
    quoted = f"{begin}{name.replace(end, end * 2)}{end}"
    other, one = f"{begin}{'x' if kind == 'mssql' else 'X'}{end}", "?" if kind == "mssql" else ":"
    asked = question(store, name)
    (condition,) = store._conditions(asked, [("it's",)])  # noqa: SLF001 -- as reading does
    made = asked.rows(condition).compile(
        dialect=dialect(store), compile_kwargs={"render_postcompile": True}
    )
    column = f"{quoted}.{quoted}"
    assert str(made).startswith(
        f"SELECT {column}, {quoted}.{other} \nFROM {quoted} \nWHERE {column} IN ({one}"
    )
    assert list(made.params.values()) == ["it's"]
    if kind == "mssql":  # the driver looks for marks of values itself
        assert detect_and_convert_parameters(str(made), ("it's",)) == (str(made), ("it's",))


@pytest.mark.parametrize("kind", KINDS)
def test_values_are_normalised_by_the_database_and_bound(kind: str) -> None:
    ways = {"email": "email", "phone": "phone", "card": "code"}
    store = opened(kind, Table("t", dict.fromkeys(ways, "TEXT"), [], normalise=ways))
    upper = kind == "oracle"
    for column, way in (
        ("email", "lower(trim("),
        ("phone", "replace("),
        ("card", "upper(replace("),
    ):
        ((text, values),) = read(store, column, ("Ada@x.fr'; DROP TABLE t; --",))
        assert f"WHERE {way}" in text
        assert (column.upper() if upper else column) in text
        assert "DROP" not in text
        assert any("drop" in str(value).lower() for value in values)
    assert question(store, "email").needs_second_look


LONG: dict[str, list[TypeEngine[Any]]] = {
    "mssql": [mssql.NTEXT(), mssql.TEXT(), mssql.XML(), mssql.SQL_VARIANT()],
    "oracle": [oracle.CLOB(), oracle.NCLOB()],
}
AS_TEXT = {
    "mssql": "CAST([t].[x] AS NVARCHAR(max))",
    "oracle": 'dbms_lob.substr(to_clob("t"."X"),',
}


@pytest.mark.parametrize(("kind", "type_"), [(k, t) for k, types in LONG.items() for t in types])
def test_long_texts_are_compared_as_texts(kind: str, type_: TypeEngine[Any]) -> None:
    table = Table("t", {"x": "TEXT"}, [], key=("x",))
    store = opened(kind, table, types=[type_])
    ((text, _values),) = read(store, "x", ("note",))
    wanted = AS_TEXT[kind].replace('"t"', '"T"')
    assert wanted in text
    assert question(store, "x").needs_second_look


@pytest.mark.parametrize(
    ("kind", "type_", "text", "value"),
    [
        ("mssql", mssql.TINYINT(), "200", 200),
        ("mssql", BigInteger(), str(2**63), None),
        ("mssql", mssql.MONEY(), "9" * 25, None),
        ("mssql", NUMERIC(9, 2), "9" * 8, None),
        ("mssql", NUMERIC(9, 2), "042", None),
        ("mssql", mssql.BIT(), "1", True),
        ("mssql", mssql.BIT(), "x", None),
        ("mssql", mssql.UNIQUEIDENTIFIER(), "no", None),
        ("oracle", oracle.NUMBER(38, 0), str(2**70), 2**70),
        ("oracle", oracle.NUMBER(38, 0), "9" * 39, None),
        ("oracle", INTEGER(), str(2**70), 2**70),
        ("oracle", INTEGER(), "01042", None),
        ("oracle", oracle.RAW(16), "xy", None),
    ],
)
def test_what_a_column_cannot_hold_is_never_asked(
    kind: str, type_: TypeEngine[Any], text: str, value: object
) -> None:
    store = opened(kind, Table("t", {"x": "TEXT"}, [], key=("x",)), types=[type_])
    statements = read(store, "x", (text,))
    assert [value in values for _text, values in statements] == [True] * (value is not None)


@pytest.mark.parametrize("kind", KINDS)
def test_the_empty_text_and_null_are_never_asked(kind: str) -> None:
    assert read(opened(kind, TWO, types=TYPES), "tenant no", ("", "1"), ("red", "")) == []


def test_a_row_is_changed_by_its_own_key_and_only_in_the_same_spelling() -> None:
    changes: dict[str, Any] = {"tenant": "été"}
    row = {"tenant": "red", "no": None}
    store = opened("mssql", TWO, types=TYPES)
    text, values = sent(store, question(store, "tenant no").changed(row, changes))
    assert text == (
        "UPDATE [Order Lines] SET [tenant]=? WHERE [Order Lines].[tenant] = ? AND"
        " CAST(CAST([Order Lines].[tenant] AS NVARCHAR(max)) AS VARBINARY(max)) ="
        " CAST(CAST(? AS NVARCHAR(max)) AS VARBINARY(max)) AND [Order Lines].[no] IS NULL"
    )
    assert values == ["été", "red", "red"]
    store = opened("oracle", TWO, types=TYPES)
    text, values = sent(store, question(store, "tenant no").changed(row, changes))
    assert text == (
        'UPDATE "Order Lines" SET "TENANT"=:param_1 WHERE "Order Lines"."TENANT" = :param_2'
        ' AND "Order Lines"."NO" IS NULL'
    )
    assert values == ["été", "red"]


class Bare(SqliteConnector):
    """SQLite as if it had no tuples, and took few values."""

    has_tuples: ClassVar[bool] = False
    most_values: ClassVar[int] = 6


PARTS = st.sampled_from(["a", "b", "A", "a ", "1", "x'--"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.lists(st.tuples(PARTS, PARTS), max_size=20))
def test_what_stands_for_tuples_finds_the_same_rows(keys: list[Key], tmp_path: Path) -> None:
    path, parts = tmp_path / "x.sqlite3", ["a", "b", "A", "a ", "1", "x'--"]
    rows = [(n, *pair) for n, pair in enumerate(product(parts, parts))]
    table = Table("t", {"id": "INTEGER", "p": "TEXT", "q": "TEXT"}, rows)
    if not path.exists():
        with closing(sqlite3.connect(path)) as file:
            file.execute("CREATE TABLE t (id INTEGER, p TEXT, q TEXT)")
            file.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
            file.commit()
    store = Bare(definition_of(table), f"sqlite:///{path}")
    found = store.read(store.definition.collection("t0"), ("p", "q"), keys)
    assert {row["id"] for row in found} == {n for n, p, q in rows if (p, q) in keys}
    store.close()


@pytest.mark.parametrize(
    "address",
    [
        "mssql://",
        "mssql://h/db",
        "mssql://u@h/db",
        "mssql://u:p@h",
        "mssql://u:p@h:x/db",
        "mssql://u:p@h/db?authentication=ActiveDirectoryMSI",
        "mssql://u:p@h/db?TrustServerCertificate=yes",
        "mssql+pyodbc://u:p@h/db?odbc_connect=x",
        "oracle://u:p@h",
        "oracle://u@h/svc",
        "oracle://u:p@h/svc?protocol=tcp&wallet_location=/x",
        "oracle://u:p@h/svc?mode=SYSDBA",
        "oracle://u:p@h/a)(b",
    ],
)
def test_an_address_of_another_form_is_refused(address: str) -> None:
    make = MssqlConnector if address.startswith("mssql") else OracleConnector
    with pytest.raises(InvalidError):
        make(definition_of(TWO), address)


def told(store: RemoteSqlConnector) -> tuple[Any, Any]:
    engine = store.engine(writing=False)
    words, named = engine.dialect.create_connect_args(engine.url)
    return words, dict(named) | dict(store._wanted(engine.url))  # noqa: SLF001 -- as its engine has it


def test_both_databases_are_told_to_use_tls_and_only_to_read() -> None:
    store = MssqlConnector(definition_of(TWO), "mssql://a;b:p;Encrypt=no@h:1444/db")
    (words, named) = told(store)
    assert words == ("Server=h,1444;Database=db;UID={a;b};PWD={p;Encrypt=no}",)
    assert named["Encrypt"] == "yes"
    assert named["TrustServerCertificate"] == "no"
    other = OracleConnector(definition_of(TWO), "oracle://acc:s3cret@[::1]/svc?protocol=tcps")
    assert told(other)[1]["dsn"] == "tcps://[::1]:1521/svc"
    forbid = of_oracle._forbid_writing  # noqa: SLF001 -- what every reading begins with
    assert event.contains(other.engine(writing=False), "begin", forbid)
    assert not event.contains(other.engine(writing=True), "begin", forbid)
    store.close()
    other.close()


class Said(Exception):  # noqa: N818 -- as a driver would say it
    """What a driver says of an error."""

    def __init__(self, text: str, code: int = 0) -> None:
        super().__init__(SimpleNamespace(code=code, message=text))
        self.text = text

    @override
    def __str__(self) -> str:
        return self.text


@pytest.mark.parametrize(
    ("kind", "said", "is_wrong"),
    [
        ("mssql", Said("Driver Error: Base table or view not found; DDBC Error: s3cret"), True),
        ("mssql", Said("[SQL Server]Invalid column name 'x'."), True),
        ("mssql", Said("The SELECT permission was denied on the object; column not found"), False),
        ("mssql", Said("Communication link failure"), False),
        ("oracle", Said("ORA-00942: table or view does not exist", 942), True),
        ("oracle", Said("ORA-00904: invalid identifier", 904), True),
        ("oracle", Said("ORA-01031: insufficient privileges", 1031), False),
        ("oracle", Said("DPY-4024: call timeout", 0), False),
    ],
)
def test_a_question_that_does_not_fit_is_told_from_a_database_that_is_away(
    kind: str, said: Said, *, is_wrong: bool
) -> None:
    error = DBAPIError("SELECT 1", None, said)
    assert opened(kind, TWO)._is_wrong_question(error) is is_wrong  # noqa: SLF001 -- as reading asks


@pytest.mark.timeout(30)
@pytest.mark.parametrize("kind", KINDS)
def test_a_port_that_accepts_and_says_nothing_is_given_up(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "CONNECT_PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = ADDRESSES[kind].format(f"127.0.0.1:{silent.getsockname()[1]}")
        store = connector_for(kind)(definition_of(TWO), address)
        with pytest.raises(UnavailableError) as refused:
            store.check()
        store.close()
    assert "s3cret" not in f"{refused.value} {refused.value.__cause__}"
    assert refused.value.__suppress_context__


@pytest.mark.timeout(30)
@pytest.mark.parametrize("kind", KINDS)
def test_a_port_where_nobody_listens_is_unavailable(kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    store = connector_for(kind)(definition_of(TWO), ADDRESSES[kind].format(f"127.0.0.1:{port}"))
    with pytest.raises(UnavailableError):
        store.check()
    store.close()
