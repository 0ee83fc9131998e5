"""The rows of the tidy table, and the counts that each of them shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dose_outcomes.disclosure.declared import DECLARED, Made
from dose_outcomes.disclosure.quantities import AT_RISK, CENSORED, WITHOUT, Cell, Quantities
from dose_outcomes.disclosure.wording import RISK_TABLE
from dose_outcomes.results import PUBLISHED

#: Handling of missing scores: name of the patients, and of the responders, that it counts instead of the usual ones.
_MISSING_DATA = {
    "observed": ("observed", ""),
    "carried_forward": ("carried", "carried"),
    "best_case": ("", "or missing"),
}


@dataclass(slots=True)
class Row:
    """One row of the tidy table, with the quantities it shows."""

    place: int
    record: Mapping[str, Any]
    made: Made | None
    patients: tuple[int, ...] = ()
    """Quantities that add up to `n`."""
    events: tuple[int, ...] = ()
    """Quantities that add up to `events`, and others that the row shows."""
    own: tuple[Cell, ...] = ()
    """Cells of the row, or of the two sides it compares: patients, then events."""


def read_rows(records: Iterable[Mapping[str, Any]]) -> tuple[list[Row], Quantities]:
    """Return the rows of the tidy table with their quantities.

    Parameters
    ----------
    records : iterable of mapping
        Rows as `results.COLUMNS`; a missing number is None.
    """
    quantities = Quantities()
    # in the order of their names, so that what is hidden does not depend on the order of the rows
    numbered = sorted(enumerate(records), key=lambda one: str(one[1]["estimate_id"]))
    rows = [_row(place, record) for place, record in numbered]
    compared = [row for row in rows if row.made and _compares(row)]
    for row in rows:
        if row.made and not _compares(row):
            _read_single(row, row.made, quantities)
    for row in compared:
        assert row.made is not None  # chosen so
        _read_comparison(row, row.made, quantities)
    return rows, quantities


def _row(place: int, record: Mapping[str, Any]) -> Row:
    made = DECLARED.get(record["analysis"], {}).get(record["statistic"])
    return Row(place, record, None if record["population"] == PUBLISHED else made)


def _compares(row: Row) -> bool:
    """Tell whether a row compares two groups of the cohort; a published group is no secret."""
    return bool(row.record["comparator"]) and not row.record["comparator"].startswith(PUBLISHED)


def cells(
    record: Mapping[str, Any], made: Made, dose: str | None = None, subgroup: str | None = None
) -> tuple[Cell, Cell]:
    """Return the names of the patients and of the events of a row, or of its like at another dose or subgroup."""
    observed, carried = _MISSING_DATA.get(record["missing_data"], ("", ""))
    population = f"{record['population']}, {record['dose_attribution']}"
    day = record["day"]
    if record["statistic"] in RISK_TABLE and day is not None:
        day -= 1  # what happened before the day
    subgroup = _patients_of(record["subgroup"] if subgroup is None else subgroup)
    whole = made.patients in ("analysed", "assessable") and not observed and not carried
    events, endpoint = made.events, record["endpoint"]
    if endpoint.startswith("stopping before "):
        events, endpoint = "stops before response", endpoint.removeprefix("stopping before ")
    responder = Cell(
        " ".join(filter(None, (events, carried))),
        endpoint,
        population,
        subgroup,
        record["condition"],
        record["dose"] if dose is None else dose,
        day,
    )
    patients = responder.at(
        what=" ".join(filter(None, (made.patients, observed))),
        endpoint="" if made.patients == "analysed" else endpoint,
        subgroup=_whole_population(made, subgroup),
        day=None if whole else day,
    )
    if record["missing_data"] == "best_case":
        patients = patients.at(what=made.patients, day=None)
    return patients, responder


def _patients_of(subgroup: str) -> str:
    """Return the subgroup of patients; one that names a model, a weighting or an assumption has all of them."""
    kind, colon, _ = subgroup.partition(": ")
    return subgroup if colon and kind not in ("strategy", "published", "published placebo") else _named(subgroup)


def _named(subgroup: str) -> str:
    return subgroup if subgroup.startswith(("strategy: ", "before ", "after ")) else ""


def _whole_population(made: Made, subgroup: str) -> str:
    """Return the subgroup of the patients: what side effects are split by is no property of patients."""
    if made.patients == "analysed" and subgroup:
        return ""
    return subgroup


def _read_single(row: Row, made: Made, quantities: Quantities) -> None:
    patients, events = row.own = cells(row.record, made)
    analysis = f"{row.record['analysis']}: {row.record['statistic']}"
    if row.record["n"] is not None:
        number = row.record["n"]
        place = quantities.add(patients, number, shown=True)
        if place is None:  # another set than its name says: it stands for itself
            patients = patients.at(
                what=f"{patients.what} ({analysis})", day=row.record["day"], subgroup=row.record["subgroup"]
            )
            place = quantities.add(patients.at(endpoint=row.record["endpoint"]), number, shown=True)
        row.patients = () if place is None else (place,)
    if row.record["events"] is not None and made.counts != "neither":
        place = _events_of(row, made, quantities, events, analysis)
        row.events = () if place is None else (place,)
        if place is not None and row.patients and made.counts in ("share", "cumulative"):
            note_complement(quantities, row.patients[0], place)
    if row.record["statistic"] in ("number_at_risk", "cumulative_censored") and row.record["estimate"] is not None:
        kind = AT_RISK if row.record["statistic"] == "number_at_risk" else CENSORED
        place = quantities.add(events.at(what=f"{kind}{made.events}"), round(row.record["estimate"]), shown=True)
        row.events += () if place is None else (place,)


def _events_of(row: Row, made: Made, quantities: Quantities, events: Cell, analysis: str) -> int | None:
    number = row.record["events"]
    place = quantities.add(events, number, shown=True)
    if place is None:
        place = quantities.add(
            events.at(what=f"{events.what} ({analysis})", subgroup=row.record["subgroup"]), number, shown=True
        )
    return place


def note_complement(quantities: Quantities, patients: int, events: int) -> int | None:
    """Note how many patients are without the event; return their place."""
    others = quantities.values[patients] - quantities.values[events]
    place = quantities.add(without_event(quantities, patients, events), others, shown=False) if others >= 0 else None
    if place is not None:
        quantities.relate((place, events), patients)
        quantities.pairs[place].add(events)
        quantities.pairs[events].add(place)
    return place


def without_event(quantities: Quantities, patients: int, events: int) -> Cell:
    """Return the name of the patients without an event."""
    event = quantities.names[events]
    return event.at(what=f"{WITHOUT}{event.what} of {quantities.names[patients].what}")


def _read_comparison(row: Row, made: Made, quantities: Quantities) -> None:
    record = row.record
    sides: list[tuple[Cell, Cell]] = []
    for dose, subgroup in ((record["dose"], record["subgroup"]), _other_side(record)):
        found = cells(record, made, dose, subgroup)
        sides.append(found)
    row.own = tuple(cell for side in sides for cell in side)
    number = record["n"]
    places = [quantities.found.get(patients) for patients, _ in sides]
    known = [place for place in places if place is not None]
    if number is not None and len(known) == 2 and sum(quantities.values[place] for place in known) == number:
        row.patients = tuple(known)
    elif number is not None:
        own = [place for place in known if quantities.values[place] == number][:1]
        row.patients = tuple(own) or _of_its_own(row, quantities, "patients", number)
    number = record["events"]
    places = [quantities.found.get(events) for _, events in sides]
    known = [place for place in places if place is not None]
    if number is not None and len(known) == 2 and sum(quantities.values[place] for place in known) == number:
        row.events = tuple(known)
    elif number is not None and made.counts != "neither":
        row.events = _of_its_own(row, quantities, "events", number)


def _other_side(record: Mapping[str, Any]) -> tuple[str, str]:
    """Return dose and subgroup of the group that a row compares with: another dose, or another subgroup."""
    if record["comparator"].startswith(("before ", "after ")) or ": " in record["comparator"]:
        return record["dose"], record["comparator"]
    return record["comparator"], record["subgroup"]


def _of_its_own(row: Row, quantities: Quantities, what: str, number: int) -> tuple[int, ...]:
    record = row.record
    name = Cell(
        f"{what} of {record['analysis']}: {record['statistic']}, {record['missing_data']}, {record['comparator']}",
        record["endpoint"],
        f"{record['population']}, {record['dose_attribution']}",
        record["subgroup"],
        record["condition"],
        record["dose"],
        record["day"],
    )
    place = quantities.add(name, number, shown=True)
    return () if place is None else (place,)
