"""What all counts of a study are made from: the cohort, who is analysed, who responds when."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dose_outcomes.derive.population import assign_population
from dose_outcomes.derive.response import assessable, responses
from dose_outcomes.derive.side_effects import classify_side_effects
from dose_outcomes.engine import Cohort, connect, open_cohort
from dose_outcomes.study import Study

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
        Endpoint: as `derive.response.responses` returns it.
    side_effects : Table
        As `derive.side_effects.classify_side_effects` returns it.
    """

    study: Study
    connection: Backend
    cohort: Cohort
    population: ir.Table
    patients: dict[str, ir.Table]
    responses: dict[str, ir.Table]
    side_effects: ir.Table


def derive(folder: Path, study: Study) -> Derived:
    """Derive what the counts of a study need from the cohort in a folder."""
    connection = connect()
    cohort = open_cohort(connection, folder)
    population = connection.create_table("population", assign_population(cohort, study))
    patients, seen = {}, {}
    for endpoint in study.endpoints:
        # names with a blank: no cohort table has one, whatever the endpoint is called
        patients[endpoint.id] = connection.create_table(
            f"assessable {endpoint.id}", assessable(cohort, population, study, endpoint)
        )
        seen[endpoint.id] = connection.create_table(
            f"responses {endpoint.id}", responses(cohort, patients[endpoint.id], study, endpoint)
        )
    side_effects = connection.create_table("classified side effects", classify_side_effects(cohort, population, study))
    return Derived(study, connection, cohort, population, patients, seen, side_effects)
