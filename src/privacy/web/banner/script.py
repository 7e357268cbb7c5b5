"""The files of the banner: the built code, and a site's configuration inside it."""

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import privacy
from privacy.consent.term import kept_days
from privacy.purposes.models import Controller, Notice, Site
from privacy.purposes.publishing import Banner
from privacy.web.banner import split

Part = Literal["banner", "stub", "ui", "panel", "pinned"]
"""What is sent to who has not answered, to who has, what the latter fetches to see or change
something, what the former fetches to see more, and all of it in one."""

PLACE = split.PLACE
"""Where the built code wants its configuration; it stands there exactly once."""
LANGUAGES = (
    "fr", "en", "ar", "bg", "cs", "da", "de", "el", "es", "et", "fi", "ga", "hr", "hu", "it", "lt",
    "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv",
)  # fmt: skip
"""The official languages of the EU, and Arabic: one file of words each; the first is usual."""

PARTS: Final[tuple[Part, ...]] = ("banner", "stub", "ui", "panel", "pinned")
_PACKAGE = Path(privacy.__file__).parent
_CHECKOUT = _PACKAGE.parents[1] / "static" / "consent-banner"


@cache
def code(part: Part = "banner") -> str:
    """Return built code, from a checkout or from the installed package."""
    return (_folder() / "dist" / f"{part}.js").read_text(encoding="utf-8")


@cache
def style() -> str:
    """Return the style of a first layer that a page's server draws."""
    return (_folder() / "dist" / "drawn.css").read_text(encoding="utf-8")


@cache
def style_source() -> str:
    """Return what a policy names to let that style in without a nonce (CSP Level 3)."""
    digest = hashlib.sha256(style().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def code_hash() -> str:
    """Return the SHA-256 of all the built code, which each notice names."""
    return hashlib.sha256("".join(code(part) for part in PARTS).encode()).hexdigest()


@cache
def texts(language: str) -> dict[str, str]:
    """Return the banner's own words in a language."""
    words: dict[str, str] = json.loads(
        (_folder() / "locales" / f"{language}.json").read_text(encoding="utf-8")
    )
    return words


def worded(period: str) -> Banner:
    """Return what a notice says of the banner: its words, its code, and its term."""
    words = {language: texts(language) for language in LANGUAGES}
    return Banner(texts=words, script=code_hash(), period=period)


def configuration(
    *, site: Site, controller: Controller, notice: Notice, service: str, at: datetime
) -> dict[str, Any]:
    """Return all that the banner of a site knows, by the notice that it shows."""
    document: dict[str, Any] = json.loads(notice.document)
    period = document.pop("period")
    full = document | {
        "site": site.key,
        "service": service,
        "notice": notice.digest,
        "days": kept_days(at, period, controller.zone),
        # A notice of before has not all words of today's code.
        "texts": texts(notice.language) | document["texts"],
    }
    del full["script"]
    for purpose in (*full["purposes"], *full["exempt"]):
        _strip(purpose)
    return full


def render(full: Mapping[str, Any]) -> dict[str, str]:
    """Return by name every file that a site's pages may ask for.

    `ui` and `panel` stand under their `name`, which changes with their bytes; the two entries,
    `banner` and `stub`, name them, and `json` is the same as data.
    """
    ui = split.filled(code("ui"), split.everything(full))
    panel = split.filled(code("panel"), split.explaining(full))
    first = split.answering(full, more=_address(full, panel))
    again = split.decisive(full, more=_address(full, ui))
    return {
        _short(ui): ui,
        _short(panel): panel,
        "banner": split.filled(code("banner"), first, bare=True),
        "stub": split.filled(code("stub"), again, bare=True),
        "json": json.dumps(split.everything(full), separators=(",", ":"), ensure_ascii=False),
    }


def name(text: str) -> str:
    """Return the short hash under which a file is kept for ever."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:9]).decode()


def _short(text: str) -> str:
    """Return a name that is only told apart from those of the same site's other files."""
    return name(text)[:8]


@cache
def pinned() -> Mapping[str, str]:
    """Return by name every file that a page may have pinned: today's, and those of releases."""
    folder = _folder() / "dist"
    kept = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("kept/*.js"))]
    adapter = (folder / "tcf.js").read_text(encoding="utf-8")
    mover = mover_code()
    files = {f"banner.{name(text)}": text for text in (code("pinned"), *kept)}
    return files | {f"tcf.{name(adapter)}": adapter, f"move.{name(mover)}": mover}


@cache
def mover_code() -> str:
    """Return the file that brings over choices from another tool's banner, and then the banner."""
    return (_folder() / "dist" / "move.js").read_text(encoding="utf-8")


def integrity(text: str) -> str:
    """Return what an `integrity` attribute says of a file (Subresource Integrity)."""
    return "sha384-" + base64.b64encode(hashlib.sha384(text.encode()).digest()).decode()


def embed_tags(
    *, site: Site, service_url: str, language: str | None = None
) -> list[tuple[str, str]]:
    """Return the ways in which a page may embed the banner, each after the name of its kind.

    `short` follows every upgrade; `pinned` runs no other code than this, and only fetches data;
    `drawn` is where a page's server finds the first layer, and `style` what lets its style in;
    `move` stands in the place of `short` while visitors bring choices from another banner.
    """
    text = code("pinned")
    query = f"?lang={language}" if language else ""
    spoken = f' data-lang="{language}"' if language else ""
    address = html.escape(service_url)
    return [
        ("short", f'<script src="{address}/banner/{site.key}.js{query}" async></script>'),
        (
            "pinned",
            (
                f'<script src="{address}/banner/assets/banner.{name(text)}.js"'
                f' integrity="{integrity(text)}" crossorigin="anonymous"'
                f' data-site="{site.key}"{spoken} async></script>'
            ),
        ),
        ("drawn", f"{service_url}/banner/{site.key}.html{query}"),
        ("style", f"style-src {style_source()}"),
        *_moving(site, address, spoken),
    ]


def _moving(site: Site, address: str, spoken: str) -> list[tuple[str, str]]:
    if not site.moves:
        return []
    mover = mover_code()
    tag = (
        f'<script src="{address}/banner/assets/move.{name(mover)}.js"'
        f' integrity="{integrity(mover)}" crossorigin="anonymous"'
        f' data-for="{site.key}" data-tool="{site.moves["tool"]}"{spoken} async></script>'
    )
    return [("move", tag)]


def _strip(purpose: dict[str, Any]) -> None:
    """Leave out what the notice keeps as proof and no visitor's browser reads."""
    for name in ("version", "legal_basis"):
        purpose.pop(name, None)
    for name in [name for name, value in purpose.items() if value in ([], "", False)]:
        del purpose[name]


def _address(full: Mapping[str, Any], text: str) -> str:
    # Not relative: a script of another origin has no address of its own that import() may use.
    return f"{full['service']}/banner/{full['site']}/{_short(text)}.js"


def _folder() -> Path:
    return _CHECKOUT if _CHECKOUT.is_dir() else _PACKAGE / "consent-banner"
