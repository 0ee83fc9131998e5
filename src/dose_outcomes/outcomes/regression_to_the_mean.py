"""Responders to be expected from measurement noise alone, beside every responder rate of a single arm.

What is assumed for a given correlation r of two scores of one patient: unselected scores are normal; patients were
selected because their baseline reached the definition's bound; a second score is normal about m + r (baseline - m)
with standard deviation s sqrt(1 - r^2), rounded to a legal score; nothing else happens. m and s are those of the
normal distribution which, cut at the bound, has the mean and the variance of the baselines.

Where enough patients have two scores before treatment the line of the earlier score on the baseline takes the place
of m, s and r. It then is assumed that a score after the baseline lies about that line as one before it does. The two
scores are a few weeks apart: over the longer time to the target visit the correlation is lower, and more would be
expected to respond.

The expectation uses the baselines of the very patients of a cell. Nothing is learnt from it about anyone's follow-up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dose_outcomes.catalogue import Instrument, ResponseDefinition
from dose_outcomes.catalogue.expression import COMPONENT, names_in, parse_rule
from dose_outcomes.derive.robustness import PER_POINT, score_unit
from dose_outcomes.derive.rule import response_to_scores
from dose_outcomes.outcomes.cells import ASSESSABLE, NO_PATIENTS, cells, with_totals
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
from dose_outcomes.stats.result import FloatArray
from dose_outcomes.study import Study
from dose_outcomes.study.endpoints import Endpoint
from dose_outcomes.study.robustness import examined_endpoints

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "regression_to_the_mean"
REPEATED = "repeated scores before treatment"
LARGEST_GRID = 2000
"""Legal scores that are told apart; a finer scale is made coarser."""
COMPONENTS = "not estimable: the rule looks at further scores, whose noise is not known"
NO_SELECTION = "not estimable: the definition needs no baseline score, so that there is nothing to regress from"
METHOD = (
    "share of the patients for whom the rule would hold if a second score differed from the baseline by measurement "
    "noise and regression to the mean alone"
)


@dataclass(frozen=True)
class Expectation:
    """What is expected of the patients of one condition under one assumption.

    Attributes
    ----------
    share : dict of int to float
        Baseline, in millionths of a point: probability of a response.
    improvement : dict of int to float
        Baseline: expected improvement, in points.
    note : str
        Why there is none.
    """

    share: dict[int, float]
    improvement: dict[int, float]
    note: str = ""


def regression_to_the_mean(
    baseline_scores: pd.DataFrame, repeated_scores: pd.DataFrame, study: Study
) -> Iterator[Result]:
    """Return the share of responders expected from noise, per condition and dose and assumed correlation.

    Over all doses of a condition also the expected improvement, the usual mean score, and the slope of an earlier score
    on the baseline.

    Parameters
    ----------
    baseline_scores, repeated_scores : DataFrame
        As `derive.robustness` gives them.
    """
    settings = study.robustness.regression_to_the_mean
    if settings is None:
        return
    assumptions = [f"test-retest correlation {correlation:g}" for correlation in settings.correlations]
    for endpoint in examined_endpoints(study):
        own = baseline_scores[baseline_scores["endpoint"] == endpoint.id]
        pairs = repeated_scores[repeated_scores["endpoint"] == endpoint.id].set_index("condition")
        expected: dict[tuple[str, str], Expectation] = {}
        for condition, code in endpoint.definitions.items():
            definition = study.definition(code)
            instrument = study.instrument(definition.instrument)
            assert instrument is not None, "checked when the study was loaded"
            reason = _why_not(definition)
            scores = own[own["condition"] == condition].groupby("score")["n"].sum()
            usual = _usual(scores, definition, instrument, reason)
            line = _line(pairs, condition, endpoint, instrument, settings.minimum_repeated, study.level)
            for name, correlation in zip(assumptions, settings.correlations, strict=True):
                follow_up = None
                if usual.mean is not None:
                    follow_up = follow_up_by_correlation(_points(scores), usual, correlation)
                expected[condition, name] = _expectation(scores, follow_up, definition, instrument, usual.note)
            follow_up = line.follow_up(_points(scores)) if line.intercept is not None and not reason else None
            note = reason or line.slope.note
            expected[condition, REPEATED] = _expectation(scores, follow_up, definition, instrument, note)
            yield from _of_condition(_key(endpoint, condition, ALL), usual, line, int(scores.sum()))
        counts = {
            cell: table.set_index(["condition", "score"])["n"].groupby(level=[0, 1]).sum()
            for cell, table in _by_cell(own)
        }
        for condition, dose in cells(study, endpoint.definitions):
            found = counts.get((condition, dose))
            for name in (*assumptions, REPEATED):
                yield from _of_cell(_key(endpoint, condition, dose) | {"subgroup": name}, found, expected, name)
