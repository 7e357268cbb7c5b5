"""What can go wrong, in words of the domain.

Each class has a `code`, which is also its problem type (`/problems/<code>`, RFC 9457) and a
heading in docs/api.md. A message says what to do and never carries personal data.
"""

from typing import ClassVar


class PrivacyError(Exception):
    """The base of every error that this service raises on purpose."""

    code: ClassVar[str] = "error"


class NotFoundError(PrivacyError):
    """The thing asked for does not exist, or is not visible to who asks."""

    code = "not-found"


class GoneError(PrivacyError):
    """The thing existed and was used up, or has expired."""

    code = "gone"


class ConflictError(PrivacyError):
    """The state of the thing does not allow this act now."""

    code = "conflict"


class InvalidError(PrivacyError):
    """The input cannot be understood or breaks a rule; `fields` says where."""

    code = "invalid"

    def __init__(self, message: str, *, fields: dict[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class RefusedError(PrivacyError):
    """The law or a rule of the controller forbids this act."""

    code = "refused"


class SignInRequiredError(PrivacyError):
    """The act needs an operator who has signed in."""

    code = "sign-in-required"


class ForbiddenError(PrivacyError):
    """The operator's roles do not allow this act."""

    code = "forbidden"


class TooManyError(PrivacyError):
    """A rate limit was reached; `retry_after` is in seconds."""

    code = "too-many"

    def __init__(self, message: str, *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnavailableError(PrivacyError):
    """Something this act needs cannot be reached; the same call may succeed later."""

    code = "unavailable"


class AwaitedError(UnavailableError):
    """Somebody was asked for this and has not answered yet; the same call succeeds afterwards."""

    code = "awaited"


class ImpossibleError(UnavailableError):
    """Whoever was asked for this says that it cannot be searched."""

    code = "impossible"


class SealError(PrivacyError):
    """A sealed value does not open: wrong key, moved to another row, or altered."""

    code = "seal"


class ConfigError(PrivacyError):
    """The settings are not usable; the message names every fault at once."""

    code = "config"
