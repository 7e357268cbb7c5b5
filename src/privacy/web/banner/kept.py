"""What visitors of a notice are sent, to be kept and drawn as proof of the mechanism."""

from datetime import datetime

from privacy.purposes.models import Controller, Notice, Site
from privacy.scans.jobs import Files
from privacy.web.banner import script

ENTRIES = frozenset({"banner", "json", "stub"})


def notice_files(
    service: str, site: Site, controller: Controller, notice: Notice, at: datetime
) -> Files:
    """Return the built code, and by path what a first visit may fetch of a site's banner."""
    full = script.configuration(
        site=site, controller=controller, notice=notice, service=service, at=at
    )
    made = script.render(full)
    entry = f"/banner/{site.key}.js"
    files = {entry: made["banner"]} | {
        f"/banner/{site.key}/{name}.js": text for name, text in made.items() if name not in ENTRIES
    }
    code = "".join(script.code(part) for part in script.PARTS)
    return Files(code.encode(), entry, {path: text.encode() for path, text in files.items()})
