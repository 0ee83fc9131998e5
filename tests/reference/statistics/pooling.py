"""Reference cases on meta-analysis, shrinkage, multiplicity and Rubin's rules."""

from __future__ import annotations

from math import inf
from typing import Any

import pandas as pd

from dose_outcomes.stats.pooling.beta_binomial import beta_binomial_shrinkage
from dose_outcomes.stats.pooling.meta_analysis import meta_analysis
from dose_outcomes.stats.pooling.multiplicity import adjust_p_values
from dose_outcomes.stats.pooling.rubin import rubin_rules
from dose_outcomes.stats.result import Estimate

Arguments = dict[str, Any]

INTERVALS = {"z": "normal", "knha": "hartung_knapp", "adhoc": "hartung_knapp_floored"}
PERCENT = 100.0
METAFOR_TOLERANCE = {"PM": 2.0**-13}  # of tau^2, the default there; R's other estimators were run to convergence
MICE_FLOOR = 1e-4  # mice takes no smaller lambda for the degrees of freedom

METHODS = {
    "holm": "holm",
    "hochberg": "hochberg",
    "hommel": "hommel",
    "bonferroni": "bonferroni",
    "BH": "benjamini_hochberg",
    "BY": "benjamini_yekutieli",
}


def as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def limits(estimate: Estimate) -> list[float | None]:
    return [] if estimate.low is None else [estimate.low, estimate.high]


def meta(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    result = meta_analysis(
        as_list(args["yi"]),
        as_list(args["vi"]),
        estimator=args["method"],
        interval=INTERVALS[args["test"]],
        **{"tolerance": METAFOR_TOLERANCE[args["method"]]} if args["method"] in METAFOR_TOLERANCE else {},
        level=args.get("level", 0.95),
    )
    has_prediction = result.prediction.estimate is not None
    return {
        "mu": result.mean.estimate,
        "se": result.mean.standard_error,
        "ci": limits(result.mean),
        "p_value": result.test.p_value,
        "tau2": result.tau_squared.estimate,
        "se_tau2": result.tau_squared.standard_error,
        "tau2_ci": limits(result.tau_squared),
        "I2": None if result.i_squared is None else PERCENT * result.i_squared,
        "H2": result.h_squared,
        "Q": result.heterogeneity.statistic,
        "Q_p": result.heterogeneity.p_value,
        "pi": limits(result.prediction),
        "blup": [one.estimate for one in result.shrunken] if has_prediction else None,
    }


def beta_binomial(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    result = beta_binomial_shrinkage(as_list(args["x"]), as_list(args["n"]))
    return {
        "alpha": result.alpha,
        "beta": result.beta,
        "mean": result.mean,
        "rho": result.intraclass_correlation,
        "loglik": result.log_likelihood,
        "posterior_mean": [group.estimate for group in result.groups],
        "posterior_lower": [group.low for group in result.groups],
        "posterior_upper": [group.high for group in result.groups],
    }


def p_adjust(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    p_values = [None if value in (None, "NaN") else value for value in as_list(args["p"])]
    return {name: list(adjust_p_values(p_values, method=method).p_values) for name, method in METHODS.items()}


def rubin(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    def pooled(n: float) -> dict[str, Any]:
        result = rubin_rules(args["q"], args["u"], n=n, parameters=args["k"], smallest_share_between=MICE_FLOOR)
        return {
            "qbar": result.estimate.estimate,
            "ubar": result.within,
            "b": result.between,
            "total": result.total,
            "df": result.degrees_of_freedom,
            "r": result.relative_increase,
            "fmi": result.fraction_missing,
            "ci": limits(result.estimate),
        }

    return {"barnard_rubin": pooled(float(args["n"])), "large_sample": pooled(inf)}


STATISTICS = {
    "meta_analysis": meta,
    "beta_binomial_shrinkage": beta_binomial,
    "p_adjust": p_adjust,
    "rubin_rules": rubin,
}
