"""Which sums the search takes account of, and which counts it may not hide."""

from __future__ import annotations

from itertools import product

import pytest

from dose_outcomes.disclosure.days import Days
from dose_outcomes.disclosure.quantities import Cell, Quantities
from dose_outcomes.disclosure.relations import add_sums
from dose_outcomes.disclosure.secondary import suppress_patients, suppress_rest
from dose_outcomes.disclosure.suppression import Suppression

DOSES = ("1 mg", "3 mg")
SMALL = (
    "Crohn",
    "Fibromyalgia",
    "Hashimoto",
    "Lichen",
    "Lupus",
    "Psoriasis",
    "Sclerosis",
    "Sjogren",
    "Uveitis",
)


def cell(condition: str, dose: str) -> Cell:
    return Cell("analysed", "", "analysed, target", "", condition, dose, None)


def hidden_of(conditions: dict[str, int]) -> Suppression:
    """Hide what must be of patients, so many in each condition at each dose."""
    quantities = Quantities()
    for condition, dose in product(("all", *conditions), ("all", *DOSES)):
        patients = sum(conditions.values()) if condition == "all" else conditions[condition]
        quantities.add(cell(condition, dose), patients * (2 if dose == "all" else 1), shown=True)
    add_sums(quantities, {}, 5)
    state = suppress_patients(quantities, 5)
    suppress_rest(state, Days({}, {}))
    return state


def followed(state: Suppression, condition: str, dose: str) -> list[set[str]]:
    """Return the conditions that each sum that is followed joins with a cell."""
    found = state.quantities.found[cell(condition, dose)]
    names, sums = state.quantities.names, state.quantities.sums
    return [{names[place].condition for place in sums[number]} for number in state.sums.numbers(found)]


def test_how_small_conditions_are_divided_by_dose_is_not_followed():
    """Six patients each, so nothing is shown by dose: of a condition's doses only the sums over conditions count."""
    state = hidden_of(dict.fromkeys(SMALL, 3) | {"Pain": 40})
    assert followed(state, "Crohn", "1 mg") == [{*SMALL, "Pain", "all"}]
    assert {"Pain"} in followed(state, "Pain", "1 mg")


@pytest.mark.parametrize(
    "conditions",
    [
        dict.fromkeys(SMALL[:8], 3) | {"Pain": 40},  # of few, one would tell of the others
        dict.fromkeys(SMALL, 12) | {"Pain": 40},  # enough of each to be divided
    ],
)
def test_others_are_followed(conditions):
    assert {"Crohn"} in followed(hidden_of(conditions), "Crohn", "1 mg")


def test_the_cells_of_small_conditions_are_hidden_all_the_same():
    state = hidden_of(dict.fromkeys(SMALL, 3) | {"Pain": 40})
    found = state.quantities.found
    assert [state.hidden[found[cell("Crohn", dose)]] for dose in ("all", *DOSES)] == [False, True, True]


def test_what_the_attrition_tells_is_not_hidden_in_vain():
    """Four rashes of 24 side effects: to hide the 24 with them is cheapest, but the attrition tells them."""
    counts = {
        "any": 24,
        "system: Gut": 20,
        "system: Skin": 4,
        "term: Nausea": 10,
        "term: Vomiting": 10,
        "term: Rash": 4,
    }
    quantities = Quantities()
    for endpoint, number in counts.items():
        quantities.add(Cell("side effects", endpoint, "analysed, target", "", "all", "all", None), number, shown=True)
    places = {name.endpoint: place for name, place in quantities.found.items()}
    for whole, *parts in (
        ("any", "system: Gut", "system: Skin"),
        ("any", "term: Nausea", "term: Vomiting", "term: Rash"),
        ("system: Gut", "term: Nausea", "term: Vomiting"),
        ("system: Skin", "term: Rash"),
    ):
        quantities.relate([places[part] for part in parts], places[whole])
    state = suppress_patients(quantities, 5)
    suppress_rest(state, Days({}, {}))
    hidden = {endpoint for endpoint, place in places.items() if state.hidden[place]}
    assert "any" not in hidden
    assert {"system: Gut", "system: Skin", "term: Rash"} <= hidden
