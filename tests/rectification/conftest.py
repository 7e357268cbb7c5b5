"""An office with one controller, on each database."""

from tests.requests.conftest import office, other  # noqa: F401 -- fixtures are found by name
