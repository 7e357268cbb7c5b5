"""Where a bucket is, and with which credentials it is read."""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from privacy.errors import InvalidError
from privacy.outbox.webhook import is_public

ADDRESS: Final = (
    "The address of a bucket is s3://KEY:SECRET@bucket/folder?region=…&endpoint=https://…, with"
    " signs such as / in the secret percent-encoded."
)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[a-z0-9-]{1,32}")


@dataclass(frozen=True)
class Place:
    """A bucket, and a folder or one object in it; its repr has no secret."""

    bucket: str
    prefix: str
    """Without a slash at either end."""
    endpoint: str
    """Scheme, host and port; empty for Amazon's own."""
    host: str
    region: str
    key: str = field(repr=False)
    """Empty where the bucket is read without an account."""
    secret: str = field(repr=False)


def place_of(address: str, allowed: frozenset[str]) -> Place:
    """Return the parts of an address; InvalidError when it is none, or leads where it may not."""
    try:
        parts = urlsplit(address)
        asked = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True))
    except ValueError:
        raise InvalidError(ADDRESS) from None
    # Not parts.hostname, which turns capitals, that no bucket has, into small letters.
    bucket, key, secret = parts.netloc.rpartition("@")[2], parts.username, parts.password
    odd = parts.scheme != "s3" or parts.fragment or set(asked) - {"endpoint", "region"}
    fits = _BUCKET.fullmatch(bucket) and _REGION.fullmatch(asked.get("region", "us-east-1"))
    if odd or not fits or bool(key) != bool(secret):
        raise InvalidError(ADDRESS)
    endpoint, host = _endpoint_of(asked.get("endpoint", ""), allowed)
    return Place(
        bucket=bucket,
        prefix=unquote(parts.path).strip("/"),
        endpoint=endpoint,
        host=host,
        region=asked.get("region", "us-east-1"),
        key=unquote(key or ""),
        secret=unquote(secret or ""),
    )


def _endpoint_of(url: str, allowed: frozenset[str]) -> tuple[str, str]:
    if not url:
        return "", ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidError(ADDRESS) from None
    odd = parts.username or parts.query or parts.fragment or parts.path.strip("/")
    if parts.scheme not in {"http", "https"} or not host or odd:
        raise InvalidError(ADDRESS)
    if parts.scheme == "http" and host not in allowed:
        raise InvalidError("Without TLS only a host that options: {allow_hosts: [...]} names.")
    ensure_allowed(host, _literal(host), allowed)
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else ""), host


def _literal(host: str) -> Iterator[str]:
    try:
        yield str(ipaddress.ip_address(host))
    except ValueError:
        return


def ensure_allowed(host: str, found: Iterable[str], allowed: frozenset[str]) -> None:
    """Raise InvalidError when a host has an address of no internet and is not allowed to."""
    if host not in allowed and not all(is_public(one) for one in found):
        raise InvalidError(
            "The endpoint has a private address; name its host in options: {allow_hosts: …}."
        )


def allowed_hosts(options: Mapping[str, object]) -> frozenset[str]:
    """Return the hosts that may have a private address; InvalidError for unknown options."""
    hosts = options.get("allow_hosts", [])
    listed = isinstance(hosts, list) and all(isinstance(one, str) for one in hosts)
    if set(options) - {"allow_hosts"} or not isinstance(hosts, list) or not listed:
        raise InvalidError(
            "The options of a bucket are allow_hosts, a list of hosts.",
            fields={"options": ["has allow_hosts and nothing else"]},
        )
    return frozenset(hosts)
