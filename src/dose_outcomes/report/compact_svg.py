"""Says what the marks of a drawing share once, and drops what draws nothing: the same picture in half the bytes."""

from __future__ import annotations

import re
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
#: Attributes that a mark has from its group unless it has its own.
INHERITED = (
    "fill", "fill-opacity", "font-size", "font-style", "font-weight", "stroke", "stroke-dasharray", "stroke-linecap",
    "stroke-linejoin", "stroke-opacity", "stroke-width", "text-anchor",
)  # fmt: skip
_NUMBER = re.compile(r"-?\d+\.\d+")
_GEOMETRY = ("d", "transform", "x", "y", "x1", "x2", "y1", "y2", "r", "cx", "cy", "width", "height")
_TEXT_SIZE = re.compile(r"([\d.]+)px")


def compact(root: ElementTree.Element) -> None:
    """Shorten a drawing in place, whatever it shows unchanged to a tenth of a unit."""
    for element in root.iter():
        _shorten(element)
    _drop_invisible(root, {"fill": "black"})
    _share(root)
    _unwrap(root)


def _shorten(element: ElementTree.Element) -> None:
    attributes = element.attrib
    for name in _GEOMETRY:
        if name in attributes:
            attributes[name] = _NUMBER.sub(lambda match: _tenth(match[0]), attributes[name])
    if element.tag == f"{SVG}g" and attributes.get("transform") == "translate(0,0)":
        del attributes["transform"]
    if element.tag == f"{SVG}line":
        for name in ("x1", "y1", "x2", "y2"):
            if attributes.get(name) in ("0", "-0"):
                del attributes[name]
    if "font-size" in attributes:
        attributes["font-size"] = _TEXT_SIZE.sub(r"\1", attributes["font-size"])


def _tenth(number: str) -> str:
    """Return a number to a tenth, without what need not be written.

    Examples
    --------
    >>> _tenth("18.55"), _tenth("328.00"), _tenth("-0.02"), _tenth("0.53")
    ('18.6', '328', '0', '0.5')
    """
    text = f"{float(number) + (1e-9 if float(number) >= 0 else -1e-9):.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _drop_invisible(parent: ElementTree.Element, inherited: dict[str, str]) -> None:
    """Remove shapes without fill and line, and groups without content; `inherited` is what holds in the parent."""
    held = {**inherited, **{name: value for name, value in parent.attrib.items() if name in ("fill", "stroke")}}
    for child in list(parent):
        _drop_invisible(child, held)
        own = {**held, **child.attrib}
        painted = any(own.get(name, "none") != "none" for name in ("fill", "stroke"))
        empty_shape = child.tag == f"{SVG}path" and child.get("d", "") in ("", "M0,0h0v0h0Z")
        shape = child.tag in (f"{SVG}path", f"{SVG}line", f"{SVG}circle", f"{SVG}rect")
        if parent.tag == f"{SVG}clipPath":
            continue
        if (shape and (empty_shape or not painted)) or (child.tag == f"{SVG}g" and not len(child)):
            parent.remove(child)


def _share(parent: ElementTree.Element) -> None:
    """Move what all children of a group say alike to the group."""
    for child in parent:
        _share(child)
    if parent.tag != f"{SVG}g" or len(parent) < 2:
        return
    for name in INHERITED:
        values = {child.get(name) for child in parent}
        if len(values) == 1 and None not in values:
            parent.set(name, values.pop() or "")
            for child in parent:
                del child.attrib[name]


def _unwrap(parent: ElementTree.Element) -> None:
    """Put the content of groups that say nothing in their place."""
    for child in list(parent):
        _unwrap(child)
        if child.tag == f"{SVG}g" and not child.attrib:
            place = list(parent).index(child)
            parent.remove(child)
            for offset, inner in enumerate(list(child)):
                parent.insert(place + offset, inner)
