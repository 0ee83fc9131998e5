"""Methods in words, written from the study that was run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dose_outcomes.catalogue.expression import COMPONENT, Comparison, Rule, parse_rule
from dose_outcomes.report.wording import DAYS_PER_WEEK, MISSING_DATA, Wording, plain, week

Components = Mapping[str, Any]

OPERATORS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than", "==": "exactly"}
NAMES = {
    "value": "score",
    "base": "score before treatment",
    "improve": "improvement since before treatment",
    "worsen": "worsening since before treatment",
    "pct_improve": "improvement since before treatment, in percent,",
}
BOUNDS = {"lower_better": "at least", "higher_better": "at most", "target_range": "reaches"}
MEASURES = {
    "score": "{}",
    "improvement": "improvement of {}",
    "worsening": "worsening of {}",
    "percent_improvement": "improvement of {}, in percent,",
}
VALIDATION = {
    "validated": "validated for this condition",
    "validated_other_population": "validated in another population",
    "pragmatic": "chosen for this study, not validated",
}


@dataclass(frozen=True, slots=True)
class DefinitionText:
    """A response definition as a table row."""

    conditions: list[str]
    code: str
    label: str
    instrument: str
    rule: str
    words: str
    baseline: str
    when: str
    standing: str
    source: str


def rule_in_words(rule: str, components: Components, wording: Wording) -> str:
    """Return a response rule as a sentence part.

    Parameters
    ----------
    rule : str
        For example ``improve >= 70``, which becomes "improvement since before treatment at least 70".
    components : mapping
        Name in the rule: code of an instrument, or instrument and measure.
    wording : Wording
        Names of instruments.
    """
    return _words(parse_rule(rule), components, wording, within=False)


def _words(rule: Rule, components: Components, wording: Wording, within: bool) -> str:
    if isinstance(rule, Comparison):
        return f"{_subject(rule.name, components, wording)} {OPERATORS[rule.operator]} {rule.number:g}"
    text = f" {rule.joined_by} ".join(_words(term, components, wording, within=True) for term in rule.terms)
    return f"({text})" if within else text


def _subject(name: str, components: Components, wording: Wording) -> str:
    """Return what a name in a rule stands for."""
    if not COMPONENT.match(name):
        return NAMES.get(name, name)
    component = components.get(name, name)
    if isinstance(component, str):
        return wording.instrument(component)
    instrument = wording.instrument(component["instrument"])
    return MEASURES.get(component.get("measure", "score"), "{}").format(instrument)


def definitions(endpoint: dict[str, Any], wording: Wording) -> list[DefinitionText]:
    """Return the definitions of an endpoint, each once, in the order of the conditions."""
    by_code: dict[str, list[str]] = {}
    for condition in wording.conditions:
        if condition in endpoint["definitions"]:
            by_code.setdefault(endpoint["definitions"][condition], []).append(wording.condition(condition))
    return [_definition(code, names, endpoint, wording) for code, names in by_code.items()]


def _definition(code: str, conditions: list[str], endpoint: dict[str, Any], wording: Wording) -> DefinitionText:
    definition = wording.definition(code) or {"instrument": "", "label": code, "response": "", "week": 0}
    components = definition.get("components") or {}
    instrument = wording.instrument(definition["instrument"])
    bound = definition.get("baseline_bound")
    return DefinitionText(
        conditions=conditions,
        code=plain(code),
        label=plain(definition["label"]),
        instrument=instrument,
        rule=plain(definition["response"]),
        words=_definition_in_words(definition, components, wording),
        baseline="any" if bound is None else f"{BOUNDS[wording.direction(definition['instrument'])]} {bound:g}",
        when=_when(definition, endpoint),
        standing=VALIDATION.get(definition.get("validation", "pragmatic"), ""),
        source=_source(definition),
    )


def _source(definition: dict[str, Any]) -> str:
    """Return where a definition comes from, and whether it should be looked up before it is published."""
    doi = f" doi:{definition['doi']}" if definition.get("doi") else ""
    check = " Check before publication." if definition.get("citation") in ("recalled", "uncertain") else ""
    return plain(f"{definition.get('source') or ''}{doi}{check}".strip())


def _definition_in_words(definition: dict[str, Any], components: Components, wording: Wording) -> str:
    """Return the sentences that came with a definition, or else its rule in words."""
    if definition.get("in_words"):
        return plain(definition["in_words"])
    return rule_in_words(definition["response"], components, wording) if definition["response"] else ""


def _when(definition: dict[str, Any], endpoint: dict[str, Any]) -> str:
    visits = endpoint.get("visits") or []
    if visits:
        return "; ".join(
            f"{week(visit['day'])} (days {visit['first_day']} to {visit['last_day']})"
            if visit.get("last_day")
            else f"{week(visit['day'])} (from day {visit['first_day']})"
            for visit in visits
        )
    return f"week {definition['week']:g} ± {definition['window_weeks']:g}"


def missing_data_text(endpoint: dict[str, Any]) -> str:
    """Return how missing scores are handled, primary first."""
    handlings = endpoint["missing_data"]
    first = f"Primary: {MISSING_DATA.get(handlings[0], handlings[0])}"
    others = [MISSING_DATA.get(handling, handling) for handling in handlings[1:]]
    return f"{first}. Beside it: {'; '.join(others)}." if others else f"{first}."


def baseline_text(endpoint: dict[str, Any]) -> str:
    """Return which score is the baseline."""
    baseline = endpoint["baseline"]
    chosen = {"last": "last score", "mean": "mean of the scores"}.get(baseline["choose"], baseline["choose"])
    return f"{chosen} from day {baseline['first_day']} to day {baseline['last_day']}, day 0 being the first dose"


def criteria(wording: Wording) -> list[str]:
    """Return who is left out, in the order in which it is done."""
    sentences = []
    for criterion in wording.study.get("eligibility", []):
        label = plain(criterion["label"])
        if "without_drug_class" in criterion:
            days = f"{criterion['first_day']} to {criterion['last_day']}".replace("-", "−")
            detail = f"a drug of class {plain(criterion['without_drug_class'])} on any of days {days}"
        else:
            kept = [
                words.format(_listed(criterion[key]))
                for key, words in (("at_least", "at least {}"), ("at_most", "at most {}"), ("one_of", "one of {}"))
                if criterion.get(key) is not None
            ]
            detail = f"kept: {plain(criterion['column'])} {' and '.join(kept)}"
        sentences.append(f"{label} ({detail})")
    return sentences


def _listed(value: Any) -> str:
    return plain(", ".join(map(str, value))) if isinstance(value, list) else f"{value:g}"


def dose_groups(wording: Wording) -> list[str]:
    """Return the dose groups with their limits in mg a day."""
    return [
        f"{plain(group['label'])}: {group['from_mg']:g} mg up to, not including, {group['below_mg']:g} mg"
        for group in wording.study["dose_groups"]
    ]


def at_risk_text(study: dict[str, Any]) -> str:
    """Return for how long side effects count."""
    days = study["side_effects"]["days_after_last_dose"]
    until = "the end of observation" if days is None else f"{days} days after the last dose"
    return f"from the first dose until {until}"


def event_text(study: dict[str, Any]) -> str:
    """Return what an event of a rate is."""
    return {
        "episodes": "distinct onsets of a term in a patient (a term recorded twice with one onset day counts once)",
        "records": "all records of the table",
    }[study["side_effects"]["count"]]


def horizon_text(question: dict[str, Any]) -> str:
    """Return how far a time question looks."""
    days = question["horizon_days"]
    return f"{days // DAYS_PER_WEEK} weeks" if days % DAYS_PER_WEEK == 0 else f"{days} days"


def diagnostic_bounds(study: dict[str, Any]) -> list[str]:
    """Return the bounds that comparisons are held against, in words."""
    bounds = study.get("diagnostics", {})
    words = {
        "minimum_patients": "at least {} patients in each group; with fewer there is no p value either",
        "minimum_events": "at least {} patients with the event and as many without it, in all groups together",
        "maximum_standardised_difference": "standardised differences at the start of at most {}",
        "minimum_effective_share": "an effective sample size of at least {} of the patients",
        "minimum_events_per_variable": "at least {} events for each parameter of a regression",
        "maximum_interval_width": "an interval of a difference of shares, or of the days, no wider than {}",
        "maximum_ratio_of_limits": "an upper limit of a ratio of at most {} times the lower",
        "minimum_share_followed": "at least {} of each group followed to the visit or horizon, or dead before it",
        "maximum_share_missing": "scores missing at the visit in at most {} of each group (on the first screen)",
    }
    shares = ("minimum_effective_share", "minimum_share_followed", "maximum_share_missing")
    return [
        text.format(f"{100 * bounds[key]:g}%" if key in shares else f"{bounds[key]:g}")
        for key, text in words.items()
        if key in bounds
    ]
