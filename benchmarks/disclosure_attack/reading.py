"""What an attacker writes down from a release: every number of every file, and what it tells of the counts.

He knows the rules: a count marked as below k lies between 1 and k - 1, one that protects a hidden count is at least
k; of a row with several hidden counts he is told which of them the mark means (`Reading.strict`, more than a row
says). Without it he knows only what follows from the text of the row.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

from benchmarks.disclosure_attack.identities import DAYS, RESTS, last_day
from benchmarks.disclosure_attack.names import LOST, VISITS, Name
from benchmarks.disclosure_attack.system import System
from dose_outcomes.results import ALL

_PROTECTS = "protects"
BELOW = "count below"
EXACT = 1e-5
#: Analysis of a row with responders: the patients and the responders of each handling of missing scores, and those
#: without a response.
HANDLINGS = {
    "non_responder": ("assessable", "responders", "without response"),
    "observed": ("observed", "responders", "observed without response"),
    "carried_forward": ("carried", "carried responders", "carried without response"),
}
#: Curves: those who start, the events, what else ends the time at risk.
CURVES = {
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
    rates: set[tuple[str, str, str]] = field(default_factory=set)
    """Condition, dose and handling of missing scores of responder rates that are shown."""
    later: list[tuple[dict[str, str], Name, Name, Name, Name]] = field(default_factory=list)

    def is_small(self, name: Name) -> bool:
        """Tell whether a count is from 1 to k - 1."""
        return 0 < self.truth[name] < self.minimum_count

    def show(self, name: Name, text: str) -> None:
        """Note a number that is shown."""
        self.system.limit(name, float(text), float(text))
        self.shown.add(name)

    def hide(self, name: Name, asked: Asked, *, meant: bool = True) -> None:
        """Note a number that is not shown, and what its mark says, if it means this one."""
        self.system.place(name)
        self.asked.setdefault(name, asked)
        true, label = self.truth[name], asked.label
        if not self.strict or not true:
            return
        if label.startswith(_PROTECTS):
            self.system.limit(name, 1)  # small counts lose their mark too where it would tell too much
        elif label.startswith(BELOW) and self.is_small(name) and meant:
            self.system.limit(name, 1, self.minimum_count - 1)

    def read(self, row: dict[str, str], column: str, name: Name, *, meant: bool = True) -> None:
        """Note what a cell of a row tells of a count."""
        if row[column]:
            self.show(name, row[column])
            return
        self.hide(name, Asked(f"{row['analysis']}: {name.what}", row["estimate_id"], row["suppressed"]), meant=meant)

    def share(self, row: dict[str, str], patients: Name, events: Name, rest: Name | None = None) -> None:
        """Note a row of patients, some of whom have an event."""
        # the mark of a row means one of its counts
        hidden = [name for name, column in ((patients, "n"), (events, "events"), (rest, "events")) if not row[column]]
        meant = next((name for name in hidden if name is not None and self.is_small(name)), None)
        self.read(row, "n", patients, meant=meant == patients)
        self.read(row, "events", events, meant=meant == events)
        if rest is not None:
            self._rest(row, patients, events, rest, meant=meant == rest)
        if row["estimate"] and not (row["n"] and row["events"]) and row["statistic"] == "proportion":
            share, half = float(row["estimate"]), self._half_digit(row)
            if row["n"]:
                self.system.note({events: 1.0, patients: -share}, -EXACT, EXACT)
            else:
                self.system.note({events: 1.0, patients: half - share}, -EXACT, float("inf"))
                self.system.note({events: 1.0, patients: -half - share}, -float("inf"), EXACT)

    def _rest(self, row: dict[str, str], patients: Name, events: Name, rest: Name, *, meant: bool) -> None:
        self.small.setdefault(
            rest, Asked(f"{row['analysis']}: without the event", row["estimate_id"], row["suppressed"])
        )
        below = row["suppressed"].startswith(BELOW)
        if self.strict:
            if below and meant:
                self.system.limit(rest, 1, self.minimum_count - 1)
        elif not row["events"] and row["n"] and (below or row["suppressed"].startswith(_PROTECTS)):
            self.system.limit(events, 1)
            if below:
                self.system.limit(rest, 1)
        if not self.strict and not row["n"] and row["suppressed"].startswith((BELOW, _PROTECTS)):
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


def _of_row(row: dict[str, str], reading: Reading) -> None:
    analysis, statistic, endpoint = row["analysis"], row["statistic"], row["endpoint"]
    place = (row["condition"], row["dose"])
    analysed = Name("analysed", "", *place)
    if analysis == "cohort":
        reading.read(row, "n", analysed)
        reading.read(row, "estimate", analysed)
    elif analysis in ("responder_rate", "responder_shrinkage") and statistic == "proportion":
        if analysis == "responder_rate" or row["condition"] != ALL:
            patients, events, rest = (Name(what, "", *place) for what in HANDLINGS[row["missing_data"]])
            shrunk = dict(row, estimate="") if analysis == "responder_shrinkage" else row
            reading.share(shrunk, patients, events, rest)
            _rests(row, place, reading)
        if analysis == "responder_rate" and not row["suppressed"]:
            reading.rates.add((*place, row["missing_data"]))
    elif analysis == "responder_rate_by_subgroup" and statistic == "proportion":
        part = row["subgroup"]
        names = (Name(what, part, *place) for what in ("assessable", "responders", "without response"))
        reading.share(row, *names)
    elif analysis == "baseline" and statistic == "proportion":
        variable, _, value = endpoint.partition(": ")
        part = (
            Name("analysed", "", value, row["dose"]) if variable == "condition" else Name("analysed", endpoint, *place)
        )
        reading.share(row, analysed, part)
    elif analysis == "side_effect_incidence" and statistic == "proportion":
        reading.share(
            row, analysed, Name("patients with", endpoint, *place), Name("patients without", endpoint, *place)
        )
    elif analysis == "side_effect_incidence" and statistic.startswith("rate_per_100"):
        # the mark of a row whose patients are hidden means the patients
        patients_meant = not row["n"] and reading.is_small(analysed)
        reading.read(row, "n", analysed)
        events = Name("events of", endpoint, *place)
        reading.read(row, "events", events, meant=not patients_meant)
        if row["estimate"] and row["person_years"] and not row["events"]:
            number = round(float(row["estimate"]) * float(row["person_years"]) / 100)
            reading.system.limit(events, number, number)
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
        patients, events, left, _ = CURVES[kind]
        _risk_table_row(row, place, day, (patients, events, left[0]), reading)
    elif kind in CURVES and statistic in ("median_days", "cumulative_incidence", "survival"):
        patients, events, _, _ = CURVES[kind]
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
    row: dict[str, str],
    column: str,
    what: str,
    part: str,
    place: tuple[str, str],
    day: int,
    reading: Reading,
    *,
    meant: bool = True,
) -> None:
    found = last_day(DAYS[what], day)
    if found is not None:
        # the mark of a row whose patients are not shown means them
        reading.read(row, column, Name(what, part, *place, found), meant=meant and row["n"] != "")


def _risk_table_row(
    row: dict[str, str], place: tuple[str, str], day: int, names: tuple[str, str, str], reading: Reading
) -> None:
    patients, events, left = names
    reading.read(row, "n", Name(patients, "", *place))
    # the mark of a row of those at risk, or censored, means them
    _by_day(row, "events", events, "", place, day - 1, reading, meant=row["statistic"] == "cumulative_events")
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
