"""What a database's error means, in words that quote nothing of it."""

from collections.abc import Callable

from sqlalchemy.exc import (
    CompileError,
    DBAPIError,
    IntegrityError,
    SQLAlchemyError,
    StatementError,
)

from privacy.errors import ConflictError, InvalidError, PrivacyError, UnavailableError


def told(
    store: str, error: SQLAlchemyError, is_wrong_question: Callable[[DBAPIError], bool]
) -> PrivacyError:
    """Return the error that a caller can answer; the driver's may hold a row or the address."""
    if isinstance(error, IntegrityError):
        return ConflictError(
            f"The data store {store} refuses the change: other rows refer to these, or a rule of"
            " its own forbids it."
        )
    if _is_misfit(error, is_wrong_question):
        return InvalidError(f"The data store {store} is not as its definition says.")
    return UnavailableError(
        f"The data store {store} cannot be read: see that it runs, that its address is right,"
        " and that its account may read, and write where rows are erased or rectified."
    )


def _is_misfit(error: SQLAlchemyError, is_wrong_question: Callable[[DBAPIError], bool]) -> bool:
    """Whether the question was wrong, and not the database out of reach."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, StatementError | CompileError)
    return not error.connection_invalidated and is_wrong_question(error)
