"""TLS of Redis, LDAP directories and MongoDB: who is trusted, who is not, and who says nothing.

The certificate is that of `localhost`, so an address with 127.0.0.1 has a wrong name.
"""

import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from privacy.errors import UnavailableError
from privacy.stores.connectors.ldap import conversation as ldap_conversation
from privacy.stores.connectors.ldap.connector import LdapConnector
from privacy.stores.connectors.mongodb import conversation as mongodb_conversation
from privacy.stores.connectors.mongodb.connector import MongodbConnector
from privacy.stores.connectors.redis import conversation as redis_conversation
from privacy.stores.connectors.redis.connector import RedisConnector
from privacy.stores.definition import StoreDefinition
from tests.connectors.certificates import Certificates
from tests.connectors.directory import BASE, DirectoryServer
from tests.connectors.mongo_wire import wire_server
from tests.connectors.redis_server import RedisServer
from tests.stores.fake_store import same

NOTHING = StoreDefinition("store", same("store"), (), ())


def of_redis(server: RedisServer, host: str) -> RedisConnector:
    return RedisConnector(NOTHING, f"rediss://{host}:{server.tls_port}/0")


def test_redis_is_spoken_to_where_its_authority_is_known(
    redis_server: RedisServer, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    store = of_redis(redis_server, "localhost")
    store.check()
    store.close()
    with pytest.raises(UnavailableError, match="certificate"):
        of_redis(redis_server, "127.0.0.1").check()


def test_redis_is_not_spoken_to_where_its_authority_is_not_known(
    redis_server: RedisServer,
) -> None:
    with pytest.raises(UnavailableError, match="certificate"):
        of_redis(redis_server, "localhost").check()


CHECK = """
import sys
from privacy.errors import UnavailableError
from privacy.stores.connectors.ldap.connector import LdapConnector
from tests.connectors.test_tls import NOTHING
store = LdapConnector(NOTHING, sys.argv[1])
try:
    store.check()
    print("well")
except UnavailableError as error:
    print(error)
store.close()
"""


def checked(address: str, authority: Path, before: str = "") -> str:
    """Return what a process says that trusts an authority: the library asks once for a process."""
    own = {"PYTHONPATH": os.pathsep.join(sys.path), "LDAPTLS_CACERT": str(authority)}
    done = subprocess.run(
        [sys.executable, "-c", before + CHECK, address],
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


def of_ldap(server: DirectoryServer, scheme: str, host: str) -> str:
    port = server.tls_port if scheme == "ldaps" else server.port
    account = server.address.partition("//")[2].partition("@")[0]
    return f"{scheme}://{account}@{host}:{port}/{BASE}"


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_a_directory_is_spoken_to_where_its_authority_is_known_and_its_name_is_its_own(
    slapd: DirectoryServer, certificates: Certificates, scheme: str
) -> None:
    authority = certificates.authority
    assert checked(of_ldap(slapd, scheme, "localhost"), authority) == "well"
    assert "certificate" in checked(of_ldap(slapd, scheme, "127.0.0.1"), authority)


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_a_directory_is_not_spoken_to_where_its_authority_is_not_known(
    slapd: DirectoryServer, scheme: str
) -> None:
    store = LdapConnector(NOTHING, of_ldap(slapd, scheme, "localhost"))
    with pytest.raises(UnavailableError, match="certificate"):
        store.check()


def test_mongodb_is_spoken_to_where_its_authority_is_known(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongodb_conversation, "CONNECT_PATIENCE", 1)
    empty = {"cursor": {"id": 0, "ns": "place.$cmd.listCollections", "firstBatch": []}}
    with wire_server(lambda _command: empty, tls=certificates.server_side()) as server:
        known = f"tls=true&tlsCAFile={certificates.authority}"
        at = f"{server.port}/place"
        store = MongodbConnector(NOTHING, f"mongodb://localhost:{at}?{known}")
        store.check()
        store.close()
        for address in (f"127.0.0.1:{at}?{known}", f"localhost:{at}?tls=true"):
            store = MongodbConnector(NOTHING, f"mongodb://{address}")
            with pytest.raises(UnavailableError, match="certificate"):
                store.check()
            store.close()


@contextmanager
def falling_silent(tls: ssl.SSLContext | None) -> Iterator[int]:
    """Yield the port of a server that says nothing, or nothing but the greeting of TLS."""
    ends: list[socket.socket] = []

    def accept(listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                end, _address = listening.accept()
                ends.append(end)
                with suppress(OSError):
                    ends.append(tls.wrap_socket(end, server_side=True) if tls else end)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=accept, args=(listening,), daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)
    for end in ends:
        end.close()


@pytest.mark.timeout(20)
@pytest.mark.usefixtures("slapd")  # without a directory there is no driver either
def test_a_directory_that_accepts_and_never_greets_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ldap_conversation, "CONNECT_PATIENCE", 0.3)
    with falling_silent(None) as port:
        for _turn in range(2):
            store = LdapConnector(NOTHING, f"ldaps://u:p@localhost:{port}/dc=x")
            with pytest.raises(UnavailableError, match="in time"):
                store.check()


SLOW = """
from privacy.stores.connectors.ldap import conversation
conversation.CONNECT_PATIENCE = 0.3
"""


@pytest.mark.timeout(30)
@pytest.mark.usefixtures("slapd")  # without a directory there is no driver either
def test_a_directory_that_greets_and_says_no_more_is_given_up(certificates: Certificates) -> None:
    with falling_silent(certificates.server_side()) as port:
        address = f"ldaps://u:p@localhost:{port}/dc=x"
        assert "in time" in checked(address, certificates.authority, SLOW)


@pytest.mark.timeout(20)
def test_a_redis_server_that_accepts_and_never_greets_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redis_conversation, "CONNECT_PATIENCE", 0.3)
    with falling_silent(None) as port:
        store = RedisConnector(NOTHING, f"rediss://localhost:{port}/0")
        with pytest.raises(UnavailableError, match="in time"):
            store.check()
