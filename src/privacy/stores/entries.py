"""The entry of an act on a data store, registered or still a draft."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.stores.models import DataStore, StoreDraft


def record(
    session: Session,
    action: Action,
    about: DataStore | StoreDraft,
    *,
    at: datetime,
    actor: str,
    **details: Any,
) -> None:
    """Append the entry of an act, which names the store and its connector."""
    log.append(
        session,
        action,
        at=at,
        actor=actor,
        controller_id=about.controller_id,
        store=about.name,
        kind=about.connector,
        **details,
    )
