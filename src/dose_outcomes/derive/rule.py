"""Compiles response rules to expressions of the engine.

A missing score gives null, and `and`, `or` follow SQL's three-valued logic: unknown stays unknown unless the other
side decides. Differences are rounded to a millionth before they are compared: far finer than the step of any
instrument, and coarse enough that 5.3 - 4.1 is 1.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, reduce
from operator import and_, eq, ge, gt, le, lt, or_
from typing import TYPE_CHECKING, Any

from dose_outcomes.catalogue.definitions import Component, Instrument, ResponseDefinition
from dose_outcomes.catalogue.expression import Comparison, Rule, parse_rule

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import numpy as np
    from numpy.typing import NDArray

DECIMALS = 6

_OPERATORS = {">=": ge, "<=": le, ">": gt, "<": lt, "==": eq}


def score_column(instrument: str) -> str:
    """Return the column with the score of a component's instrument on the same day."""
    return f"score {instrument}"


def baseline_column(instrument: str) -> str:
    """Return the column with the baseline of a component's instrument."""
    return f"baseline {instrument}"


def response(
    table: ir.Table,
    definition: ResponseDefinition,
    instruments: Mapping[str, Instrument],
    rule: str | None = None,
) -> ir.BooleanValue:
    """Return whether the response rule holds.

    Parameters
    ----------
    table : Table
        Columns `value` and `base` (scores; null when missing); for each component of the rule `score_column`, and
        `baseline_column` where it is a change.
    definition : ResponseDefinition
        Its components are resolved by instrument, so that two definitions may use one name for different scores.
    instruments : mapping of str to Instrument
        Direction and floor of each instrument of the definition: they turn scores into improvement.
    rule : str, optional
        The rule, for example that of remission; the definition's response when empty.

    Returns
    -------
    BooleanValue
        Null where the scores do not decide.
    """
    main = instruments[definition.instrument]

    def improve() -> Any:
        return _improvement(table.base, table.value, main)

    terms: dict[str, Callable[[], Any]] = {
        "value": lambda: table.value,
        "base": lambda: table.base,
        "improve": improve,
        "worsen": lambda: -improve(),
        "pct_improve": lambda: _percent(improve(), table.base, main),
        **{name: partial(_component, table, part, instruments) for name, part in definition.parts.items()},
    }
    return _compile(parse_rule(rule or definition.response), terms)


def response_to_scores(
    base: NDArray[np.float64], value: NDArray[np.float64], definition: ResponseDefinition, instrument: Instrument
) -> NDArray[np.bool_]:
    """Return whether the response rule would hold for scores that nobody has, compiled as for the engine.

    Parameters
    ----------
    base, value : ndarray
        Scores, of shapes that broadcast; none is missing.
    definition : ResponseDefinition
        Without components in its response.
    """
    import numpy as np

    base, value = np.broadcast_arrays(base, value)

    def improve() -> Any:
        return _improvement(base, value, instrument)

    def percent() -> Any:
        reference = (base - instrument.floor).round(DECIMALS)
        return (100 * improve() / np.where(reference == 0, np.nan, reference)).round(DECIMALS)

    terms: dict[str, Callable[[], Any]] = {
        "value": lambda: value.round(DECIMALS),
        "base": lambda: base.round(DECIMALS),
        "improve": improve,
        "worsen": lambda: -improve(),
        "pct_improve": percent,
    }
    return np.asarray(_compile(parse_rule(definition.response), terms), dtype=np.bool_)


def severe_enough(
    base: ir.FloatingValue, definition: ResponseDefinition, instruments: Mapping[str, Instrument]
) -> ir.BooleanValue:
    """Return whether the baseline reaches the bound from which a patient can be assessed; null without a baseline."""
    if definition.baseline_bound is None:
        return base.notnull()
    if instruments[definition.instrument].direction == "higher_better":
        return base <= definition.baseline_bound
    return base >= definition.baseline_bound


def baseline_known(table: ir.Table, definition: ResponseDefinition) -> ir.BooleanValue:
    """Return whether there is baseline enough to tell a response.

    That of the main score where it is needed. Of components, those without which the rule could never hold: of two
    changes joined by `or`, one baseline will do.

    Parameters
    ----------
    table : Table
        Columns `base` and `baseline_column` of each component that is a change.
    """
    import ibis

    parts = definition.parts

    def known(rule: Rule) -> ir.BooleanValue:
        if not isinstance(rule, Comparison):
            return reduce(and_ if rule.joined_by == "and" else or_, map(known, rule.terms))
        part = parts.get(rule.name)
        if part is None or part.measure == "score":
            return ibis.literal(True)
        return table[baseline_column(part.instrument)].notnull()

    rule = known(parse_rule(definition.response))
    return table.base.notnull() & rule if definition.needs_baseline else rule


def _component(table: ir.Table, part: Component, instruments: Mapping[str, Instrument]) -> ir.NumericValue:
    score = table[score_column(part.instrument)]
    if part.measure == "score":
        return score
    instrument, base = instruments[part.instrument], table[baseline_column(part.instrument)]
    improve = _improvement(base, score, instrument)
    if part.measure == "percent_improvement":
        return _percent(improve, base, instrument)
    return improve if part.measure == "improvement" else -improve


def _improvement(base: Any, value: Any, instrument: Instrument) -> Any:
    change = base - value
    return (change if instrument.direction == "lower_better" else -change).round(DECIMALS)


def _percent(improve: ir.NumericValue, base: ir.NumericValue, instrument: Instrument) -> ir.NumericValue:
    # a percentage of nothing is not defined: null, hence unknown
    reference = (base - instrument.floor).round(DECIMALS)
    return (100 * improve / reference.nullif(0)).round(DECIMALS)


def _compile(rule: Rule, terms: Mapping[str, Callable[[], Any]]) -> Any:
    """Return whether a rule holds; only the terms that it names are made."""
    if isinstance(rule, Comparison):
        return _OPERATORS[rule.operator](terms[rule.name](), rule.number)
    return reduce(and_ if rule.joined_by == "and" else or_, (_compile(term, terms) for term in rule.terms))
