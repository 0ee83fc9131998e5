"""Charts as inline SVG: rendered at build time, with a title, a description and fixed ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from dose_outcomes.report.compact_svg import compact
from dose_outcomes.report.figures.theme import CONFIG, FONT, MEASURED_FONT
from dose_outcomes.report.frame import widen
from dose_outcomes.report.wording import plain

if TYPE_CHECKING:
    from markupsafe import Markup

    from dose_outcomes.report.figures.composition import Specification

SVG = "http://www.w3.org/2000/svg"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_CIRCLE = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0Z?")
_DROPPED = ("role", "aria-roledescription", "aria-hidden", "pointer-events", "stroke-miterlimit", "version")
#: What an SVG means anyway, or what it inherits from its root.
_DEFAULTS = {"opacity": "1", "font-weight": "normal", "font-family": MEASURED_FONT, "stroke-width": "1"}


def to_svg(chart: Specification, figure: str, title: str, description: str) -> Markup:
    """Return a chart as an SVG element to stand in a page.

    Parameters
    ----------
    chart : dict
        The figure, without the look that all share. The first line of a mark's description is the identifier of its
        row, the second its tooltip.
    figure : str
        Short name, the beginning of all ids.
    title, description : str
        Text alternative, with the key numbers.
    """
    import vl_convert

    text = vl_convert.vegalite_to_svg({**chart, "config": CONFIG})
    return finish(text, figure, title, description)


def finish(text: str, figure: str, title: str, description: str) -> Markup:
    """Make a rendered SVG fit for a page: ids of its own, one text alternative, tooltips as data."""
    from markupsafe import Markup

    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(plain(text))
    ids = {element.get("id"): f"{figure}-{number}" for number, element in enumerate(_with_id(root), start=1)}
    for element in root.iter():
        _mend(element, ids)
    widen(root)
    compact(root)
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.set("class", "figure")
    root.set("role", "img")
    root.set("font-family", FONT)
    root.set("aria-labelledby", f"{figure}-title {figure}-description")
    for name, content in (("desc", description), ("title", title)):
        element = ElementTree.Element(
            f"{{{SVG}}}{name}", {"id": f"{figure}-{'title' if name == 'title' else 'description'}"}
        )
        element.text = plain(content)
        root.insert(0, element)
    # everything in it was escaped by the serialiser: this is the one place that vouches for markup
    return Markup(ElementTree.tostring(root, encoding="unicode").replace(" />", "/>"))


def _with_id(root: ElementTree.Element) -> list[ElementTree.Element]:
    return [element for element in root.iter() if element.get("id")]


def _mend(element: ElementTree.Element, ids: dict[str | None, str]) -> None:
    attributes: dict[str, Any] = element.attrib
    description = attributes.pop("aria-label", "")
    circle = _CIRCLE.fullmatch(attributes.get("d", ""))
    if circle:
        element.tag = f"{{{SVG}}}circle"
        attributes["r"] = f"{float(circle[1]):.2f}"
        del attributes["d"]
    for name in _DROPPED:
        attributes.pop(name, None)
    for name, value in _DEFAULTS.items():
        if attributes.get(name) == value:
            del attributes[name]
    if "\n" in description:
        attributes["data-r"], attributes["data-tip"] = description.split("\n", 1)
    for name, value in list(attributes.items()):
        if name == "id":
            attributes[name] = ids[value]
        elif "url(#" in value:
            attributes[name] = _REFERENCE.sub(lambda match: f"url(#{ids.get(match[1], match[1])})", value)
        elif name == "class" and element.tag != f"{{{SVG}}}svg":
            del attributes[name]
