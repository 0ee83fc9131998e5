"""Time to response by the dose taken on the day: each patient moves from group to group as the dose changes.

A patient counts in the risk set of a dose only while taking it, so that waiting for a dose is never credited to it
(no immortal time). Doses are not assigned at random: who tolerates a dose goes on to the next. The hazard ratios
describe, they do not compare like with like.

Standard errors are robust, with the patient as the unit (Lin and Wei 1989): the periods of a patient are summed before
they are squared. As each patient has at most one event, the errors of the model would hold too, were the hazards of the
doses proportional and the model right. Both are doubtful for a dose that follows tolerance, and the robust ones do not
need them; so these alone are given. With few events per parameter they are too small: a model with fewer than the
study's bound is fitted and marked (`outcomes.diagnostics`), one that has no maximum is a row with the reason. They come
from counts of pairs of periods (`derive.times.dose_of_the_day.dose_period_pair_counts`), exactly.

A row of a hazard ratio has the patients who took the dose and their responses; it is hidden with the response rate at
either dose (`disclosure`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dose_outcomes.derive.attribution import CURRENT
from dose_outcomes.outcomes.cells import NO_PATIENTS
from dose_outcomes.outcomes.precision import imprecision, joined
from dose_outcomes.outcomes.time_to_event import curve_rows
from dose_outcomes.outcomes.times.rows import endpoint_of, key_of, own_rows, row_of_test
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.result import FloatArray, HypothesisTest, StepCurve
from dose_outcomes.stats.survival.cox import CoxRegression, cox_regression, hazard_ratio
from dose_outcomes.stats.survival.cox_variance import RowPairs
from dose_outcomes.stats.survival.logrank import logrank
from dose_outcomes.stats.survival.proportional_hazards import proportional_hazards_test
from dose_outcomes.stats.survival.simon_makuch import simon_makuch
from dose_outcomes.study import Study
from dose_outcomes.study.endpoints import Endpoint

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "time_to_response_by_current_dose"
METHOD = "time-dependent dose; the patient is the unit of the standard errors"
PERIOD = ("condition", "dose", "entry", "day")


def response_by_dose_of_the_day(
    periods: pd.DataFrame, pairs: pd.DataFrame, study: Study
) -> tuple[list[Result], list[pd.DataFrame]]:
    """Return hazard ratios of each dose taken against the reference, tests, and Simon-Makuch curves.

    Parameters
    ----------
    periods : DataFrame
        As `derive.times.dose_of_the_day.dose_period_counts` gives it.
    pairs : DataFrame
        As `derive.times.dose_of_the_day.dose_period_pair_counts` gives it.
    """
    results: list[Result] = []
    curves: list[tuple[dict[str, Any], StepCurve]] = []
    if not study.dose_attributions.current:
        return results, []
    for analysis in study.time_to_response:
        endpoint = endpoint_of(study, analysis.endpoint)
        for condition in (ALL, *endpoint.definitions):
            own = own_rows(periods, endpoint, condition)
            moves = _moves(own)
            results += _of_condition(own, own_rows(pairs, endpoint, condition), moves, endpoint, condition, study)
            curves += _curves(moves, endpoint, condition, analysis.current_dose_from_day, study)
    return results, [curve_rows(curves)] if curves else []


def _key(endpoint: Endpoint, condition: str, dose: str) -> dict[str, Any]:
    return key_of(ANALYSIS, endpoint, condition, dose, attribution=CURRENT)


def _of_condition(
    own: pd.DataFrame, pairs: pd.DataFrame, moves: pd.DataFrame, endpoint: Endpoint, condition: str, study: Study
) -> Iterator[Result]:
    totals = own.groupby("dose")[["events", "patients"]].sum()
    taken = {
        str(dose): (int(row["events"]), int(row["patients"])) for dose, row in totals.iterrows() if row["patients"]
    }
    groups = [taken[dose] for dose in study.dose_labels if dose in taken]
    others = [dose for dose in study.dose_labels if dose != study.reference_dose]
    parameters = sum(dose in taken for dose in others)
    per_parameter = sum(events for events, _ in groups) / parameters if parameters else 0.0
    fit = _fit(own, pairs, condition, study) if parameters and study.reference_dose in taken else None
    for place, dose in enumerate(others):
        pair = [taken[label] for label in (dose, study.reference_dose) if label in taken]
        yield _ratio(_key(endpoint, condition, dose), fit, place, taken.get(dose, (0, 0)), pair, study)
    key = _key(endpoint, condition, ALL)
    yield Result(
        **key,
        statistic="events_per_variable",
        estimate=per_parameter if parameters else None,
        n=None if groups else 0,
        events=sum(events for events, _ in groups),
        method=f"first {endpoint.event}s for each fitted hazard ratio",
        note="" if parameters else NO_PATIENTS if not groups else "doses cannot be compared",
    )
    proportional = (
        proportional_hazards_test(fit).overall
        if fit is not None
        else HypothesisTest(None, None, None, "proportional hazards test", "doses cannot be compared")
    )
    for statistic, test in (
        ("proportional_hazards_test", proportional),
        ("logrank_test", _mantel_byar(moves, condition)),
    ):
        # a patient takes several doses in turn: over all doses the patients are not the sum
        yield replace(row_of_test(key, statistic, test, groups, study), n=None if groups else 0)


def _fit(own: pd.DataFrame, pairs: pd.DataFrame, condition: str, study: Study) -> CoxRegression:
    others = [dose for dose in study.dose_labels if dose != study.reference_dose]
    covariates = np.array([[float(dose == other) for other in others] for dose in study.dose_labels])
    pattern = own["dose"].map({dose: place for place, dose in enumerate(study.dose_labels)})
    return cox_regression(
        own["day"].to_numpy(dtype="float64"),
        own["events"].to_numpy(dtype="float64"),
        own["censored"].to_numpy(dtype="float64"),
        covariates,
        pattern=pattern.to_numpy(dtype="int64"),
        entry=own["entry"].to_numpy(dtype="float64"),
        stratum=own["condition"].to_numpy(dtype=object) if condition == ALL else None,
        pairs=_row_pairs(own, pairs),
        level=study.level,
    )


def _row_pairs(own: pd.DataFrame, pairs: pd.DataFrame) -> RowPairs:
    """Return the pairs of periods by the positions of their rows in the table of periods."""
    import pandas as pd

    places = pd.MultiIndex.from_frame(own[list(PERIOD)])
    later = pairs[["condition", "later_dose", "later_entry", "later_day"]]
    return RowPairs(
        places.get_indexer(pd.MultiIndex.from_frame(pairs[list(PERIOD)])),
        places.get_indexer(pd.MultiIndex.from_frame(later, names=list(PERIOD))),
        pairs["events"].to_numpy(dtype="float64"),
        pairs["censored"].to_numpy(dtype="float64"),
    )


def _ratio(
    key: dict[str, Any],
    fit: CoxRegression | None,
    place: int,
    size: tuple[int, int],
    pair: list[tuple[int, int]],
    study: Study,
) -> Result:
    shared = {**key, "comparator": study.reference_dose, "statistic": "hazard_ratio"}
    if len(pair) < 2 or fit is None:
        return Result(**shared, n=size[1], events=size[0], method=METHOD, note=NO_PATIENTS)
    ratio = hazard_ratio(fit.coefficients[place])
    return Result(
        **shared,
        estimate=ratio.estimate,
        low=ratio.low,
        high=ratio.high,
        level=study.level,
        n=size[1],
        events=size[0],
        method=f"{ratio.method}; {METHOD}",
        note=joined(imprecision(pair, study), ratio.note),
    )


def _mantel_byar(moves: pd.DataFrame, condition: str) -> HypothesisTest:
    day, events, left, entered = _numbers(moves)
    test = logrank(
        day,
        events,
        left,
        moves["dose"].to_numpy(dtype=object),
        stratum=moves["condition"].to_numpy(dtype=object) if condition == ALL else None,
        entered=entered,
    )
    return replace(test, method=f"Mantel-Byar test ({test.method} of time-updated doses)")


def _moves(own: pd.DataFrame) -> pd.DataFrame:
    """Count who enters and who leaves each dose by day; a change between doses of one group is neither."""
    import pandas as pd

    place = ["condition", "dose", "day"]
    leaving = own.rename(columns={"censored": "left"})[[*place, "events", "left"]].assign(entered=0)
    entering = own.drop(columns="day").rename(columns={"entry": "day"})
    entering = entering.assign(entered=entering["events"] + entering["censored"], events=0, left=0)
    moves = pd.concat([leaving, entering[leaving.columns]]).groupby(place, as_index=False).sum()
    stayed = moves[["left", "entered"]].min(axis=1)
    return moves.assign(left=moves["left"] - stayed, entered=moves["entered"] - stayed)


def _numbers(moves: pd.DataFrame) -> list[FloatArray]:
    return [moves[name].to_numpy(dtype="float64") for name in ("day", "events", "left", "entered")]


def _curves(
    moves: pd.DataFrame, endpoint: Endpoint, condition: str, first_day: int, study: Study
) -> list[tuple[dict[str, Any], StepCurve]]:
    moves = moves.groupby(["dose", "day"], as_index=False)[["events", "left", "entered"]].sum()
    if moves.empty:
        return []
    dose = moves["dose"].to_numpy(dtype=object)
    day, events, left, entered = _numbers(moves)
    found = simon_makuch(day, events, left, entered, dose, start=first_day, level=study.level)
    return [
        (_key(endpoint, condition, group), curve)
        for group, curve in zip(found.groups, found.curves, strict=True)
        if len(curve.day)
    ]
