"""Curves and test of groups that patients change during follow-up, such as the current dose (Simon-Makuch)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array
from dose_outcomes.stats.result import StepCurve
from dose_outcomes.stats.survival.grouped_risk_sets import label_codes
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier
from dose_outcomes.stats.survival.logrank import LogRankTest, logrank


@dataclass(frozen=True, slots=True)
class SimonMakuch:
    """Curves of time-updated groups and the Mantel-Byar test between them.

    Attributes
    ----------
    groups : tuple
        Labels, sorted.
    curves : tuple of StepCurve
        One per group. They describe the hazard under the current group; no patient need follow one throughout.
    test : LogRankTest
    """

    groups: tuple[Any, ...]
    curves: tuple[StepCurve, ...]
    test: LogRankTest


def simon_makuch(
    day: ArrayLike,
    events: ArrayLike,
    left: ArrayLike,
    entered: ArrayLike,
    group: ArrayLike,
    *,
    start: float | None = None,
    interval: str = "log-log",
    level: float = 0.95,
) -> SimonMakuch:
    r"""Estimate event-free curves by the group a patient is in at the time.

    On each day a patient counts in the risk set of the current group alone, so that waiting for a group is never
    credited to it:

    .. math:: S_g(t) = \prod_{t_i \le t} \left(1 - \frac{d_{gi}}{Y_{gi}}\right), \qquad
              Y_g(t) = \#\{\text{entered } g \text{ before } t\} - \#\{\text{left } g \text{ before } t\}

    Parameters
    ----------
    day : array_like, shape (m,)
        Days since time zero.
    events : array_like, shape (m,)
        Numbers with the event on the day while in the group.
    left : array_like, shape (m,)
        Numbers that leave the group on the day without it: change of group, or end of observation.
    entered : array_like, shape (m,)
        Numbers that enter the group on the day; at risk in it from the day after on. A patient who changes from one
        group to another on day 20 is 1 left there and 1 entered here on day 20. Who is at risk on day 0 enters
        on day -1.
    group : array_like, shape (m,)
        Label of the group.
    start : float, optional
        Landmark: day at which all curves start at 1, by then every group should have some patients.
    interval, level
        As in :func:`~dose_outcomes.stats.survival.kaplan_meier.kaplan_meier`.

    Returns
    -------
    SimonMakuch

    Raises
    ------
    ArgumentError
        For arrays of unequal length, or counts that do not balance within a group.

    References
    ----------
    Simon R, Makuch RW. Stat Med 1984;3:35-44. Mantel N, Byar DP. J Am Stat Assoc 1974;69:81-86.

    Examples
    --------
    Four start low; two change to high on day 20, one of whom responds on day 30; a low one responds on day 10.

    >>> result = simon_makuch(
    ...     [0, 10, 20, 40, 20, 30, 40], [0, 1, 0, 0, 0, 1, 0], [0, 0, 2, 1, 0, 0, 1], [4, 0, 0, 0, 2, 0, 0],
    ...     ["low"] * 4 + ["high"] * 3)
    >>> [(name, curve.estimate.tolist()) for name, curve in zip(result.groups, result.curves)]
    [('high', [0.5, 0.5]), ('low', [0.75, 0.75, 0.75])]
    """
    days = check_array("day", day)
    counts = [
        check_array(name, values, at_least=0.0, same_length_as=("day", days))
        for name, values in (("events", events), ("left", left), ("entered", entered))
    ]
    groups, codes = label_codes("group", group, len(days))
    if len(groups) == 0:
        raise ArgumentError("group must have at least one label; received none")
    curves = []
    for number in range(len(groups)):
        rows = codes == number
        d, c, e = (values[rows] for values in counts)
        curve = kaplan_meier(days[rows], d, c, entered=e, interval=interval, level=level, start=start)
        curves.append(replace(curve, method=f"Simon-Makuch, {curve.method}"))
    d, c, e = counts
    if start is not None:
        # Who is in a group at the landmark enters there; nothing before it counts.
        early = days <= start
        in_group = np.bincount(codes[early], (e - d - c)[early], len(groups))
        days = np.append(days[~early], np.full(len(groups), start))
        codes = np.append(codes[~early], np.arange(len(groups)))
        nothing = np.zeros(len(groups))
        d, c, e = np.append(d[~early], nothing), np.append(c[~early], nothing), np.append(e[~early], in_group)
    test = logrank(days, d, c, np.array(groups)[codes], entered=e)
    test = replace(test, method=f"Mantel-Byar test ({test.method} of time-updated groups)")
    return SimonMakuch(groups, tuple(curves), test)
