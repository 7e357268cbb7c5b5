"""The entry of an act on a site."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.purposes.models import Site


def record(
    session: Session,
    action: Action,
    about: Site,
    *,
    at: datetime,
    actor: str,
    **details: Any,
) -> None:
    """Append the entry of an act, which names the site and its controller."""
    log.append(
        session,
        action,
        at=at,
        actor=actor,
        controller_id=about.controller_id,
        site=about.key,
        **details,
    )
