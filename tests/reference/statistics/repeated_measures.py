"""Adapter: mixed model for repeated measures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dose_outcomes.stats.regression.repeated_measures import repeated_measures


def _repeated_measures(args: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Any]:
    """Sum the products of the patients of each group and pattern of visits; groups in alphabetical order."""
    assert data is not None
    scores = data[args["visits"]].to_numpy(dtype=float)
    seen = ~np.isnan(scores)
    groups = sorted(data[args["group"]].unique())
    sums: dict[tuple[int, tuple[bool, ...]], Any] = {}
    for group, baseline, score, pattern in zip(data[args["group"]], data[args["baseline"]], scores, seen, strict=True):
        row = np.concatenate([[1.0, baseline], np.where(pattern, score, 0.0)])
        key = (groups.index(group), tuple(pattern))
        sums[key] = sums.get(key, 0.0) + np.outer(row, row)
    fit = repeated_measures(
        [group for group, _ in sums],
        [np.asarray(pattern, dtype=float) for _, pattern in sums],
        list(sums.values()),
        groups=len(groups),
    )
    places = [(weights, visit) for weights in ([1, 0], [0, 1]) for visit in range(scores.shape[1])]
    difference = fit.contrast([-1, 1], scores.shape[1] - 1)
    return {
        "female": fit.means[0],
        "male": fit.means[1],
        "slope": fit.slopes,
        "standard_error": [fit.contrast(weights, visit).standard_error for weights, visit in places],
        "difference": difference.estimate,
        "difference_error": difference.standard_error,
        "standard_deviation": np.sqrt(np.diag(fit.covariance)),
    }


STATISTICS = {"repeated_measures": _repeated_measures}
