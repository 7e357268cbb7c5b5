"""Every page of the console: importing them puts them on the surface."""

from privacy.web.console import home, sign_in, team
from privacy.web.console.audit import log
from privacy.web.console.consents import answers, recipients, shown, statistics
from privacy.web.console.requests import (
    acting,
    asking,
    assignments,
    board,
    calendars,
    decisions,
    importing,
    posting,
    preview,
    rectifying,
    taking,
)
from privacy.web.console.sites import listing as sites
from privacy.web.console.sites import publishing, scans
from privacy.web.console.stores import listing as stores
from privacy.web.console.stores import registering
from privacy.web.console.surface import blueprint

PAGES = (
    *(home, sign_in, team, log),
    *(answers, recipients, shown, statistics),
    *(acting, asking, assignments, board, calendars, decisions),
    *(importing, posting, preview, rectifying, taking),
    *(sites, publishing, scans, stores, registering),
)

__all__ = ["PAGES", "blueprint"]
