"""What everybody knows of counts that lie within each other: terms in body systems in any side effect, and the like.

Side effects of all terms are those of their body system, and of all body systems any. Patients with a term are some
of those with its body system; patients with an event are no more than the events; patients who can be assessed are
some of those analysed. What lies between two such numbers is a room of at least nobody: it limits both of them.

Within one condition and dose, where four parts of such a sum are not divided, each of them may be none and makes room
for the others: these sums are not followed, else they would join all side effects of a study to one search.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from dose_outcomes.disclosure.quantities import ROOM, Cell, Quantities

_ANY = "any"
_TERM, _SYSTEM = "term: ", "body_system: "
_PATIENTS, _SERIOUS, _EVENTS = "patients with", "serious", "side effects"


def add_nested(quantities: Quantities) -> None:
    """Note the rooms between patients who can be assessed and those analysed."""
    for name in list(quantities.names):
        if name.what == "assessable":
            population = name.population.replace("assessable", "analysed", 1)
            everybody = name.at(what="analysed", endpoint="", population=population)
            note_within(quantities, name, everybody)
            # a subgroup is a category of the baseline table
            described = everybody.at(what="described", endpoint=name.subgroup, subgroup="", day=None)
            note_within(quantities, name, described)


def add_side_effects(quantities: Quantities, systems: Mapping[str, str]) -> None:
    """Note that events add up over terms and body systems, and how patients with them lie within each other.

    Parameters
    ----------
    systems : mapping of str to str
        Endpoint of a term: endpoint of its body system.
    """
    first = len(quantities.sums)
    for whole, parts in _families(quantities, systems):
        name = quantities.names[whole]
        parts_of = [quantities.names[part] for part in parts]
        if name.what == _EVENTS:
            quantities.relate(parts, whole)
            for one in (name, *parts_of):
                note_within(quantities, one.at(what=_PATIENTS), one)
            continue
        for part in parts_of:
            note_within(quantities, part, name)
        if name.what == _SERIOUS:
            for one in (name, *parts_of):
                note_within(quantities, one, one.at(what=_PATIENTS))
        # each patient with any has one of them at least
        more = sum(quantities.values[part] for part in parts) - quantities.values[whole]
        level = parts_of[0].endpoint.partition(":")[0]
        each = name.at(what=f"{ROOM}{name.what}, each {level}")
        if more >= 0 and (room := quantities.add(each, more, shown=False)) is not None:
            quantities.balance({**dict.fromkeys(parts, 1), whole: -1, room: -1})
    quantities.nested |= set(range(first, len(quantities.sums)))


def _families(quantities: Quantities, systems: Mapping[str, str]) -> list[tuple[int, tuple[int, ...]]]:
    """Return the side effects of any kind and of each body system, with those that they are made of, cell by cell."""
    places: dict[Cell, dict[str, int]] = defaultdict(dict)
    for place, name in enumerate(quantities.names):
        if name.what in (_PATIENTS, _SERIOUS, _EVENTS) and name.day is None:
            places[name.at(endpoint="")][name.endpoint] = place
    found = []
    for cell in places.values():
        for endpoint, whole in cell.items():
            levels = {_TERM, _SYSTEM} if endpoint == _ANY else {_TERM}
            for level in sorted(levels):
                parts = tuple(
                    place
                    for other, place in sorted(cell.items())
                    if other.startswith(level) and (endpoint == _ANY or systems.get(other) == endpoint)
                )
                if parts and (endpoint == _ANY or endpoint.startswith(_SYSTEM)):
                    found.append((whole, parts))
    return found


def note_within(quantities: Quantities, part: Cell, whole: Cell, *, may_be_known: bool = False) -> int | None:
    """Note that one count is at most another one, where there is such a one; return the room between them.

    Parameters
    ----------
    may_be_known : bool
        Where they are equal, somebody may know it.
    """
    of_part, of_whole = quantities.found.get(part), quantities.found.get(whole)
    if of_part is None or of_whole is None:
        return None
    between = quantities.values[of_whole] - quantities.values[of_part]
    if between < 0 or part == whole:
        return None
    if may_be_known and not between:
        quantities.relate((of_part,), of_whole)
        return None
    room = quantities.add(part.at(what=f"{ROOM}{part.what} in {whole.what} {whole.endpoint}"), between, shown=False)
    if room is not None:
        quantities.relate((of_part, room), of_whole)
    return room


def note_growth(quantities: Quantities, early: int, late: int, what: str) -> int | None:
    """Note that one count is at most another one of a later day; return what was added between the days.

    Parameters
    ----------
    what : str
        What that is called.
    """
    grown = quantities.values[late] - quantities.values[early]
    between = quantities.add(quantities.names[late].at(what=what), grown, shown=False) if grown >= 0 else None
    if between is not None:
        quantities.relate((early, between), late)
    return between


def body_systems(side_effects: str) -> dict[str, str]:
    """Return the body system of every term that has one, by the names of their endpoints.

    Parameters
    ----------
    side_effects : str
        Parquet file of the cohort's side effects.
    """
    import pandas as pd

    columns = ["term", "body_system"]
    terms = pd.read_parquet(side_effects, columns=columns).dropna().drop_duplicates().sort_values(columns)
    alone = terms.drop_duplicates("term", keep=False)
    return {f"{_TERM}{term}": f"{_SYSTEM}{system}" for term, system in alone.itertuples(index=False)}
