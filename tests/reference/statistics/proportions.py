"""Reference cases on proportions: which function gives which value."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dose_outcomes.stats.proportions import single
from dose_outcomes.stats.result import Estimate

Arguments = dict[str, Any]


def limits(estimate: Estimate) -> list[float | None]:
    return [estimate.low, estimate.high]


def proportion_ci(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    x, n, level = args["x"], args["n"], args["level"]
    correction = min(0.5, abs(x - n / 2))  # that of stats::prop.test
    return {
        "estimate": single.wilson(x, n, level=level).estimate,
        "wilson": limits(single.wilson(x, n, level=level)),
        "wilson_cc": limits(single.wilson_continuity_corrected(x, n, correction=correction, level=level)),
        "clopper_pearson": limits(single.clopper_pearson(x, n, level=level)),
        "midp": limits(single.mid_p(x, n, level=level)),
        "jeffreys": limits(single.jeffreys(x, n, level=level)),
        "agresti_coull": limits(single.agresti_coull(x, n, clipped=False, level=level)),
    }


def binomial_exact_test(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    return {"p_value": single.exact_binomial_test(args["x"], args["n"], args["p0"]).p_value}


STATISTICS = {"proportion_ci": proportion_ci, "binomial_exact_test": binomial_exact_test}
