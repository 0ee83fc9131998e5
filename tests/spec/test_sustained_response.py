"""A response that lasts: true at two assessed visits at least 28 days apart, with no false in between."""

import pytest

SUSTAINED = {"sustained_response": [{"endpoint": "pain", "horizon_days": 182}]}


def assessments(scores: dict[int, int]) -> str:
    """Return the scores of one patient by day; baseline 10, so that 7 is a response and 8 is none."""
    lines = [f"a {day} PAIN_NRS {score}" for day, score in {0: 10, **scores}.items()]
    return "\n".join(["patient_id day instrument score", *lines])


@pytest.mark.parametrize(
    ("scores", "non_responder", "observed"),
    [
        # two responses 28 days apart
        ({28: 7, 56: 7}, "1 of 1", "1 of 1"),
        # one day too close; nobody can tell from visits so near each other
        ({28: 7, 55: 7}, "0 of 1", "0 of 0"),
        # a visit in between without response
        ({28: 7, 42: 8, 56: 7}, "0 of 1", "0 of 1"),
        # a visit in between with response
        ({28: 7, 42: 7, 56: 7}, "1 of 1", "1 of 1"),
        # lost, and sustained at the second attempt
        ({28: 7, 56: 8, 84: 7, 112: 6}, "1 of 1", "1 of 1"),
        # a visit that was not made does not interrupt
        ({28: 7, 140: 7}, "1 of 1", "1 of 1"),
        # the last one is not confirmed
        ({28: 8, 56: 7}, "0 of 1", "0 of 1"),
        # the second visit is after the horizon
        ({168: 7, 196: 7}, "0 of 1", "0 of 0"),
        # never seen again
        ({}, "0 of 1", "0 of 0"),
    ],
)
def test_who_has_a_sustained_response(spec, scores, non_responder, observed):
    outcome = spec(SUSTAINED, patients="patient_id\na", assessments=assessments(scores))
    rows = outcome.rows("missing_data events n", analysis="sustained_response_rate")
    assert {row[0]: f"{row[1]} of {row[2]}" for row in rows} == {"non_responder": non_responder, "observed": observed}


def test_patients_do_not_mix(spec):
    outcome = spec(
        SUSTAINED,
        patients="patient_id\na\nb",
        assessments="""
            patient_id  day  instrument  score
            a           0    PAIN_NRS    10
            a           28   PAIN_NRS    7
            b           0    PAIN_NRS    10
            b           56   PAIN_NRS    7
            """,
    )
    assert outcome.rows("events n", analysis="sustained_response_rate", missing_data="non_responder") == [["0", "2"]]


@pytest.mark.parametrize(("strategy", "observed"), [("treatment_policy", "1 of 1"), ("composite", "0 of 1")])
def test_a_failure_in_between_ends_a_response(spec, strategy, observed):
    """Stopped on day 40, between the two visits: under the composite strategy the second one is no response."""
    endpoint = {
        "id": "pain",
        "label": "Pain",
        "definitions": {"fibromyalgia": "FM-PAIN-30"},
        "intercurrent_events": {"stopped_for_side_effect": strategy},
    }
    outcome = spec(
        {**SUSTAINED, "endpoints": [endpoint]},
        patients="patient_id observed_until end_reason\na 200 side_effect",
        doses="patient_id start_day end_day dose_mg target_dose_mg\na 0 39 4.5 4.5",
        assessments=assessments({28: 7, 84: 7}),
    )
    rows = outcome.rows("events n", analysis="sustained_response_rate", missing_data="observed")
    assert [f"{events} of {n}" for events, n in rows] == [observed]
