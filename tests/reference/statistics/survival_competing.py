"""Adapters: Aalen-Johansen curves, Gray's test, Fine-Gray regression."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dose_outcomes.stats.survival.competing import aalen_johansen
from dose_outcomes.stats.survival.fine_gray import fine_gray
from dose_outcomes.stats.survival.gray import gray_test

AFTER_ZERO = 1e-9  # etm takes no event at time 0; the reference moved those to here


def _label(value: Any) -> str:
    return f"{value:.15g}" if isinstance(value, int | float | np.number) else str(value)


def _counts(data: pd.DataFrame, args: dict[str, Any], keys: dict[str, str], causes: list[Any]) -> dict[str, Any]:
    """Counts by the key columns: one column of events per cause, and the censored."""
    data = data.dropna(subset=[*keys.values(), args["status"]])
    table = pd.DataFrame({name: data[column] for name, column in keys.items()})
    status = data[args["status"]]
    for number, cause in enumerate(causes):
        table[f"cause {number}"] = (status == cause).astype(float)
    table["censored"] = (status == 0).astype(float)
    table = table.groupby(list(keys)).sum().reset_index()
    counts = {name: table[name].to_numpy() for name in (*keys, "censored")}
    return counts | {"events": table[[f"cause {number}" for number in range(len(causes))]].to_numpy()}


def _causes(args: dict[str, Any]) -> list[Any]:
    return args["causes"] if isinstance(args["causes"], list) else [args["causes"]]


def _aalen_johansen(args: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Any]:
    assert data is not None
    causes, times = _causes(args), args["times"]
    if args.get("group"):
        data = data[data[args["group"]].map(_label) == args["level"]]
    counts = _counts(data, args, {"day": args["time"]}, causes)
    greenwood = aalen_johansen(**counts)
    aalen = aalen_johansen(**counts, variance="aalen")
    jackknife, jackknife_log = (
        aalen_johansen(**counts, variance="infinitesimal jackknife", interval=interval, exact_at_bounds=False)
        for interval in ("log-log", "log")
    )
    days = greenwood.event_free.day

    def read(values: Any, after_last: Any = "keep", first: float = 0.0) -> list[Any]:
        at = np.searchsorted(np.maximum(days, first), times, side="right") - 1
        return [
            0.0 if i < 0 else after_last if time > days[-1] and after_last != "keep" else float(values[i])
            for i, time in zip(at, times, strict=True)
        ]

    result: dict[str, Any] = {"times": times, "causes": causes}
    for number, cause in enumerate(causes):
        curve, robust, robust_log = (x.curves[number] for x in (greenwood, jackknife, jackknife_log))
        result[f"cause_{_label(cause)}"] = {
            "cif": read(curve.estimate),
            "se_infinitesimal_jackknife": read(robust.standard_error),
            "log_lower": read(robust_log.low),
            "log_upper": read(robust_log.high),
            "loglog_lower": read(robust.low),
            "loglog_upper": read(robust.high),
            "cmprsk_est": read(curve.estimate, None),
            "cmprsk_var_aalen": read(aalen.curves[number].standard_error ** 2, None),
            "etm_var_greenwood": read(curve.standard_error**2, first=AFTER_ZERO),
            "etm_est": read(curve.estimate, first=AFTER_ZERO),
        }
    return result


def _gray_test(args: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Any]:
    assert data is not None
    causes = _causes(args)
    keys = {"day": args["time"], "group": args["group"]} | ({"stratum": args["strata"]} if args.get("strata") else {})
    counts = _counts(data, args, keys, causes)
    tests = [gray_test(**counts, cause=number, rho=args.get("rho", 0)) for number in range(len(causes))]
    return {
        "causes": causes,
        "statistic": [test.statistic for test in tests],
        "p_value": [test.p_value for test in tests],
        "df": [test.degrees_of_freedom for test in tests],
    }


def _fine_gray(args: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Any]:
    assert data is not None
    data = data.dropna(subset=[args["time"], args["status"], *args["covariates"]])
    causes = [args["cause"], *sorted(set(data[args["status"]]) - {0, args["cause"]})]
    patterns, pattern = np.unique(data[args["covariates"]].to_numpy(float), axis=0, return_inverse=True)
    counts = _counts(data.assign(pattern=pattern), args, {"day": args["time"], "pattern": "pattern"}, causes)
    fit = fine_gray(**counts, covariates=patterns, ties=args["ties"], censoring=args["censoring"])
    return {
        "coef": [one.estimate for one in fit.coefficients],
        "se": [one.standard_error for one in fit.coefficients],
        "naive_se": np.sqrt(np.diag(fit.naive_covariance)),
        "loglik": fit.log_likelihood,
        "loglik_null": fit.log_likelihood_null,
    }


STATISTICS = {
    "aalen_johansen": _aalen_johansen,
    "gray_test": _gray_test,
    "gray_test_stratified": _gray_test,
    "fine_gray": _fine_gray,
}
