"""Every table of the service, gathered for migrations and for tests."""

import importlib
import importlib.util
import pkgutil

import privacy
from privacy.db import Base

for _room in pkgutil.iter_modules(privacy.__path__, "privacy."):
    if _room.ispkg and importlib.util.find_spec(f"{_room.name}.models"):
        importlib.import_module(f"{_room.name}.models")

METADATA = Base.metadata
"""The tables of all rooms together."""
