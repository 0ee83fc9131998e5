"""How a number is printed: the one place for decimals, and for the element that carries the unrounded value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from dose_outcomes.results import format_number

if TYPE_CHECKING:
    from markupsafe import Markup

#: Below it a share is printed without decimals: a further digit would claim more than one patient's worth.
SMALL_DENOMINATOR = 100
PERCENT_STATISTICS = frozenset({"proportion", "cumulative_incidence", "survival"})
RATIO_STATISTICS = frozenset({"risk_ratio", "odds_ratio", "rate_ratio", "hazard_ratio"})
COUNT_COLUMNS = frozenset({"n", "events", "at_risk", "before", "excluded", "after"})
COUNT_STATISTICS = frozenset(
    {"count", "number_of_patients", "number_at_risk", "cumulative_events", "cumulative_censored"}
)


class Row(Protocol):
    """What can be printed: a row of a released file."""

    @property
    def identifier(self) -> str:
        """Name of the row (of the curve, for a point of a curve)."""
        ...

    @property
    def statistic(self) -> str:
        """What the estimate of the row is."""
        ...


def show(row: Row, column: str = "estimate", unit: bool = True) -> str:
    """Return a number of a row as it is printed.

    Parameters
    ----------
    row : Row
        Row of a released file.
    column : str
        Column of the number.
    unit : bool
        Whether a share carries its percent sign.

    Raises
    ------
    ValueError
        When the row has no number there: a hidden or absent number is never printed.
    """
    value = getattr(row, column)
    if value is None:
        raise ValueError(f"{row.identifier} has no {column} to print")
    if column in COUNT_COLUMNS or row.statistic in COUNT_STATISTICS:
        return f"{round(value):,}"
    if column == "person_years":
        return f"{value:,.{0 if value >= SMALL_DENOMINATOR else 1}f}"
    if row.statistic in PERCENT_STATISTICS:
        return percent(value, getattr(row, "n", None)) + ("%" if unit else "")
    if row.statistic in RATIO_STATISTICS:
        return f"{value:.2f}"
    if math.isinf(value):
        return "not reached"
    if row.statistic.endswith("_days"):
        return f"{value:,.{0 if value == round(value) else 1}f}"
    return f"{value:,.1f}"


def percent(share: float, n: int | None) -> str:
    """Return a share in percent, without the sign: no decimal below 100 patients, else one.

    Examples
    --------
    >>> percent(1 / 3, 99), percent(1 / 3, 100), percent(1, 12)
    ('33', '33.3', '100')
    """
    if share in (0, 1):
        return f"{100 * share:.0f}"  # a decimal would suggest that it was rounded
    return f"{100 * share:.{1 if n is not None and n >= SMALL_DENOMINATOR else 0}f}"


def data_element(row: Row, column: str = "estimate", unit: bool = True) -> Markup:
    """Return a number as an element that names its row and column and holds the unrounded value."""
    from markupsafe import Markup

    value = format_number(float(getattr(row, column)))
    attributes = {"value": value, "data-r": row.identifier}
    if column != "estimate":
        attributes["data-c"] = column
    if hasattr(row, "at_risk"):
        attributes["data-d"] = str(getattr(row, "day", ""))
    opening = Markup("").join(Markup(' {}="{}"').format(name, text) for name, text in attributes.items())
    return Markup("<data{}>{}</data>").format(opening, show(row, column, unit))
