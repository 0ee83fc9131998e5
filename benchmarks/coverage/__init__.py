"""Do intervals hold the truth as often as they say, and do tests reject as seldom? Simulated cohorts, asserted.

Cohorts drawn from known truth go through the cohort checks, the derivation and the analyses of the pipeline, many at
once: each is a condition of its own. Nominal 95 % intervals must hold the truth in 93.5 to 97 % of the cohorts, exact
ones in at least 94.5 %; tests at 5 % must reject in at most 5.5 % where there is nothing to find. With 4,000 cohorts
the Monte Carlo error of these shares (half width of its 95 % interval) is below 0.7 percentage points. Bias must be
within four standard errors of the mean, or below a twentieth of the spread of the estimates.

What is marked `shown` is not asserted: small cohorts (but restricted means, `means`), and methods that answer another
question or say themselves that they are too narrow.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from benchmarks.coverage import competing, course, means, missing, response, strata
from benchmarks.coverage.checks import Check, printed

COHORTS = 4000
SMALL_COHORTS = 1000
"""For what is shown, not asserted."""
SMALL = 15
"""Patients at each dose of a small cohort."""

Part = Callable[[int], list[Check]]

PARTS: dict[str, Part] = {
    "response": response.effect_checks,
    "dose does nothing": response.null_checks,
    "side effects and times": course.checks,
    "stopping competes": competing.checks,
    "missing at random": missing.checks,
    "over conditions": strata.checks,
    "mean times, small groups": means.checks,
}
SHOWN: dict[str, Part] = {
    "response, small cohorts": partial(response.effect_checks, patients=SMALL, plain="shown interval"),
    "side effects and times, small cohorts": partial(
        course.checks, patients=SMALL, kind="shown interval", exact="shown interval"
    ),
    "dose-response shapes": strata.shape_checks,
}


def main() -> int:
    """Print the tables; return 1 when a bound is missed."""
    missed: list[Check] = []
    for parts, cohorts in ((PARTS, COHORTS), (SHOWN, SMALL_COHORTS)):
        for name, part in parts.items():
            start = time.perf_counter()
            checks = part(cohorts)
            print(f"\n{name}: {cohorts} cohorts in {time.perf_counter() - start:.0f} s\n{printed(checks)}", flush=True)
            missed += [check for check in checks if check.missed()]
    for check in missed:
        print(f"FAILED {check.name}: {100 * check.share:.1f} %, mean {check.mean}, truth {check.truth}")
    return 1 if missed else 0
