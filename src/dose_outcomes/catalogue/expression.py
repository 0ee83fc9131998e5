"""The language of response rules: comparisons of scores joined by `and` and `or`.

Parsed with a whitelist into small immutable values; nothing is ever evaluated as Python.
What a rule means on data is decided where it is compiled (`derive.rule`): a missing
score makes a comparison unknown, and `and`, `or` follow three-valued logic.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Literal

from dose_outcomes.errors import StudyError, nearest

Operator = Literal[">=", "<=", ">", "<", "=="]

_OPERATORS: dict[type[ast.cmpop], Operator] = {
    ast.GtE: ">=",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.Lt: "<",
    ast.Eq: "==",
}
NAMES = {
    "value": "score at the visit",
    "base": "baseline score",
    "improve": "change from baseline, positive is better",
    "worsen": "change from baseline, positive is worse",
    "pct_improve": "change from baseline in percent of the baseline, positive is better",
}
#: Names of changes of the main score, and all names that look at it.
CHANGES = frozenset({"improve", "worsen", "pct_improve"})
SCORES = frozenset(NAMES)
COMPONENT = re.compile(r"^c_[a-z0-9_]+$")


@dataclass(frozen=True, slots=True)
class Comparison:
    """`name operator number`."""

    name: str
    operator: Operator
    number: float


@dataclass(frozen=True, slots=True)
class Combination:
    """Terms joined by one of `and`, `or`."""

    joined_by: Literal["and", "or"]
    terms: tuple[Rule, ...]


Rule = Comparison | Combination


def parse_rule(text: str) -> Rule:
    """Parse a rule.

    Parameters
    ----------
    text : str
        For example ``improve > 1.2 or (improve > 0.6 and value <= 5.1)``.

    Raises
    ------
    StudyError
        Says which part is not allowed and what is.

    Examples
    --------
    >>> parse_rule("pct_improve >= 30")
    Comparison(name='pct_improve', operator='>=', number=30.0)
    """
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError):
        raise StudyError(
            f"rule '{text}' cannot be read: write comparisons such as 'improve >= 3 and value <= 2'"
        ) from None
    return _rule(tree.body, text)


def names_in(rule: Rule) -> frozenset[str]:
    """Return the names that a rule compares."""
    if isinstance(rule, Comparison):
        return frozenset({rule.name})
    return frozenset().union(*(names_in(term) for term in rule.terms))


def needs_baseline(rule: Rule) -> bool:
    """Tell whether a rule looks at the baseline of the main score."""
    return bool(names_in(rule) & (CHANGES | {"base"}))


def _rule(node: ast.expr, text: str) -> Rule:
    if isinstance(node, ast.BoolOp):
        joined_by: Literal["and", "or"] = "and" if isinstance(node.op, ast.And) else "or"
        return Combination(joined_by, tuple(_rule(value, text) for value in node.values))
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        operator = _OPERATORS.get(type(node.ops[0]))
        if operator and isinstance(node.left, ast.Name):
            return Comparison(_name(node.left.id, text), operator, _number(node.comparators[0], text))
    raise StudyError(
        f"rule '{text}': '{ast.unparse(node)}' is not allowed. A rule joins comparisons "
        "'name >= number' (also <=, >, <, ==) by 'and' and 'or'"
    )


def _name(name: str, text: str) -> str:
    if name in NAMES or COMPONENT.match(name):
        return name
    close = nearest(name, NAMES)
    hint = f"; did you mean {close}?" if close else ""
    raise StudyError(f"rule '{text}': unknown name '{name}'{hint} Allowed: {', '.join(NAMES)}, and c_... components")


def _number(node: ast.expr, text: str) -> float:
    sign = 1.0
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = -1.0, node.operand
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return sign * float(node.value)
    raise StudyError(f"rule '{text}': '{ast.unparse(node)}' must be a number")
