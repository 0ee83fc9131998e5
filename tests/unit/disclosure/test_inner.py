"""Counts within a condition at a dose: noted where they can limit what the tables around them tell."""

from __future__ import annotations

from itertools import product

import pandas as pd
import pytest

from dose_outcomes.disclosure import inner_counts
from dose_outcomes.disclosure.inner import Inner, add_inner
from dose_outcomes.disclosure.quantities import Cell, Quantities
from dose_outcomes.disclosure.relations import add_sums

CONDITIONS, DOSES = ("Crohn", "Psoriasis"), ("1 mg", "3 mg")
LOST, STILL_ON = "lost_to_follow_up", ""


def analysed(condition: str, dose: str) -> Cell:
    return Cell("analysed", "", "analysed, target", "", condition, dose, None)


def described(condition: str, dose: str, value: str = "sex: male") -> Cell:
    return Cell("described", value, "analysed, target", "", condition, dose, None)


def noted(patients: list[list[int]], men: list[list[int]]) -> Quantities:
    """Return the counts of a cohort; rows show patients by condition and dose, men by condition and men by dose."""
    quantities, found = Quantities(), Inner()
    for name, table in ((analysed, patients), (described, men)):
        cells = {(c, d): table[i][j] for i, c in enumerate(CONDITIONS) for j, d in enumerate(DOSES)}
        for (condition, dose), number in cells.items():
            if name is analysed:
                quantities.add(name(condition, dose), number, shown=True)
            found.counts[name(condition, dose)] = number
        for c in (*CONDITIONS, "all"):
            for d in (*DOSES, "all"):
                if "all" in (c, d):
                    number = sum(n for (one, two), n in cells.items() if c in (one, "all") and d in (two, "all"))
                    quantities.add(name(c, d), number, shown=True)
    add_inner(quantities, found, {})
    add_sums(quantities, {}, 5)
    return quantities


def inside(quantities: Quantities) -> dict[tuple[str, str], int]:
    cells = product(CONDITIONS, DOSES)
    return {
        cell: quantities.values[place]
        for cell in cells
        if (place := quantities.found.get(described(*cell))) is not None
    }


def test_a_cell_without_patients_makes_the_inside_tell():
    """Nobody has psoriasis at 1 mg: the men at 1 mg all have Crohn, which men by condition and by dose do not say."""
    quantities = noted([[12, 12], [0, 12]], [[6, 1], [0, 6]])
    assert inside(quantities) == {
        ("Crohn", "1 mg"): 6,
        ("Crohn", "3 mg"): 1,
        ("Psoriasis", "1 mg"): 0,
        ("Psoriasis", "3 mg"): 6,
    }


def test_the_inside_is_told_by_no_row_and_may_be_none():
    quantities = noted([[12, 12], [0, 12]], [[6, 1], [0, 6]])
    places = {quantities.found[described(*cell)] for cell in inside(quantities)}
    assert places <= quantities.untold
    assert not any(quantities.shown[place] for place in places)


def test_the_inside_adds_up_to_both_sides():
    quantities = noted([[12, 12], [0, 12]], [[6, 1], [0, 6]])
    for condition, dose in [("Crohn", "all"), ("Psoriasis", "all"), ("all", "1 mg"), ("all", "3 mg")]:
        parts = [
            described(c, d) for c, d in product(CONDITIONS, DOSES) if condition in (c, "all") and dose in (d, "all")
        ]
        wanted = {quantities.found[part]: 1 for part in parts} | {quantities.found[described(condition, dose)]: -1}
        assert wanted in quantities.sums


@pytest.mark.parametrize(
    ("patients", "men"),
    [
        ([[50, 50], [50, 50]], [[25, 25], [25, 25]]),  # many with it and many without it everywhere
        ([[100, 100], [100, 100]], [[20, 9], [9, 20]]),
    ],
)
def test_an_inside_with_room_everywhere_tells_nothing(patients, men):
    assert inside(noted(patients, men)) == {}


def responders(n: int, observed: int, condition: str = "Crohn") -> dict[str, object]:
    return {
        "definition": "CD-CDAI-70",
        "condition": condition,
        "dose": "3 mg",
        "subgroup": "sex",
        "level": "male",
        "day": 84,
        "n": n,
        "observed_responders": observed,
    }


def test_counts_get_the_names_that_rows_use():
    categories = pd.DataFrame(
        [{"condition": "Crohn", "dose": "3 mg", "characteristic": "sex", "value": "male", "n": 9}]
    )
    ends = pd.DataFrame(
        [
            {"condition": "Crohn", "dose": "3 mg", "day": day, "reason": reason, "n": n}
            for day, reason, n in [
                (27, "cost", 2),
                (40, "cost", 1),
                (40, "side_effect", 4),
                (55, LOST, 3),
                (90, STILL_ON, 7),
            ]
        ]
    )
    found = inner_counts(pd.DataFrame([responders(8, 5)]), categories, ends, (LOST, STILL_ON))
    assert found.of(described("Crohn", "3 mg")) == 9
    patients = Cell("assessable", "CD-CDAI-70", "assessable, target", "sex: male", "Crohn", "3 mg", None)
    assert (found.of(patients), found.of(patients.at(what="responders", day=84))) == (8, 5)
    stopped = Cell("stopped", "stopped the drug", "analysed, target", "", "Crohn", "3 mg", None)
    # a stop is on the day after the last dose; who is lost or still takes the drug leaves on the last day with one
    assert [found.of(stopped.at(day=day)) for day in (27, 28, 40, 41)] == [0, 2, 2, 7]
    cost = stopped.at(what="stopped for a reason", endpoint="cost")
    assert [found.of(cost.at(day=day)) for day in (27, 28, 41)] == [0, 2, 3]
    left = stopped.at(what="censored: stopped")
    assert [found.of(left.at(day=day)) for day in (54, 55, 89, 90)] == [0, 3, 3, 10]
    assert found.of(described("Crohn", "1 mg")) == 0


def ends_of(quantities: Quantities, what: str, day: int) -> dict[tuple[str, str], int]:
    name = Cell(what, "stopped the drug", "analysed, target", "", "", "", day)
    return {
        cell: quantities.values[place]
        for cell in product(CONDITIONS, DOSES)
        if (place := quantities.found.get(name.at(condition=cell[0], dose=cell[1]))) is not None
    }


@pytest.fixture
def stays() -> Quantities:
    """Nobody with psoriasis takes 1 mg. By day 28 and by day 84 some have stopped; the others take it till day 84."""
    patients = {("Crohn", "1 mg"): 10, ("Crohn", "3 mg"): 10, ("Psoriasis", "1 mg"): 0, ("Psoriasis", "3 mg"): 10}
    stops = {
        ("Crohn", "1 mg"): (2, 5),
        ("Crohn", "3 mg"): (0, 1),
        ("Psoriasis", "1 mg"): (0, 0),
        ("Psoriasis", "3 mg"): (1, 4),
    }
    quantities, found = Quantities(), Inner()
    name = Cell("stopped", "stopped the drug", "analysed, target", "", "", "", None)
    left = name.at(what="censored: stopped")
    for (condition, dose), (early, late) in stops.items():
        place = {"condition": condition, "dose": dose}
        found.ends[name.at(**place)].update({28: early, 84: late - early})
        found.ends[left.at(**place)][84] = patients[condition, dose] - late
    for c, d in product((*CONDITIONS, "all"), (*DOSES, "all")):
        cells = [cell for cell in patients if c in (cell[0], "all") and d in (cell[1], "all")]
        quantities.add(analysed(c, d), sum(patients[cell] for cell in cells), shown=True)
        if "all" in (c, d):
            for day, number in ((28, 0), (84, 1)):
                of_day = sum(stops[cell][number] for cell in cells)
                quantities.add(name.at(condition=c, dose=d, day=day), of_day, shown=True)
                gone = sum(patients[cell] - stops[cell][1] for cell in cells) if day == 84 else 0
                quantities.add(left.at(condition=c, dose=d, day=day), gone, shown=True)
    add_inner(quantities, found, {})
    return quantities


def test_who_stopped_by_a_day_is_noted_inside(stays):
    assert ends_of(stays, "stopped", 28)["Crohn", "1 mg"] == 2
    assert ends_of(stays, "stopped", 84)["Psoriasis", "3 mg"] == 4
    assert ends_of(stays, "censored: stopped", 84)["Crohn", "3 mg"] == 9


def named(quantities: Quantities) -> list[dict[tuple[str, int | None], int]]:
    """Return the sums of Crohn at 1 mg, by what is counted and the day."""
    return [
        {(quantities.names[place].what, quantities.names[place].day): factor for place, factor in terms.items()}
        for terms in quantities.sums
        if all(
            (quantities.names[place].condition, quantities.names[place].dose) == ("Crohn", "1 mg") for place in terms
        )
    ]


def test_what_is_counted_up_to_a_day_grows(stays):
    assert {("stopped", 28): 1, ("since day 28 stopped", 84): 1, ("stopped", 84): -1} in named(stays)


def test_in_the_end_all_patients_have_stopped_or_left(stays):
    assert {("stopped", 84): 1, ("censored: stopped", 84): 1, ("analysed", None): -1} in named(stays)


def test_before_the_end_there_is_room(stays):
    room = "room: neither stopped nor left"
    wanted = {("stopped", 28): 1, ("censored: stopped", 28): 1, (room, 28): 1, ("analysed", None): -1}
    assert wanted in named(stays)
