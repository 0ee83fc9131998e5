"""Responders of every cell at one target visit: what comparisons between doses and over conditions start from."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dose_outcomes.outcomes.cells import ASSESSABLE
from dose_outcomes.outcomes.responder_rate import endpoint_name, of_endpoint
from dose_outcomes.results import ALL
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
    left_out : frozenset of (str, str)
        Condition and dose of cells that must not enter a comparison over conditions.
    """

    endpoint: Endpoint
    missing_data: str
    days: dict[str, int | None]
    counts: dict[tuple[str, str], tuple[int, int]]
    left_out: frozenset[tuple[str, str]] = field(default=frozenset())

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

    def pooled(self, doses: Iterable[str]) -> ResponderCells:
        """Return the cells of the conditions that may enter a comparison of doses, and their totals.

        The same object where no cell is left out.
        """
        doses = list(doses)
        kept = [name for name in self.conditions if not any((name, dose) in self.left_out for dose in doses)]
        if len(kept) == len(self.conditions):
            return self
        counts = {key: found for key, found in self.counts.items() if key[0] in kept}
        for dose in {dose for _, dose in counts}:
            groups = [counts[name, dose] for name in kept]
            counts[ALL, dose] = (sum(events for events, _ in groups), sum(n for _, n in groups))
        for dose in doses:
            counts.setdefault((ALL, dose), (0, 0))
        definitions = {name: self.endpoint.definitions[name] for name in kept}
        return replace(self, endpoint=self.endpoint.model_copy(update={"definitions": definitions}), counts=counts)

    def left_out_note(self, whole: ResponderCells) -> str:
        """Return how many conditions of the whole study a comparison is over; empty for all of them."""
        if len(self.conditions) == len(whole.conditions):
            return ""
        return f"over {len(self.conditions)} of {len(whole.conditions)} conditions: of the others a count is not shown"

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


def leaving_out(
    cells: Iterable[ResponderCells], hidden: Collection[tuple[str, str, str, str, int | None]]
) -> list[ResponderCells]:
    """Return the cells, of which hidden ones must not enter comparisons over conditions.

    Parameters
    ----------
    hidden : collection of (str, str, str, str, int or None)
        Name of the endpoint at the condition, handling of missing scores, condition, dose, day.
    """
    found = []
    for one in cells:
        names = {name: (endpoint_name(one.endpoint, name), one.days[name]) for name in one.conditions}
        left_out = frozenset(
            (condition, dose)
            for condition, dose in one.counts
            if condition in names
            and (names[condition][0], one.missing_data, condition, dose, names[condition][1]) in hidden
        )
        found.append(replace(one, left_out=left_out))
    return found


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
