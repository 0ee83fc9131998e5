"""Response definitions in words, written from the rules themselves, so that text and analysis cannot differ."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from dose_outcomes.catalogue.definitions import Instrument, Measure, ResponseDefinition
from dose_outcomes.catalogue.expression import Combination, Comparison, Operator, Rule, names_in, parse_rule

LEVELS: dict[Operator, str] = {">=": "at least", "<=": "at most", ">": "above", "<": "below", "==": "exactly"}
#: The same comparison seen from the other side: of `improve >= -2`, `worsen <= 2`.
MIRRORED: dict[Operator, Operator] = {">=": "<=", "<=": ">=", ">": "<", "<": ">", "==": "=="}
MEASURES: dict[str, Measure] = {
    "improve": "improvement",
    "worsen": "worsening",
    "pct_improve": "percent_improvement",
    "value": "score",
}
#: Units without a word of their own; points are named beside a change only.
UNSPOKEN = ("category", "0/1", "percent", "count")


def in_words(definition: ResponseDefinition, instruments: Mapping[str, Instrument]) -> str:
    """Return a definition as sentences.

    Parameters
    ----------
    definition : ResponseDefinition
    instruments : mapping of str to Instrument
        At least those that the definition names.

    Examples
    --------
    >>> from dose_outcomes.catalogue import built_in
    >>> in_words(built_in().definitions["CD-CDAI-70"], built_in().instruments)
    "Responder: Crohn's Disease Activity Index at least 70 points lower than at baseline, 12 weeks (10 to 14) \
after the first dose, in patients with a baseline score of at least 220; a missing score leaves it unknown. Clinical \
remission: Crohn's Disease Activity Index below 150."
    """
    rule = parse_rule(definition.response)
    whose = _whose(definition, instruments)
    parts = [rule_in_words(rule, definition, instruments), _when(definition), *([whose] if whose else [])]
    who = "Harm" if definition.kind == "harm" else "Responder"
    return f"{who}: {', '.join(parts)}; {_unknown(rule, definition)}. {_remission(definition, instruments)}".strip()


def rule_in_words(rule: Rule, definition: ResponseDefinition, instruments: Mapping[str, Instrument]) -> str:
    """Return a rule as part of a sentence; a score is named again only where another one came between."""
    return _Telling(definition, instruments).tell(rule, nested=False)


class _Telling:
    """A rule being told: remembers which score was named last."""

    def __init__(self, definition: ResponseDefinition, instruments: Mapping[str, Instrument]) -> None:
        self.definition, self.instruments, self.named = definition, instruments, ("", "")

    def tell(self, rule: Rule, nested: bool) -> str:
        if isinstance(rule, Comparison):
            return self._with_subject(rule.name, self._predicate(rule))
        *first, last = self._terms(rule)
        told = f"{', '.join(first)} {rule.joined_by} {last}" if first else last
        return f"({told})" if nested else told

    def _terms(self, rule: Combination) -> list[str]:
        told: list[str] = []
        for _, group in groupby(rule.terms, key=lambda term: term.name if isinstance(term, Comparison) else id(term)):
            terms = list(group)
            limits = _range(terms) if rule.joined_by == "and" else None
            if limits is None:
                told += [self.tell(term, nested=True) for term in terms]
            else:
                name, low, high = limits
                told.append(self._with_subject(name, f"from {_figure(low)} to {self._amount(name, high)}"))
        return told

    def _with_subject(self, name: str, predicate: str) -> str:
        instrument = self._instrument(name)
        subject = "baseline score" if name == "base" else instrument.phrase or instrument.label
        before, self.named = self.named, (subject, self._code(name))
        return predicate if before == self.named else f"{subject} {predicate}"

    def _code(self, name: str) -> str:
        part = self.definition.parts.get(name)
        return part.instrument if part else self.definition.instrument

    def _instrument(self, name: str) -> Instrument:
        return self.instruments[self._code(name)]

    def _predicate(self, rule: Comparison) -> str:
        part = self.definition.parts.get(rule.name)
        measure: Measure = part.measure if part else MEASURES.get(rule.name, "score")
        instrument = self._instrument(rule.name)
        if measure != "score":
            return _change(measure, rule, instrument)
        yes_or_no = (instrument.minimum, instrument.maximum, instrument.step) == (0, 1, 1)
        if yes_or_no and rule.operator == "==" and rule.number in (0, 1):
            return "recorded as yes" if rule.number else "recorded as no"
        return f"{LEVELS[rule.operator]} {self._amount(rule.name, rule.number)}"

    def _amount(self, name: str, number: float) -> str:
        instrument = self._instrument(name)
        return _figure(number) if instrument.units.startswith("points") else _with_unit(number, instrument)


def _range(terms: list[Rule]) -> tuple[str, float, float] | None:
    """Return name and limits of a closed range, when two terms give one."""
    if len(terms) != 2 or not all(isinstance(term, Comparison) for term in terms):
        return None
    first, second = (term for term in terms if isinstance(term, Comparison))
    limits = {first.operator: first.number, second.operator: second.number}
    if set(limits) != {">=", "<="} or first.name in ("improve", "worsen", "pct_improve"):
        return None
    return first.name, limits[">="], limits["<="]


def _change(measure: Measure, rule: Comparison, instrument: Instrument) -> str:
    """Return a comparison of a change: `improve >= 2` as "at least 2 points lower than at baseline"."""
    operator, number, better = rule.operator, rule.number, measure != "worsening"
    if number < 0:
        operator, number, better = MIRRORED[operator], -number, not better
    lower = (instrument.direction == "lower_better") == better
    way, other = ("lower", "higher") if lower else ("higher", "lower")
    if number == 0:
        return {
            ">": f"{way} than at baseline",
            ">=": f"not {other} than at baseline",
            "==": "the same as at baseline",
            "<=": f"not {way} than at baseline",
            "<": f"{other} than at baseline",
        }[operator]
    if measure == "percent_improvement":
        above = f" (of what lies above {_figure(instrument.floor)})" if instrument.floor else ""
        amount = f"{_figure(number)} %{above}"
    else:
        amount = _with_unit(number, instrument)
    return {
        ">": f"more than {amount} {way} than at baseline",
        ">=": f"at least {amount} {way} than at baseline",
        "==": f"exactly {amount} {way} than at baseline",
        # an upper limit on a change also holds for a change the other way
        "<=": f"not {way} than at baseline by more than {amount}",
        "<": f"not {way} than at baseline by {amount} or more",
    }[operator]


def _with_unit(number: float, instrument: Instrument) -> str:
    unit = instrument.units.split(" (")[0]
    if unit in UNSPOKEN:
        return _figure(number)
    singular = number == 1 and len(unit) > 2  # not of ms
    return f"{_figure(number)} {unit.removesuffix('s') if singular else unit}".strip()


def _figure(number: float) -> str:
    return f"{number:.12g}"


def _when(definition: ResponseDefinition) -> str:
    week, half = definition.week, definition.window_weeks
    window = (
        f" ({_figure(week - half)} to {_figure(week + half)})"
        if 0 < half < week
        else f" (up to {_figure(week + half)})"
        if half
        else ""
    )
    return f"{_figure(week)} week{'' if week == 1 else 's'}{window} after the first dose"


def _whose(definition: ResponseDefinition, instruments: Mapping[str, Instrument]) -> str:
    if definition.baseline_bound is not None:
        side = "at most" if instruments[definition.instrument].direction == "higher_better" else "at least"
        return f"in patients with a baseline score of {side} {_figure(definition.baseline_bound)}"
    if definition.needs_baseline:
        return "in patients with a baseline score"
    changes = {name for name, part in definition.parts.items() if part.measure != "score"}
    return "in patients with the baseline scores for it" if changes & names_in(parse_rule(definition.response)) else ""


def _unknown(rule: Rule, definition: ResponseDefinition) -> str:
    looked_at = names_in(rule)
    scores = len(looked_at & set(definition.parts)) + bool(looked_at - set(definition.parts))
    return "a missing score leaves it unknown" + (", unless the others decide" if scores > 1 else "")


def _remission(definition: ResponseDefinition, instruments: Mapping[str, Instrument]) -> str:
    if definition.remission is None:
        return "" if definition.kind == "harm" else "Remission is not defined."
    label = definition.remission_label or "Remission"
    return f"{label}: {rule_in_words(parse_rule(definition.remission), definition, instruments)}."
