"""Where a controller is established, and which supervisory authority its letters name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.purposes import checks
from privacy.purposes.models import Controller


@dataclass(frozen=True)
class Establishment:
    """Where a controller is, and who supervises it."""

    region: str
    """One of `policy.months.Region`."""
    zone: str
    authority: str | None
    """The code of an authority of `policy.authorities`; None for that of the region."""


def change_establishment(
    session: Session, *, actor: str, at: datetime, controller: Controller, now: Establishment
) -> bool:
    """Say anew where a controller is established; False, and no entry, where nothing changes.

    Raises InvalidError for a region, a zone or an authority that is not known. Terms that run
    already end when it was said that they would.
    """
    checks.check_controller(controller.slug, now.zone)
    checks.check_place(now.region, now.authority)
    if now == Establishment(controller.region, controller.zone, controller.authority):
        return False
    controller.region, controller.zone, controller.authority = now.region, now.zone, now.authority
    log.append(
        session,
        Action.CONTROLLER_CHANGED,
        at=at,
        actor=actor,
        controller_id=controller.id,
        region=now.region,
        zone=now.zone,
        authority=now.authority or "default",
    )
    return True
