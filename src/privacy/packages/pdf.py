"""The readable page as a PDF that anybody can read, also with a screen reader (PDF/UA-1).

It needs the extra `pdf`, which brings Typst: one compiled module without any system library, with
fonts for the alphabets of Europe and for Arabic. Without it a package has no PDF, and is whole.
"""

import json
import logging
import re
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from privacy.packages.blocks import Block, blocks_of

logger = logging.getLogger(__name__)

NAME = "index.pdf"
TEMPLATE = Path(__file__).with_name("paper.typ")
MISSING = "Packages have no PDF: install the extra pdf (pip install 'privacy[pdf]')."
ACCESSIBLE = ["ua-1"]

LONGEST, LONGEST_IN_CELLS = 60, 24
"""Letters without a space, such as an address of the web, after which a line may be broken."""
BREAK = "\u200b"

MOST_ROWS = 1_500
"""Rows on paper, all tables together: each thousand costs some 50 MB while the file is made."""
CUT = {
    "fr": "Les {shown} premières lignes sur {rows} ; index.html et csv/ en ont davantage.",
    "en": "The first {shown} of {rows} rows; index.html and csv/ have more.",
}


def is_available() -> bool:
    """Whether packages get a PDF here."""
    return find_spec("typst") is not None


def pdf_of(page: str, *, language: str, author: str, at: datetime) -> bytes | None:
    """Return a readable page as PDF made at an instant; None without the extra, or if it fails.

    Letters that no font of the library has are looked for in those of the system; where there is
    none either, they are drawn as boxes, and the file does not claim to be accessible.
    """
    if not is_available():
        return None
    title, blocks = blocks_of(page, most=MOST_ROWS)
    blocks = [_worded(one, language) if one["kind"] == "cut" else one for one in blocks]
    blocks = [_breakable(one) for one in blocks]
    told = {"title": title or author, "author": author, "language": language, "blocks": blocks}
    data = json.dumps(told)
    for options in (
        {"pdf_standards": ACCESSIBLE, "ignore_system_fonts": True},
        {"pdf_standards": ACCESSIBLE},
    ):
        made = _compiled(data, at, options)
        if made is not None:
            return made
    return _compiled(data, at, {})


def _worded(cut: Block, language: str) -> Block:
    text = CUT[language].format(shown=cut["shown"], rows=cut["rows"])
    return {"kind": "text", "text": text}


def _breakable(told: Any, longest: int = LONGEST) -> Any:
    """Return a block whose long words may be broken; Typst's own rules for it cost a quarter."""
    if isinstance(told, str):
        return re.sub(rf"[^\s{BREAK}]{{{longest}}}", lambda part: part[0] + BREAK, told)
    if isinstance(told, list):
        return [_breakable(one, longest) for one in told]
    if isinstance(told, dict):
        longest = LONGEST_IN_CELLS if told.get("kind") == "table" else longest
        return {name: _breakable(one, longest) for name, one in told.items()}
    return told


def _compiled(data: str, at: datetime, options: dict[str, Any]) -> bytes | None:
    typst = import_module("typst")
    try:
        made: bytes = typst.compile(
            _template(),
            format="pdf",
            sys_inputs={"data": data},
            timestamp=int(at.timestamp()),
            **options,
        )
    except typst.TypstError:
        if not options:
            logger.warning("package.no-pdf")  # its message could quote the page
        return None
    return made


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()
