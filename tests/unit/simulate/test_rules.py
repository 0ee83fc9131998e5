"""Where a response begins on a scale, on whole numbers, and the draws that scores are made from."""

import numpy as np
import pytest

from dose_outcomes.catalogue import Instrument, ResponseDefinition, built_in
from dose_outcomes.catalogue.expression import parse_rule
from dose_outcomes.errors import StudyError
from dose_outcomes.simulate.arrays import choose, choose_row, cut_normal
from dose_outcomes.simulate.rules import Grid, grid_of, is_met, response_cut, thousandths


def _instrument(**changes: object) -> Instrument:
    return Instrument.model_validate(
        {
            "label": "Scale",
            "units": "points",
            "minimum": 0,
            "maximum": 10,
            "step": 1,
            "direction": "lower_better",
            **changes,
        }
    )


def _can_be_simulated(definition: ResponseDefinition) -> bool:
    """Lower is better, a change from baseline is asked for, and components are scores of the same day."""
    lower = built_in().instruments[definition.instrument].direction == "lower_better"
    plain = all(part.measure == "score" for part in definition.parts.values())
    return lower and plain and definition.kind == "benefit" and definition.needs_baseline


@pytest.mark.parametrize(
    "code", sorted(code for code, definition in built_in().definitions.items() if _can_be_simulated(definition))
)
def test_the_cut_is_the_worst_score_that_is_a_response(code: str) -> None:
    definition = built_in().definitions[code]
    rule, grid = parse_rule(definition.response), grid_of(code, built_in().instruments[definition.instrument])
    inside = dict.fromkeys(definition.components, 1000)
    bound = thousandths(definition.baseline_bound or 0)
    base = np.linspace(bound // grid.step, grid.highest // grid.step, 40).astype(np.int64) * grid.step
    cut = response_cut(rule, base, grid, {name: np.full_like(base, value) for name, value in inside.items()})
    for one, found in zip(base, cut, strict=True):
        legal = np.arange(grid.lowest, one + grid.step, grid.step)
        parts = {name: np.full_like(legal, value) for name, value in inside.items()}
        met = legal[is_met(rule, legal, np.full_like(legal, one), grid.floor, parts)]
        assert found == met.max(initial=grid.lowest - grid.step)
        assert len(met) == (found - grid.lowest) // grid.step + 1  # no gap below the cut


def test_below_the_scale_where_no_score_is_a_response() -> None:
    grid = Grid(step=1000, floor=0, lowest=0, highest=9000)
    assert response_cut(parse_rule("improve >= 3"), np.array([2000, 3000]), grid, {}).tolist() == [-1000, 0]


def test_percentages_are_taken_of_the_distance_from_the_best_score() -> None:
    rule = parse_rule("pct_improve >= 50")
    value, base = np.array([3000, 3000, 1000]), np.array([5000, 6000, 1000])
    assert is_met(rule, value, base, 1000, {}).tolist() == [True, True, False]
    assert is_met(rule, value, base, 0, {}).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("value == 2 and c_other > 1", [True, False]),
        ("value == 2 or base <= 4", [True, True]),
        ("worsen < -1.5", [True, False]),
    ],
)
def test_names_and_operators(rule: str, expected: list[bool]) -> None:
    value, base, other = np.array([2000, 3000]), np.array([4000, 4000]), {"c_other": np.array([2000, 2000])}
    assert is_met(parse_rule(rule), value, base, 0, other).tolist() == expected


def test_legal_scores_lie_on_the_grid_within_the_plausible_range() -> None:
    grid = grid_of("X", _instrument(step=2.5, maximum=100, plausible_minimum=1, plausible_maximum=61))
    assert grid == Grid(step=2500, floor=0, lowest=2500, highest=60_000)
    assert grid.nearest(np.array([0.0, 8600.0, 99_000.0]), 5000).tolist() == [5000, 7500, 60_000]


def test_scales_that_cannot_be_simulated_are_named() -> None:
    with pytest.raises(StudyError, match="instrument X has no step"):
        grid_of("X", _instrument(step=None))
    with pytest.raises(StudyError, match=r"0\.0005 has more than three decimals"):
        thousandths(0.0005)


def test_choices_follow_their_probabilities() -> None:
    random = np.random.default_rng(1)
    drawn = choose(random, {"never": 0.0, "often": 0.75, "seldom": 0.25, "last": 0.0}, 20_000)
    assert np.bincount(drawn, minlength=4)[[0, 3]].tolist() == [0, 0]
    assert (drawn == 1).mean() == pytest.approx(0.75, abs=0.02)
    rows = choose_row(random, np.array([[1.0, 0.0], [0.0, 3.0]]), np.array([0, 1, 1, 0]))
    assert rows.tolist() == [0, 1, 1, 0]


def test_a_cut_normal_stays_inside() -> None:
    ones = np.ones(20_000)
    drawn = cut_normal(np.random.default_rng(2).random(20_000), 5 * ones, 2 * ones, 5 * ones, 9 * ones)
    assert drawn.min() >= 5
    assert drawn.max() <= 9
    assert (drawn < 7).mean() == pytest.approx(0.3413 / 0.4772, abs=0.02)
