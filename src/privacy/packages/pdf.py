"""The readable page as a PDF that anybody can read, also with a screen reader (PDF/UA-1).

It needs the extra `pdf`, which brings Typst: one compiled module without any system library, with
fonts for the alphabets of Europe and for Arabic. Without it a package has no PDF, and is whole.
"""

import json
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from privacy.packages.blocks import blocks_of

NAME = "index.pdf"
TEMPLATE = Path(__file__).with_name("paper.typ")
MISSING = "Packages have no PDF: install the extra pdf (pip install 'privacy[pdf]')."
ACCESSIBLE = ["ua-1"]


def is_available() -> bool:
    """Whether packages get a PDF here."""
    return find_spec("typst") is not None


def pdf_of(page: str, *, language: str, author: str, at: datetime) -> bytes | None:
    """Return a readable page as PDF made at an instant, or None where the extra is missing.

    Letters that no font of the library has are looked for in those of the system; where there is
    none either, they are drawn as boxes, and the file does not claim to be accessible.
    """
    if not is_available():
        return None
    title, blocks = blocks_of(page)
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
            raise
        return None
    return made


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()
