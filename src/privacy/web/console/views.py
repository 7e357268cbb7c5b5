"""Every page of the console: importing them puts them on the surface."""

from privacy.web.console import (
    acting,
    asking,
    calendars,
    consents,
    decisions,
    home,
    importing,
    log,
    preview,
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
    acting,
    asking,
    calendars,
    consents,
    decisions,
    home,
    importing,
    log,
    preview,
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
