"""Which diagnostics a comparison fails, said in its note: nothing is left out for it.

A reason names the bound, not the number that fails it: numbers are rows of their own (`rows`), which disclosure
control may hide, and then takes the reason out too. Only how wide the row's own interval is, is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isfinite

from dose_outcomes.derive.comparability import SCORE
from dose_outcomes.outcomes.course.mixed_model import ANALYSIS as MIXED_MODEL
from dose_outcomes.outcomes.diagnostics.balance import LargestDifference
from dose_outcomes.outcomes.diagnostics.comparisons import RESPONDERS, SIDE_EFFECTS, SUBGROUPS, TIMES, Population
from dose_outcomes.outcomes.precision import with_reasons
from dose_outcomes.outcomes.responder_cells import STRATIFIED
from dose_outcomes.outcomes.tipping_point import ANALYSIS as TIPPING_POINT
from dose_outcomes.outcomes.tipping_point import AS_OBSERVED
from dose_outcomes.results import Result
from dose_outcomes.study import Study

DIFFERENCES = ("risk_difference",)
RATIOS = ("risk_ratio", "odds_ratio", "rate_ratio", "hazard_ratio")
#: Reads from the interval of another row of the same comparison.
OF_THE_DIFFERENCE = ("number_needed_to_treat", "rate_difference", "tipping_share")
#: Analyses that compare the patients of `RESPONDERS` once more, under other assumptions on missing scores.
VARIANTS = ("missing_data_ladder", TIPPING_POINT)
#: Comparisons with something else than a dose: before a change in the same patients, or a publication.
NOT_OF_DOSES = ("side_effect_self_controlled", "placebo_benchmark", "literature", "literature_remission")
#: Count the time that each patient was seen: who left early is no worse than who stayed.
OF_RATES = ("rate_difference", "rate_ratio")
PER_VARIABLE = ("events_per_variable", "observations_per_parameter")
#: Analysis: statistics that come from its regression.
OF_A_REGRESSION = {
    "time_to_response_by_current_dose": ("hazard_ratio", "proportional_hazards_test"),
    MIXED_MODEL: ("adjusted_mean_change", "adjusted_mean_difference"),
    "dose_response": ("contrast_test", "ed50_mg", "fitted_proportion"),
}


class Reasons:
    """Why comparisons fail a bound of the study.

    Parameters
    ----------
    populations : sequence of Population
        Those that are compared, with what is known of them.
    results : sequence of Result
        All results, for the intervals of differences and the events per variable.
    """

    def __init__(self, populations: Sequence[Population], results: Sequence[Result], study: Study) -> None:
        self._study = study
        self._populations = {
            (one.analysis, key["endpoint"], condition, None if one.endpoint is None else key["day"], one.subgroup): one
            for one in populations
            for condition, key in one.keys.items()
        }
        self._differences = {
            _comparison(row): row for row in results if row.statistic in DIFFERENCES and row.comparator
        }
        self._per_variable = {
            (row.analysis, row.endpoint, row.condition): row for row in results if row.statistic in PER_VARIABLE
        }

    def of(self, row: Result) -> Iterator[str]:
        """Return the reasons of a row; none when it passes, is no comparison of doses, or has no estimate."""
        if row.estimate is None:
            return
        if row.statistic in OF_A_REGRESSION.get(row.analysis, ()):
            yield from self._variables(row)
        if row.analysis in NOT_OF_DOSES and row.comparator:
            yield from self._precision(row)
        if row.comparator != self._study.reference_dose:
            return
        if row.analysis in (RESPONDERS, SIDE_EFFECTS, TIMES, SUBGROUPS, *VARIANTS, *OF_A_REGRESSION):
            yield from self._precision(row)
        population = self._population(row)
        if population is not None:
            yield from self._groups(row, population)

    def _population(self, row: Result) -> Population | None:
        if row.analysis == MIXED_MODEL:
            # its patients have a score at the start too; those of the last visit of the primary endpoint are counted
            primary = self._study.endpoints[0]
            own = [
                one
                for (analysis, _, condition, *_), one in self._populations.items()
                if analysis == RESPONDERS and condition == row.condition and one.endpoint == primary
            ]
            return own[-1] if own else None
        if row.analysis == SIDE_EFFECTS:
            return next((one for key, one in self._populations.items() if key[0] == SIDE_EFFECTS), None)
        analysis = RESPONDERS if row.analysis in VARIANTS else row.analysis
        subgroup = row.subgroup if row.analysis == SUBGROUPS else ""
        return self._populations.get((analysis, row.endpoint, row.condition, row.day, subgroup))

    def _groups(self, row: Result, population: Population) -> Iterator[str]:
        bounds, reference = self._study.diagnostics, row.comparator
        within = row.subgroup == STRATIFIED or (row.analysis == SUBGROUPS and population.stratified)
        adjusted = SCORE if row.analysis == MIXED_MODEL else ""
        difference = population.balance(row.condition, row.dose, reference, STRATIFIED if within else "", adjusted)
        if difference.exceeds(bounds.maximum_standardised_difference):
            yield _differ(difference, self._study)
        for label in () if row.statistic in OF_RATES else (row.dose, reference):
            seen = population.followed(row.condition, label)
            if seen.share is not None and seen.share < bounds.minimum_share_followed:
                yield f"follow-up short at {_plain(label)} (bound {bounds.minimum_share_followed:g})"
        if within:
            for label, (size, n) in zip((row.dose, reference), population.effective(row.dose, reference), strict=False):
                if n and size / n < bounds.minimum_effective_share:
                    share = bounds.minimum_effective_share
                    yield f"few effective patients at {_plain(label)} (bound {share:g} of them)"

    def _precision(self, row: Result) -> Iterator[str]:
        bounds = self._study.diagnostics
        read = self._differences.get(_comparison(row)) if row.statistic in OF_THE_DIFFERENCE else row
        if read is None or read.low is None or read.high is None:
            return
        if read.statistic in DIFFERENCES:
            width = read.high - read.low
            if width > bounds.maximum_interval_width:
                yield f"wide interval: {width:.2f} (bound {bounds.maximum_interval_width:g})"
        elif read.statistic == "rmst_difference" and read.day:
            width = (read.high - read.low) / read.day
            if width > bounds.maximum_interval_width:
                yield f"wide interval: {width:.2f} of the days (bound {bounds.maximum_interval_width:g})"
        elif read.statistic in RATIOS:
            ratio = read.high / read.low if read.low > 0 else float("inf")
            if ratio > bounds.maximum_ratio_of_limits:
                shown = f"{ratio:.1f}" if isfinite(ratio) else "without bound"
                yield f"wide interval: upper over lower limit {shown} (bound {bounds.maximum_ratio_of_limits:g})"

    def _variables(self, row: Result) -> Iterator[str]:
        bound = self._study.diagnostics.minimum_events_per_variable
        found = self._per_variable.get((row.analysis, row.endpoint, row.condition))
        if found is not None and found.estimate is not None and found.estimate < bound:
            # no number: with it the events at a dose that is hidden would follow from those at the doses that are shown
            yield f"few {found.statistic.replace('_', ' ')} (bound {bound:g})"


def marked(row: Result, reasons: Reasons) -> Result:
    """Return a row with the diagnostics it fails in its note."""
    found = list(reasons.of(row))
    return replace(row, note=with_reasons(row.note, found)) if found else row


def _comparison(row: Result) -> tuple[object, ...]:
    """Return what a comparison and the numbers that are read from its interval have in common."""
    subgroup = AS_OBSERVED if row.statistic == "tipping_share" else row.subgroup
    return (
        row.analysis,
        row.endpoint,
        row.condition,
        row.dose,
        row.comparator,
        subgroup,
        row.population,
        row.missing_data,
        row.day,
    )


def _differ(difference: LargestDifference, study: Study) -> str:
    bound = f"bound {study.diagnostics.maximum_standardised_difference:g}"
    altogether = " altogether" if difference.unbounded else ""
    return f"groups differ in {_plain(difference.characteristic)}{altogether} ({bound})"


def _plain(text: str) -> str:
    """Return a label without the marks that part reasons and notes."""
    return text.replace("_", " ").replace(";", " ").replace(",", " ")
