"""Rules on scores: each in the limits of its instrument, on its grid, from one visit once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from dose_outcomes.catalogue import Instrument, built_in
from dose_outcomes.cohort.checks.rule import Rule
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir

Limit = TypeVar("Limit")

TABLE = "assessments"
#: Scores are decimal numbers kept in binary: a multiple of the step is met up to this share of a step.
GRID_TOLERANCE = 1e-6
INSTRUMENT = "Correct these rows, or change the instrument under `instruments` in the study file"


def instruments_of(study: Study) -> dict[str, Instrument]:
    """Return all instruments by code; one of the study goes before a built-in one of the same code."""
    return {**built_in().instruments, **study.instruments}


def score_rules(study: Study) -> Iterator[Rule]:
    """Return the rules on assessments that the instruments give."""
    instruments = instruments_of(study)
    codes = sorted(instruments)
    yield Rule(
        name="known",
        table=TABLE,
        column="instrument",
        sentence="is no instrument of the catalogue or the study: its scores cannot be checked",
        severity="warning",
        aspect="relational",
        remedy="Correct the code, or describe the instrument under `instruments` in the study file",
        holds=lambda table: table.instrument.isin(codes),
    )
    yield Rule(
        name="within_limits",
        whole_row=True,
        table=TABLE,
        column="score",
        sentence="lies outside the limits of its instrument",
        remedy=INSTRUMENT,
        holds=_by_instrument(instruments, lambda one: (one.minimum, one.maximum), _between),
    )
    yield Rule(
        name="plausible",
        whole_row=True,
        table=TABLE,
        column="score",
        sentence="is possible but unusual for its instrument",
        severity="warning",
        category="plausibility",
        aspect="atemporal",
        remedy="Look at these rows; the limits are plausible_minimum and plausible_maximum of the instrument",
        holds=_by_instrument(instruments, _plausible, _between_or_illegal),
    )
    yield Rule(
        name="on_grid",
        whole_row=True,
        table=TABLE,
        column="score",
        sentence="is no multiple of the step of its instrument",
        severity="warning",
        remedy=INSTRUMENT,
        holds=_by_instrument(instruments, _grid, _is_multiple),
    )
    days = study.quality.days_between_visits
    if days > 1:
        yield Rule(
            name="visit_once",
            whole_row=True,
            table=TABLE,
            column="day",
            sentence=f"fewer than {days} days after another score of the patient and instrument: a visit twice?",
            severity="warning",
            category="plausibility",
            aspect="uniqueness",
            remedy="Keep one of them; scores of every day: quality.days_between_visits: 0 in the study file",
            holds=lambda table: _days_since_the_last(table) >= days,
            met=lambda table: table.select(since=_days_since_the_last(table)).since.min().fill_null(days) >= days,
        )


def _plausible(instrument: Instrument) -> tuple[float, float, float, float] | None:
    lowest, highest = instrument.minimum, instrument.maximum
    low = lowest if instrument.plausible_minimum is None else instrument.plausible_minimum
    high = highest if instrument.plausible_maximum is None else instrument.plausible_maximum
    return None if (low, high) == (lowest, highest) else (lowest, low, high, highest)


def _grid(instrument: Instrument) -> tuple[float, float] | None:
    return (instrument.minimum, instrument.step) if instrument.step else None


def _by_instrument(
    instruments: Mapping[str, Instrument],
    limit: Callable[[Instrument], Limit | None],
    holds: Callable[[ir.FloatingColumn, Limit], ir.BooleanValue],
) -> Callable[[ir.Table], ir.BooleanColumn]:
    """Return a rule with one branch for all instruments of the same limit."""
    codes: dict[Limit, list[str]] = {}
    for code, instrument in sorted(instruments.items()):
        found = limit(instrument)
        if found is not None:
            codes.setdefault(found, []).append(code)

    def rule(table: ir.Table) -> ir.BooleanColumn:
        import ibis

        branches = [(table.instrument.isin(names), holds(table.score, one)) for one, names in codes.items()]
        return ibis.cases(*branches, else_=True)

    return rule


def _between(score: ir.FloatingColumn, limits: tuple[float, float]) -> ir.BooleanValue:
    return score.between(*limits)


def _between_or_illegal(score: ir.FloatingColumn, limits: tuple[float, float, float, float]) -> ir.BooleanValue:
    # beyond its limits a score breaks that rule, and is not called possible
    lowest, low, high, highest = limits
    return score.between(low, high) | (score < lowest) | (score > highest)


def _is_multiple(score: ir.FloatingColumn, grid: tuple[float, float]) -> ir.BooleanValue:
    steps = (score - grid[0]) / grid[1]
    return (steps - steps.round()).abs() <= GRID_TOLERANCE


def _days_since_the_last(table: ir.Table) -> ir.IntegerColumn:
    import ibis

    # of two scores of one day the key speaks: this asks about the latest day before
    before = ibis.range_window(group_by=["patient_id", "instrument"], order_by="day", preceding=(None, 1))
    days: ir.IntegerColumn = table.day - table.day.max().over(before)
    return days
