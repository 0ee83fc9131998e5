"""Every definition that ships can be met, and is not met by an unchanged score; figures lie on their scales."""

import itertools
import re
from importlib.resources import files

import ibis
import pandas as pd
import pytest
import yaml
from pydantic import ValidationError

from dose_outcomes.catalogue import Catalogue, Instrument, ResponseDefinition, built_in
from dose_outcomes.catalogue.expression import Combination, Comparison, Rule, parse_rule
from dose_outcomes.derive.rule import baseline_column, baseline_known, response, score_column, severe_enough

CODES = sorted(built_in().definitions)
INSTRUMENTS = built_in().instruments


def evaluated(definition: ResponseDefinition, rows: list[dict[str, float | None]], instruments=INSTRUMENTS) -> list:
    frame = pd.DataFrame(rows, dtype="float64")
    table = ibis.memtable(frame.assign(row=range(len(frame))))
    holds = response(table, definition, instruments)
    result = table.select("row", holds=holds).execute().sort_values("row")
    return [None if pd.isna(one) else bool(one) for one in result["holds"]]


def comparisons(rule: Rule) -> list[Comparison]:
    if isinstance(rule, Comparison):
        return [rule]
    return [one for term in rule.terms for one in comparisons(term)]


def candidates(code: str, definition: ResponseDefinition) -> list[float]:
    """Return scores of an instrument that decide: both ends, a good and a middling one, and the numbers of the rule."""
    instrument = INSTRUMENTS[code]
    names = {name for name, part in definition.parts.items() if part.instrument == code}
    numbers = {one.number for one in comparisons(parse_rule(definition.response)) if one.name in {*names, "value"}}
    low, high = instrument.minimum, instrument.maximum
    return sorted({low, high, (low + high) / 2} | {one for one in numbers if low <= one <= high})


def row(definition: ResponseDefinition, base: float, value: float, before: float, parts: dict[str, float]) -> dict:
    scores = {score_column(code): score for code, score in parts.items()}
    bases = {baseline_column(code): INSTRUMENTS[code].maximum * before for code in parts}
    return {"base": base, "value": value, **scores, **bases}


def reachable_rows(definition: ResponseDefinition) -> list[dict]:
    instrument = INSTRUMENTS[definition.instrument]
    worst = instrument.minimum if instrument.direction == "higher_better" else instrument.maximum
    bases = [definition.baseline_bound] if definition.baseline_bound is not None else [worst, *_spread(instrument)]
    others = [code for code in definition.instruments if code != definition.instrument]
    products = itertools.product(
        bases, candidates(definition.instrument, definition), *(candidates(code, definition) for code in others)
    )
    return [
        row(definition, base, value, 0.5, dict(zip(others, parts, strict=True))) for base, value, *parts in products
    ]


def _spread(instrument: Instrument) -> list[float]:
    return [instrument.minimum + share * (instrument.maximum - instrument.minimum) for share in (0.1, 0.5)]


@pytest.mark.parametrize("code", CODES)
def test_a_rule_can_be_met_and_missed_from_its_bound(code):
    definition = built_in().definitions[code]
    assert {True, False} <= set(evaluated(definition, reachable_rows(definition)))


@pytest.mark.parametrize("code", CODES)
def test_an_unchanged_score_is_no_response(code):
    """Whatever the baseline, as far as the rule looks at a change."""
    definition = built_in().definitions[code]
    if definition.type in ("category", "state", "safety_event"):
        assert not definition.needs_baseline
        return
    rows = [
        {
            **one,
            "value": one["base"],
            **{baseline_column(part): one[score_column(part)] for part in _others(definition)},
        }
        for one in reachable_rows(definition)
    ]
    assert True not in evaluated(definition, rows)


def _others(definition: ResponseDefinition) -> list[str]:
    return [code for code in definition.instruments if code != definition.instrument]


@pytest.mark.parametrize("code", CODES)
def test_a_better_score_is_never_less_of_a_response(code):
    """For a harm: never more of one. Components as they are."""
    definition = built_in().definitions[code]
    instrument = INSTRUMENTS[definition.instrument]
    low, high = instrument.minimum, instrument.maximum
    values = [low + share * (high - low) / 200 for share in range(201)]
    worst = low if instrument.direction == "higher_better" else high
    bound = worst if definition.baseline_bound is None else definition.baseline_bound
    for base in (bound, (bound + worst) / 2):
        for parts in (dict.fromkeys(_others(definition), 0.0), dict.fromkeys(_others(definition), 1.0)):
            found = evaluated(definition, [row(definition, base, value, 0.5, parts) for value in values])
            rising = [one for one in found if one is not None]
            falling = (instrument.direction == "lower_better") == (definition.kind == "benefit")
            falling = falling or definition.type == "safety_event"
            assert rising == sorted(rising, reverse=falling), (base, parts)


@pytest.mark.parametrize("code", CODES)
def test_figures_lie_on_their_scales(code):
    definition = built_in().definitions[code]
    instrument = INSTRUMENTS[definition.instrument]
    assert definition.baseline_bound is None or instrument.minimum <= definition.baseline_bound <= instrument.maximum
    for rule in definition.rules:
        for one in comparisons(rule):
            part = definition.parts.get(one.name)
            scale = INSTRUMENTS[part.instrument if part else definition.instrument]
            if one.name in ("value", "base") or (part and part.measure == "score"):
                assert scale.minimum <= one.number <= scale.maximum, one
            elif one.name == "pct_improve" or (part and part.measure == "percent_improvement"):
                assert 0 < one.number <= 100, one
            else:
                assert 0 < one.number <= scale.maximum - scale.minimum, one


@pytest.mark.parametrize("code", CODES)
def test_a_definition_says_where_it_comes_from(code):
    definition = built_in().definitions[code]
    assert definition.source
    assert definition.domain
    assert re.fullmatch(r"(10\.\d{4,}/\S+)?", definition.doi)
    assert re.fullmatch(r"\d{0,8}", definition.pmid)
    assert definition.window_weeks <= definition.week
    assert bool(definition.remission) == bool(definition.remission_label)
    if definition.citation == "uncertain":
        assert definition.check_before_publication
    if definition.mcid:
        assert definition.mcid.absolute or definition.mcid.percent or definition.mcid.note


@pytest.mark.parametrize("code", CODES)
def test_the_stated_type_is_that_of_the_rule(code):
    definition = built_in().definitions[code]
    content = definition.model_dump(exclude={"type"})
    told = ResponseDefinition.model_validate(content).type
    if definition.type not in ("composite", "state", "safety_event"):
        assert told == definition.type
    rule = parse_rule(definition.response)
    if definition.type == "composite":
        assert isinstance(rule, Combination)
    if definition.type in ("category", "state", "safety_event"):
        assert not definition.needs_baseline


def test_harms_are_told_from_benefits():
    harms = {code for code, definition in built_in().definitions.items() if definition.kind == "harm"}
    assert harms == {"MS-EDSS-CDP", "HT-TSH-LOW", "SLP-ISI-WORSE-6"}


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("improve >= 3", "abs_change"),
        ("pct_improve >= 30", "pct_change"),
        ("value <= 2", "category"),
        ("value <= 2 or value >= 9", "state"),
        ("improve >= 3 and value <= 2", "composite"),
        ("worsen >= 3", "worsening"),
        ("improve < -3 and value > 8", "worsening"),
        ("worsen < 0.3", "composite"),
    ],
)
def test_the_type_of_a_rule_without_one(rule, told):
    assert ResponseDefinition(instrument="X", label="x", response=rule).type == told


@pytest.mark.parametrize("code", sorted(INSTRUMENTS))
def test_an_instrument_is_a_scale(code):
    instrument = INSTRUMENTS[code]
    assert instrument.label
    assert instrument.units
    low, high = instrument.plausible_minimum, instrument.plausible_maximum
    assert instrument.minimum <= (instrument.minimum if low is None else low)
    assert (instrument.maximum if high is None else high) <= instrument.maximum
    assert instrument.floor in (0, instrument.minimum)


def test_every_instrument_is_used():
    used = {code for definition in built_in().definitions.values() for code in definition.instruments}
    assert used == set(INSTRUMENTS)


def test_no_code_is_given_twice():
    """The reader of YAML would take the last one in silence."""
    for file in files("dose_outcomes.catalogue").joinpath("fields").iterdir():
        for section in yaml.compose(file.read_text(encoding="utf-8")).value:
            codes = [key.value for key, _ in section[1].value]
            assert len(codes) == len(set(codes)), file


def test_percent_is_taken_above_the_floor_of_the_scale():
    """On a scale from 5 to 25, from 15 to 10 is half of what can be lost, not a third."""
    scale = Instrument(label="itch", units="points", minimum=5, maximum=25, direction="lower_better", floor=5)
    half = ResponseDefinition(instrument="ITCH", label="half", response="pct_improve >= 50")
    rows = [{"base": 15.0, "value": 10.0}, {"base": 5.0, "value": 5.0}]
    # nothing above the floor to lose: a percentage is not defined, the response not known
    assert evaluated(half, rows, {"ITCH": scale}) == [True, None]


def test_higher_can_be_better():
    four = built_in().definitions["FAT-FACITF-4"]
    assert evaluated(four, [{"base": 30.0, "value": 34.0}, {"base": 30.0, "value": 26.0}]) == [True, False]
    table = ibis.memtable([{"base": 44.0}, {"base": 45.0}])
    assert table.select(r=severe_enough(table.base, four, INSTRUMENTS)).execute()["r"].tolist() == [True, False]


@pytest.mark.parametrize(
    ("measure", "rule", "expected"),
    [
        ("score", "c_x >= 4", [True, False, None, True]),
        ("improvement", "c_x >= 2", [True, False, None, None]),
        ("worsening", "c_x >= 1", [False, True, None, None]),
        ("percent_improvement", "c_x >= 100", [True, False, None, None]),
    ],
)
def test_what_a_component_can_be(measure, rule, expected):
    """Of a scale from 1 on which higher is better: percentages are taken above 1, in the direction of the scale."""
    scale = Instrument(label="x", units="points", minimum=1, maximum=9, direction="higher_better", floor=1)
    part = {"instrument": "X", "measure": measure}
    definition = ResponseDefinition(instrument="Y", label="x", response=rule, components={"c_x": part})
    score, base = score_column("X"), baseline_column("X")
    rows = [{base: 3, score: 5}, {base: 3, score: 2}, {base: 3, score: None}, {base: None, score: 5}]
    rows = [{"value": None, "base": None, **one} for one in rows]
    assert evaluated(definition, rows, {"X": scale, "Y": scale}) == expected


def test_baselines_without_which_a_rule_cannot_hold():
    definition = built_in().definitions["FM-COMP-YOUNGER"]
    columns = [baseline_column(code) for code in ("PAIN_NRS", "FATIGUE_NRS", "SLEEP_NRS")]
    rows = [dict(zip(columns, one, strict=True)) for one in itertools.product([5.0, None], repeat=3)]
    table = ibis.memtable(pd.DataFrame(rows, dtype="float64").assign(base=None, row=range(8)))
    known = table.select("row", known=baseline_known(table, definition)).execute().sort_values("row")["known"]
    assert known.tolist() == [True, True, True, False, False, False, False, False]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"response": "improve >= 1 and c_tsh >= 1"}, "rule uses c_tsh; name the instrument"),
        ({"components": {"tsh": "TSH"}}, "components: tsh: a name begins with c_"),
        ({"components": {"c_tsh": {"instrument": "TSH", "measure": "change"}}}, "improvement"),
        ({"remission": "value < "}, "cannot be read"),
        ({"type": "benefit"}, "abs_change"),
    ],
)
def test_a_definition_that_cannot_be_run_is_refused(changes, message):
    with pytest.raises(ValidationError, match=message):
        ResponseDefinition.model_validate({"instrument": "X", "label": "x", "response": "improve >= 1", **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"instrument": "Z"}, "unknown instrument 'Z'"),
        ({"instrument": "TARGET"}, "TARGET is best within a range: a change is neither better nor worse"),
        ({"components": {"c_x": {"instrument": "TARGET", "measure": "improvement"}}}, "TARGET is best within a range"),
        ({"role": "primary_if"}, "belong together"),
    ],
)
def test_a_definition_must_fit_its_instruments(changes, message):
    scale = {"label": "x", "units": "points", "minimum": 0, "maximum": 9}
    instruments = {"X": {**scale, "direction": "lower_better"}, "TARGET": {**scale, "direction": "target_range"}}
    definition = {"instrument": "X", "label": "x", "response": "improve >= 1", **changes}
    with pytest.raises(ValidationError, match=message):
        Catalogue.model_validate({"instruments": instruments, "definitions": {"D": definition}})
