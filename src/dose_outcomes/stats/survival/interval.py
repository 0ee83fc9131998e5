"""Pointwise confidence limits of a survival curve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.special import expit, logit, ndtri

from dose_outcomes.stats.arguments import check_choice, check_level, check_number
from dose_outcomes.stats.result import FloatArray
from dose_outcomes.stats.survival.beta_product import beta_product_limits
from dose_outcomes.stats.survival.risk_set import RiskSet

Limits = tuple[FloatArray, FloatArray]
LARGEST_EXPONENT: Final = 700.0  # its exponential is still a float; the limits are 0 and 1 long before


def _plain(survival: FloatArray, sigma: FloatArray, z: float) -> Limits:
    half = z * survival * sigma
    return np.maximum(survival - half, 0.0), np.minimum(survival + half, 1.0)


def _log(survival: FloatArray, sigma: FloatArray, z: float) -> Limits:
    return survival * np.exp(-z * sigma), np.minimum(survival * np.exp(z * sigma), 1.0)


def _log_log(survival: FloatArray, sigma: FloatArray, z: float) -> Limits:
    log_survival = np.log(survival)
    factor = np.exp(np.minimum(-z * sigma / log_survival, LARGEST_EXPONENT))
    return np.exp(log_survival * factor), np.exp(log_survival / factor)


def _logit(survival: FloatArray, sigma: FloatArray, z: float) -> Limits:
    centre, half = logit(survival), z * sigma / (1.0 - survival)
    return expit(centre - half), expit(centre + half)


def _arcsine(survival: FloatArray, sigma: FloatArray, z: float) -> Limits:
    centre, half = np.arcsin(np.sqrt(survival)), z / 2.0 * sigma * np.sqrt(survival / (1.0 - survival))
    return np.sin(np.maximum(centre - half, 0.0)) ** 2, np.sin(np.minimum(centre + half, np.pi / 2.0)) ** 2


TRANSFORMS: Final[dict[str, Callable[[FloatArray, FloatArray, float], Limits]]] = {
    "plain": _plain,
    "log": _log,
    "log-log": _log_log,
    "logit": _logit,
    "arcsine": _arcsine,
}
INTERVALS: Final = (*TRANSFORMS, "beta-product", "beta-product mid-p")


def survival_limits(
    survival: FloatArray,
    log_standard_error: FloatArray,
    counts: RiskSet,
    *,
    interval: str = "log-log",
    level: float = 0.95,
    beta_product_below: float | None = 30,
) -> tuple[FloatArray, FloatArray, str]:
    r"""Confidence limits of a survival curve after each day, and their description.

    With :math:`\sigma` the standard error of :math:`\log S` and :math:`z` the normal quantile:

    ============  ==================================================================
    plain         :math:`S \pm z S \sigma`
    log           :math:`S \exp(\pm z \sigma)`
    log-log       :math:`S^{\exp(\pm z \sigma / \log S)}`
    logit         logit :math:`S \pm z \sigma / (1 - S)`
    arcsine       :math:`\arcsin \sqrt S \pm (z / 2)\, \sigma \sqrt{S / (1 - S)}`
    ============  ==================================================================

    all cut to [0, 1]; "beta-product" and "beta-product mid-p" are those of
    :func:`~dose_outcomes.stats.survival.beta_product.beta_product_limits`.

    Parameters
    ----------
    survival, log_standard_error : ndarray, shape (k,)
        Curve and the standard error of its logarithm.
    counts : RiskSet
        Counts behind the curve.
    interval : str
        One of `INTERVALS`.
    level : float
        Confidence level.
    beta_product_below : float or None
        Days with fewer at risk get the beta-product limits instead, because the others cover far too rarely there
        (58 % instead of 95 % for log-log with 10 patients at S = 0.9), and so do days on which the curve is still
        1 or already 0, where the formulas above give no interval at all. With 0 only those last days are
        exchanged; with None the formula stands everywhere (the convention of R's survfit): [1, 1] for plain and
        log at S = 1, undefined (NaN) for all else at S = 1 and for every formula at S = 0.

    Returns
    -------
    low, high : ndarray, shape (k,)
    description : str

    Raises
    ------
    ArgumentError
        For an unknown interval, or a level or threshold out of range.
    """
    check_choice("interval", interval, INTERVALS)
    check_level(level)
    if interval not in TRANSFORMS:
        limits = beta_product_limits(
            counts.at_risk, counts.events, counts.at_risk_after, level=level, mid_p=interval.endswith("mid-p")
        )
        return *limits, f"{interval} interval"
    inner = (survival > 0.0) & (survival < 1.0)
    low, high = np.full(len(survival), np.nan), np.full(len(survival), np.nan)
    z = float(ndtri(0.5 + level / 2.0))
    low[inner], high[inner] = TRANSFORMS[interval](survival[inner], log_standard_error[inner], z)
    if beta_product_below is None:
        if interval in ("plain", "log"):
            low[survival == 1.0] = high[survival == 1.0] = 1.0
        return low, high, f"{interval} interval, undefined where its formula is"
    check_number("beta_product_below", beta_product_below, at_least=0.0)
    exchange = ~inner | (counts.at_risk < beta_product_below)
    if exchange.any():
        low[exchange], high[exchange] = beta_product_limits(
            counts.at_risk, counts.events, counts.at_risk_after, level=level, wanted=exchange
        )
    few = f"fewer than {beta_product_below:g} are at risk or " if beta_product_below else ""
    return low, high, f"{interval} interval, beta-product where {few}the curve is 1 or 0"
