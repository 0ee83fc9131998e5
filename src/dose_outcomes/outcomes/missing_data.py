"""What missing scores can do to a responder rate: one estimand under several handlings, one below the other.

The rows of a cell share their counts: with all of them but one, the missing one could be worked out. Disclosure
control hides them together (`disclosure.relations`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dose_outcomes.outcomes.cells import ASSESSABLE, NO_PATIENTS
from dose_outcomes.outcomes.missing_patterns import Cell, visit_patterns
from dose_outcomes.outcomes.precision import imprecision, joined
from dose_outcomes.outcomes.responder_rate import endpoint_name, target_days
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.pooling.imputation import imputed_difference, imputed_proportion
from dose_outcomes.stats.proportions.difference import (
    difference_of_estimates,
    risk_difference_miettinen_nurminen,
    risk_difference_newcombe,
)
from dose_outcomes.stats.proportions.single import wilson
from dose_outcomes.stats.result import Estimate
from dose_outcomes.study import Study
from dose_outcomes.study.endpoints import Endpoint
from dose_outcomes.study.robustness import HANDLINGS, Handling, MissingDataLadder, examined_endpoints

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "missing_data_ladder"
DIFFERENCES = {
    "miettinen_nurminen": risk_difference_miettinen_nurminen,
    "newcombe": risk_difference_newcombe,
}


def missing_data_ladder(responders: pd.DataFrame, patterns: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return the responder rate under every handling of missing scores, and so the difference of two doses.

    For all patients, each condition over all doses and each dose over all conditions; the difference is that of
    the highest dose and the reference dose. A row `proportion_missing` says how many there are.

    Parameters
    ----------
    responders : DataFrame
        As `derive.response.responder_counts` gives it, for all endpoints.
    patterns : DataFrame
        As `derive.robustness.response_patterns` gives it.
    """
    settings = study.robustness.missing_data
    if settings is None:
        return
    for endpoint in examined_endpoints(study):
        own, carried = (table[table["endpoint"] == endpoint.id] for table in (patterns, responders))
        visits = visit_patterns(own, carried, endpoint, settings, study)
        for condition, dose in _cells(endpoint, study):
            for day in target_days(endpoint, condition, study):
                key = _key(endpoint, condition, dose, day)
                visit = visits.get(day if endpoint.visits else 0)
                yield from _rates(key, visit.cell(condition, dose) if visit else None, settings, study)
        doses = compared_doses(study)
        if doses:
            for day in target_days(endpoint, ALL, study):
                visit = visits.get(day if endpoint.visits else 0)
                pair = (visit.cell(ALL, doses[0]), visit.cell(ALL, doses[1])) if visit else None
                key = _key(endpoint, ALL, doses[0], day) | {"comparator": doses[1]}
                yield from _differences(key, pair, settings, study)


def compared_doses(study: Study) -> tuple[str, str] | None:
    """Return the highest dose and the reference; None when there is but one dose."""
    others = [dose for dose in study.dose_labels if dose != study.reference_dose]
    return (others[-1], study.reference_dose) if others else None


def _cells(endpoint: Endpoint, study: Study) -> Iterator[tuple[str, str]]:
    yield ALL, ALL
    yield from ((condition, ALL) for condition in endpoint.definitions)
    if len(study.dose_labels) > 1:
        yield from ((ALL, dose) for dose in study.dose_labels)


def _key(endpoint: Endpoint, condition: str, dose: str, day: int | None) -> dict[str, Any]:
    return {
        "analysis": ANALYSIS,
        "endpoint": endpoint_name(endpoint, condition),
        "condition": condition,
        "dose": dose,
        "dose_attribution": endpoint.dose_attribution,
        "population": ASSESSABLE,
        "day": day,
    }


def _rates(key: dict[str, Any], cell: Cell | None, settings: MissingDataLadder, study: Study) -> Iterator[Result]:
    row = key | {"level": study.level}
    if cell is None or cell.n == 0:
        yield Result(**row, statistic="proportion_missing", n=0, events=0, note=NO_PATIENTS)
        for handling in settings.handlings:
            yield Result(**row, statistic="proportion", missing_data=handling, n=0, events=0, note=NO_PATIENTS)
        return
    missing = wilson(cell.missing, cell.n, level=study.level)
    method = f"{missing.method}; patients whose response is not known"
    yield _result(row | {"statistic": "proportion_missing"}, missing, cell.n, cell.missing, method)
    for handling in settings.handlings:
        found, events, n, method = _rate(cell, handling, study)
        yield _result(row | {"statistic": "proportion", "missing_data": handling}, found, n, events, method)


def _rate(cell: Cell, handling: Handling, study: Study) -> tuple[Estimate, int, int, str]:
    """Return the estimate of a handling, responders and patients of its row, and its method."""
    counts = cell.counts(handling)
    if counts is not None:
        found = wilson(*counts, level=study.level)
        return found, counts[0], counts[1], f"{found.method}; {HANDLINGS[handling]}"
    if handling == "inverse_probability_weighting":
        found = cell.weighted()
        joined = f"strata with fewer than {cell.visit.settings.minimum_observed} observed joined"
        return found, cell.responders, cell.n, f"{found.method}; {HANDLINGS[handling]}, {joined}"
    imputation = cell.visit.imputation
    if len(imputation.imputed) == 0:
        found = Estimate(None, None, None, study.level, "", imputation.note)
    else:
        found = _noted(imputed_proportion(*cell.imputed(), level=study.level).estimate, imputation.note)
    return found, cell.responders, cell.n, "; ".join(part for part in (imputation.method, found.method) if part)


def _differences(
    key: dict[str, Any], pair: tuple[Cell, Cell] | None, settings: MissingDataLadder, study: Study
) -> Iterator[Result]:
    for handling in settings.handlings:
        row = key | {"missing_data": handling, "statistic": "risk_difference", "level": study.level}
        if pair is None or not (pair[0].n and pair[1].n):
            yield Result(**row, n=0, events=0, note=NO_PATIENTS)
            continue
        first, second = pair
        counts, other = first.counts(handling), second.counts(handling, favoured=False)
        method = HANDLINGS[handling]
        if counts is not None and other is not None:
            found = DIFFERENCES[study.contrasts.difference](*counts, *other, level=study.level)
            groups = [counts, other]
        else:
            groups = [(first.responders, first.n), (second.responders, second.n)]
            if handling == "inverse_probability_weighting":
                found = difference_of_estimates(first.weighted(), second.weighted())
            elif len(first.visit.imputation.imputed) == 0:
                found = Estimate(None, None, None, study.level, "", first.visit.imputation.note)
            else:
                pooled = imputed_difference(first.imputed(), second.imputed(), level=study.level).estimate
                found, method = _noted(pooled, first.visit.imputation.note), first.visit.imputation.method
        made = _result(row, found, sum(n for _, n in groups), sum(events for events, _ in groups),
                       joined(found.method, method))  # fmt: skip
        yield replace(made, note=joined(imprecision(groups, study), made.note)) if found.estimate is not None else made


def _noted(found: Estimate, note: str) -> Estimate:
    return replace(found, note="; ".join(part for part in (found.note, note) if part))


def _result(row: dict[str, Any], found: Estimate, n: int, events: int, method: str) -> Result:
    known = found.estimate is not None
    return Result(
        **row,
        estimate=found.estimate,
        low=found.low if known else None,
        high=found.high if known else None,
        n=n,
        events=events,
        method=method,
        note=found.note if n else NO_PATIENTS,
    )
