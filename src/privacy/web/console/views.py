"""Every page of the console: importing them puts them on the surface."""

from privacy.web.console import (
    asking,
    calendars,
    consents,
    decisions,
    home,
    importing,
    log,
    publishing,
    recipients,
    rectifying,
    registering,
    requests,
    scans,
    shown,
    sign_in,
    sites,
    statistics,
    stores,
    taking,
    team,
)
from privacy.web.console.surface import blueprint

PAGES = (
    asking,
    calendars,
    consents,
    decisions,
    home,
    importing,
    log,
    publishing,
    recipients,
    rectifying,
    registering,
    requests,
    scans,
    shown,
    sign_in,
    sites,
    statistics,
    stores,
    taking,
    team,
)

__all__ = ["PAGES", "blueprint"]
