"""One step of a request by one worker, of which a failure stops no other."""

import logging
from collections.abc import Callable
from uuid import UUID

from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import PrivacyError
from privacy.requests.answering.claiming import Claim, claim

logger = logging.getLogger(__name__)


def attempt(
    database: Database,
    *,
    clock: Clock,
    request_id: UUID,
    step: Callable[[Claim], bool],
    missed: str,
) -> bool:
    """Take a step that no other worker holds; False when it could not be done, or not yet.

    What it raises is logged as `missed` and by its kind: its message could quote what was found.
    """
    try:
        with database.transaction() as session:
            mine = claim(session, at=clock(), request_id=request_id)
        return mine is not None and step(mine)
    except PrivacyError as error:
        code = error.code
    except Exception as error:  # noqa: BLE001 -- one request must not stop the others
        code = type(error).__name__
    logger.warning(missed, extra={"request": str(request_id), "error": code})
    return False
