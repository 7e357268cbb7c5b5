"""A throw-away LDAP directory, and entries in it that hold the tables of the contract."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from typing_extensions import override

from privacy.stores.connectors.ldap.connector import LdapConnector
from privacy.stores.connectors.matching import chunks
from privacy.stores.definition import Collection, StoreDefinition
from privacy.stores.protocol import Store
from tests.connectors.certificates import Certificates
from tests.connectors.places import Place, Table, TypedStore, definition_of
from tests.connectors.redis_server import free_port
from tests.postgres import KEEPER

PATIENCE = 30
BASE = "dc=place"
ROOT = "cn=root,dc=place"
SECRET = "pass word/@"
COLUMNS = 10
_TEXT = "EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15"


class NoDirectoryError(Exception):
    """The program of a server, or its driver, is not on this machine; the message says which."""


@dataclass(frozen=True)
class DirectoryServer:
    """A running directory, empty but for its root."""

    port: int
    tls_port: int

    @property
    def address(self) -> str:
        """Return where it is, with an account that has every right."""
        secret = "pass%20word%2F%40"
        return f"ldap://cn=root%2Cdc=place:{secret}@127.0.0.1:{self.port}/{BASE}?tls=none"

    @contextmanager
    def client(self) -> Iterator[Any]:
        """Yield a connection of the driver with every right."""
        connection = import_module("ldap").initialize(f"ldap://127.0.0.1:{self.port}")
        connection.simple_bind_s(ROOT, SECRET)
        try:
            yield connection
        finally:
            connection.unbind_s()

    def add(self, *entries: tuple[str, Mapping[str, list[str]]]) -> None:
        """Add entries by DN, a few at a time, for more under way would close the connection."""
        with self.client() as client:
            for chunk in chunks(entries, 50):
                numbers = [client.add_ext(dn, _encoded(values)) for dn, values in chunk]
                for number in numbers:
                    client.result3(number)

    def empty(self) -> None:
        """Delete all entries below the root."""
        ldap = import_module("ldap")
        with self.client() as client:
            found = client.search_s(BASE, ldap.SCOPE_SUBTREE, attrlist=["1.1"])
            names = sorted((dn for dn, _attributes in found), key=lambda dn: -dn.count(","))
            for depth in (3, 2, 1):
                for chunk in chunks((dn for dn in names if dn.count(",") == depth), 50):
                    for number in [client.delete(dn) for dn in chunk]:
                        client.result3(number)


def _encoded(values: Mapping[str, list[str]]) -> list[tuple[str, list[bytes]]]:
    return [(name, [text.encode() for text in texts]) for name, texts in values.items()]


def _configuration(home: Path, tls: Certificates) -> str:
    columns = "".join(
        f"attributetype ( 1.3.6.1.4.1.99999.1.{n} NAME 'privacyColumn{n}' {_TEXT} )\n"
        for n in range(COLUMNS)
    )
    may = " $ ".join(f"privacyColumn{n}" for n in range(COLUMNS))
    schemas = "".join(
        f"include /etc/ldap/schema/{name}.schema\n" for name in ("core", "cosine", "inetorgperson")
    )
    return (
        f"{schemas}{columns}objectclass ( 1.3.6.1.4.1.99999.2 NAME 'privacyRow' SUP top STRUCTURAL"
        f" MUST cn MAY ( {may} ) )\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n"
        f"TLSCertificateFile {tls.server}\nTLSCertificateKeyFile {tls.key}\n"
        f"TLSCACertificateFile {tls.authority}\n"
        f'pidfile {home}/pid\ndatabase mdb\nsuffix {BASE}\nrootdn {ROOT}\nrootpw "{SECRET}"\n'
        f"directory {home}/data\nmaxsize 268435456\ndbnosync\nindex objectClass eq\n"
        'limits dn.exact="cn=reader,dc=place" size=2 size.prtotal=unlimited\n'
        "access to attrs=userPassword by anonymous auth\n"
        'access to * by dn.exact="cn=reader,dc=place" read by anonymous auth\n'
    )  # fmt: skip


@contextmanager
def running_directory(tls: Certificates) -> Iterator[DirectoryServer]:
    """Yield a server; raise NoDirectoryError when this machine has no programs for one."""
    program = shutil.which("slapd") or shutil.which("slapd", path="/usr/sbin")
    if not program or not find_spec("ldap"):
        raise NoDirectoryError("no LDAP server, or no driver: install slapd and privacy[ldap]")
    with tempfile.TemporaryDirectory(prefix="privacy-slapd-") as folder:
        home = Path(folder)
        (home / "data").mkdir()
        (home / "slapd.conf").write_text(_configuration(home, tls), "utf-8")
        server = DirectoryServer(free_port(), free_port())
        ends = f"ldap://127.0.0.1:{server.port} ldaps://127.0.0.1:{server.tls_port}"
        options = ["-f", str(home / "slapd.conf"), "-h", ends, "-d", "0"]
        with (home / "log").open("ab") as log:
            keeper = subprocess.Popen(
                ["/bin/sh", "-c", KEEPER, "sh", program, *options],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            _wait(server, home / "log")
            server.add((BASE, {"objectClass": ["domain"], "dc": ["place"]}))
            yield server
        finally:
            if keeper.stdin:
                keeper.stdin.close()
            keeper.wait(timeout=PATIENCE)


def _wait(server: DirectoryServer, log: Path) -> None:
    away = import_module("ldap").SERVER_DOWN
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(away), server.client():
            return
        time.sleep(0.02)
    raise NoDirectoryError(f"slapd does not start: {log.read_text()[-500:]}")


class Directory(Place):
    """One branch for each table, one entry for each row; attributes have names of their own."""

    def __init__(self, server: DirectoryServer) -> None:
        super().__init__()
        self.server = server
        server.empty()

    def open(self, definition: StoreDefinition, address: str = "") -> LdapConnector:
        """Open the directory as a store with a definition."""
        store = LdapConnector(definition, address or self.server.address)
        self.opened.append(store)
        return store

    @override
    def make(self, *tables: Table) -> Store:
        definition = definition_of(*tables)
        collections = []
        for table, collection in zip(tables, definition.collections, strict=True):
            fields = {name: f"privacyColumn{n}" for n, name in enumerate(table.columns)}
            branch = f"ou={collection.name},{BASE}"
            self.server.add(
                (branch, {"objectClass": ["organizationalUnit"], "ou": ["x", collection.name]})
            )
            self.server.add(*self._entries(table, branch, fields))
            options = {"base": branch, "fields": fields}
            collections.append(replace(collection, table="privacyRow", options=options))
        store: Store = self.open(replace(definition, collections=tuple(collections)))
        return TypedStore(store, _numbers(tables, collections))

    def _entries(
        self, table: Table, branch: str, fields: Mapping[str, str]
    ) -> Iterator[tuple[str, Mapping[str, list[str]]]]:
        for number, row in enumerate(table.rows):
            values = dict(zip(fields.values(), row, strict=True))
            held = {
                name: [str(value)] for name, value in values.items() if value not in (None, "")
            }
            yield f"cn=row{number},{branch}", {"objectClass": ["privacyRow"]} | held


def _numbers(
    tables: tuple[Table, ...], collections: list[Collection]
) -> Mapping[str, frozenset[str]]:
    return {
        collection.name: frozenset(n for n, kind in table.columns.items() if "INT" in kind)
        for table, collection in zip(tables, collections, strict=True)
    }
