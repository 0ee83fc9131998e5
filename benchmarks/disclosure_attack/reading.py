"""What an attacker writes down from a release: every number of every file, and what it tells of the counts.

He knows the rules: a count marked as below k lies between 1 and k - 1, one that protects a hidden count is at least
k; of a row with several hidden counts he is told which of them the mark means (`Reading.strict`, more than a row
says). Without it he knows only what follows from the text of the row.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from typing import Any

from benchmarks.disclosure_attack.identities import DAYS, RESTS, UP_TO, last_day
from benchmarks.disclosure_attack.names import DEFINITION, LAST_DOSES, LOST, REASONS, VISITS, Name
from benchmarks.disclosure_attack.system import NO_LIMIT, System

from dose_outcomes.results import ALL

_PROTECTS = "protects"
_BELOW = "count below"
_EXACT = 1e-5
#: Analysis of a row with responders: the patients and the responders of each handling of missing scores, and those
#: without a response.
_HANDLINGS = {
    "non_responder": ("assessable", "responders", "without response"),
    "observed": ("observed", "responders", "observed without response"),
    "carried_forward": ("carried", "carried responders", "carried without response"),
}
#: Curves: those who start, the events, what else ends the time at risk.
_CURVES = {
    "time_to_response": ("assessable", "response by", ("no response by",), ()),
    "response_with_stopping": ("assessable", "responded first by", ("neither by",), ("stopped first by",)),
    "stopping before": ("assessable", "stopped first by", ("neither by",), ("responded first by",)),
    "persistence": ("analysed", "stopped by", ("left by",), ()),
}


@dataclass(frozen=True)
class Asked:
    """A count that is not to be known: its kind, and where it would stand."""

    kind: str
    key: str
    label: str


@dataclass
class Reading:
    """What was written down."""

    minimum_count: int
    truth: dict[Name, int]
    """Tells which counts a row hides, and, with `strict`, which one its mark means; narrows nothing else."""
    strict: bool = True
    system: System = field(default_factory=System)
    shown: set[Name] = field(default_factory=set)
    asked: dict[Name, Asked] = field(default_factory=dict)
    small: dict[Name, Asked] = field(default_factory=dict)
    """Counts that no row shows or hides, but that somebody may work out; few of them are a small group."""
    later: list[tuple[dict[str, str], Name, Name, Name, Name]] = field(default_factory=list)

    def is_small(self, name: Name) -> bool:
        """Tell whether a count is from 1 to k - 1."""
        return 0 < self.truth[name] < self.minimum_count

    def show(self, name: Name, text: str) -> None:
        """Note a number that is shown."""
        self.system.limit(name, float(text), float(text))
        self.shown.add(name)

    def hide(self, name: Name, asked: Asked) -> None:
        """Note a number that is not shown, and what its mark says."""
        self.system.place(name)
        self.asked.setdefault(name, asked)
        true, label = self.truth[name], asked.label
        if not self.strict or not true:
            return
        if label.startswith(_PROTECTS):
            self.system.limit(name, self.minimum_count if true >= self.minimum_count else 1)
        elif label.startswith(_BELOW) and self.is_small(name):
            self.system.limit(name, 1, self.minimum_count - 1)

    def read(self, row: dict[str, str], column: str, name: Name) -> None:
        """Note what a cell of a row tells of a count."""
        if row[column]:
            self.show(name, row[column])
            return
        kind = f"{row['analysis']}: {row['statistic']}, {column}"
        self.hide(name, Asked(kind, row["estimate_id"], row["suppressed"]))

    def share(self, row: dict[str, str], patients: Name, events: Name, rest: Name | None = None) -> None:
        """Note a row of patients, some of whom have an event."""
        self.read(row, "n", patients)
        self.read(row, "events", events)
        if rest is not None:
            self._rest(row, patients, events, rest)
        if row["estimate"] and not (row["n"] and row["events"]) and row["statistic"] == "proportion":
            share, half = float(row["estimate"]), self._half_digit(row)
            if row["n"]:
                self.system.note({events: 1.0, patients: -share}, -_EXACT, _EXACT)
            else:
                self.system.note({events: 1.0, patients: half - share}, -_EXACT, float("inf"))
                self.system.note({events: 1.0, patients: -half - share}, -float("inf"), _EXACT)

    def _rest(self, row: dict[str, str], patients: Name, events: Name, rest: Name) -> None:
        self.small.setdefault(rest, Asked(f"{row['analysis']}: without the event", row["estimate_id"], row["suppressed"]))
        below = row["suppressed"].startswith(_BELOW)
        if self.strict:
            if below and not row["events"] and self.is_small(rest):
                self.system.limit(rest, 1, self.minimum_count - 1)
        elif not row["events"] and row["n"] and (below or row["suppressed"].startswith(_PROTECTS)):
            self.system.limit(events, 1)
            if below:
                self.system.limit(rest, 1)
        if not self.strict and not row["n"] and row["suppressed"]:
            self.system.limit(patients, 1)

    @staticmethod
    def _half_digit(row: dict[str, str]) -> float:
        """Return half a unit of the last digit shown; few digits are taken for a rounded number."""
        mantissa, _, exponent = row["estimate"].partition("e")
        digits = mantissa.replace(".", "").replace("-", "").lstrip("0")
        if len(digits) > 3:
            return 1e-12
        whole, _, decimals = mantissa.partition(".")
        leading = len(decimals) - len(decimals.lstrip("0")) if whole.strip("-0") == "" else -len(whole.strip("-"))
        return 0.5 * 10.0 ** (int(exponent or 0) - leading - 3)


def read_estimates(text: str, reading: Reading) -> None:
    """Write down estimates.csv."""
    for row in csv.DictReader(io.StringIO(text)):
        if not row["comparator"]:
            _of_row(row, reading)
    for row in csv.DictReader(io.StringIO(text)):
        if row["comparator"]:
            _of_comparison(row, reading)


def _of_row(row: dict[str, str], reading: Reading) -> None:
    analysis, statistic, endpoint = row["analysis"], row["statistic"], row["endpoint"]
    place = (row["condition"], row["dose"])
    analysed, assessable = Name("analysed", "", *place), Name("assessable", "", *place)
    if analysis == "cohort":
        reading.read(row, "n", analysed)
        reading.read(row, "estimate", analysed)
    elif analysis in ("responder_rate", "responder_shrinkage") and statistic == "proportion":
        if analysis == "responder_rate" or row["condition"] != ALL:
            patients, events, rest = (Name(what, "", *place) for what in _HANDLINGS[row["missing_data"]])
            shrunk = dict(row, estimate="") if analysis == "responder_shrinkage" else row
            reading.share(shrunk, patients, events, rest)
            _rests(row, place, reading)
    elif analysis == "responder_rate_by_subgroup" and statistic == "proportion":
        part = row["subgroup"]
        names = (Name(what, part, *place) for what in ("assessable", "responders", "without response"))
        reading.share(row, *names)
    elif analysis == "baseline" and statistic == "proportion":
        variable, _, value = endpoint.partition(": ")
        part = Name("analysed", "", value, row["dose"]) if variable == "condition" else Name("analysed", endpoint, *place)
        reading.share(row, analysed, part)
    elif analysis == "side_effect_incidence" and statistic == "proportion":
        reading.share(row, analysed, Name("patients with", endpoint, *place), Name("patients without", endpoint, *place))
    elif analysis == "side_effect_incidence" and statistic.startswith("rate_per_100"):
        reading.read(row, "n", analysed)
        events = Name("events of", endpoint, *place)
        reading.read(row, "events", events)
        if row["estimate"] and row["person_years"] and not row["events"]:
            reading.show(events, str(round(float(row["estimate"]) * float(row["person_years"]) / 100)))
    elif analysis == "side_effect_severity":
        reading.share(row, analysed, Name("worst", row["subgroup"].removeprefix("worst: "), *place))
    elif analysis == "serious_side_effect":
        reading.share(row, analysed, Name("serious", endpoint, *place))
    else:
        _of_days(row, reading)


def _rests(row: dict[str, str], place: tuple[str, str], reading: Reading) -> None:
    for what in RESTS:
        rest = Name(what, "", *place)
        reading.small.setdefault(rest, Asked(f"difference: {what}", row["estimate_id"], ""))


def _of_days(row: dict[str, str], reading: Reading) -> None:
    """Note a row of what happened up to a day."""
    analysis, statistic, endpoint = row["analysis"], row["statistic"], row["endpoint"]
    place = (row["condition"], row["dose"])
    day = int(row["day"]) if row["day"] else None
    kind = "stopping before" if endpoint.startswith("stopping before") else analysis
    analysed = Name("analysed", "", *place)
    if analysis in ("time_to_response", "persistence") and day is not None and statistic in _RISK_TABLE:
        patients, events, left, _ = _CURVES[kind]
        _risk_table_row(row, place, day, (patients, events, left[0]), reading)
    elif kind in _CURVES and statistic in ("median_days", "cumulative_incidence", "survival"):
        patients, events, _, _ = _CURVES[kind]
        reading.read(row, "n", Name(patients, "", *place))
        _by_day(row, "events", events, "", place, VISITS[-1] if day is None else day, reading)
    elif analysis == "reason_for_stopping" and day is not None:
        reading.read(row, "n", analysed)
        _by_day(row, "events", "stopped for by", endpoint, place, day, reading)
    elif analysis == "persistence_lost_as_stopped" and day is not None:
        reading.read(row, "n", analysed)
        _by_day(row, "events", "ended by", LOST, place, day - 1, reading)
    elif analysis == "side_effect_incidence" and day is not None:
        reading.read(row, "n", analysed)
        _by_day(row, "events", "first effect by", endpoint, place, day, reading)


_RISK_TABLE = ("number_at_risk", "cumulative_events", "cumulative_censored")


def _by_day(
    row: dict[str, str], column: str, what: str, part: str, place: tuple[str, str], day: int, reading: Reading
) -> None:
    found = last_day(DAYS[what], day)
    if found is not None:
        reading.read(row, column, Name(what, part, *place, found))


def _risk_table_row(
    row: dict[str, str], place: tuple[str, str], day: int, names: tuple[str, str, str], reading: Reading
) -> None:
    patients, events, left = names
    reading.read(row, "n", Name(patients, "", *place))
    _by_day(row, "events", events, "", place, day - 1, reading)
    if row["statistic"] == "cumulative_events":
        _by_day(row, "estimate", events, "", place, day - 1, reading)
    elif row["statistic"] == "cumulative_censored":
        _by_day(row, "estimate", left, "", place, day - 1, reading)
    elif row["estimate"]:
        terms = {Name(patients, "", *place): 1.0}
        for what in (events, left):
            found = last_day(DAYS[what], day - 1)
            if found is not None:
                terms[Name(what, "", *place, found)] = -1.0
        reading.system.note(terms, float(row["estimate"]), float(row["estimate"]))


def _of_comparison(row: dict[str, str], reading: Reading) -> None:
    """Note the sums over both sides, and the difference or ratio where it gives one side from the other."""
    analysis, statistic = row["analysis"], row["statistic"]
    part = ""
    if analysis == "responder_contrast":
        patients, events, _ = _HANDLINGS[row["missing_data"]]
    elif analysis == "side_effect_contrast":
        patients, part = "analysed", row["endpoint"]
        events = "patients with" if statistic.startswith("risk") else "events of"
    elif analysis == "responder_rate_by_subgroup" and statistic == "risk_difference":
        patients, events, part = "assessable", "responders", row["subgroup"]
    else:
        return
    sides = [(row["condition"], dose) for dose in (row["dose"], row["comparator"])]
    of_patients = part if analysis == "responder_rate_by_subgroup" else ""
    everybody = [Name(patients, of_patients, *place) for place in sides]
    counted = [Name(events, part, *place) for place in sides]
    for column, names in (("n", everybody), ("events", counted)):
        if row[column]:
            reading.system.note(dict.fromkeys(names, 1.0), float(row[column]), float(row[column]))
    crude = row["subgroup"] == "" and row["estimate"] and statistic in ("risk_difference", "risk_ratio", "odds_ratio")
    if crude and not row["events"]:
        reading.later.append((row, *everybody, *counted))


def read_comparisons(reading: Reading) -> None:
    """Note what a difference or ratio tells of events, where the patients of both sides are known."""
    system = reading.system
    for row, first, second, events, others in reading.later:
        if not (system.is_fixed(system.place(first)) and system.is_fixed(system.place(second))):
            continue
        n, m = system.low[system.place(first)], system.low[system.place(second)]
        value = float(row["estimate"])
        if row["statistic"] == "risk_difference":
            system.note({events: m, others: -n}, value * n * m - _EXACT, value * n * m + _EXACT)
        elif row["statistic"] == "risk_ratio":
            system.note({events: m, others: -n * value}, -_EXACT, _EXACT)


def read_curves(text: str, reading: Reading) -> None:
    """Write down curves.csv: what happened between two days shown, and on each something."""
    before: dict[str, int] = {}
    for row in csv.DictReader(io.StringIO(text)):
        kind = "stopping before" if row["endpoint"].startswith("stopping before") else row["analysis"]
        patients, events, left, others = _CURVES[kind]
        place, day = (row["condition"], row["dose"]), int(row["day"])

        def at(what: str, until: int | None, place: tuple[str, str] = place) -> Name | None:
            found = None if until is None else last_day(DAYS[what], until)
            return None if found is None else Name(what, "", *place, found)

        earlier = before.get(row["curve_id"])
        at_risk = {Name(patients, "", *place): 1.0}
        for what in (events, *left, *others):
            name = at(what, earlier)
            if name is not None:
                at_risk[name] = -1.0
        reading.system.note(at_risk, float(row["at_risk"]), float(row["at_risk"]))
        for column, what in (("events", events), ("censored", left[0])):
            since, until = at(what, earlier), at(what, day)
            terms = {name: sign for name, sign in ((since, -1.0), (until, 1.0)) if name}
            if terms and since != until:
                reading.system.note(terms, float(row[column]), float(row[column]))
        happened = [name for what in (events, *left, *others) for name in _steps(what, place, day)]
        reading.system.note(dict.fromkeys(happened, 1.0), 1.0, NO_LIMIT)
        before[row["curve_id"]] = day


def _steps(what: str, place: tuple[str, str], day: int) -> list[Name]:
    """Return the names of what happened on a day, that of all parts where it has parts."""
    if what == "stopped by":
        return [Name("stopped for", reason, *place, day) for reason in REASONS] if day in VISITS else []
    if what == "left by":
        return [Name("ended", reason, *place, day) for reason in (LOST, "")] if day in LAST_DOSES else []
    return [Name(UP_TO[what][0], "", *place, day)] if day in DAYS[what] else []


def ask_for_steps(rows: list[dict[str, Any]], reading: Reading) -> None:
    """Ask for what happened on each day of each curve that there is.

    Parameters
    ----------
    rows : list of dict
        The curves before release: only where they are.
    """
    for row in rows:
        kind = "stopping before" if row["endpoint"].startswith("stopping before") else row["analysis"]
        _, events, left, _ = _CURVES[kind]
        for what, column in ((events, "events"), (left[0], "censored")):
            names = _steps(what, (row["condition"], row["dose"]), int(row["day"]))
            if len(names) == 1:
                key = f"{row['curve_id']}, day {row['day']}"
                reading.small.setdefault(names[0], Asked(f"curve of {kind}: {column} on a day", key, ""))


def read_attrition(text: str, flows: dict[str, str], reading: Reading) -> None:
    """Write down attrition.csv.

    Parameters
    ----------
    flows : dict of str to str
        Flow and reason: name of the flow that the count is of.
    """
    for row in csv.DictReader(io.StringIO(text)):
        names = [_of_step(row["flow"], reason, flows) for reason in row["reason"].split("; ")]
        kind = f"attrition: {row['flow'].split(',')[0]}"
        if row["excluded"]:
            value = float(row["excluded"])
            reading.system.note(dict.fromkeys(names, 1.0), value, value)
        for name in names:
            reading.small.setdefault(name, Asked(kind, row["attrition_id"], row["suppressed"]))
            if not row["excluded"] and len(names) == 1:
                reading.hide(name, Asked(kind, row["attrition_id"], row["suppressed"]))
        if row["step"] == "1" and row["before"]:
            reading.show(_start(row["flow"]), row["before"])
        if row["before"] and row["after"] and not row["excluded"]:
            value = float(row["before"]) - float(row["after"])
            reading.system.note(dict.fromkeys(names, 1.0), value, value)
    last: dict[str, dict[str, str]] = {row["flow"]: row for row in csv.DictReader(io.StringIO(text))}
    for flow, row in last.items():
        if row["after"]:
            reading.show(_end(flow), row["after"])


def _of_step(flow: str, reason: str, flows: dict[str, str]) -> Name:
    if ", visit at day" in flow:
        return Name("missing")
    return Name("excluded", f"{flows[f'{flow}|{reason}']}|{_reason(reason, flows[f'{flow}|{reason}'])}")


def _reason(reason: str, flow: str) -> str:
    return reason[0].lower() + reason[1:] if flow.startswith("set aside") else reason


def _start(flow: str) -> Name:
    if flow in ("patients", "side_effects"):
        return Name("rows read", flow)
    return Name("assessable") if ", visit" in flow else Name("analysed")


def _end(flow: str) -> Name:
    if ", visit" in flow:
        return Name("observed")
    return {"patients": Name("analysed"), "side_effects": Name("events of", "any")}.get(flow, Name("assessable"))


def read_quality(text: str, reading: Reading) -> None:
    """Write down data_quality.json: rows read are those used and those set aside."""
    below = f"{_BELOW} {reading.minimum_count}"
    for table in json.loads(text)["tables"]:
        name = table["table"]
        for key, what in (("rows_read", "rows read"), ("rows_used", "rows used"), ("rows_set_aside", "set aside")):
            asked = Asked(f"data quality: {key}", name, below)
            if isinstance(table[key], int):
                reading.show(Name(what, name), str(table[key]))
            else:
                reading.hide(Name(what, name), asked)
        for one in table["reasons"]:
            names = [Name("excluded", f"set aside: {name}|{reason}") for reason in one["reason"].split("; ")]
            if isinstance(one["rows"], int):
                reading.system.note(dict.fromkeys(names, 1.0), one["rows"], one["rows"])
            for each in names:
                asked = Asked("data quality: rows set aside for a reason", f"{name}: {one['reason']}", below)
                reading.small.setdefault(each, asked)
                if not isinstance(one["rows"], int):
                    reading.hide(each, asked)
                elif len(names) == 1:
                    reading.shown.add(each)


assert DEFINITION  # every condition has one definition: rows need not be told apart by it
