"""Sockets that a library opens are found among those of the process, and only they are cut."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from privacy.stores.connectors import sql_sockets
from privacy.stores.connectors.oracle.connector import OracleConnector
from privacy.stores.connectors.sockets import cut, opening
from privacy.stores.definition import StoreDefinition
from tests.stores.fake_store import same


@contextmanager
def listening() -> Iterator[int]:
    """Yield the port of a server that takes every connection, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def connected(port: int) -> closing[socket.socket]:
    return closing(socket.create_connection(("127.0.0.1", port), timeout=10))


def is_cut(end: socket.socket) -> bool:
    end.setblocking(False)
    try:
        return end.recv(1) == b""
    except BlockingIOError:
        return False


def open_files() -> int:
    return len(os.listdir("/dev/fd"))  # noqa: PTH208 -- how many there are, no paths


def test_what_is_opened_too_slowly_is_cut_and_nothing_else() -> None:
    late = threading.Event()
    with listening() as port, listening() as elsewhere, connected(port) as before:
        with opening(0.2, "127.0.0.1", port, late), connected(elsewhere) as other:
            with connected(port) as end:
                assert end.recv(1) == b""
            assert not is_cut(other)
        assert not is_cut(before)
    assert late.is_set()


def test_what_is_opened_in_time_stays_and_can_be_cut_later() -> None:
    late = threading.Event()
    with listening() as port, connected(port) as before:
        with opening(30, "localhost", port, late) as newcomers:
            end = socket.create_connection(("127.0.0.1", port))
            numbers = newcomers.numbers()
        with closing(end), connected(port) as after:
            assert numbers == {end.fileno()}
            assert not is_cut(end)
            cut(numbers, newcomers.places)
            assert is_cut(end)
            assert not is_cut(before)
            assert not is_cut(after)
    assert not late.is_set()


def test_a_number_that_is_another_file_now_is_left_alone() -> None:
    with listening() as port, listening() as elsewhere, connected(elsewhere) as other:
        with opening(30, "127.0.0.1", port, threading.Event()) as newcomers:
            pass
        cut({other.fileno(), 0, 99_999}, newcomers.places)
        assert not is_cut(other)


def test_looking_leaves_no_file_open() -> None:
    with listening() as port:
        before = open_files()
        for _turn in range(5):
            with opening(30, "127.0.0.1", port, threading.Event()) as newcomers:
                newcomers.numbers()
        assert open_files() == before


def test_a_host_that_nobody_knows_is_an_error_of_the_system() -> None:
    with pytest.raises(socket.gaierror), opening(1, "nowhere.invalid", 1, threading.Event()):
        pass


class Connection:
    """What a driver gives, which does not tell of its socket."""


def test_a_connection_that_falls_silent_is_cut_by_what_was_seen_when_it_was_made() -> None:
    definition = StoreDefinition("store", same("store"), (), ())
    with listening() as port:
        store = OracleConnector(definition, f"oracle://u:p@127.0.0.1:{port}/svc")
        made = Connection()
        with opening(30, "127.0.0.1", port, threading.Event()) as newcomers:
            end = socket.create_connection(("127.0.0.1", port))
            sql_sockets._OPENED[made] = (newcomers.numbers(), newcomers)  # noqa: SLF001 -- as connecting does
        with closing(end):
            store._interrupt(Connection())  # noqa: SLF001 -- as a watchdog does
            assert not is_cut(end)
            store._interrupt(made)  # noqa: SLF001 -- the same
            assert is_cut(end)
