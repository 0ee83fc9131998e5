"""A head says of how many patients a whole column is; cells do where a column has several denominators."""

import re
from dataclasses import replace

import pytest

from dose_outcomes.report.grids import Cell, Line, Section, grid, grid_of, one_denominator


@pytest.fixture
def row(register):
    found = next(row for row in register.all_estimates if row.estimate is not None and row.n)
    return lambda n, **changes: replace(found, n=n, **changes)


def numbers(found):
    return [row.n if row else None for row in found]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([[40, 40], [50, 50]], [40, 50]),
        ([[40, 40], [50, 51]], [None, None]),
        ([[40, None], [50, 50]], [40, 50]),  # of a hidden row n may be unknown
        ([[40], [50]], [None, None]),  # one row says its n itself
        ([[40, 40], []], [40, None]),  # differences have no patients of their own
        ([], []),
    ],
)
def test_a_column_has_one_denominator_or_none(columns, expected, row):
    assert numbers(one_denominator([[row(n) for n in column] for column in columns])) == expected


def test_a_table_says_it_in_its_heads_and_its_note(row):
    note = "Share, 95% CI, patients with it/patients. More."
    lines = [Line(name, [Cell("share", row(40)), Cell("estimate", row(7))]) for name in ("one", "other")]
    table = grid("Title", "What", ["Dose", "Difference"], lines, note)
    assert numbers(table.denominators) == [40, None]
    assert table.words == "Share, 95% CI, patients with it. n in a head: all patients of its column. More."
    several = grid(
        "Title", "What", ["Dose"], [Line("one", [Cell("share", row(40))]), Line("two", [Cell("share", row(41))])], note
    )
    assert several.denominators == [None]
    assert several.words == note


def test_rows_that_count_the_patients_are_taken_where_given(row):
    table = grid_of(
        "Title",
        "What",
        ["1 mg", "Difference"],
        [Section("", [Line("one", [Cell("mean", row(39)), Cell("number", row(7))])])],
        patients=[row(40)],
    )
    assert numbers(table.denominators) == [40, None]


def test_every_head_of_the_page_is_the_n_of_its_cells(page):
    """By another route than the code: read back from the page."""
    counted = 0
    for table in re.findall(r"<table\b.*?</table>", page, re.DOTALL):
        heads = re.findall(r'<th scope="?col"?>(.*?)</th>', table, re.DOTALL)
        said = [re.search(r'class="of">n <data value="?(\d+)', head) for head in heads]
        if not any(said):
            continue
        counted += 1
        for line in re.findall(r"<tr\b[^>]*><th scope=\"?row.*?</tr>", table, re.DOTALL):
            assert not re.search(r"</data>/<data", line), "a cell says its denominator again"
    assert counted >= 2
