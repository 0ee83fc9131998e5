"""Faults in what a study says of comparisons: reference dose, shapes, families, endpoints beside each other."""

import re

import pytest
import yaml

from dose_outcomes.errors import StudyError
from dose_outcomes.study import load_study

FAMILY = {
    "id": "one",
    "label": "One",
    "analysis": "responder_contrast",
    "statistic": "risk_difference",
    "endpoint": "primary_response",
    "method": "holm",
}


@pytest.fixture
def loaded(root, tmp_path):
    """Return a function: changes to the bundled study -> the study, or what loading it says."""
    text = (root / "config/ldn.yaml").read_text(encoding="utf-8")

    def load(**changes):
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump({**yaml.safe_load(text), **changes}), encoding="utf-8")
        return load_study(path)

    return load


def groups(**score):
    return [
        {"label": "low", "from_mg": 0.5, "below_mg": 3, **score},
        {"label": "high", "from_mg": 3, "below_mg": 5},
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"contrasts": {"reference_dose": "0.5mg"}}, r"unknown dose group '0.5mg'; did you mean 0.5 mg\?"),
        ({"contrasts": {"difference": "wald"}}, r"contrasts.difference: must be 'miettinen_nurminen' or 'newcombe'"),
        ({"diagnostics": {"minimum_patients": 0}}, r"diagnostics.minimum_patients: .*received 0"),
        ({"diagnostics": {"minimum_events": -1}}, r"diagnostics.minimum_events: .*received -1"),
        (
            {"diagnostics": {"maximum_standardised_difference": 0}},
            r"diagnostics.maximum_standardised_difference: .*received 0",
        ),
        ({"diagnostics": {"minimum_effective_share": 1.1}}, r"diagnostics.minimum_effective_share: .*received 1.1"),
        ({"diagnostics": {"minimum_effective_share": -0.1}}, r"diagnostics.minimum_effective_share: .*received -0.1"),
        ({"diagnostics": {"minimum_events_per_variable": 0}}, r"diagnostics.minimum_events_per_variable: .*received 0"),
        ({"diagnostics": {"maximum_interval_width": 0}}, r"diagnostics.maximum_interval_width: .*received 0"),
        ({"diagnostics": {"maximum_interval_width": 2.1}}, r"diagnostics.maximum_interval_width: .*received 2.1"),
        ({"diagnostics": {"maximum_ratio_of_limits": 1}}, r"diagnostics.maximum_ratio_of_limits: .*received 1"),
        ({"diagnostics": {"minimum_share_followed": 1.1}}, r"diagnostics.minimum_share_followed: .*received 1.1"),
        ({"diagnostics": {"minimum_share_followed": -0.1}}, r"diagnostics.minimum_share_followed: .*received -0.1"),
        ({"diagnostics": {"maximum_share_missing": 1.1}}, r"diagnostics.maximum_share_missing: .*received 1.1"),
        ({"diagnostics": {"maximum_share_missing": -0.1}}, r"diagnostics.maximum_share_missing: .*received -0.1"),
        ({"diagnostics": {"minimum_patient": 5}}, r"unknown key 'minimum_patient'; did you mean 'minimum_patients'"),
        ({"dose_response": {"alternative": "up"}}, r"dose_response.alternative: must be 'increase'"),
        ({"dose_response": {"candidates": [{"model": "emax"}]}}, r"candidates: emax needs ed50_mg"),
        (
            {"dose_response": {"candidates": [{"model": "linear", "hill": 2}]}},
            r"candidates: linear needs no further key",
        ),
        ({"dose_response": {"candidates": [{"model": "cubic"}]}}, r"candidates.0.model: must be"),
        ({"sustained_response": [{"endpoint": "primary"}]}, r"sustained_response: unknown endpoint 'primary'; did you"),
        (
            {"sustained_response": [{"endpoint": "primary_response", "horizon_days": 20}]},
            r"horizon_days must be at least minimum_days_apart",
        ),
        ({"sustained_response": [{"endpoint": "primary_response"}] * 2}, r"sustained_response: an endpoint is named"),
        ({"multiplicity": [{**FAMILY, "endpoint": "primary"}]}, r"multiplicity: one: unknown endpoint 'primary'; did"),
        ({"multiplicity": [{**FAMILY, "method": "tukey"}]}, r"multiplicity.0.method: must be"),
        ({"multiplicity": [FAMILY, FAMILY]}, r"multiplicity: one: used twice"),
        ({"multiplicity": [{**FAMILY, "after": "none"}]}, r"one: after: 'none' is no family listed before"),
        ({"multiplicity": [{**FAMILY, "after": "one"}]}, r"one: after: 'one' is no family listed before"),
        (
            {
                "multiplicity": [
                    {**FAMILY, "method": "benjamini_hochberg"},
                    {**FAMILY, "id": "two", "conditions": "each", "after": "one"},
                ]
            },
            r"two: after: both families need one of bonferroni, holm, hochberg, hommel; one has benjamini_hochberg",
        ),
        (
            {"multiplicity": [FAMILY, {**FAMILY, "id": "two", "missing_data": None}]},
            r"multiplicity: two and one hold the same tests",
        ),
    ],
)
def test_a_fault_says_what_is_allowed(loaded, changes, expected):
    with pytest.raises(StudyError) as error:
        loaded(**changes)
    assert re.search(expected, str(error.value)), str(error.value)


def test_the_reference_dose_is_the_lowest_unless_named(loaded):
    assert loaded(contrasts={}).reference_dose == "0.5 mg"
    assert loaded(contrasts={"reference_dose": "3 mg"}).reference_dose == "3 mg"


def test_the_dose_of_a_group_lies_in_it(loaded):
    contrasts = {"contrasts": {}}
    assert loaded(dose_groups=groups(score_mg=2), **contrasts).dose_scores == {"low": 2.0, "high": 3.0}
    with pytest.raises(StudyError, match="'low': score_mg must lie in the group"):
        loaded(dose_groups=groups(score_mg=3), **contrasts)


def test_families_of_different_rows_stand_beside_each_other(loaded):
    others = [{"subgroup": "stratified by condition"}, {"conditions": "each"}, {"missing_data": "observed"}]
    families = [FAMILY, *({**FAMILY, "id": f"other{number}", **other} for number, other in enumerate(others))]
    assert len(loaded(multiplicity=families).multiplicity) == 4


def test_a_harm_cannot_be_a_sustained_response(loaded):
    endpoint = {"id": "worse", "label": "Worse", "kind": "harm", "definitions": {"multiple_sclerosis": "MS-EDSS-CDP"}}
    rest = {"time_to_response": [], "multiplicity": [], "sustained_response": [{"endpoint": "worse"}]}
    with pytest.raises(StudyError, match="sustained_response: worse: a harm is no response"):
        loaded(endpoints=[endpoint], **rest)


@pytest.mark.parametrize(
    ("definitions", "expected"),
    [
        (
            {"fibromyalgia": "FM-PAIN-30", "crohns_disease": "CD-CDAI-100"},
            "endpoints: second: fibromyalgia: 'FM-PAIN-30' is already used by first",
        ),
        ({"chronic_pain": "FM-PAIN-30"}, "endpoints: second: its total would have the name 'FM-PAIN-30', as that of"),
        ({"fibromyalgia": "FM-PAIN-50"}, None),
    ],
)
def test_a_definition_serves_one_endpoint_per_condition(loaded, definitions, expected):
    endpoints = [
        {"id": "first", "label": "First", "definitions": {"fibromyalgia": "FM-PAIN-30"}},
        {"id": "second", "label": "Second", "definitions": definitions},
    ]
    rest = {"time_to_response": [], "sustained_response": [], "multiplicity": [], "literature": []}
    if expected is None:
        assert len(loaded(endpoints=endpoints, **rest).endpoints) == 2
    else:
        with pytest.raises(StudyError, match=re.escape(expected)):
            loaded(endpoints=endpoints, **rest)
