"""Release of the tidy table: rows that show or reveal a small count are emptied and say why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dose_outcomes.disclosure.again import OverShown, estimated_again
from dose_outcomes.disclosure.curves import release_curves
from dose_outcomes.disclosure.days import add_days, note_parts_by_day
from dose_outcomes.disclosure.heights import read_off
from dose_outcomes.disclosure.inner import Inner, add_inner
from dose_outcomes.disclosure.medians import telling_medians
from dose_outcomes.disclosure.nested import add_nested, add_side_effects
from dose_outcomes.disclosure.notes import retell
from dose_outcomes.disclosure.quantities import Cell, Quantities
from dose_outcomes.disclosure.relations import add_sums
from dose_outcomes.disclosure.rounding import round_numbers, too_few_tested
from dose_outcomes.disclosure.rows import Row, read_rows, without_event
from dose_outcomes.disclosure.secondary import suppress_patients, suppress_rest
from dose_outcomes.disclosure.spans import Spans
from dose_outcomes.disclosure.suppression import Suppression
from dose_outcomes.disclosure.thresholds import close_thresholds
from dose_outcomes.disclosure.wording import DERIVED, RISK_TABLE, SECONDARY, UNDIVIDED, reason
from dose_outcomes.results import ALL, PUBLISHED

if TYPE_CHECKING:
    import pandas as pd

_EMPTIED = ("estimate", "low", "high", "p_value", "p_adjusted", "events", "person_years")
UNDECLARED = "not declared"
"""Nobody has said which counts the row is made of."""


class Released(NamedTuple):
    """The two tables that may leave the site."""

    estimates: pd.DataFrame
    curves: pd.DataFrame


def release_estimates(
    estimates: pd.DataFrame, minimum_count: int, parts_of: Mapping[str, Mapping[str, str]] | None = None
) -> pd.DataFrame:
    """Hide rows of the tidy table that show or reveal a small count; there are no curves of the same patients.

    Parameters
    ----------
    estimates : DataFrame
        Columns `results.COLUMNS`.
    minimum_count : int
        Smallest count that may be shown, k; below 2 nothing is hidden.
    parts_of : mapping of str to mapping of str to str, optional
        Endpoint: condition: response definition, so that totals over conditions are known to be sums.

    Returns
    -------
    DataFrame
        The same rows; hidden ones are emptied and say why in `suppressed`: ``count below k``; a count that protects
        a hidden one; or a number made of a hidden count.
    """
    return release_tables(estimates, None, minimum_count, parts_of).estimates


def release_tables(
    estimates: pd.DataFrame,
    curves: pd.DataFrame | None,
    minimum_count: int,
    parts_of: Mapping[str, Mapping[str, str]] | None = None,
    over_shown: OverShown | None = None,
    systems: Mapping[str, str] | None = None,
    inner: Inner | None = None,
) -> Released:
    """Release the tidy table and the curves together: neither gives a small count of the other.

    Parameters
    ----------
    estimates, curves : DataFrame
        Columns `results.COLUMNS` and `results.CURVE_COLUMNS`.
    minimum_count, parts_of
        As `release_estimates`.
    over_shown : callable, optional
        Returns what compares responders over conditions, made without the cells that it is given: those that are not
        shown. Takes the place of numbers that are made of a hidden count.
    systems : mapping of str to str, optional
        ``term: NAME``: ``body_system: NAME``, so that a body system is known to be the sum of its terms.
    inner : Inner, optional
        Counts within a condition at a dose of which rows show only sums (`inner_counts`).
    """
    table = estimates.copy()
    steps = table.iloc[:0] if curves is None else curves
    if minimum_count < 2:
        return Released(table, steps)
    rows, quantities = read_rows(_records(table))
    points: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for point in _records(steps) if curves is not None else ():
        points[point["curve_id"]].append(point)
    days = add_days(quantities, minimum_count, points)
    if inner is not None:
        add_inner(quantities, inner, parts_of or {})
    add_sums(quantities, parts_of or {}, minimum_count)
    add_nested(quantities)
    add_side_effects(quantities, systems or {})
    note_parts_by_day(quantities, days)
    state = suppress_patients(quantities, minimum_count)
    suppress_rest(state, days)
    outcome = _outcomes(rows, state, parts_of or {})
    for place in close_thresholds(rows, outcome, minimum_count):
        outcome[place] = reason(minimum_count)
    telling = {*telling_medians(rows, state, days), *too_few_tested(rows)} - outcome.keys()
    outcome |= dict.fromkeys(telling, DERIVED)
    if over_shown is not None:
        table = estimated_again(table, rows, outcome, over_shown)
    shown = release_curves(steps, minimum_count, days.of_curves(state))
    read = set[int]() if curves is None else read_off(table, rows, outcome, shown.heights)
    retell(table, rows, outcome, shown.heights)
    _apply(table, rows, outcome, state, read | telling)
    _withhold_families(table)
    return Released(table, shown.table)


def share_released(estimates: pd.DataFrame) -> float:
    """Return the share of rows that are not hidden, between 0 and 1."""
    return float((estimates["suppressed"] == "").mean()) if len(estimates) else 1.0


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    columns = list(table.columns)
    return [
        {name: _plain(value) for name, value in zip(columns, values, strict=True)}
        for values in zip(*(table[name].tolist() for name in columns), strict=True)
    ]


def _plain(value: Any) -> Any:
    import pandas as pd

    return None if value is pd.NA or value != value else value  # only NaN differs from itself


def _outcomes(rows: list[Row], state: Suppression, parts_of: Mapping[str, Mapping[str, str]]) -> dict[int, str]:
    """Return why rows are hidden, by their place."""
    hidden_cells = _hidden_cells(state.quantities, state)
    spans = Spans(hidden_cells, parts_of)
    outcomes: dict[int, str] = {}
    for row in rows:
        if row.record["population"] == PUBLISHED:
            continue
        if row.made is None:
            outcomes[row.place] = UNDECLARED
            continue
        # of a risk table what is at risk or censored is shown though the events are not
        told = row.events[-1:] if _of_risk_table(row) else row.events
        touched = [place for place in (*row.patients, *told) if state.hidden[place]]
        small = [place for place in (*touched, *_without(row, state)) if state.small(place)]
        marked = [place for place in small if place not in state.unlabelled]
        if marked and (len(marked) == len(small) or not set(row.patients).isdisjoint(marked)):
            outcomes[row.place] = reason(state.minimum_count)
        elif not state.undivided.isdisjoint(touched):
            outcomes[row.place] = UNDIVIDED
        elif any(place in told or not row.made.rounded for place in touched):
            outcomes[row.place] = SECONDARY
        elif not _of_risk_table(row) and spans.reach(row, row.made):
            outcomes[row.place] = DERIVED
    return outcomes


def _of_risk_table(row: Row) -> bool:
    return row.record["statistic"] in RISK_TABLE and len(row.events) == 2


def _without(row: Row, state: Suppression) -> list[int]:
    """Return the patients without the event; where they are few, the events are the count that must be hidden."""
    if len(row.patients) != 1 or not row.events or not state.hidden[row.events[0]]:
        return []
    place = state.quantities.found.get(without_event(state.quantities, row.patients[0], row.events[0]))
    return [] if place is None else [place]


def _hidden_cells(quantities: Quantities, state: Suppression) -> set[Cell]:
    return {name for name, hidden in zip(quantities.names, state.hidden, strict=True) if hidden}


def _apply(
    table: pd.DataFrame, rows: list[Row], outcomes: dict[int, str], state: Suppression, read: Collection[int]
) -> None:
    """Empty the hidden rows; round what would give back a hidden number of patients, or tell of days not shown.

    Parameters
    ----------
    read : collection of int
        Places of rows whose numbers are made of what curves show, or are withheld: they are not rounded, and their
        counts stay.
    """
    hide_patients, hide_events, rounded, countable = list[int](), list[int](), list[int](), list[int]()
    for row in rows:
        if _of_risk_table(row) and state.hidden[row.events[0]]:
            hide_events.append(row.place)
        unseen = any(state.hidden[place] for place in row.patients)
        if unseen or outcomes.get(row.place) == UNDECLARED:
            hide_patients.append(row.place)
        if unseen and row.place not in outcomes:
            rounded.append(row.place)
        if row.place in read or (unseen and len(row.events) == 1 and not state.hidden[row.events[0]]):
            countable.append(row.place)
    hidden = table.index[sorted(outcomes)]
    events = table.loc[table.index[countable], "events"].copy()
    table.loc[hidden, list(_EMPTIED)] = None
    table.loc[events.index, "events"] = events
    # which test was chosen depends on the counts: the method of a hidden number tells of them too
    table.loc[hidden, ["note", "method"]] = ""
    table.loc[hidden, "suppressed"] = [outcomes[place] for place in sorted(outcomes)]
    table.loc[table.index[hide_patients], "n"] = None
    table.loc[table.index[hide_events], "events"] = None
    round_numbers(table, rounded, read)


def _withhold_families(table: pd.DataFrame) -> None:
    """Leave out the adjusted p values of a family in which a p value is hidden: each depends on all of them."""
    key = ["analysis", "statistic", "missing_data"]
    pooled = table["condition"] == ALL
    hidden = table["suppressed"] != ""
    groups = [*(table[name] for name in key), pooled]
    tests = table["p_adjusted"].notna() & (table["analysis"] != "dose_response")
    broken = hidden.groupby(groups).transform("any")
    table.loc[tests & broken, "p_adjusted"] = None
