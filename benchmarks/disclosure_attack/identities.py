"""What everybody knows of the counts of a release: which are sums of others, and which are part of others.

Names of derived counts are made here too, with their true values for the judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from benchmarks.disclosure_attack.cohorts import SET_ASIDE, Cohort
from benchmarks.disclosure_attack.names import (
    BY_CONDITION,
    BY_DOSE,
    EFFECT_DAYS,
    EFFECTS,
    HORIZON,
    LAST_DOSES,
    LOST,
    REASONS,
    SEVERITIES,
    STILL_ON,
    SUBGROUPS,
    SYSTEMS,
    TERMS,
    VISITS,
    Name,
)
from benchmarks.disclosure_attack.system import System
from dose_outcomes.results import ALL

#: Counts up to a day: what they add up, its parts, its days.
UP_TO: dict[str, tuple[str, tuple[str, ...], tuple[int, ...]]] = {
    "response by": ("response", ("",), VISITS),
    "no response by": ("no response", ("",), VISITS),
    "responded first by": ("responded first", ("",), VISITS),
    "stopped first by": ("stopped first", ("",), VISITS),
    "neither by": ("neither", ("",), VISITS),
    "stopped for by": ("stopped for", REASONS, VISITS),
    "ended by": ("ended", (LOST, STILL_ON), LAST_DOSES),
    "first effect by": ("first effect", EFFECTS, EFFECT_DAYS),
}
#: Days of each count up to a day, of sums over parts too.
DAYS = {what: days for what, (_, _, days) in UP_TO.items()} | {"stopped by": VISITS, "left by": LAST_DOSES}
#: Differences of two counts that somebody may work out: patients without an event, without a score, ...
RESTS = {
    "not assessable": ("analysed", "assessable"),
    "missing": ("assessable", "observed"),
    "observed without response": ("observed", "responders"),
    "without response": ("assessable", "responders"),
    "scores carried": ("carried", "observed"),
    "missing after carrying": ("assessable", "carried"),
    "responders carried only": ("carried responders", "responders"),
    "carried without response": ("carried", "carried responders"),
}


def last_day(days: Iterable[int], until: int) -> int | None:
    """Return the last of some days up to one."""
    return max((day for day in days if day <= until), default=None)


def up_to(what: str, part: str, condition: str, dose: str, day: int) -> Name | None:
    """Return the name of a count up to a day, None before the first day on which anything happens."""
    found = last_day(UP_TO[what][2], day)
    return None if found is None else Name(what, part, condition, dose, found)


def true_counts(cohort: Cohort) -> dict[Name, int]:
    """Return the true value of every count that has a name."""
    truth = dict(cohort.cells)
    for name, number in cohort.cells.items():
        for condition in {ALL, name.condition}:
            for dose in {ALL, name.dose}:
                if (condition, dose) != (name.condition, name.dose):
                    total = name.at(condition, dose)
                    truth[total] = truth.get(total, 0) + number
    for what, (step, parts, days) in UP_TO.items():
        for name in [one for one in truth if one.what == step and one.day == days[0] and one.part in parts]:
            running = 0
            for day in days:
                running += truth[name._replace(day=day)]
                truth[name._replace(what=what, day=day)] = running
    for rest, (whole, part) in RESTS.items():
        for name in [one for one in truth if one.what == whole]:
            other = name._replace(what=part)
            if other in truth:
                truth[name._replace(what=rest)] = truth[name] - truth[other]
    for name in [one for one in truth if one.what == "stopped for by" and one.part == REASONS[0]]:
        truth[name._replace(what="stopped by", part="")] = sum(truth[name._replace(part=one)] for one in REASONS)
    for name in [one for one in truth if one.what == "ended by" and one.part == LOST]:
        truth[name._replace(what="left by", part="")] = sum(truth[name._replace(part=one)] for one in (LOST, STILL_ON))
    for name in [one for one in truth if one.what == "patients with"]:
        truth[name._replace(what="patients without")] = truth[name._replace(what="analysed", part="")] - truth[name]
    truth |= _flows(cohort)
    return truth


def _flows(cohort: Cohort) -> dict[Name, int]:
    truth = {}
    for flow, reasons in cohort.flows.items():
        for reason, number in reasons.items():
            truth[Name("excluded", f"{flow}|{reason}")] = number
    for table in SET_ASIDE:
        away = sum(cohort.flows[f"set aside: {table}"].values())
        left_out = sum(cohort.flows[table].values())
        rest = cohort.total("analysed") if table == "patients" else cohort.total("events of", "any")
        truth[Name("set aside", table)] = away
        truth[Name("rows used", table)] = left_out + rest
        truth[Name("rows read", table)] = away + left_out + rest
    return truth


def write_down_identities(system: System, cohort: Cohort) -> None:
    """Note every sum and every inequality.

    Parameters
    ----------
    cohort : Cohort
        Gives the names of conditions, doses and reasons, which the release shows; no count of it is used.
    """
    study = cohort.study
    conditions, doses = study.conditions, study.dose_labels
    places = [(c, d) for c in (ALL, *conditions) for d in (ALL, *doses)]
    for what, parts, days in BY_CONDITION:
        for part in parts:
            for day in days:
                for condition, dose in places:
                    whole = Name(what, part, condition, dose, day)
                    if condition == ALL:
                        system.add_up(whole, [whole.at(one, dose) for one in conditions])
                    if dose == ALL:
                        system.add_up(whole, [whole.at(condition, one) for one in doses])
    for what, parts, days in BY_DOSE:
        for part in parts:
            for day in days:
                whole = Name(what, part, ALL, ALL, day)
                system.add_up(whole, [whole.at(ALL, one) for one in doses])
    for condition, dose in places:
        _of_response(system, condition, dose)
        _of_times(system, condition, dose)
        _of_effects(system, condition, dose)
        if condition == ALL:
            _of_effects_by_dose(system, dose)
    _of_flows(system, cohort)


def _of_response(system: System, condition: str, dose: str) -> None:
    def of(what: str, part: str = "") -> Name:
        return Name(what, part, condition, dose)

    for rest, (whole, part) in RESTS.items():
        system.add_up(of(whole), [of(part), of(rest)])
    for variable, levels in SUBGROUPS.items():
        names = [f"{variable}: {level}" for level in levels]
        for what in ("analysed", "assessable", "responders"):
            system.add_up(of(what), [of(what, name) for name in names])
        for name in names:
            system.add_up(of("assessable", name), [of("responders", name), of("without response", name)])
            system.add_up(of("analysed", name), [of("assessable", name), of("not assessable", name)])


def _of_times(system: System, condition: str, dose: str) -> None:
    def of(what: str, day: int | None = None, part: str = "") -> Name:
        return Name(what, part, condition, dose, day)

    for what, (step, parts, days) in UP_TO.items():
        for part in parts if what != "first effect by" else ():
            before: list[Name] = []
            for day in days:
                system.add_up(of(what, day, part), [*before, of(step, day, part)])
                before = [of(what, day, part)]
    system.add_up(of("assessable"), [of("response by", HORIZON), of("no response by", HORIZON)])
    outcomes = [of(f"{one} by", HORIZON) for one in ("responded first", "stopped first", "neither")]
    system.add_up(of("assessable"), outcomes)
    for day in VISITS:
        system.add_up(of("stopped by", day), [of("stopped for by", day, reason) for reason in REASONS])
        system.at_most(of("responded first by", day), of("response by", day))
    for day in LAST_DOSES:
        system.add_up(of("left by", day), [of("ended by", day, reason) for reason in (LOST, STILL_ON)])
    system.add_up(of("analysed"), [of("stopped by", VISITS[-1]), of("left by", LAST_DOSES[-1])])


def _of_effects(system: System, condition: str, dose: str) -> None:
    def of(what: str, part: str = "") -> Name:
        return Name(what, part, condition, dose)

    for effect in EFFECTS:
        system.add_up(of("analysed"), [of("patients with", effect), of("patients without", effect)])
        system.at_most(of("patients with", effect), of("events of", effect))
    for whole in ("any", *SYSTEMS):
        terms = [term for term, of_system in TERMS.items() if whole in ("any", of_system)]
        system.add_up(of("events of", whole), [of("events of", term) for term in terms])
        for level in (terms, SYSTEMS if whole == "any" else ()):
            for part in level:
                system.at_most(of("patients with", part), of("patients with", whole))
            if level:
                together = {of("patients with", part): 1.0 for part in level}
                together[of("patients with", whole)] = together.get(of("patients with", whole), 0.0) - 1.0
                system.note(together, 0.0, float("inf"))


def _of_effects_by_dose(system: System, dose: str) -> None:
    def of(what: str, part: str = "", day: int | None = None) -> Name:
        return Name(what, part, ALL, dose, day)

    system.add_up(of("patients with", "any"), [of("worst", level) for level in SEVERITIES])
    for effect in EFFECTS:
        system.at_most(of("serious", effect), of("patients with", effect))
        system.at_most(of("serious", effect), of("serious", "any"))
        before: list[Name] = []
        for day in EFFECT_DAYS:
            system.add_up(of("first effect by", effect, day), [*before, of("first effect", effect, day)])
            before = [of("first effect by", effect, day)]
            if effect != "any":
                system.at_most(of("first effect by", effect, day), of("first effect by", "any", day))
        system.add_up(of("patients with", effect), before)
        rest = [of("stopped before effect", effect, day) for day in EFFECT_DAYS]
        system.add_up(of("patients without", effect), [*rest, of("without effect", effect, HORIZON)])


def _of_flows(system: System, cohort: Cohort) -> None:
    def excluded(flow: str) -> Iterator[Name]:
        for reason in cohort.flows[flow]:
            yield Name("excluded", f"{flow}|{reason}")

    for table in SET_ASIDE:
        used, read, away = (Name(what, table) for what in ("rows used", "rows read", "set aside"))
        system.add_up(read, [used, away])
        system.add_up(away, excluded(f"set aside: {table}"))
        rest = Name("analysed") if table == "patients" else Name("events of", "any")
        system.add_up(used, [*excluded(table), rest])
    assessable = next(flow for flow in cohort.flows if flow.startswith("responder_rate"))
    system.add_up(Name("not assessable"), excluded(assessable))
