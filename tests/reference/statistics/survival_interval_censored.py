"""Adapters: Turnbull estimate and tests of interval-censored times."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dose_outcomes.stats.survival.interval_censored_tests import interval_censored_test
from dose_outcomes.stats.survival.turnbull import turnbull

SCORES = {"logrank1": "sun", "logrank2": "finkelstein", "wmw": "wilcoxon"}
VARIANCES = {"pclt": "permutation", "scoretest": "information"}


def _label(value: Any) -> str:
    return f"{value:.15g}" if isinstance(value, int | float | np.number) else str(value)


def _intervals(data: pd.DataFrame, args: dict[str, Any]) -> dict[str, Any]:
    """Numbers of patients by interval (and group); an empty upper bound was never seen."""
    table = pd.DataFrame({"left": data[args["lower"]], "right": data[args["upper"]].fillna(np.inf)})
    table["group"] = data[args["group"]].map(_label) if args.get("group") else "all"
    table = table.groupby(["left", "right", "group"]).size().rename("n").reset_index()
    return {name: table[name].to_numpy() for name in table}


def _turnbull(args: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Any]:
    assert data is not None
    counts = _intervals(data, args)
    chosen = np.full(len(counts["n"]), args["level"] == "all") | (counts["group"] == args["level"])
    fit = turnbull(counts["left"][chosen], counts["right"][chosen], n=counts["n"][chosen])
    return {
        "loglik_icenReg": fit.log_likelihood,
        "intmap_lower": fit.left,
        "intmap_upper": fit.right,
        "left_closed": fit.left_closed.astype(int),
        "right_closed": fit.right_closed.astype(int),
        "mass": fit.mass,
        "converged": fit.converged,
    }


def _interval_censored_test(args: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Any]:
    assert data is not None
    test = interval_censored_test(
        **_intervals(data.dropna(subset=[args["group"]]), args),
        scores=SCORES[args["scores"]],
        variance=VARIANCES[args["method"]],
    )
    # R lists the sums in the order in which it met the groups, and its z is that of the first of them.
    met = [test.groups.index(name) for name in data[args["group"]].dropna().map(_label).unique()]
    turned = args["method"] == "pclt" and len(met) == 2 and met[0] == 1
    return {
        "levels": [test.groups[k] for k in map(test.groups.index, args["levels"])],
        "U": test.score[met],
        "statistic": -test.statistic if turned and test.statistic is not None else test.statistic,
        "p_value": test.p_value,
    }


STATISTICS = {"turnbull": _turnbull, "interval_censored_test": _interval_censored_test}
