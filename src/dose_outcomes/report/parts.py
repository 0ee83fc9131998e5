"""Every table and figure of a page as a file of its own: the same words and numbers, nothing new."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_SPACE = re.compile(r"\s+")
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_FIGURE = re.compile(r'<figure id="(F\d+)".*?</figure>', re.DOTALL)
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_LIGHT = re.compile(r":root\s*\{([^}]*)\}")
_COLOUR = re.compile(r"(--[\w-]+):\s*(#[0-9a-f]{6})")
_VARIABLE = re.compile(r"var\((--[\w-]+)\)")
_VIEW_BOX = re.compile(r'viewBox="([-\d.]+) ([-\d.]+) ([\d.]+) ([\d.]+)"')
_TIP = re.compile(r' data-tip="[^"]*"')


@dataclass
class Table:
    """A table of the page as it reads."""

    identifier: str
    caption: dict[str, str] = field(default_factory=dict)
    rows: list[list[str]] = field(default_factory=list)
    estimates: list[str] = field(default_factory=list)
    """Identifiers of the rows that its numbers come from, in the order of the table, each once."""

    def csv(self) -> str:
        """Return the rows as the page's own button saves them: UTF-8 with a mark, quoted, no formula."""
        lines = (",".join(f'"{guarded(cell)}"' for cell in row) for row in self.rows)
        return "\ufeff" + "\r\n".join(lines) + "\r\n"

    def meta(self) -> str:
        """Return what the table is, as JSON text."""
        content = {
            "id": self.identifier,
            **self.caption,
            "rows": len(self.rows),
            "source_rows": self.estimates,
        }
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def guarded(text: str) -> str:
    """Return the text of a cell for CSV: what a spreadsheet would run as a formula begins with an apostrophe.

    Examples
    --------
    >>> guarded('=1+1'), guarded('-0.5'), guarded('say "a"')
    ("'=1+1", '-0.5', 'say ""a""')
    """
    if _FORMULA.match(text):
        try:
            float(text)
        except ValueError:
            text = "'" + text
    return text.replace('"', '""')


def parts(page: str, style: str) -> dict[str, str]:
    """Return the files of a page's tables and figures.

    Parameters
    ----------
    page : str
        The whole page.
    style : str
        Its style sheet, with the colours of the light scheme.

    Returns
    -------
    dict of str to str
        Path below the folder of the report: text. ``tables/T01.csv`` with ``tables/T01.meta.json``, and
        ``figures/F01.svg``; a figure that is no drawing has no file.
    """
    found: dict[str, str] = {}
    for table in tables(page):
        name = _file_name(table.identifier)
        found[f"tables/{name}.csv"] = table.csv()
        found[f"tables/{name}.meta.json"] = table.meta()
    colours = light_colours(style)
    for figure in _FIGURE.finditer(page):
        drawing = _DRAWING.search(figure[0])
        if drawing:
            found[f"figures/{_file_name(figure[1])}.svg"] = standalone(drawing[0], colours)
    return found


def tables(page: str) -> list[Table]:
    """Return the tables of a page in their order."""
    reader = _Reader()
    for table in _TABLE.finditer(page):  # a page is mostly drawings
        reader.feed(table[0])
    reader.close()
    return reader.tables


def light_colours(style: str) -> dict[str, str]:
    """Return the colours of the light scheme by the name of their variable."""
    first = _LIGHT.search(style)
    if first is None:
        raise ValueError("the style sheet has no :root block with colours")
    return dict(_COLOUR.findall(first[1]))


def standalone(drawing: str, colours: dict[str, str]) -> str:
    """Return a drawing that looks the same outside its page: colours written out, size given, on white.

    Raises
    ------
    KeyError
        When a drawing names a colour that the light scheme does not have.
    """
    text = _VARIABLE.sub(lambda match: colours[match[1]], _TIP.sub("", drawing))
    box = _VIEW_BOX.search(text)
    if box is None:
        raise ValueError("a drawing has no viewBox")
    left, top, width, height = box.groups()
    opening = text.index(">") + 1
    sized = text[: opening - 1] + f' width="{width}" height="{height}">'
    ground = f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="#ffffff"/>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{sized}{ground}{text[opening:]}\n'


def _file_name(identifier: str) -> str:
    return f"{identifier[0]}{int(identifier[1:]):02d}"


class _Reader(HTMLParser):
    """Reads the tables of a page: captions by their parts, cells as text."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self._open: list[Table] = []
        self._text: list[str] | None = None
        self._parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "table":
            self.tables.append(Table(attributes["id"]))
            self._open = [self.tables[-1]]
        if not self._open:
            return
        table = self._open[0]
        named = attributes.get("data-r")
        if named and named not in table.estimates:
            table.estimates.append(named)
        if tag == "tr":
            table.rows.append([])
        elif tag in ("td", "th"):
            self._text = []
        elif tag == "caption":
            self._parts, self._text = [], []
        elif tag == "span" and attributes.get("class") == "note":
            self._close_part()

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if not self._open:
            return
        if tag in ("td", "th"):
            self._open[0].rows[-1].append(self._words())
            self._text = None
        elif tag == "caption":
            self._close_part()
            self._text = None
            title, *notes = self._parts
            _, _, words = title.partition(" ")
            source = notes.pop().removeprefix("Source: ")
            self._open[0].caption = {"title": words, "note": " ".join(notes), "source": source}
        elif tag == "table":
            self._open = []

    def _close_part(self) -> None:
        words = self._words()
        if words:
            self._parts.append(words)
        self._text = []

    def _words(self) -> str:
        return _SPACE.sub(" ", "".join(self._text or [])).strip()
