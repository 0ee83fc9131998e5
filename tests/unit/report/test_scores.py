"""Changes of scores: the mean with its interval, and beside it how far patients lie apart."""

import pytest

from dose_outcomes.report.scores import Panel, Scores, scores


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


def panel(score, better):
    return Panel(score, score, better, [], [])


@pytest.mark.parametrize(
    ("panels", "sentence"),
    [
        ([("PAIN", "lower_better"), ("CDAI", "lower_better")], "Better, on every score here: lower."),
        ([("IBDQ", "higher_better")], "Better, on every score here: higher."),
        (
            [("PAIN", "lower_better"), ("IBDQ", "higher_better"), ("TSH", "target_range"), ("PAIN", "lower_better")],
            "Better is lower: PAIN; higher: IBDQ; within a range, neither too low nor too high: TSH.",
        ),
    ],
)
def test_the_caption_says_which_scores_are_better(panels, sentence):
    assert Scores([panel(*one) for one in panels], [], None, None, None, None).direction == sentence
