"""Distribution of the change: the share that improved by at least so much, at every threshold at once.

It shows what a responder rate shows at one threshold, so that nobody need ask what another cut would have given.
Two neighbouring thresholds tell how many patients lie between them: disclosure control leaves out thresholds until
none or enough do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dose_outcomes.catalogue.expression import Comparison, Rule, parse_rule
from dose_outcomes.derive.course.score_change import TARGET, TARGET_PERCENT
from dose_outcomes.outcomes.course.describing import describe, share_row
from dose_outcomes.outcomes.course.score_change import cells_of, change_key, scored_conditions
from dose_outcomes.results import ALL, Result
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from dose_outcomes.catalogue.definitions import Instrument, ResponseDefinition

ANALYSIS = "change_distribution"
IMPORTANT = "minimal important difference"
CUT = "cut of the response rule"
TIE = 1e-9
"""Improvements are decimals: one that equals the threshold reaches it."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """An improvement, in units of the scale or in percent of the baseline, and what it is known for."""

    improvement: float
    percent: bool
    meaning: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """As it stands in the endpoint of a row."""
        return f"{self.improvement:g}{' %' if self.percent else ''}"


def change_distribution(changes: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return the share of patients seen at the target visit who improved by at least each threshold.

    All thresholds over all doses; for each dose those that have a meaning.

    Parameters
    ----------
    changes : DataFrame
        As `derive.course.score_change.score_change_counts` gives it.
    """
    settings = study.course.score_change
    if settings is None:
        return
    cells = {use: cells_of(changes[changes["use"] == use]) for use in (TARGET, TARGET_PERCENT)}
    endpoint = study.endpoints[0]
    for condition, instrument_code in scored_conditions(study):
        code = endpoint.definitions[condition]
        definition, instrument = study.definition(code), study.instrument(instrument_code)
        if instrument is None or instrument.direction == "target_range":
            continue
        day = study.visits(endpoint, code)[-1].day
        for threshold in thresholds(definition, instrument, settings.threshold_shares):
            use = TARGET_PERCENT if threshold.percent else TARGET
            for dose in (ALL, *study.dose_labels) if threshold.meaning else (ALL,):
                found = describe(cells[use].get((condition, dose, day)), "change")
                reached = int(found.n[found.values >= threshold.improvement - TIE].sum())
                key = change_key(ANALYSIS, f"{instrument_code}: {threshold.text}", condition, dose, day)
                row = share_row(key, reached, found.total, study, "share_improved_at_least")
                yield _with_meaning(row, threshold)


def thresholds(definition: ResponseDefinition, instrument: Instrument, shares: list[float]) -> list[Threshold]:
    """Return the improvements of a definition: of the grid, and those that have a meaning.

    A rule that asks for more than a cut is met from one step of the instrument above it.
    """
    low = instrument.minimum if instrument.plausible_minimum is None else instrument.plausible_minimum
    high = instrument.maximum if instrument.plausible_maximum is None else instrument.plausible_maximum
    step = instrument.step or 10.0**-6
    meanings: dict[tuple[float, bool], list[str]] = {}
    for share in shares:
        meanings.setdefault((round(round(share * (high - low) / step) * step, 6) + 0.0, False), [])
    if definition.mcid is not None:
        for value, percent in ((definition.mcid.absolute, False), (definition.mcid.percent, True)):
            if value is not None:
                meanings.setdefault((value, percent), []).append(IMPORTANT)
    for one in _comparisons(parse_rule(definition.response)):
        if one.name in ("improve", "pct_improve") and one.operator in (">=", ">"):
            percent = one.name == "pct_improve"
            above = step if one.operator == ">" and not percent else 0.0
            meanings.setdefault((round(one.number + above, 6), percent), []).append(CUT)
    return [
        Threshold(improvement, percent, tuple(dict.fromkeys(meaning)))
        for (improvement, percent), meaning in sorted(meanings.items(), key=lambda one: (one[0][1], one[0][0]))
    ]


def _comparisons(rule: Rule) -> Iterator[Comparison]:
    if isinstance(rule, Comparison):
        yield rule
    else:
        for term in rule.terms:
            yield from _comparisons(term)


def _with_meaning(row: Result, threshold: Threshold) -> Result:

    unit = "percent of the baseline" if threshold.percent else "units of the scale"
    meaning = f"; threshold: {' and '.join(threshold.meaning)}" if threshold.meaning else ""
    return replace(row, method=f"{row.method}; improvement in {unit}, patients with a score{meaning}")
