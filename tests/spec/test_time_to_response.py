"""How soon: the first visit at which the response is seen; others are censored at their last assessed visit."""

from dose_outcomes.disclosure import RISK_TABLE

TIMES = {"time_to_response": [{"endpoint": "pain", "horizon_days": 100, "risk_table_days": [0, 28, 56, 84]}]}


def test_first_documented_response_and_censoring(spec, drawn):
    outcome = spec(
        TIMES,
        patients="patient_id\nat_28\nat_56\nnever\nnot_seen\nafter_horizon",
        assessments="""
            patient_id     day  instrument  score
            at_28          0    PAIN_NRS    8
            at_28          28   PAIN_NRS    4
            at_28          56   PAIN_NRS    8
            at_56          0    PAIN_NRS    8
            at_56          28   PAIN_NRS    8
            at_56          56   PAIN_NRS    4
            never          0    PAIN_NRS    8
            never          84   PAIN_NRS    8
            not_seen       0    PAIN_NRS    8
            after_horizon  0    PAIN_NRS    8
            after_horizon  84   PAIN_NRS    8
            after_horizon  140  PAIN_NRS    1
            """,
    )
    counts = outcome.counts["response_times"][["day", "events", "censored"]]
    assert counts.to_numpy().tolist() == [[0, 0, 1], [28, 1, 0], [56, 1, 0], [84, 0, 2]]
    # at risk before the day, with the event and censored before it: they add up to the five
    found = outcome.rows("day statistic estimate n", analysis="time_to_response", condition="all", dose="all")
    assert [row for row in found if row[1] in RISK_TABLE] == drawn("""
            day  statistic            estimate  n
            0    cumulative_censored  0         5
            0    cumulative_events    0         5
            0    number_at_risk       5         5
            28   cumulative_censored  1         5
            28   cumulative_events    0         5
            28   number_at_risk       4         5
            56   cumulative_censored  1         5
            56   cumulative_events    1         5
            56   number_at_risk       3         5
            84   cumulative_censored  1         5
            84   cumulative_events    2         5
            84   number_at_risk       2         5
            """)
    # of four at risk one responds, of three left one more: 3/4, then 3/4 x 2/3 = 1/2
    curve = outcome.curves.query("analysis == 'time_to_response' and condition == 'all' and dose == 'all'")
    curve = curve[curve["events"] > 0]
    assert curve[["day", "estimate"]].to_numpy().tolist() == [[28, 0.75], [56, 0.5]]


def test_a_median_that_is_not_reached_says_so(spec):
    outcome = spec(
        TIMES,
        patients="patient_id\na",
        assessments="""
            patient_id  day  instrument  score
            a           0    PAIN_NRS    8
            a           28   PAIN_NRS    8
            """,
    )
    ((estimate, note),) = outcome.rows("estimate note", analysis="time_to_response", statistic="median_days")
    assert estimate == "-"
    assert "not_reached" in note
