"""Follow-up against the horizon: who was still seen when it mattered, and how long patients were seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dose_outcomes.stats.result import FloatArray
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier
from dose_outcomes.stats.survival.quantile import quantile

if TYPE_CHECKING:
    import pandas as pd

BoolArray = NDArray[np.bool_]
FOLLOWED = "patients under observation on day {day} or later, or dead before it"
OR_RESPONDED = ", or with {event} before it"
FOLLOWED_TO_VISIT = "patients under observation when the window of the visit began, or dead before it"
MEDIAN = "median of the reverse Kaplan-Meier curve: the end of observation is the event, death is censored"


@dataclass(frozen=True, slots=True)
class Followed:
    """Patients seen long enough, of all."""

    events: int
    n: int

    @property
    def share(self) -> float | None:
        """Share of all; None of nobody."""
        return self.events / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class _Cell:
    """Patients by last day under observation, whether they died then, and the day of their first response."""

    day: FloatArray
    died: BoolArray
    first_response: FloatArray
    """NaN without one (arrays cannot hold None)."""
    n: FloatArray


class FollowUp:
    """How long the patients of one population were under observation.

    Parameters
    ----------
    counts : DataFrame
        condition, dose, day (last one under observation), died, first_response, n, of one population
        (`derive.comparability.follow_up_counts`).
    """

    def __init__(self, counts: pd.DataFrame) -> None:
        self._cells: dict[tuple[str, str], _Cell] = {}
        for place, rows in counts.groupby(["condition", "dose"]):
            condition, dose = map(str, place)
            day, first, n = (
                rows[name].to_numpy(dtype="float64", na_value=np.nan) for name in ("day", "first_response", "n")
            )
            self._cells[condition, dose] = _Cell(day, rows["died"].to_numpy(dtype="bool"), first, n)

    def patients(self) -> dict[tuple[str, str], int]:
        """Return the patients by condition and dose."""
        return {place: int(cell.n.sum()) for place, cell in self._cells.items()}

    def until(self, days: Mapping[str, int], dose: str, *, or_responded: bool = False) -> Followed:
        """Return the patients of a dose who were seen until a day, which may differ by condition.

        Parameters
        ----------
        days : mapping of str to int
            Condition: day.
        or_responded : bool
            Whether a patient with a response by the day counts, as where time to the first one is all that matters.
        """
        seen = n = 0
        for condition, day in days.items():
            cell = self._cells.get((condition, dose))
            if cell is not None:
                long_enough = (cell.day >= day) | cell.died
                if or_responded:
                    long_enough = long_enough | (cell.first_response <= day)
                n += int(cell.n.sum())
                seen += int(cell.n[long_enough].sum())
        return Followed(seen, n)

    def median_days(self, conditions: Sequence[str], dose: str) -> float | None:
        """Return the median follow-up in days by the reverse Kaplan-Meier method; None when it is not reached.

        Death ends follow-up that would have gone on: a plain median of the last days would be shorter the more patients
        die.

        References
        ----------
        Schemper M, Smith TL (1996). A note on quantifying follow-up in studies of failure time. Control Clin Trials
        17:343-346.
        """
        cells = [self._cells[one, dose] for one in conditions if (one, dose) in self._cells]
        if not cells:
            return None
        day, died, n = (np.concatenate([getattr(cell, name) for cell in cells]) for name in ("day", "died", "n"))
        curve = kaplan_meier(day, np.where(died, 0.0, n), np.where(died, n, 0.0), beta_product_below=None)
        return quantile(curve, 0.5).estimate
