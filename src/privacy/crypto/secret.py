"""What every class that holds a key inherits."""

import hmac
from typing import NoReturn

from typing_extensions import override


class Secret:
    """A holder of key bytes: never shown, copied or pickled, and compared in constant time."""

    __slots__ = ("_secret",)
    __hash__ = None  # type: ignore[assignment] # a hash of a key would be a hint at the key

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32:
            raise ValueError("a key has 32 bytes")
        self._secret = secret

    @override
    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return hmac.compare_digest(self._secret, other._secret)

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is never copied or pickled")
