"""Counts of a subgroup within one condition at one dose: no row shows them, but they hold those that rows show.

Rows show subgroups by condition, subgroups by dose, and doses by condition. Three such tables with a common inside
tell more than each by itself: somebody who fills in the inside with numbers that cannot be negative finds that some
hidden counts have few values left. So the inside is noted too, each of its counts as one that may be none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dose_outcomes.disclosure.quantities import Cell, Quantities
from dose_outcomes.disclosure.rows import note_complement
from dose_outcomes.results import ALL

if TYPE_CHECKING:
    import pandas as pd

_ANALYSED, _ASSESSABLE = "analysed, target", "assessable, target"


def inner_counts(subgroup_responders: pd.DataFrame, baseline_categories: pd.DataFrame) -> dict[Cell, int]:
    """Return the counts of subgroups and categories within a condition at a dose, by their names.

    Parameters
    ----------
    subgroup_responders : DataFrame
        Counts `subgroup_responders`: columns definition, condition, dose, subgroup, level, day, n, observed_responders.
    baseline_categories : DataFrame
        Counts `baseline_categories`: columns condition, dose, characteristic, value, n.
    """
    found: dict[Cell, int] = {}
    columns = ["definition", "condition", "dose", "subgroup", "level", "day", "n", "observed_responders"]
    for definition, condition, dose, subgroup, level, day, n, responders in subgroup_responders[columns].itertuples(
        index=False
    ):
        patients = Cell("assessable", definition, _ASSESSABLE, f"{subgroup}: {level}", condition, dose, None)
        found[patients] = int(n)
        found[patients.at(what="responders", day=int(day))] = int(responders)
    columns = ["condition", "dose", "characteristic", "value", "n"]
    for condition, dose, characteristic, value, n in baseline_categories[columns].itertuples(index=False):
        found[Cell("described", f"{characteristic}: {value}", _ANALYSED, "", condition, dose, None)] = int(n)
    return found


def add_inner(quantities: Quantities, inner: Mapping[Cell, int]) -> None:
    """Note the inside of tables of which rows show the sides; to be called before sums are noted."""
    if not inner:
        return
    shown = set(quantities.names)
    doses = sorted({name.dose for name in shown} - {ALL})
    for name in sorted(shown, key=str):
        if name.condition == ALL or name.dose != ALL or not (name.what == "described" or name.subgroup):
            continue
        if name.what not in ("described", "assessable", "responders"):
            continue
        for dose in doses:
            own = name.at(dose=dose)
            if own not in shown and (own in inner or name.at(dose=ALL) in shown):
                _note(quantities, own, inner.get(own, 0))


def _note(quantities: Quantities, name: Cell, count: int) -> None:
    place = quantities.add(name, count, shown=False)
    patients = quantities.found.get(name.at(what="assessable", day=None))
    others = None
    if name.what == "responders" and place is not None and patients is not None:
        others = note_complement(quantities, patients, place)
    quantities.untold.update(one for one in (place, others) if one is not None)
