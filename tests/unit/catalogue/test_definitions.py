"""Every definition that ships can be met, and is not met by an unchanged score."""

import ibis
import pytest
from pydantic import ValidationError

from dose_outcomes.catalogue import Instrument, ResponseDefinition, built_in
from dose_outcomes.derive.rule import response

CODES = sorted(built_in().definitions)


def responds(code: str, base: float, value: float, **components: float) -> bool | None:
    definition = built_in().definitions[code]
    row = {"base": float(base), "value": float(value), **{name: float(score) for name, score in components.items()}}
    table = ibis.memtable([row])
    result = table.select(r=response(table, definition, built_in().instruments[definition.instrument])).execute()
    return result["r"].tolist()[0]


def usual(code: str) -> dict[str, float]:
    return dict.fromkeys(built_in().definitions[code].components, 1.0)


@pytest.mark.parametrize("code", CODES)
def test_an_unchanged_score_at_the_bound_is_no_response(code):
    definition = built_in().definitions[code]
    assert definition.baseline_bound is not None
    assert not responds(code, definition.baseline_bound, definition.baseline_bound, **usual(code))


@pytest.mark.parametrize("code", CODES)
def test_the_best_score_from_the_bound_is_a_response(code):
    definition = built_in().definitions[code]
    instrument = built_in().instruments[definition.instrument]
    best = instrument.minimum if instrument.direction == "lower_better" else instrument.maximum
    assert responds(code, definition.baseline_bound, best, **usual(code))


@pytest.mark.parametrize("code", CODES)
def test_bounds_lie_on_the_scale(code):
    definition = built_in().definitions[code]
    instrument = built_in().instruments[definition.instrument]
    assert instrument.minimum <= definition.baseline_bound <= instrument.maximum
    assert definition.source
    assert definition.window_weeks < definition.week


def test_percent_is_taken_above_the_floor_of_the_scale():
    """On a scale from 5 to 25, from 15 to 10 is half of what can be lost, not a third."""
    table = ibis.memtable([{"base": 15.0, "value": 10.0}, {"base": 5.0, "value": 5.0}])
    scale = Instrument(label="itch", units="points", minimum=5, maximum=25, direction="lower_better", floor=5)
    half = ResponseDefinition(instrument="ITCH", label="half", response="pct_improve >= 50")
    # nothing above the floor to lose: a percentage is not defined, the response not known
    assert table.select(r=response(table, half, scale)).execute()["r"].tolist() == [True, None]


def test_higher_can_be_better():
    table = ibis.memtable([{"base": 30.0, "value": 34.0}, {"base": 30.0, "value": 26.0}])
    scale = Instrument(label="fatigue", units="points", minimum=0, maximum=52, direction="higher_better")
    four = ResponseDefinition(instrument="FACIT_F", label="four", response="improve >= 4")
    assert table.select(r=response(table, four, scale)).execute()["r"].tolist() == [True, False]


def test_a_component_without_an_instrument_is_refused():
    with pytest.raises(ValidationError, match="rule uses c_tsh; name the instrument"):
        ResponseDefinition(instrument="LT4_UG_D", label="x", response="improve >= 1 and c_tsh >= 1")
