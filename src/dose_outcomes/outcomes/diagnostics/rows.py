"""Diagnostics as rows: each number that a bound of the study is held against.

A row of a comparison has the key of the responder rate it is about, and is hidden with the rate of either group
(`disclosure.declared`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dose_outcomes.outcomes.cells import NO_PATIENTS
from dose_outcomes.outcomes.diagnostics.balance import METHOD as BALANCE
from dose_outcomes.outcomes.diagnostics.comparisons import ANALYSIS, RESPONDERS, TIMES, Population
from dose_outcomes.outcomes.diagnostics.follow_up import FOLLOWED, FOLLOWED_TO_VISIT, MEDIAN, OR_RESPONDED
from dose_outcomes.outcomes.responder_cells import STRATIFIED
from dose_outcomes.results import ALL, Result
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

UNWEIGHTED = "each patient counted once"
WITHIN = "weights of the comparison within conditions (Mantel-Haenszel)"
SMALLEST_COUNT = "events: the smallest count behind it"
KISH = "effective sample size of Kish, weights of the Mantel-Haenszel risk difference"


def diagnostic_rows(
    populations: Sequence[Population], results: Sequence[Result], counts: Mapping[str, pd.DataFrame], study: Study
) -> Iterator[Result]:
    """Return balance, effective sample size, follow-up, missing scores and widths of intervals.

    Parameters
    ----------
    populations : sequence of Population
    results : sequence of Result
        All results, of which the differences of shares have intervals.
    counts : mapping of str to DataFrame
        As `derive.counts.count_cohort` returns them.
    """
    for population in populations:
        if population.analysis != TIMES:  # its patients are those of the endpoint, compared already
            yield from _balance(population, study)
            yield from _effective(population, study)
        yield from _follow_up(population, study)
        yield from _missing(population, counts["responders"], study)
    primary = {endpoint.missing_data[0] for endpoint in study.endpoints}
    for row in results:
        if row.analysis == RESPONDERS and row.statistic == "risk_difference" and row.missing_data in primary:
            yield _width(row)


def _balance(population: Population, study: Study) -> Iterator[Result]:
    for condition, key in population.keys.items():
        kinds = ("", STRATIFIED) if condition == ALL and population.stratified else ("",)
        for dose in _compared(study):
            for subgroup in kinds:
                found = population.balance(condition, dose, study.reference_dose, subgroup)
                what = BALANCE.format(number=found.number, what=WITHIN if subgroup else UNWEIGHTED)
                named = found.characteristic.replace("_", " ")
                yield Result(
                    **key,
                    analysis=ANALYSIS,
                    dose=dose,
                    comparator=study.reference_dose,
                    subgroup=subgroup,
                    statistic="maximum_standardised_difference",
                    estimate=found.value,
                    n=_size(population, condition, dose),
                    events=found.smallest_count,
                    method=what if found.smallest_count is None else f"{what}; {SMALLEST_COUNT}",
                    note=": ".join(part for part in (named, found.note) if part),
                )


def _effective(population: Population, study: Study) -> Iterator[Result]:
    if not population.stratified:
        return
    for dose in _compared(study):
        names = ("effective_sample_size", "reference_effective_sample_size")
        for statistic, (size, n) in zip(names, population.effective(dose, study.reference_dose), strict=True):
            yield Result(
                **population.keys[ALL],
                analysis=ANALYSIS,
                dose=dose,
                comparator=study.reference_dose,
                subgroup=STRATIFIED,
                statistic=statistic,
                estimate=size,
                n=n,
                method=KISH,
                note="" if n else NO_PATIENTS,
            )


def _follow_up(population: Population, study: Study) -> Iterator[Result]:
    for condition, key in population.keys.items():
        wanted = list(population.horizon) if condition == ALL else [condition]
        for dose in study.dose_labels:
            shared: dict[str, Any] = {**key, "analysis": ANALYSIS, "dose": dose}
            seen = population.followed(condition, dose)
            until = FOLLOWED.format(day=key["day"])
            event = population.endpoint.an_event if population.endpoint else ""
            sooner = until + OR_RESPONDED.format(event=event)
            method = {RESPONDERS: FOLLOWED_TO_VISIT, TIMES: sooner}.get(population.analysis, until)
            yield Result(
                **shared,
                statistic="share_followed_to_horizon",
                estimate=seen.share,
                n=seen.n,
                events=seen.events,
                method=method,
                note="" if seen.n else NO_PATIENTS,
            )
            if population.analysis != TIMES:
                median = population.follow_up.median_days(wanted, dose)
                yield Result(
                    **shared,
                    statistic="median_follow_up_days",
                    estimate=median,
                    n=seen.n,
                    method=MEDIAN,
                    note="" if median is not None else "not reached" if seen.n else NO_PATIENTS,
                )


def _missing(population: Population, responders: pd.DataFrame, study: Study) -> Iterator[Result]:
    cells = population.cells
    if cells is None:
        return
    own = responders[responders["endpoint"] == cells.endpoint.id]
    if cells.endpoint.visits:
        own = own[own["day"] == cells.days[ALL]]
    for dose in (ALL, *study.dose_labels):
        rows = own if dose == ALL else own[own["dose"] == dose]
        n = int(rows["n"].sum())
        missing = n - int(rows["observed"].sum())
        yield Result(
            **population.keys[ALL],
            analysis=ANALYSIS,
            dose=dose,
            statistic="proportion_missing",
            estimate=missing / n if n else None,
            n=n,
            events=missing,
            method="patients without a score at the target visit",
            note="" if n else NO_PATIENTS,
        )


def _width(row: Result) -> Result:
    known = row.low is not None and row.high is not None
    return replace(
        row,
        analysis=ANALYSIS,
        statistic="interval_width",
        estimate=row.high - row.low if row.low is not None and row.high is not None else None,
        low=None,
        high=None,
        p_value=None,
        method="upper less lower limit of the risk difference",
        note="" if known else row.note or "no interval",
    )


def _compared(study: Study) -> list[str]:
    return [dose for dose in study.dose_labels if dose != study.reference_dose]


def _size(population: Population, condition: str, dose: str) -> int:
    return population.followed(condition, dose).n
