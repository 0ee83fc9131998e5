"""Random-effects meta-analysis: pooled mean, prediction, and estimates drawn towards the mean."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit

from dose_outcomes.stats.arguments import check_array, check_choice, check_level, check_number
from dose_outcomes.stats.pooling.heterogeneity import (
    ESTIMATORS,
    SMALLEST,
    between_study_variance,
    pool,
    q_profile_interval,
    standard_error_of_variance,
)
from dose_outcomes.stats.result import Estimate, FloatArray, HypothesisTest

INTERVALS = {
    "hartung_knapp": "Hartung-Knapp interval (t with k - 1 df)",
    "hartung_knapp_floored": "Hartung-Knapp interval with its factor at least 1 (t with k - 1 df)",
    "normal": "normal interval",
}
TWO_STUDIES = "two studies: the variance between them is hardly known"


@dataclass(frozen=True, slots=True)
class MetaAnalysis:
    """A random-effects meta-analysis of k studies.

    Attributes
    ----------
    mean : Estimate
        Pooled mean.
    test : HypothesisTest
        Of mean 0, matching the interval.
    equal_effects : Estimate
        Inverse-variance mean with its normal interval, for comparison.
    prediction : Estimate
        Where the effect in a new study lies.
    shrunken : tuple of Estimate
        Best linear unbiased prediction of each study's own effect, (tau^2 y + v mean) / (tau^2 + v).
    tau_squared : Estimate
        Variance between studies with Q-profile interval.
    heterogeneity : HypothesisTest
        Cochran's Q.
    i_squared : float or None
        Share (0 to 1) of the total variance that lies between studies.
    h_squared : float or None
        Total over within-study variance.
    k : int
        Studies.
    method, note : str
    """

    mean: Estimate
    test: HypothesisTest
    equal_effects: Estimate
    prediction: Estimate
    shrunken: tuple[Estimate, ...]
    tau_squared: Estimate
    heterogeneity: HypothesisTest
    i_squared: float | None
    h_squared: float | None
    k: int
    method: str
    note: str = ""


def meta_analysis(
    estimates: ArrayLike,
    variances: ArrayLike,
    *,
    estimator: str = "REML",
    interval: str = "hartung_knapp",
    tolerance: float = SMALLEST,
    level: float = 0.95,
) -> MetaAnalysis:
    """Pool estimates of k studies (or conditions): y_i ~ N(theta_i, v_i), theta_i ~ N(mean, tau^2).

    mean = sum w y / sum w, w = 1 / (v + tau^2). Normal: variance 1 / sum w. Hartung-Knapp: that variance
    times sum w (y - mean)^2 / (k - 1), with t quantiles; where studies agree by chance it can be narrower
    than the equal-effects interval, which the note then says. Prediction adds tau^2.

    Parameters
    ----------
    estimates : array_like, shape (k,)
        On a scale on which they are about normal: log odds, log ratios, differences.
    variances : array_like, shape (k,)
        Their squared standard errors, above 0.
    estimator : {"REML", "ML", "DL", "PM", "EE"}
        Of tau^2; "EE" sets it to 0 and gives no prediction.
    interval : {"hartung_knapp", "hartung_knapp_floored", "normal"}
        "floored" never lets the factor narrow the interval.
    tolerance : float
        Absolute tolerance of tau^2. By default its search ends at rounding error; 1.22e-4 gives the
        Paule-Mandel values of R's metafor.
    level : float
        Confidence level.

    Returns
    -------
    MetaAnalysis
        With one study nothing is pooled; with two a note warns.

    Raises
    ------
    ArgumentError
        If arrays or options cannot be taken.

    References
    ----------
    Hartung J, Knapp G (2001). A refined method for the meta-analysis of controlled clinical trials with
    binary outcome. Statistics in Medicine 20:3875-3889. Higgins JPT, Thompson SG, Spiegelhalter DJ (2009). A
    re-evaluation of random-effects meta-analysis. JRSS A 172:137-159.

    Examples
    --------
    Two studies of variance 1 at 1 and 3: the variance of the two, 2, is 1 within and 1 between.

    >>> result = meta_analysis([1.0, 3.0], [1.0, 1.0])
    >>> round(result.mean.estimate, 6), round(result.tau_squared.estimate, 6), round(result.i_squared, 6)
    (2.0, 1.0, 0.5)
    >>> [round(one.estimate, 6) for one in result.shrunken]
    [1.5, 2.5]
    """
    y = check_array("estimates", estimates)
    v = check_array("variances", variances, above=0.0, same_length_as=("estimates", y))
    check_choice("estimator", estimator, ESTIMATORS)
    check_choice("interval", interval, INTERVALS)
    check_number("tolerance", tolerance, above=0)
    check_level(level)
    method = f"random effects, {ESTIMATORS[estimator]}; {INTERVALS[interval]}"
    if estimator == "EE":
        method = f"{ESTIMATORS[estimator]}; {INTERVALS[interval]}"
    k = len(y)
    if k < 2:
        return _nothing_pooled(y, v, level, method)
    tau_squared = between_study_variance(y, v, estimator, tolerance=tolerance)
    pooled, equal = pool(y, v, tau_squared), pool(y, v, 0.0)
    total = float(pooled.weight.sum())
    factor = 1.0
    if interval != "normal":
        factor = pooled.q / (k - 1)
        factor = max(1.0, factor) if interval == "hartung_knapp_floored" else factor
    error = sqrt(factor / total)
    freedom = None if interval == "normal" else k - 1
    quantile = -_lower_quantile((1.0 - level) / 2.0, freedom)
    normal_quantile = -_lower_quantile((1.0 - level) / 2.0, None)
    equal_error = 1.0 / sqrt(float(equal.weight.sum()))
    note = _notes(k, interval, quantile * error, normal_quantile * equal_error)

    def around(value: float, standard_error: float, what: str, kind_note: str = note) -> Estimate:
        half = quantile * standard_error
        return Estimate(value, value - half, value + half, level, what, kind_note, standard_error)

    if error > 0.0:
        statistic = pooled.mean / error
        test = HypothesisTest(
            statistic, freedom, 2.0 * _lower_tail(-abs(statistic), freedom), f"mean 0; {method}", note
        )
    else:
        test = HypothesisTest(
            None, freedom, None, f"mean 0; {method}", "all estimates are equal: no error to test with"
        )
    share = tau_squared / (tau_squared + v)
    own = share * y + (1.0 - share) * pooled.mean
    own_error = np.sqrt(share * v + (1.0 - share) ** 2 * error**2)
    i_squared, h_squared = _relative_heterogeneity(v, tau_squared, equal.q, estimator)
    low, high = q_profile_interval(y, v, level)
    no_prediction = Estimate(None, None, None, level, method, "equal effects: a new study has the same effect")
    return MetaAnalysis(
        around(pooled.mean, error, method),
        test,
        Estimate(
            equal.mean,
            equal.mean - normal_quantile * equal_error,
            equal.mean + normal_quantile * equal_error,
            level,
            "equal effects, inverse-variance mean; normal interval",
            standard_error=equal_error,
        ),
        no_prediction
        if estimator == "EE"
        else around(pooled.mean, sqrt(error**2 + tau_squared), f"prediction for a new study; {method}"),
        tuple(around(float(own[i]), float(own_error[i]), f"shrunken towards the mean; {method}") for i in range(k)),
        Estimate(
            tau_squared,
            low,
            high,
            level,
            f"variance between studies, {ESTIMATORS[estimator]}; Q-profile interval",
            TWO_STUDIES if k == 2 else "",
            standard_error_of_variance(v, tau_squared, estimator),
        ),
        HypothesisTest(equal.q, k - 1, float(chdtrc(k - 1, equal.q)), "Cochran's Q"),
        i_squared,
        h_squared,
        k,
        method,
        note,
    )


def _nothing_pooled(y: FloatArray, v: FloatArray, level: float, method: str) -> MetaAnalysis:
    reason = "one study: nothing to pool" if len(y) else "no study"
    nothing = Estimate(None, None, None, level, method, reason)
    test = HypothesisTest(None, None, None, method, reason)
    half = -float(ndtri((1.0 - level) / 2.0)) * np.sqrt(v)
    own = tuple(
        Estimate(
            float(y[i]), float(y[i] - half[i]), float(y[i] + half[i]), level, "as it is; normal interval", reason,
            float(np.sqrt(v[i])),
        )
        for i in range(len(y))
    )  # fmt: skip
    return MetaAnalysis(nothing, test, nothing, nothing, own, nothing, test, None, None, len(y), method, reason)


def _relative_heterogeneity(
    v: FloatArray, tau_squared: float, q: float, estimator: str
) -> tuple[float | None, float | None]:
    """I^2 and H^2: from tau^2 and the typical variance (Higgins and Thompson), or from Q for equal effects."""
    freedom = len(v) - 1
    if estimator == "EE":
        return (max(0.0, 1.0 - freedom / q) if q > 0.0 else 0.0), q / freedom
    weight = 1.0 / v
    typical = freedom * float(weight.sum()) / float(weight.sum() ** 2 - weight @ weight)
    return tau_squared / (tau_squared + typical), tau_squared / typical + 1.0


def _notes(k: int, interval: str, half_width: float, equal_half_width: float) -> str:
    notes = [TWO_STUDIES] if k == 2 else []
    if interval == "hartung_knapp" and half_width < equal_half_width:
        notes.append("the Hartung-Knapp interval is narrower than that of equal effects: read both")
    return "; ".join(notes)


def _lower_quantile(probability: float, freedom: int | None) -> float:
    return float(ndtri(probability) if freedom is None else stdtrit(freedom, probability))


def _lower_tail(value: float, freedom: int | None) -> float:
    return float(ndtr(value) if freedom is None else stdtr(freedom, value))
