"""Change of the score: at each visit among those seen there, how it is spread, and by the mixed model.

A change from baseline without a comparison is not an effect of the drug: scores that were bad enough to be treated
come back by themselves, and those who are seen late are those who stayed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dose_outcomes.derive.course.score_change import DAYS_PER_WEEK, VISIT
from dose_outcomes.outcomes.cells import ASSESSABLE, NO_PATIENTS
from dose_outcomes.outcomes.course.describing import QUARTILES, by, describe, description_rows
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.proportions.paired_scores import mean_change
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "score_change"
OBSERVED = "observed"
MEANING = "score at the visit minus baseline, patients with both"


def score_change(changes: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return mean change with its t interval, spread and, over all doses, quartiles, at each visit.

    Parameters
    ----------
    changes : DataFrame
        As `derive.course.score_change.score_change_counts` gives it.
    """
    settings = study.course.score_change
    if settings is None:
        return
    cells = cells_of(changes[changes["use"] == VISIT])
    for condition, instrument in scored_conditions(study):
        for dose in (ALL, *study.dose_labels):
            for week in settings.visit_weeks:
                day = week * DAYS_PER_WEEK
                key = change_key(ANALYSIS, instrument, condition, dose, day)
                yield from _at_visit(key, cells.get((condition, dose, day)), study.level)


def scored_conditions(study: Study) -> Iterator[tuple[str, str]]:
    """Return the conditions of the first endpoint, each with the instrument that its definition looks at."""
    for condition, code in study.endpoints[0].definitions.items():
        yield condition, study.definition(code).instrument


def change_key(analysis: str, endpoint: str, condition: str, dose: str, day: int | None) -> dict[str, Any]:
    """Return what the rows of one cell have in common."""
    return {
        "analysis": analysis,
        "endpoint": endpoint,
        "condition": condition,
        "dose": dose,
        "dose_attribution": "target",
        "population": ASSESSABLE,
        "missing_data": OBSERVED,
        "day": day,
    }


def cells_of(changes: pd.DataFrame) -> dict[tuple[Any, ...], pd.DataFrame]:
    """Return the changes of each condition, dose and day; all doses too, never all conditions: scales differ."""
    import pandas as pd

    both = pd.concat([changes, changes.assign(dose=ALL)])
    return by(both, ["condition", "dose", "day"])


def _at_visit(key: dict[str, Any], cell: pd.DataFrame | None, level: float) -> Iterator[Result]:
    found = describe(cell, "change")
    if not found.total:
        yield Result(**key, statistic="mean_change", level=level, n=0, method=MEANING, note=NO_PATIENTS)
        return
    mean = mean_change([0.0] * len(found.values), found.values, found.n, level=level)
    yield Result(
        **key,
        statistic="mean_change",
        estimate=mean.estimate,
        low=mean.low,
        high=mean.high,
        level=level,
        n=found.total,
        method=f"{mean.method}; {MEANING}",
        note=mean.note,
    )
    yield from description_rows(key, found, ["standard_deviation", *(QUARTILES if key["dose"] == ALL else ())])
