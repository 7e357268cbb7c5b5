"""Every page of the portal: importing them puts them on the surface."""

from privacy.web.portal import asking, following, verify
from privacy.web.portal.surface import blueprint

PAGES = (asking, following, verify)

__all__ = ["PAGES", "blueprint"]
