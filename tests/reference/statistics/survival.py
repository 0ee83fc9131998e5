"""Adapters: Kaplan-Meier, quantiles, restricted means, beta-product limits and the log-rank family."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from dose_outcomes.stats.result import StepCurve
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier, survival_at
from dose_outcomes.stats.survival.logrank import logrank, logrank_trend
from dose_outcomes.stats.survival.nelson_aalen import nelson_aalen
from dose_outcomes.stats.survival.quantile import quantile
from dose_outcomes.stats.survival.restricted_mean import restricted_mean
from dose_outcomes.stats.survival.simon_makuch import simon_makuch
from dose_outcomes.stats.survival.weighted_kaplan_meier import weighted_kaplan_meier

INTERVALS = {"plain": "plain", "log": "log", "log-log": "log-log", "logit": "logit", "arcsin": "arcsine"}


def label(value: Any) -> str:
    """A factor level as R prints it."""
    if isinstance(value, bool | np.bool_):
        return "TRUE" if value else "FALSE"
    return f"{value:.15g}" if isinstance(value, int | float | np.number) else str(value)


def rows_of(data: pd.DataFrame, args: dict[str, Any], *columns: str) -> pd.DataFrame:
    """Rows of the case's group with nothing missing in the named columns."""
    named = [args[column] for column in columns if args.get(column)]
    if args.get("group"):
        data = data.dropna(subset=[args["group"]])
        data = data[data[args["group"]].map(label) == args["level"]]
    return data.dropna(subset=named)


def counts_by_day(data: pd.DataFrame, args: dict[str, Any]) -> dict[str, Any]:
    """Events, censorings and entries by day, the arguments of the curves."""
    weight = data[args["weight"]] if args.get("weight") else pd.Series(1.0, index=data.index)
    leaving = pd.DataFrame({"day": data[args["time"]], "events": weight * data[args["event"]], "n": weight})
    leaving["entered"] = 0.0
    if args.get("entry"):
        entering = pd.DataFrame({"day": data[args["entry"]], "events": 0.0, "n": 0.0, "entered": weight})
        leaving = pd.concat([leaving, entering])
    table = leaving.groupby("day").sum()
    counts = {"day": table.index.to_numpy(), "events": table.events.to_numpy()}
    counts["censored"] = (table.n - table.events).to_numpy()
    if args.get("entry"):
        counts["entered"] = table.entered.to_numpy()
    return counts


def read_off(day: Any, values: Any, times: list[float], before: float) -> list[float]:
    """Values of a step function at `times`; `before` ahead of its first day."""
    index = np.searchsorted(day, times, side="right") - 1
    return [before if i < 0 else float(values[i]) for i in index]


def finite(value: float | None) -> float | None:
    """R writes a limit that is not reached as NA."""
    return None if value is None or math.isinf(value) else value


def _kaplan_meier(args: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Any]:
    assert data is not None
    data = rows_of(data, args, "time", "event", "entry", "weight")
    counts, times, probabilities = counts_by_day(data, args), args["times"], args["quantile_probs"]
    curves = {name: kaplan_meier(**counts, interval=ours, beta_product_below=None) for name, ours in INTERVALS.items()}
    curve, hazard = curves["plain"], nelson_aalen(**counts)
    below_one = curve.estimate > 0
    return {
        "n": len(data),
        "n_events": counts["events"].sum(),
        "times": times,
        "surv": read_off(curve.day, curve.estimate, times, 1.0),
        "greenwood_se": read_off(curve.day, curve.standard_error, times, 0.0),
        "n_risk": np.append(curve.at_risk, 0.0)[np.searchsorted(curve.day, times)],
        "cumhaz": read_off(hazard.day, hazard.estimate, times, 0.0),
        "cumhaz_se": read_off(hazard.day, hazard.standard_error, times, 0.0),
        "quantile_probs": probabilities,
        "ci": {name: _limits_and_quantiles(one, times, probabilities) for name, one in curves.items()},
        "max_time": curve.day[-1],
        "curve_hash": {
            "n_times": len(curve.day),
            "sum_surv": curve.estimate.sum(),
            "sum_se2": ((curve.standard_error[below_one] / curve.estimate[below_one]) ** 2).sum(),
        },
    }


def _limits_and_quantiles(curve: StepCurve, times: list[float], probabilities: list[float]) -> dict[str, Any]:
    quantiles = [quantile(curve, probability) for probability in probabilities]
    return {
        "lower": read_off(curve.day, curve.low, times, 1.0),
        "upper": read_off(curve.day, curve.high, times, 1.0),
        "q_est": [one.estimate for one in quantiles],
        "q_lower": [one.low for one in quantiles],
        "q_upper": [finite(one.high) for one in quantiles],
    }


def _restricted_mean(args: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Any]:
    assert data is not None
    counts = counts_by_day(rows_of(data, args, "time", "event"), args)
    result = restricted_mean(kaplan_meier(**counts), args["tau"])
    names = ("rmst", "survRM2_rmst"), ("se", "survRM2_se")
    return dict.fromkeys(names[0], result.estimate) | dict.fromkeys(names[1], result.standard_error)


def _beta_product(args: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Any]:
    assert data is not None
    data, times = rows_of(data, args, "time", "event"), args["times"]
    counts = counts_by_day(data, args)
    values: dict[str, Any] = {"times": times, "n": len(data), "n_events": counts["events"].sum()}
    for name, interval in (("exact", "beta-product"), ("midp", "beta-product mid-p")):
        curve = kaplan_meier(**counts, interval=interval)
        start = survival_at(curve, float(curve.day[0]) - 1.0)
        values[name] = {
            "surv": read_off(curve.day, curve.estimate, times, 1.0),
            "lower": read_off(curve.day, curve.low, times, start.low),
            "upper": read_off(curve.day, curve.high, times, start.high),
        }
    return values


def _grouped_counts(data: pd.DataFrame | None, args: dict[str, Any]) -> pd.DataFrame:
    """Counts by day, group and stratum, with missing values dropped."""
    assert data is not None
    keys = {"day": args["time"], "group": args["group"]} | ({"stratum": args["strata"]} if args.get("strata") else {})
    data = data.dropna(subset=[*keys.values(), args["event"]])
    table = pd.DataFrame({name: data[column] for name, column in keys.items()})
    table["events"], table["censored"] = data[args["event"]], 1 - data[args["event"]]
    return table.groupby(list(keys)).sum().reset_index()


def _logrank(args: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Any]:
    counts = {name: column.to_numpy() for name, column in _grouped_counts(data, args).items()}
    test = logrank(**counts, rho=args.get("rho", 0))
    names = [label(group) for group in test.groups]
    order = [names.index(level) for level in args["levels"]]
    return {
        "levels": [names[k] for k in order],
        "observed": test.observed[order],
        "expected": test.expected[order],
        "var_diag": np.diag(test.covariance)[order],
        "chisq": test.statistic,
        "df": test.degrees_of_freedom,
        "p_value": test.p_value,
    }


def _logrank_trend(args: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Any]:
    score = dict(zip(args["levels"], args["scores"], strict=True))
    table = _grouped_counts(data, args)
    table["doses"] = table["group"].map(lambda group: score[label(group)]).astype(float)
    counts = {name: column.to_numpy() for name, column in table.drop(columns="group").items()}
    test = logrank_trend(**counts)
    return {"u": test.score, "var": test.variance, "z": test.statistic, "p_value": test.p_value}


def _weighted_kaplan_meier(args: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Any]:
    assert data is not None
    data, times = rows_of(data, args, "time", "event", "weight"), args["times"]
    w, event = data[args["weight"]], data[args["event"]]
    table = pd.DataFrame({"day": data[args["time"]], "events": w * event, "censored": w * (1 - event)})
    table["events_squared"], table["censored_squared"] = w**2 * event, w**2 * (1 - event)
    table = table.groupby("day").sum().reset_index()
    curve = weighted_kaplan_meier(**{name: column.to_numpy() for name, column in table.items()})
    return {
        "times": times,
        "surv": read_off(curve.day, curve.estimate, times, 1.0),
        "robust_se": read_off(curve.day, curve.standard_error, times, 0.0),
    }


def _simon_makuch(args: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Any]:
    assert data is not None
    data, times = data.dropna(subset=[args[name] for name in ("entry", "time", "event", "group")]), args["times"]
    group, event = data[args["group"]], data[args["event"]]
    leaving = pd.DataFrame(
        {"day": data[args["time"]], "group": group, "events": event, "left": 1 - event, "entered": 0}
    )
    entering = pd.DataFrame({"day": data[args["entry"]], "group": group, "events": 0, "left": 0, "entered": 1})
    table = pd.concat([leaving, entering]).groupby(["day", "group"]).sum().reset_index()
    result = simon_makuch(**{name: column.to_numpy() for name, column in table.items()})
    values: dict[str, Any] = {"times": times, "groups": [label(one) for one in result.groups]}
    values["surv"] = [x for c in result.curves for x in read_off(c.day, c.estimate, times, 1.0)]
    values["se"] = [x for c in result.curves for x in read_off(c.day, c.standard_error, times, 0.0)]
    return values


STATISTICS = {
    "weighted_kaplan_meier": _weighted_kaplan_meier,
    "simon_makuch": _simon_makuch,
    "kaplan_meier": _kaplan_meier,
    "rmst": _restricted_mean,
    "beta_product_ci": _beta_product,
    "logrank": _logrank,
    "fleming_harrington_rho1": _logrank,
    "stratified_logrank": _logrank,
    "logrank_trend": _logrank_trend,
    "stratified_logrank_trend": _logrank_trend,
}

_ROOT = (5e-4, "bpcp solves for the mid-p quantile loosely; without censoring ours is the root of the binomial mid-p")
REFERENCE_ERROR = {"beta_product_ci": {"midp.lower": _ROOT, "midp.upper": _ROOT}}
