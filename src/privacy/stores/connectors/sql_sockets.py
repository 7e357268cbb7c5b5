"""Databases whose drivers do not tell of their sockets: what they opened is found, and cut."""

import threading
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine.interfaces import Dialect
from typing_extensions import override

from privacy.errors import InvalidError, UnavailableError
from privacy.stores.connectors import sql
from privacy.stores.connectors.sockets import Newcomers, cut, opening
from privacy.stores.connectors.sql_writing import WritableSqlConnector

_OPENED: WeakKeyDictionary[Any, tuple[frozenset[int], Newcomers]] = WeakKeyDictionary()
"""By the driver's connection the open files that it is."""


class RemoteSqlConnector(WritableSqlConnector):
    """A database that may say nothing at any time, and is given up then."""

    port: int
    """Where the database listens unless its address says so."""
    extra: str
    """The optional extra that brings the driver."""
    paramstyle: ClassVar[str] = "named"
    """How the driver's own language marks values; others it would look for in names too."""

    @abstractmethod
    def _wanted(self, url: URL) -> Mapping[str, Any]:
        """Return what the driver is told beside the parts of the address."""

    @abstractmethod
    def _prepare(self, engine: Engine, *, writing: bool) -> None:
        """Listen to what makes its connections have limits, and read only unless writing."""

    @override
    def _open(self, url: URL, *, writing: bool) -> Engine:
        try:
            engine = create_engine(
                url,
                pool_size=2,
                pool_timeout=sql.CONNECT_PATIENCE,
                pool_pre_ping=True,
                hide_parameters=True,
                paramstyle=self.paramstyle,
                connect_args=dict(self._wanted(url)),
            )
        except ImportError:  # of the driver itself, or of a library that it needs
            wanted = f"pip install 'privacy[{self.extra}]'"
            raise InvalidError(f"The driver of the database is not whole: {wanted}.") from None
        host, port = url.host or "", url.port or self.port

        def connect(
            dialect: Dialect, _record: object, words: tuple[Any, ...], named: dict[str, Any]
        ) -> Any:
            try:
                with opening(sql.CONNECT_PATIENCE, host, port, threading.Event()) as newcomers:
                    made = dialect.connect(*words, **named)
                    _OPENED[made] = (newcomers.numbers(), newcomers)
                    return made
            except (OSError, ValueError):  # of the resolver, or what the driver thinks of words
                raise UnavailableError("The database has no such host, or no such name.") from None

        event.listen(engine, "do_connect", connect)
        self._prepare(engine, writing=writing)
        return engine

    @override
    def _interrupt(self, connection: Any) -> None:
        numbers, newcomers = _OPENED.get(connection, (frozenset[int](), None))
        if newcomers:
            cut(numbers, newcomers.places)
