"""The sums that everybody knows to hold between the counts of a release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from dose_outcomes.disclosure.quantities import STOPPED_THE_DRUG, Cell, Quantities
from dose_outcomes.disclosure.wording import is_small
from dose_outcomes.results import ALL

#: Analyses in which "all" doses are all doses on the drug: without the days off it.
_OFF_DRUG = "off drug"


def add_sums(quantities: Quantities, parts_of: Mapping[str, Mapping[str, str]], minimum_count: int) -> None:
    """Note every sum that holds: totals over doses, conditions, subgroups and categories, and differences of days.

    Parameters
    ----------
    parts_of : mapping of str to mapping of str to str
        Endpoint: condition: the response definition whose counts are those of the endpoint for the condition.
    minimum_count : int
        Differences of two days are followed where they are smaller.
    """
    names = list(quantities.names)
    _over_doses(quantities, names)
    _over_conditions(quantities, names, parts_of)
    _over_subgroups(quantities, names)
    _over_categories(quantities, names)
    _same_patients(quantities, names)
    _missing(quantities, names)
    _between_days(quantities, names, minimum_count)


def _grouped(names: Iterable[Cell], **blank: object) -> dict[Cell, list[Cell]]:
    groups: dict[Cell, list[Cell]] = defaultdict(list)
    for name in names:
        groups[name.at(**blank)].append(name)
    return groups


def _over_doses(quantities: Quantities, names: list[Cell]) -> None:
    for whole, cells in _grouped(names, dose=ALL).items():
        total = quantities.found.get(whole)
        if total is None or len(cells) == 1:
            continue
        parts = [quantities.found[cell] for cell in cells if cell.dose != ALL]
        on_drug = [quantities.found[cell] for cell in cells if cell.dose not in (ALL, _OFF_DRUG)]
        quantities.relate(parts, total)
        if len(on_drug) < len(parts):
            quantities.relate(on_drug, total)


def _over_conditions(quantities: Quantities, names: list[Cell], parts_of: Mapping[str, Mapping[str, str]]) -> None:
    by_endpoint: dict[Cell, list[Cell]] = defaultdict(list)
    for name in names:
        if name.condition != ALL:
            by_endpoint[name.at(condition=ALL, day=None)].append(name)
    for whole in [name for name in names if name.condition == ALL]:
        total = quantities.found[whole]
        same = by_endpoint.get(whole.at(day=None), [])
        quantities.relate([quantities.found[cell] for cell in _of_day(same, whole.day)], total)
        own = [
            cell
            for condition, definition in parts_of.get(whole.endpoint, {}).items()
            for cell in _of_day(
                [
                    one
                    for one in by_endpoint.get(whole.at(endpoint=definition, day=None), [])
                    if one.condition == condition
                ],
                whole.day,
            )
        ]
        quantities.relate([quantities.found[cell] for cell in own], total)


def _of_day(cells: list[Cell], day: int | None) -> list[Cell]:
    """Return the quantities of a day; of the only day of each condition where the total has none."""
    exact = [cell for cell in cells if cell.day == day]
    if exact or day is not None:
        return exact
    conditions = [cell.condition for cell in cells]
    return cells if len(set(conditions)) == len(conditions) else []


def _over_subgroups(quantities: Quantities, names: list[Cell]) -> None:
    by_variable: dict[tuple[Cell, str], list[Cell]] = defaultdict(list)
    for name in names:
        variable, colon, _ = name.subgroup.partition(": ")
        if colon:
            by_variable[name.at(subgroup=""), variable].append(name)
    of_a_day: dict[Cell, list[Cell]] = defaultdict(list)
    for name in names:
        if name.day is not None:
            of_a_day[name.at(day=None)].append(name)
    for (whole, _), cells in by_variable.items():
        only = of_a_day[whole] if whole.day is None else []
        for candidate in (whole, whole.at(what="patients with"), whole.at(day=None), *(only if len(only) == 1 else ())):
            total = quantities.found.get(candidate)
            if total is not None:
                quantities.relate([quantities.found[cell] for cell in cells], total)


def _over_categories(quantities: Quantities, names: list[Cell]) -> None:
    """Categories of one characteristic, states of a day, reasons for stopping: what comes before the colon."""
    by_variable: dict[Cell, list[Cell]] = defaultdict(list)
    for name in names:
        variable, colon, _ = name.endpoint.partition(": ")
        if name.what in ("described", "state of the day") and colon:
            by_variable[name.at(endpoint=variable)].append(name)
        elif name.what == "stopped for a reason":
            by_variable[name.at(endpoint=STOPPED_THE_DRUG, what="stopped")].append(name)
    for name, cells in by_variable.items():
        everybody = name.at(what="analysed", endpoint="", day=None)
        for candidate in (everybody, name.at(what="known"), name):
            total = quantities.found.get(candidate)
            if total is not None:
                quantities.relate([quantities.found[cell] for cell in cells], total)
    for name in names:
        kind, colon, value = name.endpoint.partition(": ")
        if name.what == "described" and kind == "condition" and colon:
            patients = quantities.found.get(name.at(what="analysed", endpoint="", condition=value))
            if patients is not None:
                quantities.relate([quantities.found[name]], patients)


def _same_patients(quantities: Quantities, names: list[Cell]) -> None:
    """All doses together are the same patients, whichever dose each of them is counted under."""
    for name in names:
        population, _, attribution = name.population.rpartition(", ")
        if name.dose == ALL and attribution != "target":
            usual = quantities.found.get(name.at(population=f"{population}, target"))
            if usual is not None:
                quantities.relate([quantities.found[name]], usual)


def _missing(quantities: Quantities, names: list[Cell]) -> None:
    """Patients are those observed and those missing; known values and missing ones; scored and not scored."""
    for name in names:
        if name.what in ("assessable observed", "assessable carried"):
            missing = name.at(what="missing" if name.what.endswith("observed") else "missing after carrying")
            _difference(quantities, name.at(what="assessable", day=None), name, missing)
            if name.what.endswith("carried"):
                _difference(quantities, name, name.at(what="assessable observed"), name.at(what="scores carried"))
        elif name.what == "responders carried":
            _difference(quantities, name, name.at(what="responders"), name.at(what="responders only when carried"))
        elif name.what == "known":
            _difference(
                quantities, name.at(what="analysed", endpoint="", day=None), name, name.at(what="missing values")
            )
        elif name.what == "dosed":
            _difference(quantities, name.at(what="analysed", endpoint="", day=None), name, name.at(what="not dosed"))
        elif name.what == "under observation":
            _difference(quantities, name.at(what="analysed", endpoint="", day=None), name, name.at(what="not observed"))
        elif name.what == "responders":
            together = quantities.found.get(name.at(what="responders or missing"))
            rest = quantities.found.get(name.at(what="missing"))
            if rest is not None and together is not None:
                quantities.relate((quantities.found[name], rest), together)


def _difference(quantities: Quantities, whole: Cell, part: Cell, rest: Cell) -> None:
    total, known = quantities.found.get(whole), quantities.found.get(part)
    if total is None or known is None:
        return
    number = quantities.values[total] - quantities.values[known]
    told = rest in quantities.found
    place = quantities.add(rest, number, shown=False) if number >= 0 else None
    if place is not None:
        quantities.relate((place, known), total)
        if not told:
            quantities.untold.add(place)


def _between_days(quantities: Quantities, names: list[Cell], minimum_count: int) -> None:
    """Of the days of a reason for stopping, the later less the earlier is a count too; of others `days` says so."""
    growing = [name for name in names if name.day is not None and name.what.split(" (")[0] == "stopped for a reason"]
    for cells in _grouped(growing, day=None).values():
        ordered = sorted(cells, key=lambda cell: cell.day or 0)
        for first, early in enumerate(ordered):
            for later in ordered[first + 1 :]:
                if ordered.index(later) - first > 1 and not is_small(_step(quantities, early, later), minimum_count):
                    continue
                name = later.at(what=f"{later.what} after day {early.day}")
                step = _step(quantities, early, later)
                place = quantities.add(name, step, shown=False) if step >= 0 else None
                if place is not None:
                    quantities.relate((quantities.found[early], place), quantities.found[later])


def _step(quantities: Quantities, early: Cell, later: Cell) -> int:
    return quantities.values[quantities.found[later]] - quantities.values[quantities.found[early]]
