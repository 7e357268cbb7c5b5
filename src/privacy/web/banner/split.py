"""Which part of a site's configuration travels in which file of the banner."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

Config = Mapping[str, Any]
_TOLD: Final = ("site", "service", "language", "material", "purposes")

PLACE: Final = "__PRIVACY_CONFIG__"
"""Where built code wants its configuration; it stands there exactly once."""
KINDS: Final = (
    "ad_storage", "ad_user_data", "ad_personalization",
    "analytics_storage", "functionality_storage", "personalization_storage",
)  # fmt: skip
"""What Google Consent Mode v2 denies until a purpose that stands for it is granted."""
_BARE: Final = re.compile(r'([{,])"([a-z_]+)":')
FROM_THE_RIGHT: Final = frozenset({"ar"})
"""Languages that are written from right to left."""
FIRST_WORDS: Final = (
    "title", "intro", "note", "policy", "accept", "reject", "choose", "manage", "saved",
)  # fmt: skip
"""The texts of the first layer; all others wait until somebody wants to see more."""


def decisive(full: Config, *, more: str = "") -> dict[str, Any]:
    """Return what tells whether a choice is current and what it means; the stub needs no more.

    `more` is the address of the parts that do not come along.
    """
    purposes = full["purposes"]
    # In the order that compresses best.
    return {
        "signals": {
            kind: [at for at, one in enumerate(purposes) if kind in one.get("signals", ())]
            for kind in KINDS
        },
        "material": full["material"],
        "more": more,
        "offline": full["texts"]["offline"],
        "codes": [purpose["code"] for purpose in purposes],
        "days": full["days"],
        "exempt": "".join(f".{purpose['code']}:1" for purpose in full["exempt"]),
    }


def answering(full: Config, *, more: str = "") -> dict[str, Any]:
    """Return what taking an answer needs beside that, and the words of the first layer."""
    return decisive(full, more=more) | {
        **{name: full[name] for name in ("site", "service", "notice", "language", "policy_url")},
        "dir": _direction(full),
        "gpc": any(purpose.get("gpc") for purpose in full["purposes"]),
        "lines": [[purpose["title"], purpose["summary"]] for purpose in full["purposes"]],
        "texts": {name: _said(full, name) for name in FIRST_WORDS},
    }


def explaining(full: Config) -> dict[str, Any]:
    """Return what the second layer shows, the clean-up deletes, and frames are replaced by."""
    texts = {name: text for name, text in full["texts"].items() if name not in FIRST_WORDS}
    texts |= {name: full["texts"][name] for name in ("accept", "reject")}
    return {
        **{name: full[name] for name in _TOLD},
        "codes": [purpose["code"] for purpose in full["purposes"]],
        "dir": _direction(full),
        "free": full["exempt"],
        "texts": texts,
    }


def everything(full: Config) -> dict[str, Any]:
    """Return all of it, for a file that carries all of the banner."""
    first, more = answering(full), explaining(full)
    return first | more | {"texts": more["texts"] | first["texts"]}


def filled(code: str, config: Config | None, *, bare: bool = False) -> str:
    """Return built code with its configuration in its place; keys may be bare, to be shorter."""
    # A file of its own in UTF-8: no text in it can end the script, as one inside HTML could.
    text = json.dumps(config, separators=(",", ":"), ensure_ascii=False)
    return code.replace(PLACE, _BARE.sub(r"\1\2:", text) if bare else text, 1)


def _direction(full: Config) -> str:
    return "rtl" if full["language"] in FROM_THE_RIGHT else "ltr"


def _said(full: Config, name: str) -> str:
    """Return a text of the first layer with its places filled."""
    text: str = full["texts"][name]
    controllers = ", ".join(full["controllers"])
    return text.replace("{days}", str(full["days"])).replace("{controllers}", controllers)
