"""A bucket of an object store: listed page by page, and its objects read by ranges."""

import asyncio
import io
import os
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, cast

from typing_extensions import override

from privacy.errors import UnavailableError
from privacy.outbox.webhook import is_public, look_up
from privacy.stores.connectors.drivers import driver
from privacy.stores.connectors.files.sources import Folder, Source
from privacy.stores.connectors.s3.address import Place, ensure_allowed

CONNECT_PATIENCE = 5
"""Seconds until a server that does not accept a connection counts as unreachable."""
PATIENCE = 30
"""Seconds for one page of a listing or one range of an object, with all tries."""
TRIES: Final = 3
RANGE: Final = 1024 * 1024
"""Bytes of an object that are read at a time, unless more are asked."""
MOST_PAGES: Final = 10
"""Pages of a listing, of 1,000 objects each, that are looked at for a proposal or a check."""


_NOTHING_OF_THE_MACHINE: Final = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""Neither another account nor another host comes from the environment or the home folder."""


class Bucket(Folder):
    """The objects of one folder of a bucket (the optional extra `s3`); threads may share it."""

    def __init__(self, place: Place, allowed: frozenset[str]) -> None:
        self._place = place
        self._allowed = allowed
        self._made = threading.Lock()
        self._system: Any = None

    @override
    def sources(self) -> Sequence["Object"]:
        prefix = self._place.prefix
        listed = self._listed(f"{prefix}/" if prefix else "")
        if not listed and prefix:  # it may be one object
            listed = [key for key in self._listed(prefix) if key == prefix]
        if not listed:
            raise UnavailableError("The bucket has no such folder, or nothing is in it.")
        return [Object(self, key) for key in sorted(listed)]

    @override
    def source(self, name: str) -> "Object":
        prefix = self._place.prefix
        is_it = prefix.rpartition("/")[2] == name
        return Object(self, prefix if is_it else f"{prefix}/{name}".lstrip("/"))

    def _listed(self, prefix: str) -> list[str]:
        keys: list[str] = []
        token: dict[str, Any] = {}
        for _page in range(MOST_PAGES):
            answer = self.ask("list_objects_v2", Prefix=prefix, Delimiter="/", **token)
            keys += [one["Key"] for one in answer.get("Contents", ())]
            if not answer.get("NextContinuationToken"):
                break
            token = {"ContinuationToken": answer["NextContinuationToken"]}
        return [key for key in keys if not key.endswith("/")]  # folders that somebody marked

    def ask(self, method: str, *, limit: int = 0, **words: Any) -> dict[str, Any]:
        """Return the answer to a question about the bucket, with `Body` as bytes up to a limit.

        UnavailableError when it is away, slow or refuses the account, FileNotFoundError when
        there is no such object. What the server says is not passed on.
        """
        errors = driver("botocore.exceptions", "s3").BotoCoreError
        away = driver("aiohttp", "s3").ClientError
        system = self._connected()
        sync = driver("fsspec.asyn", "s3").sync
        words = {"Bucket": self._place.bucket, **words}
        try:
            answer = sync(system.loop, _asked, system, method, words, limit, timeout=PATIENCE)
        except FileNotFoundError:
            if method == "list_objects_v2":
                raise UnavailableError("There is no such bucket.") from None
            raise FileNotFoundError from None
        except PermissionError:
            raise UnavailableError("The object store refuses the account.") from None
        except TimeoutError:
            raise UnavailableError("The object store does not answer in time.") from None
        except (OSError, ValueError, errors, away):
            raise UnavailableError(
                "The object store cannot be reached, or refuses what is asked."
            ) from None
        return cast("dict[str, Any]", answer)

    def _connected(self) -> Any:
        with self._made:
            if self._system is None:
                self._system = self._make()
            return self._system

    def _make(self) -> Any:
        place = self._place
        _ensure_reachable(place, self._allowed)
        made = driver("s3fs", "s3").S3FileSystem(
            anon=not place.key,
            key=place.key or None,
            secret=place.secret or None,
            endpoint_url=place.endpoint or None,
            client_kwargs={"region_name": place.region},
            config_kwargs=self._manners(),
            session_vars=_NOTHING_OF_THE_MACHINE,
            # What it keeps for a whole process would keep the credentials too.
            skip_instance_cache=True,
            use_listings_cache=False,
        )
        made.retries = TRIES
        return made

    def _manners(self) -> dict[str, Any]:
        """Return how it connects: to checked addresses, past what the machine has set."""
        return {
            "connect_timeout": CONNECT_PATIENCE,
            "read_timeout": PATIENCE,
            "retries": {"total_max_attempts": 1},
            "proxies": {},
            "ignore_configured_endpoint_urls": True,
            "s3": {"addressing_style": "path" if self._place.endpoint else "auto"},
            "connector_args": {"resolver": _resolver(self._allowed)},
        }

    @override
    def close(self) -> None:
        with self._made:
            system, self._system = self._system, None
        client = system and system._s3  # noqa: SLF001 -- it has no other way to close
        if client:
            system.close_session(system.loop, client)


async def _asked(system: Any, method: str, words: dict[str, Any], limit: int) -> dict[str, Any]:
    answer = await system._call_s3(method, **words)  # noqa: SLF001 -- the public one has no limit
    if "Body" not in answer:
        return cast("dict[str, Any]", answer)
    async with answer["Body"] as body:
        if answer.get("ContentLength", limit + 1) > limit:
            raise OSError  # it gives all of an object, whatever its size
        data = bytearray()
        while part := await body.read(RANGE):
            data += part
    return {**answer, "Body": bytes(data)}


@dataclass(frozen=True)
class Object(Source):
    """One object."""

    bucket: Bucket
    key: str

    @property
    @override
    def name(self) -> str:
        return self.key.rpartition("/")[2]

    @override
    def opened(self) -> BinaryIO:
        facts = self.bucket.ask("head_object", Key=self.key)
        raw = _Ranges(self, int(facts["ContentLength"]), str(facts["ETag"]))
        return _Ahead(raw, RANGE)

    def part(self, start: int, size: int, etag: str) -> bytes:
        """Return so many bytes from a place on; OSError when the object was replaced."""
        answer = self.bucket.ask(
            "get_object",
            limit=size,
            Key=self.key,
            Range=f"bytes={start}-{start + size - 1}",
            IfMatch=etag,
        )
        return cast("bytes", answer["Body"])


class _Ranges(io.RawIOBase):
    """An object as a file; every read is one request."""

    def __init__(self, source: Object, size: int, etag: str) -> None:
        super().__init__()
        self._source = source
        self._size = size
        self._etag = etag
        self._at = 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def tell(self) -> int:
        return self._at

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begins = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}
        self._at = max(0, begins[whence] + offset)
        return self._at

    @override
    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self._size - self._at)
        if wanted <= 0:
            return 0
        data = self._source.part(self._at, wanted, self._etag)
        if len(data) != wanted:
            raise UnavailableError("The object store does not give what it announced.")
        buffer[:wanted] = data
        self._at += wanted
        return wanted


class _Ahead(io.BufferedReader):
    """Reads a whole range ahead also for who asks for a little, as a reader of text does."""

    @override
    def read1(self, size: int = -1, /) -> bytes:
        self.peek(1)
        return super().read1(size)


def _ensure_reachable(place: Place, allowed: frozenset[str]) -> None:
    if not place.host:
        return
    try:
        found = look_up(place.host, 443)
    except OSError:
        raise UnavailableError("The object store cannot be reached.") from None
    ensure_allowed(place.host, found, allowed)


class _Resolver:
    """Gives the addresses of a name that may be connected to, and no others."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[dict[str, Any]]:
        """Return addresses as aiohttp takes them; OSError when none may be used."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        addresses = [(one[0], str(one[4][0])) for one in found]
        if host not in self._allowed and not all(is_public(one) for _family, one in addresses):
            raise OSError
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": kind,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
            for kind, address in addresses
        ]

    async def close(self) -> None:
        """Nothing stays open."""


def _resolver(allowed: frozenset[str]) -> _Resolver:
    # By its abstract class the library knows what may resolve names.
    driver("aiohttp.abc", "s3").AbstractResolver.register(_Resolver)
    return _Resolver(allowed)
