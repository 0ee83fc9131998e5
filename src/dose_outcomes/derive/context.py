"""What all counts of a study are made from: the cohort, who is analysed, who responds when."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dose_outcomes.derive.intercurrent import apply_strategies, effects_of_events, intercurrent_events
from dose_outcomes.derive.population import assign_population
from dose_outcomes.derive.response import assessable, responses, with_remission
from dose_outcomes.derive.side_effects import classify_side_effects
from dose_outcomes.derive.visits import due_visits, visit_responses
from dose_outcomes.engine import Cohort, connect, open_cohort
from dose_outcomes.study import Study
from dose_outcomes.study.endpoints import Endpoint
from dose_outcomes.study.estimand import IntercurrentEvent, Strategy

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend


@dataclass(frozen=True, slots=True)
class Derived:
    """A cohort, derived. The tables are kept in the engine, because many counts join them.

    Attributes
    ----------
    population : Table
        As `derive.population.assign_population` returns it.
    patients : dict of str to Table
        Endpoint: as `derive.response.assessable` returns it.
    responses : dict of str to Table
        Endpoint: patient_id, definition, day, responding, assessed: whether the response rule holds at each
        assessed day, and what the strategies for intercurrent events make of it (`derive.intercurrent`).
    visits : dict of str to Table
        Endpoint: the response that counts at each target visit, as `derive.visits.visit_responses` returns it.
    alternatives : dict of (str, str) to Table
        Endpoint and label: the same under other strategies. They and the remissions are counted once: expressions
        will do.
    remissions : dict of str to Table
        Endpoint: the same for the rule of remission. Endpoints without one are absent.
    side_effects : Table
        As `derive.side_effects.classify_side_effects` returns it.
    """

    study: Study
    connection: Backend
    cohort: Cohort
    population: ir.Table
    patients: dict[str, ir.Table]
    responses: dict[str, ir.Table]
    visits: dict[str, ir.Table]
    alternatives: dict[tuple[str, str], ir.Table]
    remissions: dict[str, ir.Table]
    side_effects: ir.Table


def derive(folder: Path, study: Study) -> Derived:
    """Derive what the counts of a study need from the cohort in a folder."""
    connection = connect(folder.glob("*.parquet"))
    cohort = open_cohort(connection, folder)
    population = connection.create_table("population", assign_population(cohort, study))
    events = connection.create_table("intercurrent events", intercurrent_events(cohort, population, study))
    patients, seen, visits, alternatives, remissions = {}, {}, {}, {}, {}
    for endpoint in study.endpoints:
        # names with a blank: no cohort table has one, whatever the endpoint is called
        patients[endpoint.id] = connection.create_table(
            f"assessable {endpoint.id}", assessable(cohort, population, study, endpoint)
        )
        scores = connection.create_table(
            f"scores {endpoint.id}", responses(cohort, patients[endpoint.id], study, endpoint)
        )
        due = connection.create_table(f"due visits {endpoint.id}", due_visits(patients[endpoint.id], study, endpoint))
        main = dict(endpoint.intercurrent_events)
        under = partial(_under_strategies, events=events, due=due, study=study, endpoint=endpoint)
        seen[endpoint.id] = connection.create_table(f"responses {endpoint.id}", under(scores, main))
        visits[endpoint.id] = connection.create_table(
            f"responses at visits {endpoint.id}", visit_responses(due, seen[endpoint.id])
        )
        for other in endpoint.alternatives:
            strategies = {**main, **other.intercurrent_events}
            alternatives[endpoint.id, other.label] = visit_responses(due, under(scores, strategies))
        if endpoint.kind == "benefit" and with_remission(study, endpoint):
            rule = connection.create_table(
                f"remission scores {endpoint.id}",
                responses(cohort, patients[endpoint.id], study, endpoint, "remission"),
            )
            remissions[endpoint.id] = visit_responses(due, under(rule, main))
    side_effects = connection.create_table("classified side effects", classify_side_effects(cohort, population, study))
    return Derived(
        study, connection, cohort, population, patients, seen, visits, alternatives, remissions, side_effects
    )


def _under_strategies(
    scores: ir.Table,
    strategies: dict[IntercurrentEvent, Strategy],
    *,
    events: ir.Table,
    due: ir.Table,
    study: Study,
    endpoint: Endpoint,
) -> ir.Table:
    """Return the responses of an endpoint under strategies for intercurrent events."""
    codes = set(endpoint.definitions.values())
    horizon = max(visit.target for code in codes for visit in study.visits(endpoint, code))
    effects = effects_of_events(events, due, strategies, horizon, endpoint)
    return apply_strategies(scores, effects, due)
