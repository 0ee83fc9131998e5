"""What an attacker writes down of rows that compare two doses."""

from __future__ import annotations

import csv
import io

from benchmarks.disclosure_attack.names import Name
from benchmarks.disclosure_attack.reading import EXACT, HANDLINGS, Reading
from dose_outcomes.results import ALL

#: In the note of a comparison over the conditions whose counts are shown.
_OVER_SHOWN = "of the others a count is not shown"


def read_comparisons(text: str, reading: Reading) -> None:
    """Write down the comparisons of estimates.csv, after its other rows."""
    for row in csv.DictReader(io.StringIO(text)):
        if row["comparator"]:
            _of_comparison(row, reading)


def _of_comparison(row: dict[str, str], reading: Reading) -> None:
    """Note the sums over both sides, and the difference or ratio where it gives one side from the other."""
    analysis, statistic = row["analysis"], row["statistic"]
    part = ""
    if analysis == "responder_contrast":
        patients, events, _ = HANDLINGS[row["missing_data"]]
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
    if _OVER_SHOWN in row["note"]:
        everybody, counted = (_of_shown(row, names, reading) for names in (everybody, counted))
    for column, names in (("n", everybody), ("events", counted)):
        if row[column] and names:
            reading.system.note(dict.fromkeys(names, 1.0), float(row[column]), float(row[column]))
    if _OVER_SHOWN in row["note"]:
        return
    crude = row["subgroup"] == "" and row["estimate"] and statistic in ("risk_difference", "risk_ratio", "odds_ratio")
    if crude and not row["events"]:
        reading.later.append((row, *everybody, *counted))


def _of_shown(row: dict[str, str], sides: list[Name], reading: Reading) -> list[Name]:
    """Return the counts of both sides in the conditions of which both sides' rates are shown; none for others."""
    rates = reading.rates
    shown = [
        condition
        for condition in sorted({condition for condition, _, _ in rates} - {ALL})
        if all((condition, side.dose, row["missing_data"]) in rates for side in sides)
    ]
    return [side._replace(condition=condition) for condition in shown for side in sides]


def work_out_sides(reading: Reading) -> None:
    """Note what a difference or ratio tells of events, where the patients of both sides are known."""
    system = reading.system
    for row, first, second, events, others in reading.later:
        if not (system.is_fixed(system.place(first)) and system.is_fixed(system.place(second))):
            continue
        n, m = system.low[system.place(first)], system.low[system.place(second)]
        value = float(row["estimate"])
        if row["statistic"] == "risk_difference":
            system.note({events: m, others: -n}, value * n * m - EXACT, value * n * m + EXACT)
        elif row["statistic"] == "risk_ratio":
            system.note({events: m, others: -n * value}, -EXACT, EXACT)
