"""Responders of every cell at one target visit: what comparisons between doses and over conditions start from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dose_outcomes.outcomes.cells import ASSESSABLE
from dose_outcomes.outcomes.responder_rate import endpoint_name, of_endpoint
from dose_outcomes.study import Study
from dose_outcomes.study.endpoints import Endpoint

if TYPE_CHECKING:
    import pandas as pd

#: Subgroup of rows that compare within conditions and pool over them.
STRATIFIED = "stratified by condition"


@dataclass(frozen=True, slots=True)
class ResponderCells:
    """Responders among assessable patients, by condition and dose, with totals over either and both.

    Attributes
    ----------
    endpoint : Endpoint
    missing_data : str
        Handling of missing scores.
    days : dict of str to int or None
        Condition, or all: target day; None where conditions have days of their own.
    counts : dict of (str, str) to (int, int)
        Condition and dose: responders and patients.
    """

    endpoint: Endpoint
    missing_data: str
    days: dict[str, int | None]
    counts: dict[tuple[str, str], tuple[int, int]]

    @property
    def conditions(self) -> list[str]:
        """Conditions of the endpoint, without the total."""
        return list(self.endpoint.definitions)

    @property
    def primary(self) -> bool:
        """Whether missing scores are handled as in the endpoint's primary analysis."""
        return self.missing_data == self.endpoint.missing_data[0]

    def of(self, condition: str, doses: Iterable[str]) -> list[tuple[int, int]]:
        """Return responders and patients of a condition at each dose."""
        return [self.counts[condition, dose] for dose in doses]

    def key(self, condition: str) -> dict[str, Any]:
        """Return what the rows of a condition have in common with its responder rate."""
        return {
            "endpoint": endpoint_name(self.endpoint, condition),
            "condition": condition,
            "dose_attribution": self.endpoint.dose_attribution,
            "population": ASSESSABLE,
            "missing_data": self.missing_data,
            "day": self.days[condition],
        }


def responder_cells(responders: pd.DataFrame, study: Study) -> list[ResponderCells]:
    """Return the cells of every endpoint and target visit, for the primary handling of missing scores and for observed.

    Parameters
    ----------
    responders : DataFrame
        As `derive.response.responder_counts` gives it, for all endpoints.
    """
    found: dict[tuple[str, str, int | None], ResponderCells] = {}
    for endpoint in study.endpoints:
        handlings = {endpoint.missing_data[0], "observed"}.intersection(endpoint.missing_data)
        own = responders[responders["endpoint"] == endpoint.id]
        for rate in of_endpoint(own, endpoint, study):
            if rate.missing_data not in handlings:
                continue
            # without visits of its own, each condition has the one visit of its definition
            visit = rate.day if endpoint.visits else None
            key = (endpoint.id, rate.missing_data, visit)
            cells = found.setdefault(key, ResponderCells(endpoint, rate.missing_data, {}, {}))
            cells.days[rate.condition] = rate.day
            cells.counts[rate.condition, rate.dose] = (rate.events or 0, rate.n or 0)
    return list(found.values())


def total(groups: Iterable[tuple[int, int]]) -> dict[str, int]:
    """Return the columns `n` and `events` of a row that is made of several groups."""
    groups = list(groups)
    return {"n": sum(n for _, n in groups), "events": sum(events for events, _ in groups)}


def strata(cells: ResponderCells, dose: str) -> tuple[list[int], list[int]]:
    """Return responders and patients of a dose (or all doses), by condition."""
    counts = [cells.counts[condition, dose] for condition in cells.conditions]
    return [events for events, _ in counts], [n for _, n in counts]
