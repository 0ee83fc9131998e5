"""Comparisons over several conditions, on responders drawn by condition and dose.

The cohorts of the other modules are one condition each; here a study has five with shares of their own. The counts
are drawn as the derivation would give them: it adds nothing to their distribution.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from benchmarks.coverage.checks import Check, Kind, interval, rejections
from dose_outcomes.stats.dose_response.contrast_test import contrast_test
from dose_outcomes.stats.dose_response.models import Candidate
from dose_outcomes.stats.proportions.association import homogeneity_chi_square
from dose_outcomes.stats.proportions.stratified import (
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_difference,
    mantel_haenszel_risk_ratio,
)
from dose_outcomes.stats.proportions.stratified_tests import breslow_day, cochran_mantel_haenszel
from dose_outcomes.stats.proportions.trend import mantel_trend
from dose_outcomes.stats.regression.log_odds import log_odds

SHARES = np.array([0.2, 0.3, 0.4, 0.5, 0.35])
"""Of the reference dose, by condition."""
SCORES = np.array([0.5, 1.5, 3.0, 4.5])
DIFFERENCE, RATIO, ODDS = 0.15, 1.4, 2.0
CANDIDATES = (
    Candidate("linear"),
    Candidate("emax", {"ed50": 1.125}),
    Candidate("sigEmax", {"ed50": 2.25, "h": 4.0}),
)


def checks(cohorts: int, patients: int = 40, kind: Kind = "interval") -> list[Check]:
    """Return bias and coverage of pooled effects, and how often tests over conditions reject."""
    generator = np.random.default_rng(20240606)
    size = f"5 conditions x {patients} a dose"
    n = np.full(len(SHARES), patients)
    reference = generator.binomial(patients, SHARES, (cohorts, len(SHARES)))
    effects = (
        ("risk difference", mantel_haenszel_risk_difference, SHARES + DIFFERENCE, DIFFERENCE, False),
        ("risk ratio", mantel_haenszel_risk_ratio, SHARES * RATIO, RATIO, True),
        ("odds ratio", mantel_haenszel_odds_ratio, expit(logit(SHARES) + np.log(ODDS)), ODDS, True),
    )
    lines = []
    for name, estimator, shares, truth, skewed in effects:
        events = generator.binomial(patients, shares, (cohorts, len(SHARES)))
        found = [estimator(one, n, other, n) for one, other in zip(events, reference, strict=True)]
        rows = [(one.estimate, one.low, one.high) for one in found]
        lines.append(interval(f"{name}, within conditions: Mantel-Haenszel", size, truth, rows, kind, skewed=skewed))
    same = generator.binomial(patients, SHARES, (cohorts, len(SHARES)))
    pairs = list(zip(same, reference, strict=True))
    tests = {
        "doses within conditions: Cochran-Mantel-Haenszel": [cochran_mantel_haenszel(a, n, b, n) for a, b in pairs],
        "one odds ratio in all conditions: Breslow-Day-Tarone": [breslow_day(a, n, b, n) for a, b in pairs],
    }
    alike = generator.binomial(patients, 0.35, (cohorts, len(SHARES)))
    tests["one share in all conditions: chi-square"] = [homogeneity_chi_square(one, n) for one in alike]
    doses = generator.binomial(patients, SHARES[:, None], (cohorts, len(SHARES), len(SCORES)))
    table = np.full((len(SHARES), len(SCORES)), patients)
    tests["trend within conditions: Mantel"] = [mantel_trend(one, table, SCORES) for one in doses]
    return lines + [rejections(name, size, [test.p_value for test in found]) for name, found in tests.items()]


def shape_checks(cohorts: int, patients: int = 60) -> list[Check]:
    """Test four doses that do the same against all candidate shapes at once; shown, for it takes its time."""
    generator = np.random.default_rng(20240607)
    n = np.full(len(SCORES), patients)
    smallest = []
    for events in generator.binomial(patients, 0.4, (cohorts, len(SCORES))):
        odds = log_odds(events, n, empty="penalise")
        found = contrast_test(SCORES, odds.estimates, np.diag(odds.variances), CANDIDATES)
        smallest.append(min(test.p_value for test in found.tests if test.p_value is not None))
    size = f"{patients} at each of 4 doses"
    return [rejections("dose response: MCP-Mod contrasts, one-sided", size, smallest, "shown test")]
