"""The readable page cut into headings, paragraphs, lists and tables, for paper; pure.

It reads the page that the package's own template made, so what is printed is what is on screen.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from typing_extensions import override

SKIPPED = frozenset({"style", "script", "nav", "template"})
"""What is of no use on paper."""
HEADINGS = ("h1", "h2", "h3", "h4")
ENDS = frozenset({*HEADINGS, "p", "li", "dt", "dd", "td", "th", "caption", "address", "title"})
"""Elements whose end ends a piece of text."""
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
WIDEST = 6
"""Columns of a table that a sheet of A4 can hold."""
NARROWEST, BROADEST = 8, 40
"""Between these the letters of a column's longer texts say how wide it is beside others."""
FEWEST = 10
"""Rows that every table shows, however many the others have."""

Block = dict[str, Any]


def blocks_of(page: str, *, most: int = 1_000_000) -> tuple[str, list[Block]]:
    """Return the title of a page, and its blocks in order, with at most so many rows of tables.

    A block has a `kind`: `heading` (level, text), `text`, `list` (items), `facts` (pairs),
    `table` (title, head, rows, widths), or `cut` (shown, rows) behind a table of which rows are
    missing. Of a table wider than a sheet each row becomes a `record` (pairs).
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.title, list(_fitting(reader.blocks, most))


def widths_of(head: list[str], rows: list[list[str]]) -> list[int]:
    """Return what share of a sheet each column gets: by its usual text, within bounds."""
    lengths = [[len(name)] for name in head]
    for row in rows:
        for column, cell in zip(lengths, row, strict=False):
            column.append(len(cell))
    usual = (sorted(column)[-1 - len(column) // 4] for column in lengths)
    return [min(max(one, NARROWEST), BROADEST) for one in usual]


BEGINS: Mapping[str, Block] = {
    "ul": {"kind": "list", "items": []},
    "ol": {"kind": "list", "items": []},
    "dl": {"kind": "facts", "pairs": []},
    "table": {"kind": "table", "title": "", "head": [], "rows": []},
}
"""The blocks that hold more than one text, by the element that begins one."""


class _Reader(HTMLParser):
    """Collects text until an element ends that gives it a place."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.blocks: list[Block] = []
        self._text: list[str] = []
        self._skipping = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SKIPPED:
            self._skipping += 1
        if self._skipping:
            return
        if tag in BEGINS:
            self.blocks.append(copy.deepcopy(BEGINS[tag]))
        elif tag == "tr":
            self.blocks[-1]["rows"].append([])
        elif tag == "br":
            self._text.append(" · ")
        elif tag in ENDS:
            self._text.clear()

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in SKIPPED:
            self._skipping -= 1
        elif tag in ENDS and not self._skipping:
            text = CONTROL.sub("", re.sub(r"[ \t\r\n]+", " ", "".join(self._text))).strip()
            self._text.clear()
            self._put(tag, text)

    @override
    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self._text.append(data)

    def _put(self, tag: str, text: str) -> None:
        last: Block = self.blocks[-1] if self.blocks else {}
        if tag == "title":
            self.title = text
        elif tag in HEADINGS:
            self.blocks.append({"kind": "heading", "level": int(tag[1]), "text": text})
        elif tag == "li":
            last["items"].append(text)
        elif tag == "dt":
            last["pairs"].append([text, ""])
        elif tag == "dd":
            last["pairs"][-1][1] = text
        elif last.get("kind") == "table" and tag in {"th", "td", "caption"}:
            self._put_cell(last, tag, text)
        elif text:
            self.blocks.append({"kind": "text", "text": text})

    def _put_cell(self, table: Block, tag: str, text: str) -> None:
        if tag == "caption":
            table["title"] = text
        else:
            table["rows"][-1].append(text)


def _fitting(blocks: list[Block], most: int) -> Iterator[Block]:
    for block in blocks:
        if block["kind"] != "table":
            yield block
            continue
        head, *rows = block["rows"] or [[]]
        shown = rows[: max(most, FEWEST)]
        most -= len(shown)
        yield from _table(block, head, shown)
        if len(shown) < len(rows):
            yield {"kind": "cut", "shown": len(shown), "rows": len(rows)}


def _table(block: Block, head: list[str], rows: list[list[str]]) -> Iterator[Block]:
    if len(head) <= WIDEST:
        yield block | {"head": head, "rows": rows, "widths": widths_of(head, rows)}
        return
    for row in rows:
        yield {"kind": "record", "pairs": [list(pair) for pair in zip(head, row, strict=False)]}
