"""Changes of scores: the mean with its interval, and beside it how far patients lie apart."""

from dose_outcomes.report.scores import scores


def test_medians_stand_with_their_quartiles(register, wording, page):
    spread = scores(register, wording).spread
    line = spread.sections[0].lines[0]
    first = line.cells[0]
    assert line.label.startswith("Aches")
    median, lower, upper = (row.estimate for row in (first.row, *first.others))
    assert (lower, upper) == (median - 1, median + 1.5)
    table = page[page.index("Median change of the score") :]
    table = table[: table.index("</table>")]
    assert f"data-r={first.row.identifier}" in table
    assert all(f"data-r={row.identifier}" in table for row in first.others)
