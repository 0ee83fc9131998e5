"""Number needed to treat, with limits that say when they pass through infinity."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from dose_outcomes.stats.result import Estimate


@dataclass(frozen=True, slots=True)
class NumberNeededToTreat:
    """Reciprocal of a risk difference and of its limits; positive to benefit (NNTB), negative to harm (NNTH).

    Attributes
    ----------
    estimate : float or None
        1/RD; infinite when the risks are equal.
    from_low, from_high : float or None
        Reciprocals of the lower and of the upper limit of the risk difference.
    through_infinity : bool
        Whether the interval of the risk difference holds 0. The interval then has two branches, from the
        NNTB `from_high` up to infinity and on from infinity to the NNTH `-from_low`; the numbers between
        `from_low` and `from_high` are outside it.
    level : float
        Confidence level.
    method : str
        Estimator and interval of the risk difference, in words.
    note : str
        Why something is None.
    """

    estimate: float | None
    from_low: float | None
    from_high: float | None
    through_infinity: bool
    level: float
    method: str
    note: str = ""

    def in_words(self, digits: int = 1) -> str:
        """Estimate and interval as Altman writes them; empty when there is no estimate.

        >>> rd = Estimate(0.1, -0.05, 0.25, 0.95, "risk difference")
        >>> number_needed_to_treat(rd).in_words()
        'NNTB 10.0 (NNTB 4.0 to inf to NNTH 20.0)'
        """
        if self.estimate is None or self.from_low is None or self.from_high is None:
            return ""
        estimate, low, high = (_named(value, digits) for value in (self.estimate, self.from_low, self.from_high))
        if self.through_infinity:
            return f"{estimate} ({high} to inf to {low})"
        return f"{estimate} ({high} to {low})" if self.estimate > 0 else f"{estimate} ({low} to {high})"


def number_needed_to_treat(risk_difference: Estimate, *, event_is_benefit: bool = True) -> NumberNeededToTreat:
    """Number needed to treat from a risk difference, with its interval.

    NNT = 1/RD. The limits are the reciprocals of the limits of RD; where those have different signs the
    interval runs through infinity, and two numbers alone would exclude the truth of no difference.

    Parameters
    ----------
    risk_difference : Estimate
        Risk of the treated minus risk of the others, with the interval of your choice.
    event_is_benefit : bool
        Whether the event is wanted (a response) or not (a side effect); the sign is turned if not.

    Returns
    -------
    NumberNeededToTreat
        Without an estimate when the risk difference has none.

    References
    ----------
    Altman DG (1998). Confidence intervals for the number needed to treat. BMJ 317:1309-1312.

    Examples
    --------
    >>> rd = Estimate(0.2, 0.05, 0.4, 0.95, "risk difference")
    >>> number_needed_to_treat(rd).in_words()
    'NNTB 5.0 (NNTB 2.5 to NNTB 20.0)'
    >>> number_needed_to_treat(rd, event_is_benefit=False).in_words()
    'NNTH 5.0 (NNTH 2.5 to NNTH 20.0)'
    """
    method = f"number needed to treat from {risk_difference.method}"
    estimate, low, high = risk_difference.estimate, risk_difference.low, risk_difference.high
    if estimate is None or low is None or high is None:
        note = risk_difference.note or "the risk difference has no interval"
        return NumberNeededToTreat(None, None, None, False, risk_difference.level, method, note)
    if not event_is_benefit:
        estimate, low, high = -estimate, -high, -low
    return NumberNeededToTreat(
        _reciprocal(estimate), _reciprocal(low), _reciprocal(high), low <= 0.0 <= high, risk_difference.level, method
    )


def _reciprocal(value: float) -> float:
    return inf if value == 0.0 else 1.0 / value


def _named(value: float, digits: int) -> str:
    return "inf" if value in (inf, -inf) else f"NNT{'B' if value > 0 else 'H'} {abs(value):.{digits}f}"
