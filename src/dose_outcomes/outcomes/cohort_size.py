"""How many patients are analysed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.outcomes.cells import ANALYSED, cells, with_totals
from dose_outcomes.results import Result
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd


def cohort_size(time_at_risk: pd.DataFrame, study: Study) -> list[Result]:
    """Return the number of patients per condition and dose.

    Parameters
    ----------
    time_at_risk : DataFrame
        condition, dose, n.
    """
    counts = with_totals(time_at_risk, [], ["n"])["n"].to_dict()
    return [
        Result(
            analysis="cohort",
            endpoint="",
            condition=condition,
            dose=dose,
            statistic="number_of_patients",
            dose_attribution="target",
            population=ANALYSED,
            estimate=float(counts.get((condition, dose), 0)),
            n=int(counts.get((condition, dose), 0)),
            method="count",
        )
        for condition, dose in cells(study)
    ]
