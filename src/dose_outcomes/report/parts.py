"""Every table and figure of a page as a file of its own: the same words and numbers, nothing new."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html import unescape

_SPACE = re.compile(r"\s+")
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_FIGURE = re.compile(r'<figure id="(F\d+)".*?</figure>', re.DOTALL)
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_LIGHT = re.compile(r":root\s*\{([^}]*)\}")
_COLOUR = re.compile(r"(--[\w-]+):\s*(#[0-9a-f]{6})")
_VARIABLE = re.compile(r"var\((--[\w-]+)\)")
_VIEW_BOX = re.compile(r'viewBox="([-\d.]+) ([-\d.]+) ([\d.]+) ([\d.]+)"')
_PIECE = re.compile(r"<(/?)(\w+)([^>]*)>|([^<]+)")
_SAID = re.compile(r'([\w-]+)=(?:"([^"]*)"|([^\s>]+))')
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
    return [_Reader().read(table[0]) for table in _TABLE.finditer(page)]


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


class _Reader:
    """Reads a table of a page: the caption by its parts, cells as text.

    The templates wrote the page, and labels are escaped: what looks like a tag is one.
    """

    def __init__(self) -> None:
        self._table = Table("")
        self._text: list[str] = []
        self._parts: list[str] = []

    def read(self, text: str) -> Table:
        """Return a table from its markup."""
        for closes, tag, attributes, words in _PIECE.findall(text):
            if words:
                self._text.append(words)
            elif closes:
                self._close(tag)
            else:
                self._open(tag, {name: unescape(quoted or bare) for name, quoted, bare in _SAID.findall(attributes)})
        return self._table

    def _open(self, tag: str, attributes: dict[str, str]) -> None:
        table = self._table
        named = attributes.get("data-r")
        if named and named not in table.estimates:
            table.estimates.append(named)
        if tag == "table":
            table.identifier = attributes["id"]
        elif tag == "tr":
            table.rows.append([])
        elif tag in ("td", "th", "caption"):
            self._text = []
        elif tag == "span" and attributes.get("class") == "note":
            self._close_part()

    def _close(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._table.rows[-1].append(self._words())
        elif tag == "caption":
            self._close_part()
            title, *notes = self._parts
            _, _, words = title.partition(" ")
            source = notes.pop().removeprefix("Source: ")
            self._table.caption = {"title": words, "note": " ".join(notes), "source": source}

    def _close_part(self) -> None:
        words = self._words()
        if words:
            self._parts.append(words)
        self._text = []

    def _words(self) -> str:
        return _SPACE.sub(" ", unescape("".join(self._text))).strip()
