"""Compiles response rules to expressions of the engine.

A missing score gives null, and `and`, `or` follow SQL's three-valued logic: unknown stays unknown unless the other
side decides. Differences are rounded to a millionth before they are compared: far finer than the step of any
instrument, and coarse enough that 5.3 - 4.1 is 1.2.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, eq, ge, gt, le, lt, or_
from typing import TYPE_CHECKING

from dose_outcomes.catalogue.definitions import Instrument, ResponseDefinition
from dose_outcomes.catalogue.expression import Comparison, Rule, parse_rule

if TYPE_CHECKING:
    import ibis.expr.types as ir

DECIMALS = 6

_OPERATORS = {">=": ge, "<=": le, ">": gt, "<": lt, "==": eq}


def response(
    table: ir.Table, definition: ResponseDefinition, instrument: Instrument, rule: str | None = None
) -> ir.BooleanValue:
    """Return whether the response rule holds.

    Parameters
    ----------
    table : Table
        Columns `value` and `base` (scores; null when missing), and one per component of the rule.
    definition, instrument
        Their direction and floor turn scores into improvement.
    rule : str, optional
        The rule; the definition's response when empty.

    Returns
    -------
    BooleanValue
        Null where the scores do not decide.
    """
    change = table.base - table.value
    improve = (change if instrument.direction == "lower_better" else -change).round(DECIMALS)
    reference = (table.base - instrument.floor).round(DECIMALS)
    terms = {
        "value": table.value,
        "base": table.base,
        "improve": improve,
        "worsen": -improve,
        # a percentage of nothing is not defined: null, hence not assessable
        "pct_improve": (100 * improve / reference.nullif(0)).round(DECIMALS),
        **{name: table[name] for name in definition.components},
    }
    return _compile(parse_rule(rule or definition.response), terms)


def severe_enough(base: ir.FloatingValue, definition: ResponseDefinition, instrument: Instrument) -> ir.BooleanValue:
    """Return whether the baseline reaches the bound from which a patient can be assessed; null without a baseline."""
    if definition.baseline_bound is None:
        return base.notnull()
    if instrument.direction == "higher_better":
        return base <= definition.baseline_bound
    return base >= definition.baseline_bound


def _compile(rule: Rule, terms: dict[str, ir.NumericValue]) -> ir.BooleanValue:
    if isinstance(rule, Comparison):
        return _OPERATORS[rule.operator](terms[rule.name], rule.number)
    return reduce(and_ if rule.joined_by == "and" else or_, (_compile(term, terms) for term in rule.terms))
