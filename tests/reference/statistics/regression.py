"""Reference cases on regression for a binary outcome, weighting and clone-censor-weight."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from dose_outcomes.stats.regression.clone_censor_weight import clone_censor_weight
from dose_outcomes.stats.regression.doubly_robust import doubly_robust
from dose_outcomes.stats.regression.firth import firth_logistic_regression
from dose_outcomes.stats.regression.logistic import LogisticFit, logistic_regression
from dose_outcomes.stats.regression.standardisation import standardisation
from dose_outcomes.stats.regression.strategy_curve import StrategyCurve
from dose_outcomes.stats.regression.weighting import inverse_probability_weighting

Arguments = dict[str, Any]

# Columns that the R script computed before it called a model and did not write to the data file.
DERIVED = {
    "dosef": lambda data: data["dose"],
    "high": lambda data: (data["dose"] == 4.5).astype(int),
    "rsp": lambda data: (data["status"] == 1).astype(int),
}


def with_derived(data: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    missing = {name: DERIVED[name](data) for name in names if name not in data and name in DERIVED}
    return data.assign(**missing)


def as_r_label(value: Any) -> str:
    if isinstance(value, (bool, np.bool_)):
        return str(value).upper()
    return f"{value:.15g}" if isinstance(value, (int, float, np.number)) else str(value)


class Formula:
    """An R formula `y ~ a + factor(b) + c:d`, read into a design matrix with treatment contrasts."""

    def __init__(self, text: str, levels: dict[str, list[str]] | None = None, factors: tuple[str, ...] = ()) -> None:
        left, right = (side.strip() for side in text.split("~"))
        self.outcome = left
        self.levels = levels or {}
        self.factors = factors
        parts = [part.strip() for part in re.split(r"\+(?![^(]*\))", right)]
        self.intercept = not {"0", "-1"} & set(parts)
        self.terms: list[tuple[str, ...]] = []
        for part in parts:
            if part in ("0", "-1", "1"):
                continue
            factors_of_part = tuple(piece.strip() for piece in re.split(r"[*:]", part))
            if "*" in part:
                self.terms += [(piece,) for piece in factors_of_part]
            self.terms.append(factors_of_part)
        self.terms = sorted(dict.fromkeys(self.terms), key=len)  # main effects first, as R has them

    def variables(self) -> list[str]:
        return list(dict.fromkeys(re.sub(r"^(factor|as\.factor)\((.*)\)$", r"\2", v) for t in self.terms for v in t))

    def columns(self, variable: str, data: pd.DataFrame) -> dict[str, np.ndarray]:
        name = re.sub(r"^(factor|as\.factor)\((.*)\)$", r"\2", variable)
        values = data[name]
        is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        levels = self.levels.get(variable)
        if levels is None and is_number and name == variable:
            return {variable: values.to_numpy(float)}
        labels = values.map(as_r_label)
        if levels is None:
            levels = [as_r_label(value) for value in sorted(values.unique())]
        return {f"{variable}{level}": (labels == level).to_numpy(float) for level in levels[1:]}

    def design(self, data: pd.DataFrame) -> pd.DataFrame:
        columns = {"(Intercept)": np.ones(len(data))} if self.intercept else {}
        for term in self.terms:
            products: dict[str, np.ndarray] = {"": np.ones(len(data))}
            for variable in term:
                products = {
                    f"{before}:{name}" if before else name: values * column
                    for name, column in self.columns(variable, data).items()
                    for before, values in products.items()
                }
            columns |= products
        return pd.DataFrame(columns, index=data.index)


def complete_rows(data: pd.DataFrame, outcome: str, formulas: list[Formula]) -> pd.DataFrame:
    names = list(dict.fromkeys([outcome, *(name for formula in formulas for name in formula.variables())]))
    return with_derived(data, names).dropna(subset=names)


def count_patterns(design: pd.DataFrame, outcome: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distinct rows of the design, with events and patients of each."""
    patterns, index = np.unique(design.to_numpy(float), axis=0, return_inverse=True)
    return patterns, np.bincount(index, outcome.to_numpy(float)), np.bincount(index)


def logistic(args: Arguments, data: pd.DataFrame) -> dict[str, Any]:
    formula = Formula(args["formula"], args.get("factor_levels"))
    rows = complete_rows(data, formula.outcome, [formula])
    design = formula.design(rows)
    patterns, events, n = count_patterns(design, rows[formula.outcome])
    model = logistic_regression(patterns, events, n, interval="wald")
    robust = logistic_regression(patterns, events, n, interval="wald_hc0")
    return {
        "coef_names": list(design.columns),
        "coef": [one.estimate for one in model.coefficients],
        "se": [one.standard_error for one in model.coefficients],
        "se_hc0": [one.standard_error for one in robust.coefficients],
        "loglik": model.log_likelihood,
        "n": model.n,
    }


def coefficients(fit: LogisticFit) -> dict[str, Any]:
    return {
        "coef": [one.estimate for one in fit.coefficients],
        "se": [one.standard_error for one in fit.coefficients],
        "lower": [one.low for one in fit.coefficients],
        "upper": [one.high for one in fit.coefficients],
    }


def logistic_profile_interval(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    return coefficients(logistic_regression(args["design"], args["events"], args["n"]))


def firth_logistic(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    fit = firth_logistic_regression(args["design"], args["events"], args["n"])
    return coefficients(fit) | {"penalised_loglik": fit.log_likelihood}


def iptw_gcomp(args: Arguments, data: pd.DataFrame) -> dict[str, Any]:
    levels = args.get("factor_levels")
    propensity, outcome = Formula(args["ps_formula"], levels), Formula(args["outcome_formula"], levels)
    treatment = args["treatment"]
    rows = complete_rows(data, args["outcome"], [propensity, outcome]).dropna(subset=[args["outcome"]])
    rows = with_derived(rows, [treatment])
    sides = {
        "propensity": propensity.design(rows),
        "observed": outcome.design(rows),
        "treated": outcome.design(rows.assign(**{treatment: 1})),
        "untreated": outcome.design(rows.assign(**{treatment: 0})),
    }
    everything = pd.concat([*sides.values(), rows[[treatment]].rename(columns={treatment: "arm"})], axis=1)
    patterns, events, n = count_patterns(everything, rows[args["outcome"]])
    blocks, start = {}, 0
    for name, side in sides.items():
        blocks[name] = patterns[:, start : start + side.shape[1]]
        start += side.shape[1]
    arm = patterns[:, -1]
    weighting = {
        variance: inverse_probability_weighting(
            blocks["propensity"], arm, events, n, variance=variance, one_arm="model"
        )
        for variance in ("stacked", "weights_known")
    }
    stacked, known = weighting["stacked"].risks, weighting["weights_known"].risks
    weights = weighting["stacked"].weights
    models = (blocks["observed"], blocks["treated"], blocks["untreated"], arm, events, n)
    standard = standardisation(*models, one_arm="model")
    robust = doubly_robust(blocks["propensity"], *models, variance="efficient_influence", one_arm="model").risks
    return {
        "ps_coef": weights.coefficients,
        "iptw": {
            "mu1": stacked.treated.estimate,
            "mu0": stacked.untreated.estimate,
            "rd": stacked.difference.estimate,
            "rr": stacked.ratio.estimate,
            "se_rd_weights_known": known.difference.standard_error,
            "se_rd_stacked": stacked.difference.standard_error,
            "ess1": weights.effective_sample_size_treated,
            "ess0": weights.effective_sample_size_untreated,
            "sw_mean": weights.mean_stabilised_weight,
            "sw_max": weights.maximum_stabilised_weight,
        },
        "gcomp": {
            "mu1": standard.treated.estimate,
            "mu0": standard.untreated.estimate,
            "rd": standard.difference.estimate,
            "se_rd_mestimation": standard.difference.standard_error,
        },
        "aipw": {
            "mu1": robust.treated.estimate,
            "mu0": robust.untreated.estimate,
            "rd": robust.difference.estimate,
            "se_rd": robust.difference.standard_error,
        },
    }


def clone_censor(args: Arguments, data: pd.DataFrame) -> dict[str, Any]:
    columns = [args["time"], args["event"], args["reach"], args["x"]]
    counts = data[columns].fillna({args["reach"]: np.inf}).value_counts().reset_index(name="n")
    day, event, reach_day, stratum = (counts[name] for name in columns)
    if not pd.api.types.is_numeric_dtype(stratum):
        stratum = stratum.astype("category").cat.codes
    result = clone_censor_weight(day, event, reach_day, stratum, counts["n"], grace=args["grace"], positivity="ignore")
    times = args["times"]

    def strategy(curve: StrategyCurve) -> dict[str, Any]:
        return {
            "n_clones": curve.clones,
            "n_events": curve.events,
            "n_artificially_censored": curve.artificially_censored,
            "surv": [step(curve.weighted.day, curve.weighted.estimate, time, 1.0) for time in times],
            "robust_se_weights_known": [
                step(curve.weighted.day, curve.weighted.standard_error, time, 0.0) for time in times
            ],
            "surv_unweighted": [step(curve.unweighted.day, curve.unweighted.estimate, time, 1.0) for time in times],
            "max_weight": curve.maximum_weight,
        }

    fast, slow = strategy(result.reached), strategy(result.not_reached)
    return {
        "times": times,
        "fast": fast,
        "slow": slow,
        "risk_difference": [b - a for a, b in zip(fast["surv"], slow["surv"], strict=True)],
    }


def step(day: np.ndarray, value: np.ndarray, time: float, first: float) -> float:
    """Value of a step function on a day; R's `extend = TRUE` holds the last one for ever."""
    position = int(np.searchsorted(day, time, side="right")) - 1
    return float(value[position]) if position >= 0 else first


STATISTICS = {
    "logistic": logistic,
    "logistic_profile_interval": logistic_profile_interval,
    "firth_logistic": firth_logistic,
    "iptw_gcomp": iptw_gcomp,
    "clone_censor_weight": clone_censor,
}
