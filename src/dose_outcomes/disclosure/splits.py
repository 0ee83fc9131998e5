"""Which counts are split into parts: only those that are large enough, so that few parts are small.

A count of patients or events is shown by dose, condition, subgroup or reason where it, and the rest of its patients,
are none or at least four times k. Of a smaller one no part is shown, be it none: the total is worth more to a reader
than a row of hidden cells, and zeros among parts would tell that every other part is at least one. Whether a count is
split is told by the count itself, which is shown, and so tells nothing about the parts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from dose_outcomes.disclosure.quantities import WITHOUT, Cell, Quantities
from dose_outcomes.disclosure.wording import is_small
from dose_outcomes.results import ALL

#: So many times the smallest count that may be shown.
LEAST_SPLIT = 4
_REASON = "stopped for a reason"
_PATIENTS_WITH, _EVENTS = "patients with", "side effects"


def parts_not_shown(quantities: Quantities, minimum_count: int, fixed: set[int]) -> set[int]:
    """Return the parts of counts that are too small to be split.

    Parameters
    ----------
    minimum_count : int
        k.
    fixed : set of int
        Quantities that are decided on elsewhere, such as counts that grow by day.
    """
    found: set[int] = set()
    splits = [split for terms in quantities.sums if (split := _split(quantities, terms, fixed)) is not None]
    # totals first: what is not shown itself is not split either
    for whole, parts in sorted(splits, key=lambda split: -_totals(quantities.names[split[0]])):
        if whole in found or _is_few(quantities, whole, minimum_count):
            found.update(parts)
    return found | _events_of(quantities, found)


def dark(quantities: Quantities, patients: Collection[int]) -> set[int]:
    """Return everything else that is counted of patients whose number is not shown.

    Parameters
    ----------
    patients : collection of int
        Hidden numbers of patients.
    """
    cells: dict[Cell, set[str]] = defaultdict(set)
    for place in patients:
        name = quantities.names[place]
        cells[name.at(what="", endpoint="", day=None)].add(name.endpoint)
    return {
        place
        for place, name in enumerate(quantities.names)
        if place not in patients
        and not {"", name.endpoint}.isdisjoint(cells.get(name.at(what="", endpoint="", day=None), ()))
    }


def _split(quantities: Quantities, terms: Mapping[int, int], fixed: set[int]) -> tuple[int, list[int]] | None:
    """Return whole and parts of a sum that splits a count; None where it is another kind of sum."""
    whole = [place for place, factor in terms.items() if factor < 0]
    parts = [place for place, factor in terms.items() if factor > 0 and not quantities.is_of_nobody(place)]
    if len(whole) != 1 or len(parts) < 2 or not fixed.isdisjoint(terms):
        return None
    name, kinds = quantities.names[whole[0]], {quantities.names[part].what for part in parts}
    if kinds != {name.what} and kinds != {_REASON}:
        return None
    return None if name.what.startswith(WITHOUT) else (whole[0], parts)


def _totals(name: Cell) -> int:
    return (name.condition == ALL) + (name.dose == ALL)


def _is_few(quantities: Quantities, place: int, minimum_count: int) -> bool:
    others = [quantities.values[other] for other in quantities.pairs.get(place, ())]
    return any(is_small(count, LEAST_SPLIT * minimum_count) for count in (quantities.values[place], *others))


def _events_of(quantities: Quantities, hidden: set[int]) -> set[int]:
    """Return the events of patients that are not shown, and the other way: none of the one is none of the other."""
    other = {_PATIENTS_WITH: _EVENTS, _EVENTS: _PATIENTS_WITH}
    names = [name for place in hidden if (name := quantities.names[place]).what in other]
    found = (quantities.found.get(name.at(what=other[name.what])) for name in names)
    return {place for place in found if place is not None}
