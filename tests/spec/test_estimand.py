"""What events after the start of treatment mean for the response, by the strategy that the study declares."""

import pytest

from dose_outcomes.errors import AnalysisError

PATIENTS = """
    patient_id  observed_until  end_reason
    continues   200             ongoing
    stops       200             side_effect
    stops_late  200             side_effect
"""
DOSES = """
    patient_id  start_day  end_day  dose_mg  target_dose_mg
    continues   0          200      4.5      4.5
    stops       0          59       4.5      4.5
    stops_late  0          99       4.5      4.5
"""
# pain falls from 8 to 2 in all; the one who stops on day 60 had no relief at week 4
ASSESSMENTS = """
    patient_id  day  instrument  score
    continues   0    PAIN_NRS    8
    continues   84   PAIN_NRS    2
    stops       0    PAIN_NRS    8
    stops       28   PAIN_NRS    8
    stops       84   PAIN_NRS    2
    stops_late  0    PAIN_NRS    8
    stops_late  84   PAIN_NRS    2
"""
TABLES = {"patients": PATIENTS, "doses": DOSES, "assessments": ASSESSMENTS}


def study(strategy: str | None, **more) -> dict:
    events = {} if strategy is None else {"stopped_for_side_effect": strategy}
    endpoint = {
        "id": "pain",
        "label": "Pain",
        "definitions": {"fibromyalgia": "FM-PAIN-30"},
        "intercurrent_events": events,
    }
    return {"endpoints": [endpoint | more]}


@pytest.mark.parametrize(
    ("strategy", "non_responder", "observed"),
    [
        # every score counts
        ("treatment_policy", ["3", "3"], ["3", "3"]),
        # who stopped before the visit is no responder, and known to be none; stopping after the visit changes nothing
        ("composite", ["2", "3"], ["2", "3"]),
        # the last score before stopping counts: no relief at week 4
        ("while_on_treatment", ["2", "3"], ["2", "3"]),
        # the score after stopping is taken as missing
        ("hypothetical", ["2", "3"], ["2", "2"]),
    ],
)
def test_the_strategy_decides_what_a_score_after_stopping_means(spec, strategy, non_responder, observed):
    outcome = spec(study(strategy), **TABLES)
    rows = {row[0]: row[1:] for row in outcome.rows("missing_data events n", analysis="responder_rate")}
    assert rows == {"non_responder": non_responder, "observed": observed}


def test_a_composite_failure_is_known_without_a_score(spec):
    unseen = {**TABLES, "assessments": "\n".join(ASSESSMENTS.splitlines()[:-4]) + "\n    stops_late  0  PAIN_NRS  8"}
    outcome = spec(study("composite"), **unseen)
    # `stops` has no score at the visit, but is known to have failed; `stops_late` is not known
    assert outcome.rows("events n", analysis="responder_rate", statistic="proportion", missing_data="observed") == [
        ["1", "2"]
    ]


def test_time_to_response_uses_what_was_seen(spec):
    times = {"time_to_response": [{"endpoint": "pain", "horizon_days": 182, "risk_table_days": [0]}]}
    outcome = spec(study("composite") | times, **TABLES)
    counts = outcome.counts["response_times"][["day", "events", "censored"]]
    assert counts.to_numpy().tolist() == [[84, 2, 1]]


def test_an_event_without_a_strategy_stops_the_run(spec):
    with pytest.raises(
        AnalysisError, match="stopped_for_side_effect: 1 patients stopped the drug for a side effect"
    ) as error:
        spec(study(None), **TABLES)
    assert "treatment_policy (scores count whether or not the event happened)" in str(error.value)
    assert "stops" not in str(error.value).replace("stopped", "")


def test_an_event_after_the_last_visit_needs_no_strategy(spec):
    late = DOSES.replace("59 ", "99 ")
    assert spec(study(None), **{**TABLES, "doses": late}).rows(
        "events", analysis="responder_rate", statistic="proportion", missing_data="observed"
    ) == [["3"]]


def test_the_principal_stratum_is_refused(spec):
    from dose_outcomes.errors import StudyError

    with pytest.raises(StudyError, match="principal_stratum is refused: who would not have had the event"):
        spec(study("principal_stratum"), **TABLES)


def test_other_strategies_stand_beside_the_main_one(spec, drawn):
    other = {"label": "composite", "intercurrent_events": {"stopped_for_side_effect": "composite"}}
    outcome = spec(study("treatment_policy", alternatives=[other]), **TABLES)
    found = outcome.rows("subgroup missing_data events n", analysis="responder_rate_by_strategy")
    assert found == drawn("""
            subgroup              missing_data   events  n
            strategy:_composite   non_responder  2       3
            strategy:_composite   observed       2       3
            """)
    assert outcome.rows("events", analysis="responder_rate", statistic="proportion", missing_data="observed") == [["3"]]


@pytest.mark.parametrize(
    ("kind", "tables", "more"),
    [
        (
            "rescue_medication",
            {"medications": "patient_id drug start_day drug_class end_day\ncontinues pred 40 steroid -"},
            {"intercurrent_medications": {"rescue": ["steroid"]}},
        ),
        (
            "prohibited_medication",
            {"medications": "patient_id drug start_day drug_class end_day\ncontinues tramadol 40 opioid -"},
            {"intercurrent_medications": {"prohibited": ["opioid"]}},
        ),
        (
            "dose_reduced",
            {
                "doses": "patient_id start_day end_day dose_mg target_dose_mg\n"
                "continues 0 29 4.5 4.5\ncontinues 30 200 3 4.5"
            },
            {},
        ),
        ("death", {"patients": "patient_id observed_until end_reason\ncontinues 70 death"}, {}),
        ("stopped_for_lack_of_efficacy", {"patients": "patient_id end_reason\ncontinues lack_of_efficacy"}, {}),
        ("stopped_for_other_reason", {"patients": "patient_id end_reason\ncontinues cost"}, {}),
    ],
)
def test_each_kind_of_event_is_seen(spec, kind, tables, more):
    base = {
        "patients": "patient_id\ncontinues",
        "doses": "patient_id start_day end_day dose_mg target_dose_mg\ncontinues 0 60 4.5 4.5",
        "assessments": "patient_id day instrument score\ncontinues 0 PAIN_NRS 8",
    }
    with pytest.raises(AnalysisError, match=f"- {kind}: 1 patients"):
        spec(study(None) | more, **{**base, **tables})
