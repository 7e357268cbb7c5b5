"""Waits that last too long are ended, once, and never after they ended by themselves."""

import threading

import pytest

from privacy.stores.connectors.watchdog import Watchdog


@pytest.mark.timeout(30)
def test_a_block_that_lasts_too_long_is_interrupted_once() -> None:
    watchdog, calls, late = Watchdog(), [], threading.Event()

    def interrupt() -> None:
        calls.append(threading.current_thread().name)
        late.set()

    with watchdog.limit(0.01, interrupt):
        late.wait()
    assert calls == ["store-watchdog"]


@pytest.mark.timeout(30)
def test_a_block_that_ends_in_time_is_left_alone() -> None:
    watchdog, calls, other = Watchdog(), [], threading.Event()
    for _ in range(50):
        with watchdog.limit(0.2, lambda: calls.append(1)):
            pass
    with watchdog.limit(0.3, other.set):
        other.wait()
    assert calls == []


@pytest.mark.timeout(30)
def test_a_short_wait_is_ended_while_a_long_one_goes_on() -> None:
    watchdog, calls, short = Watchdog(), [], threading.Event()
    with watchdog.limit(600, lambda: calls.append("long")):
        with watchdog.limit(0.01, short.set):
            short.wait()
        again = threading.Event()
        with watchdog.limit(0.01, again.set):
            again.wait()
    assert calls == []
    assert len([t for t in threading.enumerate() if t.name == "store-watchdog"]) >= 1
