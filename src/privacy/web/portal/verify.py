"""The page on which anybody verifies a receipt, in their own browser."""

from privacy.web import current, pages
from privacy.web.auth import public
from privacy.web.portal.surface import blueprint, controller_of

WORDS = (
    "proven_title", "proven", "false_title", "false", "unproven_title", "unproven",
    "unreadable_title", "unreadable", "unable_title", "unable", "insecure_title", "insecure",
    "waits_title", "waits", "unknown_title", "unknown", "offline_title", "offline",
    "says", "steps", "at", "until", "place", "place_value", "root", "signed", "ask", "save",
    "granted", "refused", "held", "failed", "absent",
    "key_yes", "key_no", "signature_yes", "signature_no", "notice_yes", "notice_no",
    "leaf_yes", "leaf_no", "entry_yes", "entry_no", "inclusion_yes", "inclusion_no",
    "checkpoint_yes", "checkpoint_no",
)  # fmt: skip
"""What the script says, by its names for it."""


@blueprint.get("/<slug>/verify")
@public("a receipt is for anybody to verify, and the page is sent nothing")
def verify(slug: str) -> str:
    """Show the page that verifies a receipt; the browser does it, and nothing is uploaded."""
    return pages.render(
        "portal/verify.html",
        controller=controller_of(slug),
        keys=[one.vkey for one in current.runtime().keyring.verifiers],
        words=WORDS,
    )
