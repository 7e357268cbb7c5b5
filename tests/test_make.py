"""What tests are made of holds together, on both databases."""

from sqlalchemy import select

from privacy.audit.models import AuditPending
from privacy.crypto import Keyring
from privacy.db import Database
from privacy.subjects.keys import KeyCabinet
from tests import make
from tests.fakes import FakeClock


def test_everything_is_made_by_acts_that_leave_entries(
    database: Database, clock: FakeClock, keyring: Keyring, cabinet: KeyCabinet
):
    with database.transaction() as session:
        controller_id = make.make_controller(session, at=clock(), cabinet=cabinet).id
        make.make_purpose(session, at=clock(), controller_id=controller_id)
        site = make.make_site(session, at=clock(), controller_id=controller_id)
        make.make_subject(session, at=clock(), cabinet=cabinet, controller_id=controller_id)
        make.make_operator(session, at=clock(), keyring=keyring, controller_id=controller_id)
        assert site.purposes == ["audience_consent"]
    with database.reading() as session:
        entries = session.scalars(select(AuditPending.id)).all()
    assert len(entries) >= 7
