"""Faults of single cells: in every table and column they fit, in every row of a small cohort."""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults.cohort import Cohort, Row
from tests.faults.registry import DAYS, KINDS, New, Place, cells, kind

from dose_outcomes.cohort.tables import TABLES


def into_every_cell(name: str, values: tuple[str, ...], rule: str, kinds: str, columns: tuple[str, ...] = ()) -> None:
    """Enter a kind that puts a value into cells: the values in turn, from cell to cell."""

    def spoil(new: New) -> Iterator[tuple[Cohort, str, list[Row]]]:
        for number, place in enumerate(cells(new, kinds, columns)):
            place.to(values[number % len(values)])
            yield place.found_by(rule)

    KINDS[name] = spoil


into_every_cell("a word instead of a number", ("high", "not done", "1O", "seven"), "type", "integer number")
into_every_cell("a word for nothing", ("NA", "n/a", "-", ".", "NULL", "missing"), "type", "integer number")
into_every_cell("nan or infinity", ("nan", "inf", "-Infinity"), "type", "integer number")
into_every_cell("thousands divided", ("1'000", "1 000", "1_000"), "type", "integer number")
into_every_cell("a unit after the number", ("5 mg", "7d", "3%"), "type", "integer number")
into_every_cell("a number out of reach", ("1e400", "9e999"), "type", "integer number")
into_every_cell("a decimal comma", ("4,5", "0,25", "3,0"), "decimal_mark", "number integer")
into_every_cell("a limit of detection", ("<5", "> 10", "<=0.5"), "censored", "number integer")
into_every_cell("a date of ISO form", ("2021-03-01", "1999-12-31"), "date", "integer number")
into_every_cell("a date with dots or strokes", ("01.03.2021", "3/1/2021"), "date", "integer number")
into_every_cell("not a whole number", ("3.5", "0.1"), "type", "integer")
into_every_cell("neither true nor false", ("maybe", "2", "ja"), "type", "boolean")
into_every_cell("the number of a date", ("44197", "-40000"), "plausible", "integer", DAYS)
into_every_cell("a date as one number", ("20210301",), "possible", "integer", DAYS)
into_every_cell("a day that nobody lives to see", ("47483", "99999999999999"), "possible", "integer", DAYS)
into_every_cell(
    "digits and signs of another keyboard",
    ("\u22125", "5\u00a00", "\uff15\uff10", "\u0665", "\u20135"),
    "other_characters",
    "integer number",
)


def _required(new: New) -> Iterator[Place]:
    for place in cells(new):
        column = TABLES[place.table].columns[place.column]
        if not (column.optional or column.nullable):
            yield place


@kind
def a_required_cell_is_empty(new):
    for place in _required(new):
        place.to(None)
        yield place.found_by("filled")


@kind
def a_required_cell_is_blank(new):
    for place in _required(new):
        place.to("  ")
        yield place.found_by("filled")


@kind
def a_wanted_cell_is_empty(new):
    wanted = ("patients.age", "patients.sex", "side_effects.onset_day", "side_effects.severity")
    for place in cells(new):
        if f"{place.table}.{place.column}" in wanted:
            place.to(None)
            yield place.found_by("recorded")


def _listed(new: New) -> Iterator[Place]:
    for place in cells(new, "text"):
        if TABLES[place.table].columns[place.column].allowed or place.column == "condition":
            yield place


@kind
def a_word_that_is_not_listed(new):
    for place in _listed(new):
        place.to("something else")
        yield place.found_by("isin")


@kind
def a_word_in_capitals(new):
    for place in _listed(new):
        place.to(str(place.row[place.column]).upper())
        yield place.found_by("isin")


@kind
def a_misspelt_word(new):
    for place in _listed(new):
        place.to(f"{place.row[place.column]}e")
        yield place.found_by("isin")


@kind
def below_the_least(new):
    for place in cells(new, "integer number"):
        column = TABLES[place.table].columns[place.column]
        if column.at_least is not None:
            place.to(f"{column.at_least - 1:g}")
            bounded = column.at_most is not None or place.column in ("dose_mg", "target_dose_mg")
            yield place.found_by("in_range" if bounded else "greater_than_or_equal_to")


@kind
def above_the_most(new):
    for place in cells(new, "integer number"):
        column = TABLES[place.table].columns[place.column]
        if column.at_most is not None:
            place.to(f"{column.at_most + 1:g}")
            yield place.found_by("in_range")


@kind
def micrograms_for_milligrams(new):
    for place in cells(new, "number", ("dose_mg", "target_dose_mg")):
        place.to(f"{float(place.row[place.column]) * 1000:g}")
        yield place.found_by("in_range")


@kind
def grams_for_milligrams(new):
    for place in cells(new, "number", ("dose_mg", "target_dose_mg")):
        place.to(f"{float(place.row[place.column]) / 1000:g}")
        yield place.found_by("in_a_dose_group")


@kind
def a_dose_between_the_groups(new):
    for place in cells(new, "number", ("dose_mg", "target_dose_mg")):
        place.to("2.5")
        yield place.found_by("in_a_dose_group")


def _scores(new: New, *instruments: str) -> Iterator[Place]:
    for place in cells(new, "number", ("score",)):
        if place.row["instrument"] in instruments:
            yield place


@kind
def a_score_above_its_scale(new):
    for place in _scores(new, "PAIN_VAS", "DAS28CRP"):
        for value in ("101", "1000"):
            place.to(value)
        yield place.found_by("within_limits")


@kind
def a_score_below_its_scale(new):
    for place in _scores(new, "PAIN_VAS", "DAS28CRP", "TSH"):
        place.to("-1")
        yield place.found_by("within_limits")


@kind
def a_code_for_a_missing_score(new):
    for code in ("999", "-9", "-99"):
        for place in _scores(new, "PAIN_VAS", "DAS28CRP"):
            place.to(code)
            yield place.found_by("within_limits")


@kind
def a_score_that_is_possible_but_unusual(new):
    for place in _scores(new, "DAS28CRP", "TSH"):
        place.to("9.2" if place.row["instrument"] == "DAS28CRP" else "120")
        yield place.found_by("plausible")


@kind
def a_score_off_its_grid(new):
    for place in _scores(new, "PAIN_VAS", "DAS28CRP"):
        place.to("40.5" if place.row["instrument"] == "PAIN_VAS" else "3.456")
        yield place.found_by("on_grid")


@kind
def an_unknown_instrument(new):
    for code in ("VAS_PAIN", "pain_vas", "DAS28"):
        for place in cells(new, "text", ("instrument",)):
            place.to(code)
            yield place.found_by("known")
