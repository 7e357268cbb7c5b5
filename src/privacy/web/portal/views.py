"""Every page of the portal: importing them puts them on the surface."""

from privacy.web.portal import asking, following
from privacy.web.portal.surface import blueprint

PAGES = (asking, following)

__all__ = ["PAGES", "blueprint"]
