"""What is held against the truth: bias and coverage of an interval, or how often a test rejects where nothing is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import pi, sqrt
from typing import Any, Literal

import numpy as np

from dose_outcomes.stats.proportions.single import clopper_pearson

Limits = tuple[float | None, float | None, float | None]
"""Estimate and limits; None where there is none."""

Kind = Literal["interval", "exact interval", "shown interval", "test", "discrete test", "shown test"]

#: Share of cohorts, lowest and highest, whose interval may hold the truth, or whose test may reject. Exact intervals
#: and discrete tests err on the safe side alone; what is shown is not asserted.
BOUNDS: dict[Kind, tuple[float, float]] = {
    "interval": (0.935, 0.97),
    "exact interval": (0.945, 1.0),
    "shown interval": (0.0, 1.0),
    "test": (0.0, 0.055),
    "discrete test": (0.0, 0.055),
    "shown test": (0.0, 1.0),
}
LARGEST_BIAS_IN_STANDARD_ERRORS = 4.0
"""Of the mean over cohorts; a bias beyond it that also exceeds a twentieth of the spread of the estimates is one."""
LARGEST_BIAS_IN_SPREADS = 0.05


@dataclass(frozen=True)
class Check:
    """One line of the table."""

    name: str
    size: str
    kind: Kind
    replicates: int
    hits: int
    """Intervals that hold the truth, or tests that reject."""
    truth: float | None = None
    mean: float | None = None
    spread: float | None = None
    allowed_bias: float = 0.0
    """What the definition of the estimate itself brings with it."""
    skewed: bool = False
    """Whether `mean` is the median, and `spread` made of quartiles."""
    note: str = ""

    @property
    def share(self) -> float:
        """Share of hits."""
        return self.hits / self.replicates

    @property
    def half_width(self) -> float:
        """Half width of the 95 % Monte Carlo interval of the share."""
        return 1.96 * sqrt(max(self.share * (1 - self.share), 0.05 * 0.95) / self.replicates)

    @property
    def asserted(self) -> bool:
        """Whether a miss fails the benchmark."""
        return BOUNDS[self.kind] != (0.0, 1.0)

    @property
    def biased(self) -> bool:
        """Whether the mean over cohorts misses the truth by more than chance, and by an amount that matters."""
        if self.truth is None or self.mean is None or not self.spread or self.kind == "shown interval":
            return False
        off = abs(self.mean - self.truth) - self.allowed_bias
        # the median of normal values has a variance pi / 2 times that of their mean
        error = self.spread / sqrt(self.replicates) * (sqrt(pi / 2) if self.skewed else 1.0)
        return off > LARGEST_BIAS_IN_STANDARD_ERRORS * error and off > LARGEST_BIAS_IN_SPREADS * self.spread

    def missed(self, monte_carlo_level: float | None = None) -> bool:
        """Tell whether the share lies outside its bounds.

        Parameters
        ----------
        monte_carlo_level : float, optional
            Only when the Clopper-Pearson interval of the share at this level lies outside them altogether: for a run
            with few cohorts. Without it the share itself must lie within.
        """
        low, high = BOUNDS[self.kind]
        if monte_carlo_level is None:
            return not low <= self.share <= high or self.biased
        chance = clopper_pearson(self.hits, self.replicates, level=monte_carlo_level)
        assert chance.low is not None
        assert chance.high is not None
        return chance.high < low or chance.low > high or self.biased


def interval(
    name: str,
    size: str,
    truth: float,
    rows: Iterable[Limits],
    kind: Kind = "interval",
    note: str = "",
    *,
    skewed: bool = False,
    location: bool = True,
    allowed_bias: float = 0.0,
) -> Check:
    """Return how often estimate, low and high of the cohorts hold the truth; a missing interval does not.

    An upper limit that is missing beside a lower one is infinite: a median whose upper limit is not reached.

    Parameters
    ----------
    skewed : bool
        The bias is that of the median, as for ratios, whose mean lies above the truth.
    location : bool
        Whether there is a bias to speak of: not of a number that jumps from one infinity to the other.
    allowed_bias : float
        What the definition of the estimate itself brings with it, worked out.
    """
    table = np.array([[np.nan if value is None else float(value) for value in row] for row in rows])
    estimate, low, high = table.T
    high = np.where(np.isnan(high) & ~np.isnan(low), np.inf, high)
    hits = int(((low <= truth) & (truth <= high)).sum())
    known = estimate[np.isfinite(estimate)]
    if len(known) < len(estimate):
        without = f"no finite estimate in {1 - len(known) / len(estimate):.1%}"
        note = f"{note}; {without}" if note else without
    mean, spread = (float(known.mean()), float(known.std())) if len(known) else (None, None)
    if not location:
        mean, spread, note = None, None, f"{note}; bias: see the risk difference".removeprefix("; ")
    elif skewed and len(known):
        first, middle, third = np.quantile(known, [0.25, 0.5, 0.75])
        mean, spread = float(middle), float((third - first) / 1.349)
        note = f"bias of the median; {note}" if note else "bias of the median"
    return Check(name, size, kind, len(estimate), hits, truth, mean, spread, allowed_bias, skewed, note)


def rejections(name: str, size: str, p_values: Sequence[Any], kind: Kind = "test", note: str = "") -> Check:
    """Return how often tests at 5 % reject; a test without a p value does not."""
    p = np.array([np.nan if value is None else float(value) for value in p_values])
    if np.isnan(p).any():
        without = f"no p value in {np.isnan(p).mean():.1%}"
        note = f"{note}; {without}" if note else without
    return Check(name, size, kind, len(p), int((p <= 0.05).sum()), note=note)


def printed(checks: Sequence[Check], monte_carlo_level: float | None = None) -> str:
    """Return the table, with what must hold of each line."""
    width = max(len(check.name) for check in checks)
    room = max(len(check.size) for check in checks)
    head = f"{'':{width}}  {'size':{room}}  {'truth':>8}{'bias':>9}{'cohorts':>9}{'share %':>9}{'+-':>5}  must be"
    lines = [head]
    for check in checks:
        low, high = BOUNDS[check.kind]
        must = f"{100 * low:g} to {100 * high:g}" if check.asserted else "shown"
        if check.kind in ("test", "discrete test"):
            must = f"at most {100 * high:g}"
        if check.kind == "exact interval":
            must = f"at least {100 * low:g}"
        truth, bias = "", ""
        if check.truth is not None and check.mean is not None:
            truth, bias = f"{check.truth:.4g}", f"{check.mean - check.truth:+.2g}"
        share, half = f"{100 * check.share:.1f}", f"{100 * check.half_width:.1f}"
        missed = "  MISSED" if check.missed(monte_carlo_level) else ""
        note = f"; {check.note}" if check.note else ""
        lines.append(
            f"{check.name:{width}}  {check.size:{room}}  {truth:>8}{bias:>9}{check.replicates:>9}{share:>9}{half:>5}  "
            f"{must}{note}{missed}"
        )
    return "\n".join(lines)
