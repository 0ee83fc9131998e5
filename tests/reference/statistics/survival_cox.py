"""Adapters: Cox regression with its tests and predictions, and the score test under left truncation."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from dose_outcomes.stats.survival.cox import CoxRegression, cox_regression
from dose_outcomes.stats.survival.cox_prediction import cox_survival
from dose_outcomes.stats.survival.kaplan_meier import survival_at
from dose_outcomes.stats.survival.proportional_hazards import TRANSFORMS, proportional_hazards_test


def _label(value: Any) -> str:
    return f"{value:.15g}" if isinstance(value, int | float | np.number) else str(value)


class Design:
    """An R formula read into columns."""

    def __init__(self, args: dict[str, Any]) -> None:
        left, right = args["formula"].split("~")
        self.times = [part.strip() for part in re.search(r"\((.*)\)", left).group(1).split(",")]  # type: ignore[union-attr]
        terms = [term.strip() for term in right.split("+")]
        self.strata = [term[7:-1] for term in terms if term.startswith("strata(")]
        self.terms = [term for term in terms if not term.startswith("strata(")]
        self.levels = args["factor_levels"] or {}

    @staticmethod
    def column(term: str) -> str:
        return term[7:-1] if term.startswith("factor(") else term

    def expand(self, data: pd.DataFrame) -> tuple[list[str], np.ndarray]:
        """Names as R prints them, and one column each: indicators of all levels but the first for factors."""
        names, columns = [], []
        for term in self.terms:
            values = data[self.column(term)]
            if term in self.levels:
                for level in self.levels[term][1:]:
                    names.append(f"{term}{level}")
                    columns.append((values.map(_label) == level).to_numpy(float))
            else:
                names.append(term)
                columns.append(values.to_numpy(float))
        return names, np.column_stack(columns)


def _cox(args: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Any]:
    assert data is not None
    design = Design(args)
    cluster, weights = args.get("cluster") or None, args.get("weights") or None
    used = [*design.times, *design.strata, *(design.column(term) for term in design.terms)]
    data = data.dropna(subset=[*used, *filter(None, (cluster, weights))])
    names, x = design.expand(data)
    *entry, day, event = design.times
    table = pd.DataFrame({"day": data[day].to_numpy(float)})
    keys = ["day"]
    for name, column in (("entry", entry[0] if entry else None), ("weights", weights), ("cluster", cluster)):
        if column:
            table[name] = data[column].to_numpy()
            keys.append(name)
    if design.strata:
        table["stratum"] = ["|".join(map(_label, row)) for row in data[design.strata].itertuples(index=False)]
        keys.append("stratum")
    patterns, table["pattern"] = np.unique(x, axis=0, return_inverse=True)
    table["events"] = data[event].to_numpy(float)
    table["censored"] = 1.0 - table["events"]
    table = table.groupby([*keys, "pattern"]).sum().reset_index()
    counts = {name: column.to_numpy() for name, column in table.items()}
    fit = cox_regression(**counts, covariates=patterns, ties=args["ties"], robust=True)
    result = _summary(fit, names) | {"n": len(data)}
    if "pred" in args:
        result["pred"] = _prediction(fit, design, args["pred"])
    return result


def _summary(fit: CoxRegression, names: list[str]) -> dict[str, Any]:
    robust = np.sqrt(np.diag(fit.robust_covariance))
    result = {
        "coef_names": names,
        "coef": [one.estimate for one in fit.coefficients],
        "se": np.sqrt(np.diag(fit.covariance)),
        "robust_se": robust,
        "robust_se_hc": robust,
        "loglik_null": fit.log_likelihood_null,
        "loglik": fit.log_likelihood,
        "score_chisq": fit.score_test.statistic,
        "wald_chisq_naive": fit.wald_test.statistic,
        "n_events": fit.events,
    }
    for transform in TRANSFORMS:
        test = proportional_hazards_test(fit, transform=transform)
        every = [*test.by_covariate, test.overall]
        result[f"zph_{transform}"] = {
            "rows": [*names, "GLOBAL"],
            "chisq": [one.statistic for one in every],
            "df": [one.degrees_of_freedom for one in every],
            "p": [one.p_value for one in every],
        }
    return result


def _prediction(fit: CoxRegression, design: Design, wanted: dict[str, Any]) -> dict[str, Any]:
    _, x = design.expand(pd.DataFrame([wanted["newdata"]]))
    curve = cox_survival(fit, x[0])
    points = [survival_at(curve, time) for time in wanted["times"]]
    return wanted | {"surv": [one.estimate for one in points], "se": [one.standard_error for one in points]}


def _left_truncated_score_test(args: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Any]:
    assert data is not None
    data = data.dropna(subset=[args[name] for name in ("entry", "time", "event", "group")])
    table = pd.DataFrame({"entry": data[args["entry"]], "day": data[args["time"]], "group": data[args["group"]]})
    table["events"], table["censored"] = data[args["event"]], 1 - data[args["event"]]
    table = table.groupby(["entry", "day", "group"]).sum().reset_index()
    groups, pattern = np.unique(table.pop("group").to_numpy(), return_inverse=True)
    counts = {name: column.to_numpy(float) for name, column in table.items()}
    fit = cox_regression(**counts, covariates=np.eye(len(groups))[:, 1:], pattern=pattern, ties="breslow")
    return {"breslow_score_chisq": fit.score_test.statistic, "p_value": fit.score_test.p_value}


STATISTICS = {"cox": _cox, "logrank_left_truncated": _left_truncated_score_test}
