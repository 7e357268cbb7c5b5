"""Where a MongoDB database is, and how it may be spoken to: pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from privacy.errors import InvalidError

ADDRESS: Final = (
    "The address of a MongoDB store is mongodb://account:password@host:27017/database, or"
    " mongodb+srv://account:password@host/database, with signs such as @ percent-encoded; behind"
    " a question mark only authMechanism, authSource, directConnection, readPreference,"
    " replicaSet, tls and tlsCAFile."
)
_YES_OR_NO = frozenset({"true", "false"})
_OPTIONS: Mapping[str, frozenset[str] | None] = {
    # Others would take accounts from this machine or its cloud, or leave certificates unseen.
    "authMechanism": frozenset({"PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256"}),
    "authSource": None,
    "directConnection": _YES_OR_NO,
    "readPreference": frozenset(
        {"primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest"}
    ),
    "replicaSet": None,
    "tls": _YES_OR_NO,
    "tlsCAFile": None,
}
"""What may stand behind the question mark, and which values; None for any."""


@dataclass(frozen=True)
class Address:
    """The parts of an address; its repr has no secret."""

    uri: str
    """All of it but the account."""
    database: str
    account: str = field(repr=False)
    """Empty where the server asks for none."""
    secret: str = field(repr=False)
    reads_from: str
    """The read preference."""


def address_of(text: str) -> Address:
    """Return the parts of an address; InvalidError when it is none."""
    try:
        parts = urlsplit(text)
        asked = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True))
    except ValueError:
        raise InvalidError(ADDRESS) from None
    who, _at, hosts = parts.netloc.rpartition("@")
    account, _colon, secret = who.partition(":")
    database = unquote(parts.path[1:])
    odd = parts.fragment or not all(hosts.split(",")) or bool(account) != bool(secret)
    is_mongodb = parts.scheme in {"mongodb", "mongodb+srv"}
    if not is_mongodb or odd or not _is_name(database) or not _are_known(asked):
        raise InvalidError(ADDRESS)
    reads_from = asked.pop("readPreference", "primaryPreferred")
    options = f"?{urlencode(asked)}" if asked else ""
    return Address(
        uri=f"{parts.scheme}://{hosts}{parts.path}{options}",
        database=database,
        account=unquote(account),
        secret=unquote(secret),
        reads_from=reads_from,
    )


def _is_name(database: str) -> bool:
    return bool(database) and not set(database) & set('/\\. "$*<>:|?\x00')


def _are_known(asked: Mapping[str, str]) -> bool:
    return all(
        name in _OPTIONS and value and value in (_OPTIONS[name] or {value})
        for name, value in asked.items()
    )
