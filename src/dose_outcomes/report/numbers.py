"""How a number is printed: the one place for decimals, and for the element that carries the unrounded value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from dose_outcomes.results import format_number

if TYPE_CHECKING:
    from markupsafe import Markup

#: Below it a share is printed without decimals: a further digit would claim more than one patient's worth.
SMALL_DENOMINATOR = 100
PERCENT_STATISTICS = frozenset(
    {"proportion", "cumulative_incidence", "survival", "expected_proportion", "proportion_missing", "shrinkage"}
    | {"fitted_proportion", "share_improved_at_least", "one_minus_survival", "prevalence", "tipping_share"}
    | {"share_followed_to_horizon", "interval_width"}
)
#: Differences of shares: percentage points, with their sign.
POINT_STATISTICS = frozenset({"risk_difference", "simultaneous_risk_difference"})
#: What the note of a p value says that is known to one digit only.
ONE_DIGIT = "rounded to one digit"
#: Always with two decimals.
STANDARDISED_STATISTICS = frozenset(
    {"standardised_mean_difference", "maximum_standardised_difference", "test_retest_slope", "mean_cumulative_count"}
)
#: Differences and changes, with their sign.
SIGNED_STATISTICS = frozenset(
    {"mean_change", "adjusted_mean_change", "adjusted_mean_difference", "rmst_difference", "median_difference_days"}
    | {"standardised_mean_difference"}
)
RATIO_STATISTICS = frozenset({"risk_ratio", "odds_ratio", "rate_ratio", "hazard_ratio", "simultaneous_rate_ratio"})
COUNT_COLUMNS = frozenset({"n", "events", "at_risk", "censored", "before", "excluded", "after"})
SHARE_COLUMNS = frozenset({"share_shown"})
COUNT_STATISTICS = frozenset(
    {"count", "number_of_patients", "number_at_risk", "cumulative_events", "cumulative_censored"}
    | {"number_missing", "number_of_tests"}
)
MINUS = "\u2212"
SMALLEST_P = 0.001


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
    if column in SHARE_COLUMNS:
        return f"{100 * value:.0f}" + ("%" if unit else "")
    if column in COUNT_COLUMNS or row.statistic in COUNT_STATISTICS:
        return f"{round(value):,}"
    if column == "person_years":
        return f"{value:,.{0 if value >= SMALL_DENOMINATOR else 1}f}"
    if column in ("p_value", "p_adjusted"):
        return p_value(value, rounded=ONE_DIGIT in getattr(row, "note", ""))
    if row.statistic in PERCENT_STATISTICS:
        return percent(value, getattr(row, "n", None)) + ("%" if unit else "")
    if row.statistic in RATIO_STATISTICS:
        return "∞" if math.isinf(value) else f"{value:.2f}"
    if math.isinf(value):
        return "not reached"
    return _other(row, value)


def _other(row: Row, value: float) -> str:
    statistic = row.statistic
    if statistic in POINT_STATISTICS:
        return signed(100 * value, 1)
    if statistic == "number_needed_to_treat":
        return f"{math.ceil(abs(value) - 1e-9):,}"  # by convention never rounded to a larger effect
    if statistic in STANDARDISED_STATISTICS or statistic.endswith("_test"):
        return signed(value, 2) if statistic in SIGNED_STATISTICS else f"{value:.2f}".replace("-", MINUS)
    whole = statistic.endswith("_days") and value == round(value)
    decimals = 0 if whole else 1 if statistic.endswith("_days") else _decimals(row, value)
    return signed(value, decimals) if statistic in SIGNED_STATISTICS else f"{value:,.{decimals}f}".replace("-", MINUS)


def _decimals(row: Row, value: float) -> int:
    """Return decimals by the size of the whole row, so that an estimate and its limits have as many."""
    if row.statistic == "rate_per_100_person_years":
        return 1
    numbers = [getattr(row, name, None) for name in ("estimate", "low", "high")]
    largest = max(abs(number) for number in [value, *numbers] if number is not None and math.isfinite(number))
    return 0 if largest >= 100 else 1 if largest >= 10 else 2


def signed(value: float, decimals: int) -> str:
    """Return a number with its sign; what rounds to zero has none.

    Examples
    --------
    >>> signed(3.26, 1), signed(-3.26, 1), signed(-0.01, 1)
    ('+3.3', '−3.3', '0.0')
    """
    text = f"{abs(value):,.{decimals}f}"
    return text if not float(text.replace(",", "")) else ("+" if value > 0 else MINUS) + text


def p_value(value: float, *, rounded: bool = False) -> str:
    """Return a p value: two digits that count, or the one to which it was rounded; never below 0.001.

    Examples
    --------
    >>> p_value(0.0258), p_value(0.37), p_value(1e-9), p_value(0.0047), p_value(0.05, rounded=True)
    ('0.026', '0.37', '<0.001', '0.005', '0.05')
    """
    if value < SMALLEST_P:
        return f"<{SMALLEST_P}"
    if rounded:
        return f"{value:.1g}"
    return f"{value:.{2 if value >= 0.1 else 3}f}"


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
    from markupsafe import Markup, escape

    attributes = f' value="{format_number(float(getattr(row, column)))}" data-r="{escape(row.identifier)}"'
    if column != "estimate":
        attributes += f' data-c="{escape(column)}"'
    if hasattr(row, "at_risk"):
        attributes += f' data-d="{escape(getattr(row, "day", ""))}"'
    return Markup(f"<data{attributes}>{escape(show(row, column, unit))}</data>")  # all parts are escaped
