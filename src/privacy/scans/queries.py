"""What is declared for a site, and what scans of it found."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from privacy.purposes import queries as purposes
from privacy.purposes.models import Site
from privacy.scans.match import Register, register_of


def register(session: Session, *, site: Site, ours: Sequence[str]) -> Register:
    """Return what the purposes of a site declare now; `ours` is exempt: our own address."""
    known = purposes.current_purposes(session, controller_id=site.controller_id)
    named = [known[code] for code in site.purposes]
    return register_of(
        [(one.code, one.legal_basis.value, one.details) for one in named], ours=ours
    )
