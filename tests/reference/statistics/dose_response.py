"""Reference cases on dose response: multiple contrast tests and model fits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dose_outcomes.stats.dose_response.contrast_test import ContrastTest, optimal_contrasts
from dose_outcomes.stats.dose_response.fit import DoseResponseFit, fit_dose_response, fit_dose_response_means
from dose_outcomes.stats.dose_response.mcp_mod import mcp_mod, mcp_mod_means
from dose_outcomes.stats.dose_response.models import Candidate
from dose_outcomes.stats.regression.log_odds import log_odds

Arguments = dict[str, Any]

# The R script fixes its candidate shapes in code; the cases do not carry them.
NORMAL_CANDIDATES = (
    Candidate("emax", {"ed50": 0.2}),
    Candidate("linear"),
    Candidate("exponential", {"delta": 0.28}),
    Candidate("quadratic", {"delta": -0.85}),
)
BINARY_CANDIDATES = (
    Candidate("emax", {"ed50": 0.5}, "emax1"),
    Candidate("emax", {"ed50": 1.5}, "emax2"),
    Candidate("linear"),
    Candidate("sigEmax", {"ed50": 2.0, "h": 4.0}),
)
QUASI_RANDOM = "R integrates the multivariate t distribution with random points, to 1e-3"
REFERENCE_ERROR = {
    "mcp_mod_normal": {"p_adj": (1e-3, QUASI_RANDOM), "crit": (2e-3, QUASI_RANDOM)},
    "mcp_mod_binary": {"p_adj": (1e-3, QUASI_RANDOM), "crit": (2e-3, QUASI_RANDOM)},
}


def contrast_values(test: ContrastTest) -> dict[str, Any]:
    return {
        "models": [candidate.label for candidate in test.candidates],
        "t_stat": [one.statistic for one in test.tests],
        "p_adj": [one.p_value for one in test.tests],
        "crit": test.critical_value,
        "contrast": [list(column) for column in test.contrasts.T],
        "corr": [list(column) for column in test.correlation.T],
    }


def groups_by_dose(args: Arguments, data: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Doses with the mean, number and variance of their responses."""
    groups = data.groupby(args.get("dose", "dose"))[args.get("resp", "resp")]
    mean = groups.mean()
    return mean.index.to_numpy(), mean.to_numpy(), groups.count().to_numpy(), groups.var().fillna(0.0).to_numpy()


def normal(args: Arguments, data: pd.DataFrame) -> dict[str, Any]:
    doses, mean, n, variance = groups_by_dose(args, data)
    test = mcp_mod_means(doses, mean, n, variance, NORMAL_CANDIDATES).test
    emax = fit_dose_response_means(doses, mean, n, variance, "emax")
    linear = fit_dose_response_means(doses, mean, n, variance, "linear")
    return contrast_values(test) | {
        "emax_coef": emax.coefficients,
        "emax_names": list(emax.names),
        "emax_se": emax.standard_errors,
        "emax_rss": emax.objective,
        "emax_df": emax.degrees_of_freedom,
        "linear_aic": linear.aic,
        "emax_aic": emax.aic,
    }


def binary(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    logits = log_odds(args["x"], args["n"])
    covariance = np.diag(logits.variances)
    test = mcp_mod(args["dose"], logits.estimates, covariance, BINARY_CANDIDATES).test
    emax = fit_dose_response(args["dose"], logits.estimates, covariance, "emax")
    return contrast_values(test) | {
        "logit": logits.estimates,
        "var": logits.variances,
        "emax_coef": emax.coefficients,
        "emax_se": emax.standard_errors,
        "emax_gls_objective": None,  # the R script asks for a name that its object does not have
    }


def fit_values(fit: DoseResponseFit) -> dict[str, Any]:
    return {"coef": fit.coefficients, "se": fit.standard_errors, "on_bound": "bound" in fit.note}


def fit_means(args: Arguments, data: pd.DataFrame) -> dict[str, Any]:
    fit = fit_dose_response_means(*groups_by_dose(args, data), args["model"])
    return fit_values(fit) | {"rss": fit.objective, "aic": fit.aic}


def fit_general(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    fit = fit_dose_response(args["dose"], args["mu"], args["S"], args["model"])
    return fit_values(fit) | {"gaic": fit.aic}


def contrasts(args: Arguments, data: pd.DataFrame | None) -> dict[str, Any]:
    shapes = np.column_stack([Candidate(model, guesses).shape(args["dose"]) for model, guesses in args["models"]])
    return {"contrast": [list(column) for column in optimal_contrasts(shapes, args["S"]).T]}


STATISTICS = {
    "mcp_mod_normal": normal,
    "mcp_mod_binary": binary,
    "dose_response_fit_means": fit_means,
    "dose_response_fit": fit_general,
    "optimal_contrasts": contrasts,
}
