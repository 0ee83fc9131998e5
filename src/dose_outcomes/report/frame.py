"""Frames of drawings: wide enough for their texts in whatever font the reader has.

Charts are laid out with the font that the renderer brings along, because then the same bytes come out of every machine
(and sooner: other fonts take it twice the time to measure). Readers see wider fonts.
"""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
#: Of the characters of a wide font (DejaVu Sans), in em: widths of kinds of characters.
_NARROW, _WIDE, _WIDEST = frozenset(" .,:;|!'()[]{}ijlIftr/-·"), frozenset("mwMWOQGD"), frozenset("%@—…≥≤∞±←→")
NARROW, USUAL, WIDE, WIDEST = 0.42, 0.64, 0.90, 1.0
BOLD = 1.12
MARGIN = 4.0
_MOVED = re.compile(r"translate\((-?[\d.]+)[ ,]*(-?[\d.]+)?\)")
_SIZE = re.compile(r"[\d.]+")
_START = {"start": 0.0, "middle": 0.5, "end": 1.0}


def width_of(text: str, size: float, bold: bool = False) -> float:
    """Return how wide a text may be, in units of the drawing.

    Examples
    --------
    >>> round(width_of("Any", 10), 1), round(width_of("Any", 10, bold=True), 1)
    (19.2, 21.5)
    """
    em = sum(
        NARROW if one in _NARROW else WIDE if one in _WIDE else WIDEST if one in _WIDEST or ord(one) > 0x2000 else USUAL
        for one in text
    )
    return em * size * (BOLD if bold else 1.0)


def widen(root: ElementTree.Element) -> None:
    """Make the frame of a drawing wide enough for all its upright texts; it never becomes narrower.

    Parameters
    ----------
    root : Element
        The drawing as rendered: moved by `translate` alone.
    """
    left, top, width, height = (float(number) for number in root.attrib["viewBox"].split())
    first, last = left, left + width
    for low, high in _ends(root, 0.0):
        first, last = min(first, low - MARGIN), max(last, high + MARGIN)
    first, last = (math.floor(first) if first < left else left), (math.ceil(last) if last > left + width else last)
    root.set("viewBox", f"{first:g} {top:g} {last - first:g} {height:g}")


def _ends(element: ElementTree.Element, x: float) -> list[tuple[float, float]]:
    """Return left and right end of every upright text below an element."""
    transform = element.get("transform", "")
    if "rotate" in transform:
        return []
    moved = _MOVED.search(transform)
    x += float(moved[1]) if moved else 0.0
    found = [ends for child in element for ends in _ends(child, x)]
    content = "".join(element.itertext()) if element.tag == f"{SVG}text" else ""
    if content.strip() and element.get("opacity") != "0":
        size = _SIZE.search(element.get("font-size", "11"))
        bold = element.get("font-weight", "") in ("bold", "600", "700")
        long = max(
            width_of("".join(line.itertext()), float(size[0]) if size else 11.0, bold)
            for line in (list(element) or [element])
        )
        start = x + float(element.get("x", 0)) - long * _START.get(element.get("text-anchor", "start"), 0.0)
        found.append((start, start + long))
    return found
