"""The office and the shop of the console's tests, for programs."""

from tests.web.console.conftest import office  # noqa: F401 -- fixtures are found by name
from tests.web.console.requests.test_rectifying import (
    shop_file,  # noqa: F401 -- fixtures are found by name
    work,  # noqa: F401 -- fixtures are found by name
)
