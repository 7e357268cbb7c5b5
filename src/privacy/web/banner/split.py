"""Which part of a site's configuration travels in which file of the banner."""

import json
from collections.abc import Mapping
from typing import Any, Final

Config = Mapping[str, Any]

PLACE: Final = "__PRIVACY_CONFIG__"
"""Where built code wants its configuration; it stands there exactly once."""
KINDS: Final = (
    "ad_storage", "ad_user_data", "ad_personalization",
    "analytics_storage", "functionality_storage", "personalization_storage",
)  # fmt: skip
"""What Google Consent Mode v2 denies until a purpose that stands for it is granted."""
FIRST_WORDS: Final = (
    "title", "intro", "note", "policy", "accept", "reject", "choose", "manage", "saved",
)  # fmt: skip
"""The texts of the first layer; all others wait until somebody wants to see more."""
DAY: Final = 86_400


def decisive(full: Config) -> dict[str, Any]:
    """Return what tells whether a choice is current and what it means; the stub needs no more."""
    purposes = full["purposes"]
    return {
        "codes": [purpose["code"] for purpose in purposes],
        "life": full["days"] * DAY,
        "signals": {
            kind: [one["code"] for one in purposes if kind in one.get("signals", ())]
            for kind in KINDS
        },
        "material": full["material"],
        "exempt": "".join(f".{purpose['code']}:1" for purpose in full["exempt"]),
        "offline": full["texts"]["offline"],
    }


def answering(full: Config) -> dict[str, Any]:
    """Return what taking an answer needs beside that, and the words of the first layer."""
    return decisive(full) | {
        **{
            name: full[name]
            for name in ("site", "service", "notice", "language", "days", "controllers")
        },
        "policy_url": full["policy_url"],
        "purposes": [
            {name: one[name] for name in ("code", "title", "summary", "gpc") if one.get(name)}
            for one in full["purposes"]
        ],
        "marks": [list(mark) for mark in _marks(full)],
        "texts": {name: full["texts"][name] for name in FIRST_WORDS},
    }


def explaining(full: Config) -> dict[str, Any]:
    """Return what the second layer shows, the clean-up deletes, and frames are replaced by."""
    texts = {name: text for name, text in full["texts"].items() if name not in FIRST_WORDS}
    texts |= {name: full["texts"][name] for name in ("accept", "reject")}
    return {
        **{name: full[name] for name in ("site", "language", "material", "purposes")},
        "codes": [purpose["code"] for purpose in full["purposes"]],
        "free": full["exempt"],
        "texts": texts,
    }


def everything(full: Config) -> dict[str, Any]:
    """Return all of it, for a file that carries all of the banner."""
    more = explaining(full)
    return answering(full) | more | {"texts": full["texts"]}


def filled(code: str, config: Config | None) -> str:
    """Return built code with its configuration in its place."""
    # A file of its own in UTF-8: no text in it can end the script, as one inside HTML could.
    text = json.dumps(config, separators=(",", ":"), ensure_ascii=False)
    return code.replace(PLACE, text, 1)


def _marks(full: Config) -> set[tuple[str, str]]:
    """Return how the cookies begin that each purpose declared: enough to see one on the device."""
    return {
        (purpose["code"], cookie["name"].split("*")[0])
        for purpose in full["purposes"]
        for cookie in purpose.get("cookies", ())
        if cookie.get("kind", "cookie") == "cookie" and cookie["name"][0] != "*"
    }
