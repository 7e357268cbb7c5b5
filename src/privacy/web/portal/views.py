"""Every page of the portal: importing them puts them on the surface."""

from privacy.web.portal import (
    agreeing,
    answering,
    asking,
    assigned,
    details,
    entering,
    fetching,
    following,
    preferences,
    signed_in,
    verify,
)
from privacy.web.portal.surface import blueprint

PAGES = (
    agreeing,
    answering,
    asking,
    assigned,
    details,
    entering,
    fetching,
    following,
    preferences,
    signed_in,
    verify,
)

__all__ = ["PAGES", "blueprint"]
