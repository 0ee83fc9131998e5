"""What an attacker writes down from the files beside the estimates: curves, attrition, data quality."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from benchmarks.disclosure_attack.identities import DAYS, UP_TO, last_day
from benchmarks.disclosure_attack.names import LAST_DOSES, LOST, REASONS, VISITS, Name
from benchmarks.disclosure_attack.reading import BELOW, CURVES, Asked, Reading
from benchmarks.disclosure_attack.system import NO_LIMIT
from dose_outcomes.cohort.quality import SEVERAL
from dose_outcomes.disclosure.attrition import FEW_ROWS

_EXACT = 1e-9


def read_curves(text: str, reading: Reading) -> None:
    """Write down curves.csv: what happened between two days shown, and on each something.

    The height after a step tells whether anything happened before its last day, where it has events and censorings.
    """
    curves: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        curves.setdefault(row["curve_id"], []).append(row)
    for rows in curves.values():
        earlier: int | None = None
        for row, joined in zip(rows, joined_steps(rows), strict=True):
            _read_step(row, earlier, joined, reading)
            earlier = int(row["day"])


def _read_step(row: dict[str, str], earlier: int | None, joined: bool | None, reading: Reading) -> None:
    kind = "stopping before" if row["endpoint"].startswith("stopping before") else row["analysis"]
    patients, events, left, others = CURVES[kind]
    place, day = (row["condition"], row["dose"]), int(row["day"])

    def at(what: str, until: int | None) -> Name | None:
        found = None if until is None else last_day(DAYS[what], until)
        return None if found is None else Name(what, "", *place, found)

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
    whats = (events, *left, *others)
    happened = [name for what in whats for name in _steps(what, place, day)]
    reading.system.note(dict.fromkeys(happened, 1.0), 1.0, NO_LIMIT)
    if joined is not None:
        since_day = -1 if earlier is None else earlier
        before = [
            name for what in whats for one in DAYS[what] if since_day < one < day for name in _steps(what, place, one)
        ]
        if before:
            reading.system.note(dict.fromkeys(before, 1.0), *((1.0, NO_LIMIT) if joined else (0.0, 0.0)))


def joined_steps(rows: list[dict[str, str]]) -> list[bool | None]:
    """Return of each step of a curve whether it holds several days; None where its height does not tell."""
    found: list[bool | None] = []
    competing = rows[0]["analysis"] == "response_with_stopping"
    free, height = 1.0, 0.0 if competing else 1.0
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        n, events, censored = (float(row[name]) for name in ("at_risk", "events", "censored"))
        others = 0.0 if following is None else n - events - censored - float(following["at_risk"])
        after = float(row["estimate"])
        fits = []
        for joined in (False, True):
            at_risk = n - censored / 2 if joined else n
            expected = height + free * events / at_risk if competing else height * (1 - events / at_risk)
            if abs(expected - after) < _EXACT:
                fits.append((joined, free * (1 - (events + others) / at_risk)))
        known = len(fits) == 1
        if not fits or (competing and not known and abs(fits[0][1] - fits[1][1]) > _EXACT):
            return [*found, *[None] * (len(rows) - len(found))]
        found.append(fits[0][0] if known else None)
        free, height = fits[0][1], after
    return found


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
        _, events, left, _ = CURVES[kind]
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
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["reason"] != FEW_ROWS]
    named = {_of_step(row["flow"], one, flows) for row in rows for one in row["reason"].split("; ") if one != _SEVERAL}
    for row in rows:
        names = []
        for reason in row["reason"].split("; "):
            own = (
                _of_table(row["flow"], reading) - named
                if reason == _SEVERAL
                else {_of_step(row["flow"], reason, flows)}
            )
            names += sorted(own)
            if reason == _SEVERAL:
                reading.system.note(dict.fromkeys(own, 1.0), 2.0, NO_LIMIT)
        kind = f"attrition: {row['flow'].split(',')[0]}"
        if row["excluded"]:
            value = float(row["excluded"])
            reading.system.note(dict.fromkeys(names, 1.0), value, value)
        elif reading.strict and 0 < sum(reading.truth[name] for name in names) < reading.minimum_count:
            reading.system.note(dict.fromkeys(names, 1.0), 1.0, reading.minimum_count - 1.0)
        for name in names:
            reading.small.setdefault(name, Asked(kind, row["attrition_id"], row["suppressed"]))
            if not row["excluded"] and len(names) == 1:
                reading.hide(name, Asked(kind, row["attrition_id"], row["suppressed"]))
        if row["step"] == "1" and row["before"]:
            reading.show(_start(row["flow"]), row["before"])
        if row["before"] and row["after"] and not row["excluded"]:
            value = float(row["before"]) - float(row["after"])
            reading.system.note(dict.fromkeys(names, 1.0), value, value)
    last: dict[str, dict[str, str]] = {row["flow"]: row for row in rows}
    for flow, row in last.items():
        if row["after"]:
            reading.show(_end(flow), row["after"])


#: Reasons rows were set aside, two or more, that are not named.
_SEVERAL = f"Rows set aside for {SEVERAL}"


def _of_table(table: str, reading: Reading) -> set[Name]:
    """Return the reasons for which rows of a table may be set aside."""
    return {one for one in reading.truth if one.what == "excluded" and one.part.startswith(f"set aside: {table}|")}


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
    below = f"{BELOW} {reading.minimum_count}"
    for table in json.loads(text)["tables"]:
        name = table["table"]
        for key, what in (("rows_read", "rows read"), ("rows_used", "rows used"), ("rows_set_aside", "set aside")):
            asked = Asked(f"data quality: {key}", name, below)
            if isinstance(table[key], int):
                reading.show(Name(what, name), str(table[key]))
            else:
                reading.hide(Name(what, name), asked)
        possible = _of_table(name, reading)
        listed = [part for one in table["reasons"] for part in one["reason"].split("; ")]
        named = {part: Name("excluded", f"set aside: {name}|{part}") for part in listed if part != SEVERAL}
        if listed and SEVERAL not in listed:
            for other in possible - set(named.values()):
                reading.system.limit(other, 0, 0)
        for each in named.values():
            reading.system.limit(each, 1)
        for one in table["reasons"]:
            parts = one["reason"].split("; ")
            names = [named[part] for part in parts if part != SEVERAL]
            if SEVERAL in parts:
                names += sorted(possible - set(named.values()))
                reading.system.note(dict.fromkeys(names, 1.0), 2.0, NO_LIMIT)
            if isinstance(one["rows"], int):
                reading.system.note(dict.fromkeys(names, 1.0), one["rows"], one["rows"])
            for each in names:
                asked = Asked("data quality: rows set aside for a reason", f"{name}: {one['reason']}", below)
                reading.small.setdefault(each, asked)
                if not isinstance(one["rows"], int):
                    reading.hide(each, asked)
                elif len(names) == 1:
                    reading.shown.add(each)
