"""Baseline table: who started at which dose, and how far the dose groups differ in it.

Differences between dose groups are standardised differences, not tests: a test asks whether chance made the
difference, which is not the question here, and its p value falls with the number of patients.

Counts of one characteristic add up to the patients: disclosure control hides a second one with a single small one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dose_outcomes.outcomes.cells import ANALYSED, NO_PATIENTS, margins, with_totals
from dose_outcomes.outcomes.course.describing import (
    SMALLEST_COUNT,
    by,
    describe,
    description_rows,
    reference_dose,
    share_row,
)
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.description import Distribution
from dose_outcomes.stats.regression.balance import (
    StandardisedDifference,
    difference_of_categories,
    difference_of_means,
    difference_of_proportions,
)
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "baseline"
CONDITION = "condition"
MEDICATION = "medication"
SCORE = "score: "
NOT_KNOWN = "not known"
NUMBERS = ("mean", "standard_deviation", "median", "lower_quartile", "upper_quartile")
PER_CONDITION = frozenset({"age", "sex"})
"""Characteristics of which a single condition is described too."""


def baseline(
    numbers: pd.DataFrame, categories: pd.DataFrame, medications: pd.DataFrame, sizes: pd.DataFrame, study: Study
) -> Iterator[Result]:
    """Return the baseline table by dose aimed at, for all conditions together, and its standardised differences.

    Age, sex and the score at the start are given for each condition too, over all doses; the score, which differs from
    condition to condition, by dose as well.

    Parameters
    ----------
    numbers, categories, medications : DataFrame
        As `derive.course.baseline` counts them.
    sizes : DataFrame
        condition, dose, n: the analysed patients.
    """
    if study.course.baseline_table is None:
        return
    mix = sizes.assign(characteristic=CONDITION, value=sizes["condition"])
    columns = ["condition", "dose", "characteristic", "value", "n"]
    import pandas as pd

    joined = pd.concat([categories[columns], mix[columns]])
    patients = with_totals(sizes, [], ["n"])["n"].to_dict()
    yield from _numbers(numbers, study)
    yield from _categories(joined, patients, study)
    yield from _medications(medications, patients, study)


def _key(endpoint: str, condition: str, dose: str) -> dict[str, Any]:
    return {
        "analysis": ANALYSIS,
        "endpoint": endpoint,
        "condition": condition,
        "dose": dose,
        "dose_attribution": "target",
        "population": ANALYSED,
    }


def _numbers(numbers: pd.DataFrame, study: Study) -> Iterator[Result]:
    counts = with_totals(numbers, ["characteristic", "value"], ["n"]).reset_index()
    cells = by(counts, ["characteristic", "condition", "dose"])
    for name in sorted(numbers["characteristic"].unique()):
        of_score = name.startswith(SCORE)
        own = sorted(numbers.loc[numbers["characteristic"] == name, "condition"].unique())
        for condition, dose in _described(name, own, study):
            cell = cells.get((name, condition, dose))
            key = _key(name, condition, dose)
            total = 0 if cell is None else int(cell["n"].sum())
            found = describe(cell)
            yield from description_rows(key, found, ("mean", "standard_deviation") if of_score else NUMBERS)
            yield _missing(key, total - found.total, total)
        for condition in own if of_score else [ALL]:
            groups = {dose: describe(cells.get((name, condition, dose))) for dose in study.dose_labels}
            for dose, comparator in _compared(study):
                group, reference = groups[dose], groups[comparator]
                smallest = min(group.total, reference.total)
                yield _difference(
                    _key(name, condition, dose), comparator, _of_means(group, reference), group.total, smallest
                )


def _described(name: str, own: list[str], study: Study) -> Iterator[tuple[str, str]]:
    """Return the cells in which a characteristic is described."""
    if name.startswith(SCORE):
        yield from ((condition, dose) for condition in own for dose in (ALL, *study.dose_labels))
    else:
        for condition, dose in margins(study):
            if condition == ALL or name in PER_CONDITION:
                yield condition, dose


def _categories(categories: pd.DataFrame, patients: dict[Any, int], study: Study) -> Iterator[Result]:
    counts = with_totals(categories, ["characteristic", "value"], ["n"])["n"].to_dict()
    levels = {
        name: sorted(rows["value"].unique(), key=lambda value: (value == "", value))
        for (name,), rows in by(categories, ["characteristic"]).items()
    }
    for name, values in sorted(levels.items()):
        for condition, dose in _described(name, [], study):
            n = int(patients.get((condition, dose), 0))
            for value in values:
                events = int(counts.get((condition, dose, name, value), 0))
                yield share_row(_key(f"{name}: {value or NOT_KNOWN}", condition, dose), events, n, study)
        for dose, comparator in _compared(study):
            first, second = (
                [int(counts.get((ALL, group, name, value), 0)) for value in values if value]
                for group in (dose, comparator)
            )
            difference = difference_of_categories(first, second)
            # of two categories the difference gives the counts back; of more it does not
            smallest = _smallest([*first, *second]) if len(first) == 2 else None
            yield _difference(_key(name, ALL, dose), comparator, difference, sum(first), smallest)


def _medications(medications: pd.DataFrame, patients: dict[Any, int], study: Study) -> Iterator[Result]:
    counts = with_totals(medications, ["drug_class"], ["n"])["n"].to_dict()
    for drug_class in sorted(medications["drug_class"].unique()):
        name = f"{MEDICATION}: {drug_class}"
        taking = {dose: int(counts.get((ALL, dose, drug_class), 0)) for dose in (ALL, *study.dose_labels)}
        n = {dose: int(patients.get((ALL, dose), 0)) for dose in taking}
        for dose, events in taking.items():
            yield share_row(_key(name, ALL, dose), events, n[dose], study)
        for dose, comparator in _compared(study):
            difference = difference_of_proportions(taking[dose], n[dose], taking[comparator], n[comparator])
            rest = [n[group] - taking[group] for group in (dose, comparator)]
            smallest = _smallest([taking[dose], taking[comparator], *rest])
            yield _difference(_key(name, ALL, dose), comparator, difference, n[dose], smallest)


def _compared(study: Study) -> Iterator[tuple[str, str]]:
    reference = reference_dose(study)
    yield from ((dose, reference) for dose in study.dose_labels if dose != reference)


def _of_means(group: Distribution, reference: Distribution) -> StandardisedDifference:
    if group.mean is None or group.variance is None or reference.mean is None or reference.variance is None:
        return StandardisedDifference(None, "standardised difference of means", "fewer than two patients in a group")
    return difference_of_means(group.mean, group.variance, reference.mean, reference.variance)


def _difference(
    key: dict[str, Any], comparator: str, difference: StandardisedDifference, n: int, smallest: int | None = None
) -> Result:
    return Result(
        **key,
        comparator=comparator,
        statistic="standardised_mean_difference",
        estimate=difference.value,
        n=n,
        events=smallest,
        method=f"{difference.method}; {SMALLEST_COUNT}" if smallest is not None else difference.method,
        note=difference.note,
    )


def _smallest(counts: list[int]) -> int:
    return min((count for count in counts if count), default=0)


def _missing(key: dict[str, Any], missing: int, total: int) -> Result:
    return Result(
        **key,
        statistic="number_missing",
        estimate=float(missing),
        n=total,
        events=missing,
        method="patients without a value",
        note="" if total else NO_PATIENTS,
    )
