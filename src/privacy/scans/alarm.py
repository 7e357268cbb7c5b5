"""The letter that tells a DPO of a scheduled scan that failed: sealed, owed with its act."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from privacy.db import new_id
from privacy.outbox.acts import enqueue
from privacy.outbox.models import NOBODY, Draft, address_context, variables_context
from privacy.purposes import queries as purposes
from privacy.purposes.models import Site
from privacy.scans.models import Scan
from privacy.subjects.keys import KeyCabinet

TEMPLATE = "dpo_scan_failed"
LANGUAGE = "fr"


@dataclass(frozen=True)
class Desk:
    """What an alarm needs beside its session: the keys, and where the console is."""

    cabinet: KeyCabinet
    public_url: str

    def link(self, scan: Scan) -> str:
        """Return the page of a scan in the console."""
        return f"{self.public_url}/console/scans/{scan.id}"


def tell_dpo(session: Session, *, at: datetime, desk: Desk, scan: Scan) -> None:
    """Owe the letter, to the DPO's address or else to the controller's, with this transaction."""
    controller = purposes.controller(session, scan.controller_id)
    site = session.get_one(Site, scan.site_id)
    to = controller.dpo_contact if "@" in controller.dpo_contact else controller.contact_email
    said = {"controller": controller.name, "site": site.name, "link": desk.link(scan)}
    message_id = new_id(at)
    place = {
        "controller_id": controller.id,
        "subject_id": NOBODY,
        "message_id": message_id,
    }
    key = desk.cabinet.wrap_key(session, controller_id=controller.id)
    draft = Draft(
        id=message_id,
        controller_id=controller.id,
        template=TEMPLATE,
        language=LANGUAGE,
        address_sealed=key.seal(to, context=address_context(**place)),
        variables_sealed=key.seal(json.dumps(said), context=variables_context(**place)),
    )
    enqueue(session, at=at, draft=draft)
