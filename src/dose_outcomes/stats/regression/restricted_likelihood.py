"""Restricted likelihood of repeated measures with a free covariance, evaluated on sums of products."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from dose_outcomes.stats.result import FloatArray, IntArray

STEP = 1e-4
"""Of the numerical derivatives by the covariance parameters, which are of order one after scaling."""
ENOUGH_FOR_NEWTON = 1e-4
"""Largest slope at which Newton steps take over from the quasi-Newton search."""
NEWTON_STEPS = 5
SMALLEST_GRADIENT = 1e-8


class Moments:
    """Sums of products of the patients of each group and pattern, scaled so that all parameters are of order one."""

    def __init__(self, group: IntArray, observed: FloatArray, products: FloatArray, groups: int) -> None:
        self.group, self.groups = group, groups
        self.visits = observed.shape[1]
        patients = products[:, 0, 0].sum()
        self.baseline_mean = float(products[:, 0, 1].sum() / patients)
        spread = float(products[:, 1, 1].sum() / patients - self.baseline_mean**2)
        self.baseline_scale = float(np.sqrt(spread)) if spread > 0 else 1.0
        self.per_visit = observed.T @ products[:, 0, 0]
        squares = np.einsum("pvv->v", products[:, 2:, 2:])
        sums = products[:, 0, 2:].sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = (squares - sums**2 / self.per_visit) / self.per_visit
        usable = variance[np.isfinite(variance) & (variance > 0)]
        self.scale = float(np.sqrt(usable.mean())) if len(usable) else 1.0
        turn = np.eye(self.visits + 2)
        turn[1, 0], turn[1, 1] = -self.baseline_mean / self.baseline_scale, 1.0 / self.baseline_scale
        turn[2:, 2:] /= self.scale
        scaled = turn @ products @ turn.T
        self.n, self.b, self.bb = scaled[:, 0, 0], scaled[:, 0, 1], scaled[:, 1, 1]
        self.y, self.by, self.yy = scaled[:, 0, 2:], scaled[:, 1, 2:], scaled[:, 2:, 2:]
        self.members = (np.arange(groups)[:, None] == group).astype(np.float64)
        # what every evaluation needs of them, whatever the covariance
        self.members_n, self.members_b = self.members * self.n, self.members * self.b
        self.lower = np.tril_indices(self.visits)
        # the covariance of a pattern is the same in every group
        distinct, self.pattern = np.unique(observed, axis=0, return_inverse=True)
        self.both = distinct[:, :, None] * distinct[:, None, :]
        self.unseen = (1.0 - distinct)[:, :, None] * np.eye(self.visits)
        cell = self.members @ (observed * self.n[:, None]) > 0
        # a baseline that does not vary has no slope
        slopes = np.full(self.visits, spread > 0)
        self.kept: NDArray[np.bool_] = np.concatenate([cell.ravel(), slopes])
        self.columns = np.ix_(self.kept, self.kept)

    @property
    def enough(self) -> bool:
        """Whether each visit has more patients than coefficients, and more than visits in all."""
        cells = self.kept[: -self.visits].reshape(self.groups, self.visits).sum(axis=0)
        return bool((self.per_visit > cells + 1).all() and self.n.sum() > self.visits + 2)

    @property
    def start(self) -> FloatArray:
        """Parameters to begin the search from: visits with unit variance and correlation one half."""
        return _parameters(np.asarray(np.linalg.cholesky(0.5 * np.eye(self.visits) + 0.5), dtype=np.float64))


@dataclass(frozen=True, slots=True)
class Point:
    """The likelihood at one covariance.

    Attributes
    ----------
    deviance : float
        Minus twice the restricted log-likelihood, without its constant.
    slope : ndarray, shape (parameters,)
        Its derivatives.
    coefficients : ndarray, shape (columns,)
        Most likely at this covariance; 0 for columns that are left out.
    uncertainty : ndarray, shape (columns, columns)
        Their covariance.
    """

    deviance: float
    slope: FloatArray
    coefficients: FloatArray
    uncertainty: FloatArray


@dataclass(frozen=True, slots=True)
class Maximum:
    """The maximum, with what Satterthwaite's degrees of freedom need."""

    covariance: FloatArray
    coefficients: FloatArray
    uncertainty: FloatArray
    gradient: FloatArray
    """Derivatives of `uncertainty` by the parameters."""
    parameter_covariance: FloatArray


def restricted_maximum(moments: Moments) -> Maximum | None:
    """Search the maximum: a quasi-Newton search, then Newton steps until the slope is nil.

    Returns
    -------
    Maximum or None
        None when the search does not end, or the likelihood is flat in some direction.
    """
    found = minimize(partial(_value, moments), moments.start, jac=True, method="BFGS", tol=ENOUGH_FOR_NEWTON)
    parameters = np.asarray(found.x)
    for _ in range(NEWTON_STEPS):
        here, curvature, gradient = _derivatives(moments, parameters)
        if here is None:
            return None
        try:
            np.linalg.cholesky(curvature)
        except np.linalg.LinAlgError:
            return None
        if np.abs(here.slope).max() < SMALLEST_GRADIENT * max(1.0, float(moments.n.sum())):
            root = _root(moments, parameters)
            # minus twice the log-likelihood: the information is half its curvature
            covariance = np.asarray(np.linalg.inv(curvature / 2.0), dtype=np.float64)
            return Maximum(root @ root.T, here.coefficients, here.uncertainty, gradient, covariance)
        parameters = parameters - np.linalg.solve(curvature, here.slope)
    return None


def point(moments: Moments, parameters: FloatArray) -> Point | None:
    """Evaluate the restricted likelihood; None where the coefficients are not determined."""
    root = _root(moments, parameters)
    padded = moments.both * (root @ root.T) + moments.unseen
    weight = (np.linalg.inv(padded) * moments.both)[moments.pattern]
    information, right = _normal_equations(moments, weight)
    kept, columns = moments.kept, moments.columns
    uncertainty, coefficients = np.zeros_like(information), np.zeros(len(right))
    identified = information[columns]
    try:
        factor = np.linalg.cholesky(identified)
    except np.linalg.LinAlgError:
        return None
    inverse = np.linalg.inv(identified)
    uncertainty[columns] = inverse
    coefficients[kept] = inverse @ right[kept]
    slope_of_covariance = _slope(moments, weight, coefficients, uncertainty)
    deviance = (
        float(moments.n @ np.linalg.slogdet(padded)[1][moments.pattern])
        + 2.0 * float(np.log(np.diag(factor)).sum())
        + float((weight * moments.yy).sum())
        - float(coefficients @ right)
    )
    by_root = 2.0 * slope_of_covariance @ root
    by_root[np.diag_indices(moments.visits)] *= np.diag(root)
    return Point(deviance, by_root[moments.lower], coefficients, uncertainty)


def _normal_equations(moments: Moments, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return X'WX and X'Wy; columns are group by visit, then a slope for each visit."""
    groups, visits = moments.groups, moments.visits
    cells = groups * visits
    information, right = np.zeros((cells + visits, cells + visits)), np.zeros(cells + visits)
    flat = weight.reshape(len(weight), -1)
    own = (moments.members_n @ flat).reshape(groups, visits, visits)
    mixed = (moments.members_b @ flat).reshape(groups, visits, visits)
    for group in range(groups):
        place = slice(group * visits, (group + 1) * visits)
        information[place, place] = own[group]
        information[place, cells:] = mixed[group]
        information[cells:, place] = mixed[group]
    information[cells:, cells:] = (moments.bb @ flat).reshape(visits, visits)
    weighted = (weight @ moments.y[:, :, None])[:, :, 0]
    right[:cells] = (moments.members @ weighted).ravel()
    right[cells:] = (weight @ moments.by[:, :, None])[:, :, 0].sum(axis=0)
    return information, right


def _slope(moments: Moments, weight: FloatArray, coefficients: FloatArray, uncertainty: FloatArray) -> FloatArray:
    """Return the derivative of the deviance by the covariance matrix.

    sum(n W - W (R + Q) W), R the products of the residuals and Q their share lost to estimating the coefficients.
    """
    groups, visits = moments.groups, moments.visits
    cells = groups * visits
    mean = coefficients[:cells].reshape(groups, visits)[moments.group]
    slope = np.broadcast_to(coefficients[cells:], mean.shape)
    n, b, bb = moments.n[:, None, None], moments.b[:, None, None], moments.bb[:, None, None]

    def outer(first: FloatArray, second: FloatArray) -> FloatArray:
        return np.asarray(first[:, :, None] * second[:, None, :])

    crossed = outer(moments.y, mean) + outer(moments.by, slope) - b * outer(mean, slope)
    residual = moments.yy - crossed - crossed.transpose(0, 2, 1) + n * outer(mean, mean) + bb * outer(slope, slope)
    blocks = uncertainty[:cells, :cells].reshape(groups, visits, groups, visits)
    own = blocks[moments.group, :, moments.group]
    mixed = uncertainty[:cells, cells:].reshape(groups, visits, visits)[moments.group]
    lost = n * own + b * (mixed + mixed.transpose(0, 2, 1)) + bb * uncertainty[cells:, cells:]
    return np.asarray((n * weight - weight @ (residual + lost) @ weight).sum(axis=0))


def _value(moments: Moments, parameters: FloatArray) -> tuple[float, FloatArray]:
    here = _inside(moments, parameters)
    return (np.inf, np.zeros_like(parameters)) if here is None else (here.deviance, here.slope)


def _inside(moments: Moments, parameters: FloatArray) -> Point | None:
    """Evaluate the restricted likelihood; None also where the covariance is singular, as of scores without noise."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        try:
            here = point(moments, parameters)
        except np.linalg.LinAlgError:
            return None
    return here if here is not None and np.isfinite(here.deviance) else None


def _derivatives(moments: Moments, parameters: FloatArray) -> tuple[Point | None, FloatArray, FloatArray]:
    """Return the point, the curvature of the deviance and the derivatives of the uncertainty."""
    here = _inside(moments, parameters)
    curvature, gradient = [], []
    for step in STEP * np.eye(len(parameters)):
        ahead, behind = _inside(moments, parameters + step), _inside(moments, parameters - step)
        if ahead is None or behind is None:
            return None, np.zeros((0, 0)), np.zeros((0, 0, 0))
        curvature.append((ahead.slope - behind.slope) / (2.0 * STEP))
        gradient.append((ahead.uncertainty - behind.uncertainty) / (2.0 * STEP))
    matrix = np.asarray(curvature)
    return here, (matrix + matrix.T) / 2.0, np.asarray(gradient)


def _parameters(root: FloatArray) -> FloatArray:
    """Return the lower triangle of a Cholesky factor, its diagonal as logarithms."""
    logs = root.copy()
    np.fill_diagonal(logs, np.log(np.diag(root)))
    return np.asarray(logs[np.tril_indices(len(root))])


def _root(moments: Moments, parameters: FloatArray) -> FloatArray:
    root = np.zeros((moments.visits, moments.visits))
    root[moments.lower] = parameters
    np.fill_diagonal(root, np.exp(np.diag(root)))
    return root
