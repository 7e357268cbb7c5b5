"""Drivers that only some installations have: each comes with an extra of its own."""

from importlib import import_module
from typing import Any

from privacy.errors import InvalidError


def driver(module: str, extra: str) -> Any:
    """Return a driver by its module's name; InvalidError says what to install when it is not."""
    try:
        return import_module(module)
    except ImportError:
        raise InvalidError(f"The driver is not there: pip install 'privacy[{extra}]'.") from None
