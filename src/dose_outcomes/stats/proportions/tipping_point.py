"""How many of the patients whose outcome is missing must respond for a comparison of two groups to change.

Every assumed number of responders among the missing gives an ordinary fourfold table, so that any interval of a
risk difference applies as it is (Hollis 2002).

References
----------
Hollis S (2002). A graphical sensitivity analysis for clinical trials with non-ignorable missing binary outcome.
Statistics in Medicine 21:3823-3834. Yan X, Lee S, Li N (2009). Missing data handling methods in medical device
clinical trials. Journal of Biopharmaceutical Statistics 19:1085-1098.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import floor
from typing import Literal

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_choice, check_number
from dose_outcomes.stats.result import Estimate

Difference = Callable[..., Estimate]
"""`risk_difference_miettinen_nurminen` or one with its arguments."""
Direction = Literal["fewer", "more"]

NOTHING_MISSING = "no outcome is missing"
NOT_REACHED = {
    "fewer": "not reached: the conclusion stays even if none of the missing respond",
    "more": "not reached: the conclusion stays even if all of the missing respond",
}


@dataclass(frozen=True, slots=True)
class PartlyObserved:
    """A group in which some outcomes are missing.

    Attributes
    ----------
    events : int
        Patients seen to have the event.
    observed : int
        Patients whose outcome is known.
    missing : int
        Patients whose outcome is not.
    """

    events: int
    observed: int
    missing: int

    def __post_init__(self) -> None:
        check_number("observed", self.observed, at_least=0, whole=True)
        check_number("events", self.events, at_least=0, at_most=self.observed, whole=True)
        check_number("missing", self.missing, at_least=0, whole=True)

    @property
    def n(self) -> int:
        """Patients, seen or not."""
        return self.observed + self.missing

    def responders_if(self, share: float) -> int:
        """Whole number of the missing nearest to a share of them, the larger of two equally near.

        >>> PartlyObserved(3, 10, 5).responders_if(0.5)
        3
        """
        share = check_number("share", share, at_least=0.0, at_most=1.0)
        return floor(round(share * self.missing, 9) + 0.5)

    @property
    def responders_as_observed(self) -> int:
        """Responders among the missing if they respond as those observed do.

        >>> PartlyObserved(3, 10, 5).responders_as_observed
        2
        """
        if self.observed == 0:
            raise ArgumentError("observed must be at least 1 to tell how those observed respond; received 0")
        return self.responders_if(self.events / self.observed)


def difference_assuming(
    group: PartlyObserved,
    reference: PartlyObserved,
    responders: int,
    reference_responders: int,
    *,
    difference: Difference,
    level: float = 0.95,
) -> Estimate:
    """Risk difference when so many of the missing of each group have the event.

    Parameters
    ----------
    group, reference : PartlyObserved
        The risk of `reference` is subtracted.
    responders, reference_responders : int
        Among the missing of each.
    difference : callable
        Estimator and interval, for example `risk_difference_miettinen_nurminen`.
    level : float
        Confidence level.

    Raises
    ------
    ArgumentError
        If more of the missing are to respond than there are.

    Examples
    --------
    2 and 1 of 5 missing added to 3 of 10 each: 5/15 - 4/15.

    >>> from dose_outcomes.stats.proportions.difference import risk_difference_newcombe
    >>> arm = PartlyObserved(3, 10, 5)
    >>> round(difference_assuming(arm, arm, 2, 1, difference=risk_difference_newcombe).estimate, 6)
    0.066667
    """
    check_number("responders", responders, at_least=0, at_most=group.missing, whole=True)
    check_number("reference_responders", reference_responders, at_least=0, at_most=reference.missing, whole=True)
    return difference(
        group.events + responders, group.n, reference.events + reference_responders, reference.n, level=level
    )


@dataclass(frozen=True, slots=True)
class TippingPoint:
    """Where the conclusion changes.

    Attributes
    ----------
    responders : int or None
        Among the missing of the group, the first number on the way from "as those observed" at which the interval
        lies differently to 0. None when there is none.
    share : float or None
        The same as a share of the missing.
    note : str
        Why there is none; else from what conclusion to what.
    """

    responders: int | None
    share: float | None
    note: str


CONCLUSIONS = {-1: "the interval lies below 0", 0: "the interval holds 0", 1: "the interval lies above 0"}


def tipping_point(
    group: PartlyObserved,
    reference: PartlyObserved,
    direction: Direction,
    *,
    difference: Difference,
    level: float = 0.95,
) -> TippingPoint:
    """Find the number of responders among the missing of a group at which the conclusion changes.

    The missing of the reference group respond as its observed do. Those of the group begin there too, and then
    fewer and fewer of them respond, or more and more. Limits rise with the number of responders, so that
    halving finds the first change.

    Parameters
    ----------
    group, reference : PartlyObserved
        Each with at least one patient observed.
    direction : {"fewer", "more"}
        Which way to go.
    difference : callable
        Estimator and interval, as for `difference_assuming`.
    level : float
        Confidence level of the interval that makes the conclusion.

    Raises
    ------
    ArgumentError
        If a group has nobody observed, or the direction is unknown.

    Examples
    --------
    40 of 60 against 20 of 60 observed; with none of 40 missing responding it is 40 of 100 against 33 of 100.

    >>> from dose_outcomes.stats.proportions.difference import risk_difference_newcombe
    >>> found = tipping_point(
    ...     PartlyObserved(40, 60, 40), PartlyObserved(20, 60, 40), "fewer", difference=risk_difference_newcombe)
    >>> found.responders, found.share, found.note
    (6, 0.15, 'from: the interval lies above 0; to: the interval holds 0')
    """
    check_choice("direction", direction, NOT_REACHED)
    start, fixed = group.responders_as_observed, reference.responders_as_observed
    if group.missing == 0:
        return TippingPoint(None, None, NOTHING_MISSING)

    def conclusion(responders: int) -> int:
        found = difference_assuming(group, reference, responders, fixed, difference=difference, level=level)
        # both groups have patients, so that there are limits
        return (found.low is not None and found.low > 0.0) - (found.high is not None and found.high < 0.0)

    at_start = conclusion(start)
    same, changed = start, 0 if direction == "fewer" else group.missing
    if conclusion(changed) == at_start:
        return TippingPoint(None, None, NOT_REACHED[direction])
    while abs(changed - same) > 1:
        middle = (same + changed) // 2
        if conclusion(middle) == at_start:
            same = middle
        else:
            changed = middle
    note = f"from: {CONCLUSIONS[at_start]}; to: {CONCLUSIONS[conclusion(changed)]}"
    return TippingPoint(changed, changed / group.missing, note)
