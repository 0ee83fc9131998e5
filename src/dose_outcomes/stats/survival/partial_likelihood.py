"""Partial likelihood of the Cox model on counts: one row per stratum and event day, one column per pattern."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.stats.arguments import check_choice
from dose_outcomes.stats.result import FloatArray, IntArray
from dose_outcomes.stats.survival.cox_rows import CoxRows, check_cox_rows
from dose_outcomes.stats.survival.grouped_risk_sets import sum_from_here_on
from dose_outcomes.stats.survival.risk_set import RiskSet, risk_set
from dose_outcomes.stats.survival.tied_events import TIES, tied_event_nodes


@dataclass(frozen=True, slots=True)
class PartialLikelihood:
    """Everything the likelihood needs, apart from the coefficients.

    Attributes
    ----------
    rows : CoxRows
    covariates : ndarray, shape (patterns, p)
        Centred.
    centre : ndarray, shape (p,)
        What was taken off the covariates.
    strata : tuple
        Labels.
    day, stratum, first_row : ndarray, shapes (t,), (t,), (s,)
        Event days by stratum, increasing within it.
    leaving, dying : sparse matrices, shape (t, patterns)
        Weights of those who leave on or after an event day and before the next, and who have the event on it.
    at_risk : ndarray, shape (t, patterns), or None
        With delayed entry: weights of those at risk on each event day. (Sums over those leaving later, less those
        entering later, would cancel badly once relative risks differ by many powers of ten.)
    deaths, death_weight : ndarray, shape (t,)
        Number and weight of the events.
    last_row, entry_row : ndarray of int, shape (m,)
        Number of event days (counted over all strata in order) up to the day, and up to the entry, of each input row.
    ties : str
    """

    rows: CoxRows
    covariates: FloatArray
    centre: FloatArray
    strata: tuple[Any, ...]
    day: FloatArray
    stratum: IntArray
    first_row: IntArray
    leaving: Any
    dying: Any
    at_risk: FloatArray | None
    deaths: FloatArray
    death_weight: FloatArray
    last_row: IntArray
    entry_row: IntArray | None
    ties: str


@dataclass(frozen=True, slots=True)
class RiskMoments:
    """Sums over the risk sets at given coefficients, one row per stratum and event day.

    `a0` and `a1` are the sums over the tied events of f^k / phi, `b0`, `b1`, `b2` of f^k / phi^2, where
    phi = S0 - f D0 is the risk sum with the share f of the tied events taken out (f = 0 with Breslow's ties).
    `s1`, `d1` are sums of risk times covariate over those at risk and those with the event; `s2`, `d2` of
    risk times the products of covariates (upper triangle).
    """

    relative_risk: FloatArray
    log_likelihood: float
    s1: FloatArray
    d1: FloatArray
    s2: FloatArray
    d2: FloatArray
    a0: FloatArray
    a1: FloatArray
    b0: FloatArray
    b1: FloatArray
    b2: FloatArray
    event_sum: FloatArray
    shift: float

    def score_by_row(self) -> FloatArray:
        """Covariates of the events minus their expectation, by event day."""
        return self.event_sum - self.a0[:, None] * self.s1 + self.a1[:, None] * self.d1

    def information(self, weight: FloatArray | None = None) -> FloatArray:
        """Information, each event day counted `weight` times."""
        w = np.ones_like(self.a0) if weight is None else weight
        p = self.s1.shape[1]
        second = np.zeros((p, p))
        upper = np.triu_indices(p)
        second[upper] = (w * self.a0) @ self.s2 - (w * self.a1) @ self.d2
        second = second + np.triu(second, 1).T
        cross = self.s1.T @ ((w * self.b1)[:, None] * self.d1)
        own = self.s1.T @ ((w * self.b0)[:, None] * self.s1) + self.d1.T @ ((w * self.b2)[:, None] * self.d1)
        return np.asarray(second - own + cross + cross.T, dtype=np.float64)


def partial_likelihood(
    day: ArrayLike,
    events: ArrayLike,
    censored: ArrayLike,
    covariates: ArrayLike,
    *,
    pattern: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    stratum: ArrayLike | None = None,
    ties: str = "efron",
) -> PartialLikelihood:
    """Check the counts and lay them out by stratum, event day and pattern.

    Raises
    ------
    ArgumentError
        For arrays of unequal length, negative counts or weights, a pattern that is no row of the covariates, an
        entry that is not before the day, or an unknown handling of ties.
    """
    check_choice("ties", ties, TIES)
    rows, x, strata = check_cox_rows(day, events, censored, covariates, pattern, weights, entry, stratum)
    event_days = np.unique(rows.day[rows.events > 0])
    width = len(event_days) + 1

    def key(days: FloatArray) -> IntArray:
        return rows.stratum * width + np.searchsorted(event_days, days, side="right")

    leaving_key = key(rows.day)
    grid = np.unique(leaving_key[rows.events > 0])
    last_row = np.searchsorted(grid, leaving_key, side="right")
    grid_stratum = grid // width
    first_row = np.searchsorted(grid_stratum, np.arange(len(strata)))
    n = (rows.events + rows.censored) * rows.weights
    shape = (len(grid), len(x))
    within = last_row > first_row[rows.stratum]
    dying = rows.events > 0
    entry_row = None if rows.entry is None else np.searchsorted(grid, key(rows.entry), side="right")
    leaving = _sparse(n[within], last_row[within] - 1, rows.pattern[within], shape)
    at_risk = None
    if entry_row is not None:
        late = entry_row > first_row[rows.stratum]
        entering = _sparse(n[late], entry_row[late] - 1, rows.pattern[late], shape)
        at_risk = sum_from_here_on((leaving - entering).toarray(), first_row)
        at_risk[np.abs(at_risk) < 1e-12 * n.sum()] = 0.0
    deaths = np.bincount(last_row[dying] - 1, rows.events[dying], len(grid)).astype(np.float64)
    event_weight = rows.events * rows.weights
    death_weight = np.bincount(last_row[dying] - 1, event_weight[dying], len(grid)).astype(np.float64)
    total = np.bincount(rows.pattern, n, len(x))
    centre = np.asarray(total @ x / total.sum() if total.sum() else np.zeros(x.shape[1]), dtype=np.float64)
    return PartialLikelihood(
        rows,
        x - centre,
        centre,
        strata,
        event_days[grid % width - 1],
        grid_stratum.astype(np.int64),
        first_row.astype(np.int64),
        leaving,
        _sparse(event_weight[dying], last_row[dying] - 1, rows.pattern[dying], shape),
        at_risk,
        deaths,
        death_weight,
        last_row.astype(np.int64),
        None if entry_row is None else entry_row.astype(np.int64),
        ties,
    )


def risk_moments(model: PartialLikelihood, coefficient: FloatArray) -> RiskMoments:
    """Sums over the risk sets, and the log partial likelihood, at the given coefficients."""
    columns, shift = risk_columns(model.covariates, coefficient)
    if model.at_risk is None:
        at_risk = sum_from_here_on(model.leaving @ columns, model.first_row)
    else:
        at_risk = model.at_risk @ columns
    return moments_from_sums(model, coefficient, columns[:, 0], shift, at_risk, model.dying @ columns)


def risk_columns(covariates: FloatArray, coefficient: FloatArray) -> tuple[FloatArray, float]:
    """Relative risk of each pattern times 1, the covariates and their products; and what was taken off its log."""
    predictor = covariates @ coefficient
    shift = float(predictor.max(initial=-np.inf)) if len(predictor) else 0.0
    risk = np.exp(predictor - shift)
    first, second = np.triu_indices(covariates.shape[1])
    columns = np.column_stack([np.ones(len(covariates)), covariates, covariates[:, first] * covariates[:, second]])
    return columns * risk[:, None], shift


def moments_from_sums(
    model: PartialLikelihood,
    coefficient: FloatArray,
    risk: FloatArray,
    shift: float,
    at_risk: FloatArray,
    died: FloatArray,
) -> RiskMoments:
    """Put together the sums of `risk_columns` over those at risk and over those with the event, by event day."""
    p = model.covariates.shape[1]
    nodes = tied_event_nodes(model.deaths, died[:, 0] / at_risk[:, 0], model.ties)
    weight = nodes.weight * (model.death_weight / model.deaths)[nodes.row]
    phi = at_risk[nodes.row, 0] - nodes.fraction * died[nodes.row, 0]

    def over_ties(values: FloatArray) -> FloatArray:
        return np.bincount(nodes.row, values, len(model.deaths)).astype(np.float64)

    first, second = weight / phi, weight / phi**2
    predictor = model.covariates @ coefficient - shift
    event_sum = model.dying @ np.column_stack([model.covariates, predictor])
    return RiskMoments(
        risk,
        float(event_sum[:, p].sum() - weight @ np.log(phi)),
        at_risk[:, 1 : p + 1],
        died[:, 1 : p + 1],
        at_risk[:, p + 1 :],
        died[:, p + 1 :],
        over_ties(first),
        over_ties(first * nodes.fraction),
        over_ties(second),
        over_ties(second * nodes.fraction),
        over_ties(second * nodes.fraction**2),
        event_sum[:, :p],
        shift,
    )


def stratum_risk_set(model: PartialLikelihood, stratum: int | None = None) -> RiskSet:
    """Numbers at risk, with the event and censored by day, of one stratum or of all together; weights do not count."""
    rows = model.rows
    chosen = np.full(len(rows.day), True) if stratum is None else rows.stratum == stratum
    day, events, censored = rows.day[chosen], rows.events[chosen], rows.censored[chosen]
    # The day may lie before 0 here, which risk_set takes only with entries: let everybody enter before.
    entry = np.full(len(day), day.min(initial=0.0) - 1.0) if rows.entry is None else rows.entry[chosen]
    nothing = np.zeros(len(day))
    return risk_set(
        np.append(day, entry),
        np.append(events, nothing),
        np.append(censored, nothing),
        entered=np.append(nothing, events + censored),
    )


def _sparse(values: FloatArray, row: IntArray, column: IntArray, shape: tuple[int, int]) -> Any:
    from scipy.sparse import csr_array

    return csr_array((values, (row, column)), shape=shape)
