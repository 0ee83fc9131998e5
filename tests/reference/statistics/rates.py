"""Reference cases on rates: which function gives which value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dose_outcomes.stats.rates import difference, piecewise_exponential, rate, ratio, recurrent
from dose_outcomes.stats.result import Estimate

Arguments = dict[str, Any]


def limits(estimate: Estimate) -> list[float | None]:
    return [estimate.low, estimate.high]


def rate_ci(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    events, person_time, level = args["events"], args["person_time"], args["level"]
    garwood = rate.garwood(events, person_time, level=level)
    return {
        "rate": garwood.estimate,
        "garwood": limits(garwood),
        "midp": limits(rate.mid_p(events, person_time, level=level)),
        "jeffreys": limits(rate.jeffreys(events, person_time, level=level)),
        "score": limits(rate.score(events, person_time, level=level)),
    }


def rate_ratio(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    counts = args["x1"], args["t1"], args["x2"], args["t2"]
    level = args["level"]
    exact = ratio.rate_ratio_exact(*counts, level=level)
    wald = difference.rate_difference_wald(*counts, level=level)
    return {
        "ratio": exact.estimate,
        "exact_ci": limits(exact),
        "exact_p_minlike": ratio.rate_ratio_exact_test(*counts).p_value,
        "exact_p_central": ratio.rate_ratio_exact_test(*counts, two_sided="central").p_value,
        "midp_ci": limits(ratio.rate_ratio_exact(*counts, mid_p=True, level=level)),
        "wald_log_ci": limits(ratio.rate_ratio_log(*counts, level=level)),
        "rate_difference": wald.estimate,
        "rd_wald_ci": limits(wald),
    }


def as_level(value: Any) -> str:
    """A value as R prints the level of a factor."""
    return f"{value:.15g}" if isinstance(value, int | float) else str(value)


def dummies(data: pd.DataFrame, right_hand_side: str, levels: dict[str, Any]) -> tuple[list[str], list[np.ndarray]]:
    """Names and columns of the design, without intercept, as R makes them with treatment contrasts."""
    names, columns = [], []
    for term in map(str.strip, right_hand_side.split("+")):
        column = term.removeprefix("factor(").removesuffix(")")
        if term not in levels:
            names.append(term)
            columns.append(data[column].to_numpy(dtype=float))
            continue
        text = data[column].map(as_level).to_numpy()
        for level in levels[term][1:]:
            names.append(f"{term}{level}")
            columns.append((text == as_level(level)).astype(float))
    return names, columns


def piecewise_exponential_model(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    assert data is not None
    levels = {name: list(np.atleast_1d(values)) for name, values in args["factor_levels"].items()}
    variables = [term.strip().removeprefix("factor(").removesuffix(")") for term in args["rhs"].split("+")]
    data = data.dropna(subset=[args["time"], args["event"], *variables])
    names, columns = dummies(data, args["rhs"], levels)
    events = data[args["event"]].to_numpy(dtype=float)
    rows = data[args["time"]].to_numpy(dtype=float), events, 1.0 - events
    options: dict[str, Any] = {"cuts": np.atleast_1d(args["cuts"]), "covariates": np.column_stack(columns)}
    model = piecewise_exponential.piecewise_exponential(*rows, **options)
    by_row = piecewise_exponential.piecewise_exponential(*rows, **options, summed=False)
    intervals = [f"factor(.iv){number + 1}" for number in model.intervals[1:]]
    return {
        "coef_names": ["(Intercept)", *intervals, *names],
        "coef": model.fit.coefficients,
        "se": model.fit.standard_errors,
        "max_abs_diff_aggregated": np.abs(model.fit.coefficients - by_row.fit.coefficients).max(),
        "deviance_rows_only_differs": model.fit.deviance != by_row.fit.deviance,
    }


def mean_cumulative_function(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    assert data is not None
    data = data.dropna(subset=[args[name] for name in ("id", "start", "stop", "event")])
    if args.get("group"):
        data = data[data[args["group"]].map(as_level) == as_level(args["level"])]
    days = np.atleast_1d(args["times"])

    def columns(rows: pd.DataFrame) -> tuple[np.ndarray, ...]:
        subject = rows.groupby(args["id"]).ngroup().to_numpy()
        return (subject, *(rows[args[name]].to_numpy(dtype=float) for name in ("start", "stop", "event")))

    subject, start, stop, events = columns(data)
    robust = recurrent.mean_cumulative_count_robust(subject, start, stop, events, at=days)
    poisson = recurrent.mean_cumulative_count(*recurrent.risk_table(start, stop, events))
    reached = np.searchsorted(poisson.day, days, side="right")
    # survfit ignores rows without length, and with them further events of a patient on the same day
    survfit = recurrent.mean_cumulative_count_robust(*columns(data[data[args["start"]] < data[args["stop"]]]), at=days)
    return {
        "times": days,
        "mcf": robust.estimate,
        "robust_se_lawless_nadeau": robust.standard_error,
        "poisson_se": np.append(0.0, poisson.standard_error)[reached],
        "survfit_cumhaz": survfit.estimate,
        "survfit_std_chaz": survfit.standard_error,
        "reda": {"mcf": robust.estimate, "se": robust.standard_error},
        "n_subjects": data[args["id"]].nunique(),
        "n_events": events.sum(),
    }


STATISTICS = {
    "rate_ci": rate_ci,
    "rate_ratio": rate_ratio,
    "piecewise_exponential": piecewise_exponential_model,
    "mean_cumulative_function": mean_cumulative_function,
}
DEFINED_BEYOND_REFERENCE = {"mean_cumulative_function": {"reda": "reda stops on some layouts of rows"}}
REFERENCE_ERROR = {
    "rate_ratio": {"midp_ci": (5e-4, "exactci solves for the share of events with uniroot's default tolerance, 1.2e-4")}
}
