"""By which dose: aimed at, taken on a landmark day, or taken each day; the last one only as a warning."""

import pytest

from dose_outcomes.errors import StudyError

# all aim at 4.5 mg; one responds early and stays low, one stops before the landmark, one gets there
TABLES = {
    "patients": "patient_id\nstays_low\nstops_early\ngets_there",
    "doses": """
        patient_id   start_day  end_day  dose_mg  target_dose_mg
        stays_low    0          200      1.5      4.5
        stops_early  0          20       1.5      4.5
        gets_there   0          29       1.5      4.5
        gets_there   30         200      4.5      4.5
        """,
    "assessments": """
        patient_id   day  instrument  score
        stays_low    0    PAIN_NRS    8
        stays_low    28   PAIN_NRS    2
        stays_low    84   PAIN_NRS    2
        stops_early  0    PAIN_NRS    8
        stops_early  28   PAIN_NRS    8
        gets_there   0    PAIN_NRS    8
        gets_there   28   PAIN_NRS    8
        gets_there   84   PAIN_NRS    2
        """,
}


def test_the_same_endpoint_by_each_dose(spec, drawn):
    wanted = {"landmark_day": 56, "current": True, "show_biased_last_dose": True}
    outcome = spec({"dose_attributions": wanted}, **TABLES)
    rate = {"analysis": "responder_rate", "statistic": "proportion", "missing_data": "non_responder"}
    found = outcome.rows("dose_attribution dose events n", dose=any, **rate)
    assert sorted(found) == drawn("""
            dose_attribution    dose  events  n
            landmark            all   1       1
            landmark            high  1       1
            landmark            low   0       0
            last_dose_(biased)  all   2       3
            last_dose_(biased)  high  1       1
            last_dose_(biased)  low   1       2
            target              all   2       3
            target              high  2       3
            target              low   0       0
            """)
    # on the landmark day stops_early is off the drug, stays_low has responded already
    flow = outcome.counts["attrition"].query("flow.str.startswith('landmark')")
    assert flow[["excluded", "after"]].to_numpy().tolist() == [[1, 2], [1, 1]]
    # at the low dose: stays_low days 1-28 (responds), stops_early 1-20, gets_there 1-29; at the high one: 30-84
    response = {"analysis": "time_to_response", "statistic": "rate_per_100_person_years"}
    current = outcome.rows("dose events n person_years", dose=any, dose_attribution="current", **response)
    assert current == [
        ["all", "2", "-", f"{(28 + 20 + 29 + 55) / 365.25:.4g}"],
        ["high", "1", "1", f"{55 / 365.25:.4g}"],
        ["low", "1", "3", f"{(28 + 20 + 29) / 365.25:.4g}"],
    ]


def test_the_biased_grouping_says_so(spec):
    outcome = spec({"dose_attributions": {"show_biased_last_dose": True}}, **TABLES)
    for (note,) in outcome.rows("note", analysis="responder_rate", dose=any, dose_attribution="last dose (biased)"):
        assert note.startswith("biased:_a_high_last_dose")


def test_a_visit_before_the_landmark_has_no_landmark_row(spec):
    outcome = spec({"dose_attributions": {"landmark_day": 84}}, **TABLES)
    assert outcome.counts["responders_by_attribution"].empty


@pytest.mark.parametrize("dose", ["final", "last", "highest", "maximum"])
def test_grouping_by_the_dose_reached_is_refused_with_the_reason(spec, dose):
    endpoint = {
        "id": "pain",
        "label": "Pain",
        "definitions": {"fibromyalgia": "FM-PAIN-30"},
        "dose_attribution": dose,
    }
    with pytest.raises(StudyError, match=rf"grouping by the {dose} dose is refused: .*immortal time"):
        spec({"endpoints": [endpoint]}, **TABLES)
