"""Every page of the console: importing them puts them on the surface."""

from privacy.web.console import (
    consents,
    decisions,
    home,
    log,
    recipients,
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
    consents,
    decisions,
    home,
    log,
    recipients,
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
