"""Numbers over conditions, of which one is hidden, are estimated again over those that are shown.

A stratified comparison is a function of every cell: with all but one shown it would give back that one. Made of shown
cells alone it tells nothing beyond them, and says in its note over how many conditions it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dose_outcomes.disclosure.rows import Row
from dose_outcomes.disclosure.wording import DERIVED, SECONDARY, UNDIVIDED
from dose_outcomes.results import COUNT_COLUMNS, NUMBER_COLUMNS, Result, identifier_of

if TYPE_CHECKING:
    import pandas as pd

#: Columns that name a cell of responders: what `outcomes.responder_cells.leaving_out` takes.
RESPONDER_CELL = ("endpoint", "missing_data", "condition", "dose", "day")
OverShown = Callable[[Collection[tuple[Any, ...]]], Iterable[Result]]


def estimated_again(
    table: pd.DataFrame,
    rows: Iterable[Row],
    outcome: dict[int, str],
    over_shown: OverShown,
) -> pd.DataFrame:
    """Put what is made of shown cells alone into rows that are hidden because they are made of others too.

    Parameters
    ----------
    table : DataFrame
        Columns `results.COLUMNS`; not changed.
    rows : iterable of Row
    outcome : dict of int to str
        Place of hidden rows: why; those that are estimated again are taken out.
    over_shown : callable
        Returns what compares responders over conditions without the cells that it is given.

    Returns
    -------
    DataFrame
        The same rows.
    """
    hidden = [row.record for row in rows if row.place in outcome and _is_responder_rate(row.record)]
    cells = {tuple(record[name] for name in RESPONDER_CELL) for record in hidden}
    found = {identifier_of(result): result for result in over_shown(cells)}
    identifiers = table["estimate_id"].tolist()
    places = {identifiers[place]: place for place in outcome}
    replaced = table.copy()
    for name, result in found.items():
        place = places.get(name)
        if place is None or outcome[place] not in (SECONDARY, UNDIVIDED, DERIVED):
            continue
        del outcome[place]
        for column in (*NUMBER_COLUMNS, *COUNT_COLUMNS, "method", "note"):
            value = getattr(result, column)
            replaced.loc[replaced.index[place], column] = value
    return replaced


def _is_responder_rate(record: Mapping[str, Any]) -> bool:
    return (record["analysis"], record["statistic"], record["subgroup"]) == ("responder_rate", "proportion", "")
