"""Drivers that come with an extra, and what is said where they are not."""

import pytest

from privacy.errors import InvalidError
from privacy.stores.connectors.drivers import driver


def test_a_driver_that_is_not_installed_is_named_by_its_extra() -> None:
    with pytest.raises(InvalidError, match=r"pip install 'privacy\[redis\]'"):
        driver("no_such_driver_at_all", "redis")


def test_a_driver_that_is_there_is_given() -> None:
    assert driver("json", "any").loads("1") == 1
