"""Patients due at a visit by what told beforehand whether they would respond and be seen, and who is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dose_outcomes.outcomes.cells import with_totals
from dose_outcomes.outcomes.responder_rate import COUNTS
from dose_outcomes.results import ALL
from dose_outcomes.stats.pooling.imputation import ImputedEndpoint, impute_endpoint
from dose_outcomes.stats.proportions.inverse_probability_of_observation import merged_strata, weighted_by_observation
from dose_outcomes.stats.result import Estimate
from dose_outcomes.study import Study
from dose_outcomes.study.endpoints import Endpoint
from dose_outcomes.study.robustness import Handling, MissingDataLadder

if TYPE_CHECKING:
    import pandas as pd

#: Columns of a pattern, from the one that tells most about response and missingness, in words.
PREDICTORS = {
    "earlier": "last response",
    "stopped": "stopping and its reason",
    "condition": "condition",
    "dose": "target dose",
    "high_baseline": "baseline above the mean",
}
#: What the imputation model does without, one after the other, where the observed cannot tell its coefficients.
DISPENSABLE = ("stopped", "high_baseline", "earlier")


@dataclass(frozen=True)
class VisitPatterns:
    """Patterns of the patients due at one target visit, and what is imputed for the missing.

    Attributes
    ----------
    table : DataFrame
        `PREDICTORS`; n, observed, observed_responders; sorted by its key, so that draws do not depend on row order.
    carried : dict of (str, str) to (int, int)
        Condition and dose, or all: responders and patients after carrying forward.
    """

    table: pd.DataFrame
    carried: dict[tuple[str, str], tuple[int, int]]
    settings: MissingDataLadder
    study: Study

    def cell(self, condition: str, dose: str) -> Cell:
        """Return the patients of a condition and a dose; `all` takes every one."""
        kept = np.ones(len(self.table), dtype=bool)
        if condition != ALL:
            kept &= (self.table["condition"] == condition).to_numpy()
        if dose != ALL:
            kept &= (self.table["dose"] == dose).to_numpy()
        return Cell(self, kept, self.carried.get((condition, dose), (0, 0)))

    @cached_property
    def imputation(self) -> ImputedEndpoint:
        """Imputed responders of each pattern, from one model for the whole visit."""
        responders, observed, n = (
            self.table[column].to_numpy(dtype="float64") for column in ("observed_responders", "observed", "n")
        )
        for dropped in range(len(DISPENSABLE) + 1):
            predictors = [name for name in PREDICTORS if name not in DISPENSABLE[:dropped]]
            found = impute_endpoint(
                _design(self.table, predictors),
                responders,
                observed,
                n - observed,
                imputations=self.settings.imputations,
                seed=self.study.seed,
            )
            if len(found.imputed):
                break
        given = ", ".join(PREDICTORS[name] for name in predictors)
        return replace(found, method=f"{found.method} given {given}")


@dataclass(frozen=True)
class Cell:
    """The patients of one condition and dose at a visit."""

    visit: VisitPatterns
    kept: NDArray[np.bool_]
    carried: tuple[int, int]

    def total(self, column: str) -> int:
        """Return the sum of a count over the patterns of the cell."""
        return int(self.visit.table[column].to_numpy()[self.kept].sum())

    @property
    def n(self) -> int:
        """Assessable patients."""
        return self.total("n")

    @property
    def observed(self) -> int:
        """Patients whose response is known."""
        return self.total("observed")

    @property
    def responders(self) -> int:
        """Patients seen to respond."""
        return self.total("observed_responders")

    @property
    def missing(self) -> int:
        """Patients whose response is not known."""
        return self.n - self.observed

    def counts(self, handling: Handling, favoured: bool = True) -> tuple[int, int] | None:
        """Return responders and patients under a handling that is a matter of counting; None under others.

        Parameters
        ----------
        favoured : bool
            Whether the best case is the best for this cell; for the comparator of a comparison it is the worst.
        """
        if handling == ("best_case" if favoured else "worst_case"):
            return self.responders + self.missing, self.n
        if handling == "observed":
            return self.responders, self.observed
        if handling == "carried_forward":
            return self.carried
        return (self.responders, self.n) if handling in ("non_responder", "worst_case", "best_case") else None

    def imputed(self) -> tuple[Any, Any, Any, Any]:
        """Return events, observed, imputed and missing by pattern, as the functions on imputations take them."""
        table = self.visit.table[self.kept]
        imputed = self.visit.imputation.imputed[:, self.kept]
        return table["observed_responders"], table["observed"], imputed, table["n"] - table["observed"]

    def weighted(self) -> Estimate:
        """Return the share with weights by the share observed."""
        table = self.visit.table[self.kept]
        strata = merged_strata(
            _codes(table, tuple(PREDICTORS)), table["observed"], minimum=self.visit.settings.minimum_observed
        )
        sums = [np.bincount(strata, table[name]) for name in ("observed_responders", "observed", "n")]
        return weighted_by_observation(*sums, level=self.visit.study.level)


def visit_patterns(
    patterns: pd.DataFrame, responders: pd.DataFrame, endpoint: Endpoint, settings: MissingDataLadder, study: Study
) -> dict[int | None, VisitPatterns]:
    """Return the patterns by target day; under 0 where each condition has a visit of its own.

    Parameters
    ----------
    patterns, responders : DataFrame
        As `derive.robustness.response_patterns` and `derive.response.responder_counts` give them, of this endpoint.
    """
    if not endpoint.visits:
        patterns, responders = patterns.assign(day=0), responders.assign(day=0)
    denominator, numerator = COUNTS["carried_forward"]
    totals = with_totals(responders, ["day"], [denominator, numerator]).reset_index()
    found: dict[int | None, VisitPatterns] = {}
    for day in sorted(int(day) for day in patterns["day"].unique()):
        carried = {
            (str(row.condition), str(row.dose)): (int(row[numerator]), int(row[denominator]))
            for _, row in totals[totals["day"] == day].iterrows()
        }
        table = patterns[patterns["day"] == day].reset_index(drop=True)
        found[day] = VisitPatterns(table, carried, settings, study)
    return found


def _codes(table: pd.DataFrame, columns: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the levels of columns as whole numbers, by their order as text or number."""
    return np.column_stack([np.unique(table[column].to_numpy(), return_inverse=True)[1] for column in columns])


def _design(table: pd.DataFrame, predictors: list[str]) -> NDArray[np.float64]:
    """Return an intercept and an indicator of every level of every predictor but its first."""
    columns = [np.ones(len(table))]
    for codes in _codes(table, tuple(predictors)).T:
        columns += [(codes == level).astype("float64") for level in range(1, codes.max() + 1)]
    return np.column_stack(columns)
