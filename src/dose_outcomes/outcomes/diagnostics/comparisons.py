"""The populations in which doses are compared, with what their diagnostics are made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dose_outcomes.derive.comparability import ALL_ANALYSED, subgroup_population
from dose_outcomes.derive.course.subgroups import subgroup_name
from dose_outcomes.outcomes.cells import ANALYSED
from dose_outcomes.outcomes.course.subgroups import last_visit, levels_of
from dose_outcomes.outcomes.diagnostics.balance import Characteristics, LargestDifference
from dose_outcomes.outcomes.diagnostics.follow_up import Followed, FollowUp
from dose_outcomes.outcomes.responder_cells import STRATIFIED, ResponderCells, responder_cells
from dose_outcomes.outcomes.responder_rate import COUNTS
from dose_outcomes.outcomes.times.rows import endpoint_of, key_of
from dose_outcomes.results import ALL
from dose_outcomes.stats.regression.propensity import effective_sample_size
from dose_outcomes.stats.regression.strata_weights import mantel_haenszel_weights
from dose_outcomes.study import Study
from dose_outcomes.study.endpoints import Endpoint

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "contrast_diagnostics"
ANY_SIDE_EFFECT = "any"
RESPONDERS, TIMES, SIDE_EFFECTS = "responder_contrast", "time_to_response", "side_effect_contrast"
SUBGROUPS = "responder_rate_by_subgroup"


@dataclass(frozen=True)
class Population:
    """Patients in whom doses are compared at one horizon.

    Attributes
    ----------
    analysis : str
        Analysis whose comparisons it is about.
    endpoint : Endpoint or None
        None of side effects.
    horizon : dict of str to int
        Condition: first day of the window of the target visit, or the horizon.
    keys : dict of str to dict
        Condition, or all: the key of the rows.
    numbers, categories : DataFrame
        What was known at the start (`derive.comparability`).
    follow_up : FollowUp
    cells : ResponderCells or None
        Responders, of which the comparison within conditions has its weights.
    subgroup : str
        Of subgroups their name; its comparison is within conditions.
    known_balance, known_followed : dict
        What was asked before, because many rows ask the same; the populations of one endpoint share their balance.
    """

    analysis: str
    endpoint: Endpoint | None
    horizon: dict[str, int]
    keys: dict[str, dict[str, Any]]
    numbers: pd.DataFrame
    categories: pd.DataFrame
    follow_up: FollowUp
    cells: ResponderCells | None = None
    subgroup: str = ""
    known_balance: dict[tuple[str, str, str, str], LargestDifference] = field(default_factory=dict)
    known_followed: dict[tuple[str, str], Followed] = field(default_factory=dict)

    @cached_property
    def characteristics(self) -> Characteristics:
        """What was known at the start."""
        return Characteristics(self.numbers, self.categories, list(self.horizon), self.follow_up.patients())

    @property
    def stratified(self) -> bool:
        """Whether doses are compared within conditions too."""
        return self.cells is not None and len(self.horizon) > 1

    def balance(
        self, condition: str, dose: str, reference: str, subgroup: str = "", adjusted: str = ""
    ) -> LargestDifference:
        """Return the largest difference at the start between a dose and the reference dose.

        Within conditions where `subgroup` says so; without a characteristic that the comparison is adjusted for.
        """
        key = (condition, dose, subgroup, adjusted)
        if key not in self.known_balance:
            within = subgroup == STRATIFIED
            self.known_balance[key] = (
                self.characteristics.within_conditions(dose, reference)
                if within
                else self.characteristics.between(condition, dose, reference, adjusted)
            )
        return self.known_balance[key]

    def followed(self, condition: str, dose: str) -> Followed:
        """Return the patients of a dose who were seen until the horizon."""
        if (condition, dose) not in self.known_followed:
            days = self.horizon if condition == ALL else {condition: self.horizon[condition]}
            responded = self.analysis == TIMES
            self.known_followed[condition, dose] = self.follow_up.until(days, dose, or_responded=responded)
        return self.known_followed[condition, dose]

    def effective(self, dose: str, reference: str) -> list[tuple[float, int]]:
        """Return effective sample size and patients of the dose and of the reference, compared within conditions."""
        if self.cells is None:
            return []
        sizes = [[n for _, n in (self.cells.counts[one, label] for one in self.cells.conditions)]
                 for label in (dose, reference)]  # fmt: skip
        weights = mantel_haenszel_weights(*sizes)
        return [(effective_sample_size(weight, n) or 0.0, sum(n)) for weight, n in zip(weights, sizes, strict=True)]


def populations(counts: Mapping[str, pd.DataFrame], study: Study) -> Iterator[Population]:
    """Return the patients assessable for each endpoint at each target visit, of each subgroup, then all analysed ones.

    Parameters
    ----------
    counts : mapping of str to DataFrame
        As `derive.counts.count_cohort` returns them.
    """
    balance: dict[str, dict[tuple[str, str, str, str], LargestDifference]] = {}
    for cells in responder_cells(counts["responders"], study):
        if cells.primary:
            endpoint = cells.endpoint
            horizon = {one: _first_day(cells, one, study) for one in endpoint.definitions}
            keys = {one: cells.key(one) for one in (ALL, *endpoint.definitions)}
            shared = balance.setdefault(endpoint.id, {})
            yield Population(
                RESPONDERS, endpoint, horizon, keys, *_counts(counts, endpoint.id), cells=cells, known_balance=shared
            )
    for analysis in study.time_to_response:
        endpoint = endpoint_of(study, analysis.endpoint)
        day = {"day": analysis.restricted_mean_days}
        keys = {
            one: {
                name: value for name, value in key_of("", endpoint, one, "").items() if name not in ("analysis", "dose")
            }
            | day
            for one in (ALL, *endpoint.definitions)
        }
        horizon = dict.fromkeys(endpoint.definitions, analysis.restricted_mean_days)
        shared = balance.setdefault(endpoint.id, {})
        yield Population(TIMES, endpoint, horizon, keys, *_counts(counts, endpoint.id), known_balance=shared)
    yield from _subgroups(counts, study)
    days = study.side_effects.horizon_days
    if not counts["side_effects"].empty and days:
        key = {
            "endpoint": ANY_SIDE_EFFECT,
            "condition": ALL,
            "population": ANALYSED,
            "dose_attribution": "target",
            "day": max(days),
        }
        horizon = dict.fromkeys(study.conditions, max(days))
        yield Population(SIDE_EFFECTS, None, horizon, {ALL: key}, *_counts(counts, ALL_ANALYSED))


def _subgroups(counts: Mapping[str, pd.DataFrame], study: Study) -> Iterator[Population]:
    if not study.endpoints:
        return
    endpoint = study.endpoints[0]
    handling = endpoint.missing_data[0]
    denominator, numerator = COUNTS[handling]
    days: dict[str, int | None] = {
        one: study.visits(endpoint, code)[-1].day for one, code in endpoint.definitions.items()
    }
    for subgroup in study.subgroups:
        responders = counts["subgroup_responders"]
        own = last_visit(responders[responders["subgroup"] == subgroup.id], study)
        for level in levels_of(subgroup, own):
            rows = own[own["level"] == level].groupby(["condition", "dose"])[[numerator, denominator]].sum()
            found = {place: (int(events), int(n)) for place, events, n in rows.itertuples(name=None)}
            sizes = {(one, dose): found.get((one, dose), (0, 0)) for one in days for dose in study.dose_labels}
            cells = ResponderCells(endpoint, handling, {**days, ALL: None}, sizes)
            horizon = {one: _first_day(cells, one, study) for one in days}
            name = subgroup_name(subgroup, level)
            known = _counts(counts, subgroup_population(endpoint.id, name))
            yield Population(SUBGROUPS, endpoint, horizon, {ALL: cells.key(ALL)}, *known, cells=cells, subgroup=name)


def _first_day(cells: ResponderCells, condition: str, study: Study) -> int:
    visits = study.visits(cells.endpoint, cells.endpoint.definitions[condition])
    return next(visit.first_day for visit in visits if visit.day == cells.days[condition])


def _counts(counts: Mapping[str, pd.DataFrame], endpoint: str) -> tuple[pd.DataFrame, pd.DataFrame, FollowUp]:
    numbers, categories, seen = (
        table[table["endpoint"] == endpoint]
        for table in (counts["compared_numbers"], counts["compared_categories"], counts["follow_up"])
    )
    return numbers, categories, FollowUp(seen)
