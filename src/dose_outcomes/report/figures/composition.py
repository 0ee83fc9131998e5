"""Charts put together: layers on each other, panels beside or below each other, a panel for each value.

Altair puts charts together too, but copies each part with all that is in it, at every level: that takes longer than to
draw the figure. Here each chart becomes plain Vega-Lite once, and what is plain is put together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

Specification = dict[str, Any]
"""A view in Vega-Lite, of plain values."""


def composed(**parts: Any) -> Specification:
    """Return a view made of others.

    Parameters
    ----------
    **parts
        Properties of a view in Vega-Lite: ``layer``, ``concat``, ``hconcat``, ``vconcat``, or ``facet`` with ``spec``,
        and what such a view may say beside it; as Altair's objects, or plain.

    Examples
    --------
    >>> import altair as alt
    >>> composed(layer=[alt.Chart().mark_rule(), alt.Chart().mark_point(size=4)], title=alt.Undefined, width=20)
    {'layer': [{'mark': {'type': 'rule'}}, {'mark': {'type': 'point', 'size': 4}}], 'width': 20}
    """
    import altair as alt

    return {name: _plain(part) for name, part in parts.items() if part is not alt.Undefined}


def _plain(part: Any) -> Any:
    import altair as alt

    if isinstance(part, list):
        return [_plain(one) for one in part]
    if isinstance(part, alt.Chart):
        return _view(part)
    if isinstance(part, alt.InlineData):
        return {"values": part.values}
    # to validate takes longer than to draw; tests do it
    return part.to_dict(validate=False) if isinstance(part, alt.SchemaBase) else part


def _view(chart: alt.Chart) -> Specification:
    """Return a chart of one mark; without data of its own it shows those of the view that holds it."""
    import altair as alt

    mark = chart.copy(deep=False)
    mark.data = alt.Undefined
    context = {"top_level": False, "data": None}  # a part, whose data are told elsewhere
    return composed(data=chart.data) | mark.to_dict(validate=False, context=context)
