"""Responders to be expected from measurement noise alone, beside every responder rate of a single arm.

What is assumed for a given correlation r of two scores of one patient: unselected scores are normal with mean m and
standard deviation s; patients were selected because their baseline reached the definition's bound; a second score is
normal about m + r (baseline - m) with standard deviation s sqrt(1 - r^2), rounded to a legal score; nothing else
happens. m and s are those of the normal distribution which, cut at the bound, makes the baselines likeliest.

Where enough patients have two scores before treatment the line of the earlier score on the baseline takes the place
of m, s and r. It then is assumed that a score after the baseline lies about that line as one before it does. The two
scores are a few weeks apart: over the longer time to the target visit the correlation is lower, and more would be
expected to respond.

The expectation uses the baselines of the very patients of a cell. Nothing is learnt from it about anyone's follow-up.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from dose_outcomes.catalogue import Instrument, ResponseDefinition
from dose_outcomes.catalogue.expression import COMPONENT, names_in, parse_rule
from dose_outcomes.derive.robustness import PER_POINT, score_unit
from dose_outcomes.derive.rule import DECIMALS, response_to_scores
from dose_outcomes.outcomes.cells import ASSESSABLE, NO_PATIENTS, cells
from dose_outcomes.outcomes.responder_rate import endpoint_name
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.proportions.regression_to_the_mean import (
    FollowUp,
    RetestRegression,
    follow_up_by_correlation,
    retest_regression,
    share_meeting_rule,
)
from dose_outcomes.stats.proportions.usual_score import UsualScore, usual_score
from dose_outcomes.stats.result import Estimate, FloatArray
from dose_outcomes.study import Study
from dose_outcomes.study.endpoints import Endpoint
from dose_outcomes.study.robustness import endpoints_with_noise

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "regression_to_the_mean"
REPEATED = "repeated scores before treatment"
LARGEST_GRID = 2000
"""Legal scores that are told apart; a finer scale is made coarser."""
COMPONENTS = "not estimable: the rule looks at further scores, whose noise is not known"
NO_SELECTION = "not estimable: the definition needs no baseline score, so that there is nothing to regress from"
OFF_THE_SCALE = "the usual mean that fits the baselines lies outside the scale"
CUT_NORMAL = "mean of the normal distribution which, cut at the bound, makes the baselines likeliest"
METHOD = (
    "share of the patients for whom the rule would hold if a second score differed from the baseline by measurement "
    "noise and regression to the mean alone"
)


def regression_to_the_mean(
    baseline_scores: pd.DataFrame, repeated_scores: pd.DataFrame, study: Study
) -> Iterator[Result]:
    """Return the share of responders expected from noise, per condition and dose and assumed correlation.

    Over all doses of a condition also the expected improvement, the usual mean score, and the slope of the earlier
    score on the baseline. The total over conditions leaves out those without an expectation.

    Parameters
    ----------
    baseline_scores, repeated_scores : DataFrame
        As `derive.robustness` gives them.
    """
    for endpoint in endpoints_with_noise(study) if study.robustness.regression_to_the_mean else ():
        own = baseline_scores[baseline_scores["endpoint"] == endpoint.id]
        pairs = repeated_scores[repeated_scores["endpoint"] == endpoint.id]
        by_condition = {
            condition: ConditionScores(own[own["condition"] == condition], pairs, condition, endpoint, study)
            for condition in endpoint.definitions
        }
        for condition, scores in by_condition.items():
            yield from _of_condition(_key(endpoint, condition, ALL, study), scores)
        for condition, dose in cells(study, endpoint.definitions):
            chosen = list(by_condition.values()) if condition == ALL else [by_condition[condition]]
            key = _key(endpoint, condition, dose, study)
            for assumption in _assumptions(study):
                yield _share(key | {"subgroup": assumption}, chosen, dose, assumption)


class ConditionScores:
    """Baselines of one condition, and what is expected of those who have them.

    Attributes
    ----------
    points : ndarray, shape (k,)
        Distinct baselines, rising.
    counts : dict of str to ndarray
        Dose, or all: patients with each baseline.
    usual : UsualScore
    line : RetestRegression
    """

    def __init__(
        self, own: pd.DataFrame, pairs: pd.DataFrame, condition: str, endpoint: Endpoint, study: Study
    ) -> None:
        self.study, self.definition = study, study.definition(endpoint.definitions[condition])
        instrument = study.instrument(self.definition.instrument)
        assert instrument is not None, "checked when the study was loaded"
        self.instrument = instrument
        scores = np.unique(own["score"].to_numpy(dtype="int64"))
        self.points: FloatArray = np.round(scores / PER_POINT, DECIMALS)
        self.counts: dict[str, FloatArray] = {}
        for dose in (ALL, *study.dose_labels):
            table = own if dose == ALL else own[own["dose"] == dose]
            place = np.searchsorted(scores, table["score"].to_numpy(dtype="int64"))
            self.counts[dose] = np.bincount(place, table["n"], minlength=len(scores)).astype("float64")
        # a mean of several scores is not recorded in steps
        self.step = 0.0 if endpoint.baseline.choose == "mean" else instrument.step or 0.0
        self.reason = _why_not(self.definition)
        self.usual = self._usual_score(endpoint)
        self.line = self._line(pairs[pairs["condition"] == condition], endpoint)

    def follow_up(self, assumption: str) -> FollowUp | str:
        """Return the second score of each baseline under an assumption, or why there is none."""
        if self.reason:
            return self.reason
        if assumption == REPEATED:
            return self.line.follow_up(self.points) if self.line.residual_standard_deviation else self.line.slope.note
        if self.usual.mean is None:
            return self.usual.note
        correlation = _assumptions(self.study)[assumption]
        return follow_up_by_correlation(self.points, self.usual, correlation, step=self.step)

    @cached_property
    def shares(self) -> dict[str, FloatArray | str]:
        """Assumption: probability of a response at each baseline, or why there is none."""
        found: dict[str, FloatArray | str] = {}
        for assumption in _assumptions(self.study):
            follow_up = self.follow_up(assumption)
            if isinstance(follow_up, str):
                found[assumption] = follow_up
                continue
            legal = _legal_scores(self.instrument, follow_up)
            holds = response_to_scores(self.points[:, None], legal[None, :], self.definition, self.instrument)
            found[assumption] = share_meeting_rule(holds, legal, follow_up)
        return found

    def _usual_score(self, endpoint: Endpoint) -> UsualScore:
        counts, instrument, bound = self.counts[ALL], self.instrument, self.definition.baseline_bound
        if self.reason or counts.sum() == 0:
            return UsualScore(None, None, self.reason or NO_PATIENTS)
        # the bound cuts from the side of the better scores: where higher is better, everything is turned over
        side = -1.0 if instrument.direction == "higher_better" else 1.0
        found = usual_score(
            side * self.points,
            counts,
            at_least=None if bound is None else side * bound,
            step=self.step,
            highest=instrument.maximum if side > 0 else -instrument.minimum,
        )
        if found.mean is None:
            return found
        usual_mean = side * found.mean
        if not instrument.minimum <= usual_mean <= instrument.maximum:
            return UsualScore(None, None, OFF_THE_SCALE)
        return UsualScore(usual_mean, found.standard_deviation)

    def _line(self, pairs: pd.DataFrame, endpoint: Endpoint) -> RetestRegression:
        columns = ("n", "baseline_sum", "earlier_sum", "baseline_squares", "products", "earlier_squares")
        sums = [int(pairs[column].sum()) for column in columns]
        unit, level = score_unit(self.instrument), self.study.level
        found = retest_regression(*sums, unit=unit, level=level)
        settings = self.study.robustness.regression_to_the_mean
        assert settings is not None, "asked for"
        note = ""
        if endpoint.baseline.choose == "mean":
            note = "the baseline is a mean that holds the scores before it"
        elif found.n < settings.minimum_repeated:
            note = f"fewer than {settings.minimum_repeated} patients with two scores before treatment"
        elif found.residual_standard_deviation == 0:
            note = "the two scores before treatment lie on a line: there is no noise"
        if note:
            return RetestRegression(Estimate(None, None, None, level, found.slope.method, note), None, None, found.n)
        return found


def _assumptions(study: Study) -> dict[str, float]:
    """Return the assumptions by name, with their correlation; that of repeated scores is estimated."""
    settings = study.robustness.regression_to_the_mean
    assert settings is not None, "asked for"
    return {f"test-retest correlation {one:g}": one for one in settings.correlations} | {REPEATED: float("nan")}


def _why_not(definition: ResponseDefinition) -> str:
    if any(COMPONENT.match(name) for name in names_in(parse_rule(definition.response))):
        return COMPONENTS
    return "" if definition.needs_baseline else NO_SELECTION


def _legal_scores(instrument: Instrument, follow_up: FollowUp) -> FloatArray:
    """Return the scores that a second measurement can take, those that are out of reach left out."""
    unit, reach = score_unit(instrument), 9.0 * follow_up.standard_deviation
    last = int((instrument.maximum - instrument.minimum) / unit + 1e-6)
    first = max(0, int((follow_up.expected.min() - reach - instrument.minimum) // unit))
    last = min(last, max(first + 1, int((follow_up.expected.max() + reach - instrument.minimum) // unit) + 1))
    thinned = -(-(last - first) // LARGEST_GRID)
    return np.round(instrument.minimum + unit * np.arange(first, last + 1, thinned), DECIMALS)


def _key(endpoint: Endpoint, condition: str, dose: str, study: Study) -> dict[str, Any]:
    return {
        "analysis": ANALYSIS,
        "endpoint": endpoint_name(endpoint, condition),
        "condition": condition,
        "dose": dose,
        "dose_attribution": endpoint.dose_attribution,
        "population": ASSESSABLE,
    }


def _share(key: dict[str, Any], chosen: list[ConditionScores], dose: str, assumption: str) -> Result:
    """Return the share expected of the patients of a dose; conditions without an expectation are left out."""
    total, patients, reasons = 0.0, 0, set()
    for scores in chosen:
        counts, share = scores.counts[dose], scores.shares[assumption]
        if isinstance(share, str):
            reasons.add(share)
        else:
            total += float(counts @ share)
            patients += int(counts.sum())
    row = key | {"statistic": "expected_proportion"}
    if patients == 0:
        n = sum(int(scores.counts[dose].sum()) for scores in chosen)
        return Result(**row, n=n, note=" / ".join(sorted(reasons)) if reasons else NO_PATIENTS)
    note = "conditions without an expectation are left out" if reasons else ""
    return Result(**row, estimate=total / patients, n=patients, method=METHOD, note=note)


def _of_condition(key: dict[str, Any], scores: ConditionScores) -> Iterator[Result]:
    """Return the usual mean, the slope of the earlier score on the baseline, and the improvement expected."""
    counts, line = scores.counts[ALL], scores.line
    n = int(counts.sum())
    yield Result(
        **key, statistic="usual_mean", estimate=scores.usual.mean, n=n, method=CUT_NORMAL, note=scores.usual.note
    )
    yield Result(
        **key,
        statistic="test_retest_slope",
        estimate=line.slope.estimate,
        low=line.slope.low,
        high=line.slope.high,
        level=line.slope.level,
        n=line.n,
        method=line.slope.method,
        note=line.slope.note,
    )
    for assumption in _assumptions(scores.study):
        row = key | {"statistic": "expected_improvement", "subgroup": assumption}
        follow_up = scores.follow_up(assumption)
        if isinstance(follow_up, str) or n == 0:
            yield Result(**row, n=n, note=follow_up if isinstance(follow_up, str) else NO_PATIENTS)
            continue
        fall = float(counts @ (scores.points - follow_up.expected)) / n
        better = fall if scores.instrument.direction == "lower_better" else -fall
        yield Result(**row, estimate=better, n=n, method="mean improvement expected from regression to the mean alone")
