"""MCP-Mod: test for a dose response over candidate shapes, then fit the models that passed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.stats.arguments import check_choice, check_number
from dose_outcomes.stats.dose_response.contrast_test import ContrastTest, contrast_test
from dose_outcomes.stats.dose_response.fit import DoseResponseFit, fit_dose_response, fit_dose_response_means
from dose_outcomes.stats.dose_response.models import MODELS, Candidate
from dose_outcomes.stats.dose_response.responses import pooled_means
from dose_outcomes.stats.result import Estimate

SELECTIONS = ("aic", "largest_statistic")
NO_SIGNAL = "no candidate shape is significant: no model is selected"


@dataclass(frozen=True, slots=True)
class McpMod:
    """Result of both steps.

    Attributes
    ----------
    test : ContrastTest
        Multiple contrast test over the candidates.
    fits : tuple of DoseResponseFit
        Of the models with a significant candidate, strongest candidate first.
    selected : DoseResponseFit or None
        The model chosen among them.
    note : str
        That nothing was selected.
    """

    test: ContrastTest
    fits: tuple[DoseResponseFit, ...]
    selected: DoseResponseFit | None
    note: str = ""


def mcp_mod(
    doses: ArrayLike,
    response: ArrayLike,
    covariance: ArrayLike,
    candidates: Sequence[Candidate],
    *,
    alternative: str = "increase",
    alpha: float = 0.025,
    selection: str = "aic",
    level: float = 0.95,
) -> McpMod:
    """Generalised MCP-Mod on estimated responses such as log odds.

    Parameters
    ----------
    doses : array_like, shape (doses,), mg
        Distinct.
    response : array_like, shape (doses,)
        Estimated response at each dose.
    covariance : array_like, shape (doses, doses)
        Of the estimates.
    candidates : sequence of Candidate
        Fixed before the data are seen.
    alternative, alpha
        As for `contrast_test`.
    selection : {"aic", "largest_statistic"}
        How the model is chosen among the significant ones.
    level : float
        Of intervals in the fits.

    Returns
    -------
    McpMod

    Raises
    ------
    ArgumentError
        If arrays or options cannot be taken.

    References
    ----------
    Bretz F, Pinheiro JC, Branson M (2005). Biometrics 61:738-748. Pinheiro J et al. (2014). Statistics in
    Medicine 33:1646-1661.

    Examples
    --------
    >>> shapes = [Candidate("linear"), Candidate("emax", {"ed50": 1.0})]
    >>> result = mcp_mod([0, 1, 3, 4], [1, 3, 4, 4.2], 0.01 * np.eye(4), shapes)
    >>> [one.label for one in result.test.significant], result.selected.model
    (['emax', 'linear'], 'emax')
    """
    check_choice("selection", selection, SELECTIONS)
    test = contrast_test(doses, response, covariance, candidates, alternative=alternative, alpha=alpha)
    return _model(test, lambda model: fit_dose_response(doses, response, covariance, model, level=level), selection)


def mcp_mod_means(
    doses: ArrayLike,
    mean: ArrayLike,
    n: ArrayLike,
    variance: ArrayLike,
    candidates: Sequence[Candidate],
    *,
    alternative: str = "increase",
    alpha: float = 0.025,
    selection: str = "aic",
    level: float = 0.95,
) -> McpMod:
    """MCP-Mod on normal responses of patients with one variance, from the mean and variance at each dose.

    Parameters
    ----------
    doses : array_like, shape (doses,), mg
        Distinct.
    mean, variance : array_like, shape (doses,)
        Of the responses at each dose (divisor n - 1; 0 where n is 1).
    n : array_like, shape (doses,)
        Patients at each dose.
    candidates, alternative, alpha, selection, level
        As for `mcp_mod`.

    Returns
    -------
    McpMod

    Raises
    ------
    ArgumentError
        If arrays or options cannot be taken.

    Examples
    --------
    >>> result = mcp_mod_means([0, 1, 2], [0, 2, 4], [9, 9, 9], [1, 1, 1], [Candidate("linear")])
    >>> round(result.test.tests[0].statistic, 6), round(4 / (2 / 9) ** 0.5, 6)
    (8.485281, 8.485281)
    """
    check_choice("selection", selection, SELECTIONS)
    covariance, freedom = pooled_means(n, variance)
    test = contrast_test(
        doses, mean, covariance, candidates, degrees_of_freedom=freedom, alternative=alternative, alpha=alpha
    )
    return _model(test, lambda model: fit_dose_response_means(doses, mean, n, variance, model, level=level), selection)


def dose_for_effect(fit: DoseResponseFit, effect: float, *, reference_dose: float) -> Estimate:
    """Smallest studied dose at which the fitted curve lies `effect` above that at a reference dose.

    Parameters
    ----------
    fit : DoseResponseFit
    effect : float
        On the scale of the fitted response; negative for a decrease.
    reference_dose : float, mg
        Dose compared with, such as the lowest studied.

    Returns
    -------
    Estimate
        In mg, without interval; None with a note where the curve does not get there within the studied doses.

    Raises
    ------
    ArgumentError
        If the effect is 0 or the reference dose is negative.

    Examples
    --------
    On 1 + 2 d an effect of 3 over dose 0 takes 1.5 mg.

    >>> fit = fit_dose_response([0, 1, 2], [1, 3, 5], np.eye(3), "linear")
    >>> round(dose_for_effect(fit, 3.0, reference_dose=0.0).estimate, 6)
    1.5
    """
    from scipy.optimize import brentq

    wanted = check_number("effect", effect)
    check_number("absolute effect", abs(wanted), above=0)
    check_number("reference_dose", reference_dose, at_least=0)
    method = f"dose for an effect of {wanted:g} over {reference_dose:g} mg, {fit.method}"
    level = 0.95 if fit.ed50 is None else fit.ed50.level
    if not len(fit.coefficients):
        return Estimate(None, None, None, level, method, fit.note)
    family = MODELS[fit.model]
    linear, nonlinear = np.split(fit.coefficients, [len(family.linear)])

    def gain(dose: float) -> float:
        curve = family.basis(np.array([reference_dose, dose]), nonlinear) @ linear
        return float(np.sign(wanted) * (curve[1] - curve[0]) - abs(wanted))

    grid = np.linspace(max(float(fit.doses.min()), reference_dose), float(fit.doses.max()), 1001)
    gains = np.array([gain(float(dose)) for dose in grid])
    if not (gains >= 0.0).any():
        return Estimate(
            None, None, None, level, method, "the curve does not reach this effect within the studied doses"
        )
    first = int(np.argmax(gains >= 0.0))
    dose = float(grid[0]) if first == 0 else float(brentq(gain, grid[first - 1], grid[first], xtol=1e-12))
    return Estimate(dose, None, None, level, method, "no interval is given for a target dose")


def _model(test: ContrastTest, fit: Callable[[str], DoseResponseFit], selection: str) -> McpMod:
    models = list(dict.fromkeys(candidate.model for candidate in test.significant))
    if not models:
        return McpMod(test, (), None, NO_SIGNAL)
    fits = tuple(fit(model) for model in models)
    usable = [one for one in fits if one.aic is not None]
    if not usable:
        return McpMod(test, fits, None, "no significant model can be fitted to so few doses")
    chosen = usable[0] if selection == "largest_statistic" else min(usable, key=lambda one: one.aic or inf)
    return McpMod(test, fits, chosen)
