"""Side effects within each other: terms in body systems in any, patients and serious ones among them."""

from __future__ import annotations

import pytest

from dose_outcomes.disclosure import release_tables
from dose_outcomes.disclosure.nested import add_side_effects
from dose_outcomes.disclosure.quantities import Cell, Quantities
from dose_outcomes.results import Result, to_frame

SYSTEMS = {"term: Nausea": "body_system: Gut", "term: Vomiting": "body_system: Gut", "term: Rash": "body_system: Skin"}
#: Patients, of them with a serious one, and events.
COUNTS = {
    "any": (20, 3, 30),
    "body_system: Gut": (15, 2, 21),
    "body_system: Skin": (9, 1, 9),
    "term: Nausea": (12, 2, 14),
    "term: Vomiting": (6, 0, 7),
    "term: Rash": (9, 1, 9),
}


def cell(what: str, endpoint: str) -> Cell:
    return Cell(what, endpoint, "analysed, target", "", "all", "all", None)


@pytest.fixture
def noted() -> Quantities:
    quantities = Quantities()
    for endpoint, counts in COUNTS.items():
        for what, number in zip(("patients with", "serious", "side effects"), counts, strict=True):
            quantities.add(cell(what, endpoint), number, shown=True)
    add_side_effects(quantities, SYSTEMS)
    return quantities


def sums(quantities: Quantities) -> list[dict[str, int]]:
    """Return the sums with names instead of numbers: what is counted, its endpoint, or what lies between."""
    return [
        {
            f"{quantities.names[place].what} {quantities.names[place].endpoint}": factor
            for place, factor in terms.items()
        }
        for terms in quantities.sums
    ]


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        ("any", ["term: Nausea", "term: Rash", "term: Vomiting"]),
        ("any", ["body_system: Gut", "body_system: Skin"]),
        ("body_system: Gut", ["term: Nausea", "term: Vomiting"]),
        ("body_system: Skin", ["term: Rash"]),
    ],
)
def test_events_add_up(noted, whole, parts):
    wanted = {f"side effects {part}": 1 for part in parts} | {f"side effects {whole}": -1}
    assert wanted in sums(noted)


@pytest.mark.parametrize("what", ["patients with", "serious"])
def test_each_patient_with_any_has_one_of_them(noted, what):
    """15 with one of the gut and 9 of the skin are 20 in all: four have both."""
    room = f"room: {what}, each body_system any"
    found = [terms for terms in sums(noted) if room in terms and f"{what} any" in terms]
    assert found == [{f"{what} body_system: Gut": 1, f"{what} body_system: Skin": 1, f"{what} any": -1, room: -1}]


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("patients with term: Nausea", "patients with body_system: Gut"),
        ("patients with term: Nausea", "patients with any"),
        ("patients with term: Nausea", "side effects term: Nausea"),
        ("serious term: Nausea", "serious any"),
        ("serious term: Nausea", "patients with term: Nausea"),
    ],
)
def test_a_part_is_at_most_the_whole(noted, part, whole):
    assert any(
        terms.get(part) == 1 and terms.get(whole) == -1 and any(name.startswith("room: ") for name in terms)
        for terms in sums(noted)
    )


def test_the_numbers_of_these_sums_are_kept(noted):
    assert noted.nested == set(range(len(noted.sums)))


def rates(events: dict[str, int]) -> list[Result]:
    return [
        Result(
            analysis="side_effect_incidence", endpoint=endpoint, condition="all", dose="all", population="analysed",
            dose_attribution="target", statistic="rate_per_100_person_years", n=400, events=number,
            person_years=200.0, estimate=number / 2,
        )
        for endpoint, number in events.items()
    ]  # fmt: skip


def test_a_small_number_of_events_does_not_follow_from_the_body_system():
    """24 events of the gut, 21 of them nausea: the three of vomiting would follow."""
    events = {"any": 60, "body_system: Gut": 24, "body_system: Skin": 36, "term: Nausea": 21, "term: Vomiting": 3}
    table = to_frame(rates(events | {"term: Rash": 36}))
    shown = release_tables(table, None, 5, None, None, SYSTEMS).estimates.set_index("endpoint")["suppressed"]
    assert shown["term: Vomiting"] == "count below 5"
    assert (shown[["term: Nausea", "body_system: Gut"]] != "").any()
    without = release_tables(table, None, 5, None, None, {}).estimates.set_index("endpoint")["suppressed"]
    assert (without != "").sum() <= (shown != "").sum()
