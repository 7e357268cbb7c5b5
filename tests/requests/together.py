"""Calls that happen at once."""

import threading
from collections.abc import Callable

from privacy.errors import ConflictError, GoneError


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run the calls in threads that start together; return results and exceptions."""
    gate = threading.Barrier(len(calls))
    outcomes: list[object] = []

    def run(call: Callable[[], object]) -> None:
        gate.wait()
        try:
            outcomes.append(call())
        except (ConflictError, GoneError) as error:
            outcomes.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
