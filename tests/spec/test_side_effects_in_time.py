"""Side effects where the dose changes, patients stop, and events come back: small cohorts with the arithmetic."""

import pytest

INCIDENCE = {"analysis": "side_effect_incidence"}
RATE = "rate_per_100_person_years"
BY_CURRENT_DOSE = {"dose_attributions": {"current": True}}
TITRATED = {
    "patients": "patient_id  observed_until\na 100",
    "doses": """
        patient_id  start_day  end_day  dose_mg  target_dose_mg  time_of_day
        a           0          9        1.5      4.5             bedtime
        a           10         19       4.5      4.5             morning
        a           40         49       4.5      4.5             morning
        """,
    "side_effects": """
        patient_id  term    onset_day
        a           dreams  9
        a           dreams  26
        a           dreams  27
        a           dreams  79
        a           dreams  80
        """,
}


def test_an_event_belongs_to_the_dose_taken_on_its_day(spec):
    """Low 0-9; high 10-19 and 40-49, each with 7 days more; off drug 27-39 and 57-79, the last day at risk."""
    outcome = spec(BY_CURRENT_DOSE, **TITRATED)
    days = outcome.counts["exposure_current"].query("split == 'dose'").set_index("level")["days"].to_dict()
    assert days == {"low": 10, "high": 17 + 17, "off drug": 13 + 23}
    assert sum(days.values()) == outcome.counts["time_at_risk"]["days"].sum()
    key = {**INCIDENCE, "endpoint": "any", "dose_attribution": "current", "statistic": RATE, "subgroup": ""}
    assert outcome.rows("dose events n", dose=any, **key) == [
        ["high", "1", "1"],
        ["low", "1", "1"],
        ["off_drug", "2", "1"],
    ]
    high = 34 / 365.25
    assert outcome.rows("person_years estimate", **{**key, "dose": "high"}) == [[f"{high:.4g}", f"{100 / high:.4g}"]]
    # a dose aimed at would put all four on the high dose
    assert outcome.rows("events", **{**key, "dose": "high", "dose_attribution": "target"}) == [["4"]]


def test_the_carry_over_is_a_key_of_the_study(spec):
    outcome = spec({"side_effects": {"carry_over_days": 0}}, **TITRATED)
    days = outcome.counts["exposure_current"].query("split == 'dose'").set_index("level")["days"].to_dict()
    assert days == {"low": 10, "high": 20, "off drug": 20 + 30}


def test_a_dose_outside_the_groups_and_a_dose_of_nothing(spec):
    """9 mg is in no group; 0 mg is no dose, and its time of day says nothing."""
    outcome = spec(
        patients="patient_id  observed_until\na 29",
        doses="""
            patient_id  start_day  end_day  dose_mg  target_dose_mg  time_of_day
            a           0          9        9        4.5             bedtime
            a           10         19       0        4.5             bedtime
            a           20         29       4.5      4.5             bedtime
            """,
        side_effects="patient_id term onset_day\na nausea 5",
    )
    table = outcome.counts["exposure_current"].set_index(["split", "level"])["days"].to_dict()
    assert table == {
        ("dose", "high"): 10,
        ("dose", "off drug"): 10,
        ("dose", "other dose"): 10,
        ("time_of_day", "bedtime"): 20,
    }


def test_rates_by_time_of_day_leave_out_days_off_drug(spec):
    outcome = spec(BY_CURRENT_DOSE, **TITRATED)
    rows = outcome.rows(
        "subgroup events n", endpoint="term: dreams", dose_attribution="current", statistic=RATE, **INCIDENCE
    )
    assert rows == [["taken_at:_bedtime", "1", "1"], ["taken_at:_morning", "1", "1"]]


STOPPING = {
    "patients": """
        patient_id  observed_until  end_reason
        event_10    200             ongoing
        stops_20    200             lack_of_efficacy
        event_50    200             ongoing
        lost_60     60              lost_to_follow_up
        none        200             ongoing
        """,
    "doses": """
        patient_id  start_day  end_day  dose_mg  target_dose_mg
        event_10    0          200      4.5      4.5
        stops_20    0          20       4.5      4.5
        event_50    0          200      4.5      4.5
        lost_60     0          60       4.5      4.5
        none        0          200      4.5      4.5
        """,
    "side_effects": """
        patient_id  term    onset_day
        event_10    nausea  10
        event_10    nausea  11
        stops_20    nausea  30
        event_50    nausea  50
        """,
}


def test_stopping_the_drug_competes_with_the_first_event(spec):
    """Day 10: 1 of 5. Day 21: one stops, 3/5 are left. Day 50: 3/5 * 1/3. In all 1/5 + 1/5.

    One minus Kaplan-Meier censors the one who stopped: 1 - 4/5 * 2/3.
    """
    outcome = spec(**STOPPING)
    key = {**INCIDENCE, "endpoint": "any", "day": 84}
    assert outcome.rows("estimate events n", statistic="cumulative_incidence", **key) == [["0.4", "2", "5"]]
    (row,) = outcome.rows("estimate note", statistic="one_minus_survival", **key)
    assert row[0] == f"{1 - 4 / 5 * 2 / 3:.4g}"
    assert "too_high" in row[1]
    # the one who stopped had the event within 30 days: the incidence proportion counts it, 3 of 5
    assert outcome.rows("estimate", statistic="proportion", endpoint="any", **INCIDENCE) == [["0.6"]]


def test_an_event_on_the_day_after_the_last_dose_comes_before_stopping(spec):
    changed = {**STOPPING, "side_effects": "patient_id term onset_day\nstops_20 nausea 21"}
    rows = spec(**changed).rows("estimate events", statistic="cumulative_incidence", endpoint="any", day=84)
    assert rows == [["0.2", "1"]]


def test_all_events_of_a_patient_count_in_the_mean(spec):
    """Two patients to day 200, one with both events: mean 1, variance (2 - 1)^2/4 + (0 - 1)^2/4 = 1/2.

    Limits 1 * exp(-+ 1.96 * 0.7071) = 0.2501 and 3.998.
    """
    outcome = spec(
        patients="patient_id\ntwice\nnever",
        side_effects="patient_id term onset_day\ntwice nausea 4\ntwice nausea 90",
    )
    key = {"statistic": "mean_cumulative_count", "endpoint": "term: nausea"}
    assert outcome.rows("day estimate low high events n", **key) == [
        ["84", "0.5", "0.125", "1.999", "1", "2"],
        ["168", "1", "0.2501", "3.998", "2", "2"],
    ]


def test_nobody_observed_to_the_horizon_is_a_row_without_an_estimate(spec):
    outcome = spec(
        patients="patient_id observed_until\nshort 100",
        doses="patient_id start_day end_day dose_mg target_dose_mg\nshort 0 100 4.5 4.5",
        side_effects="patient_id term onset_day\nshort nausea 120\nshort nausea 101",
    )
    assert outcome.rows("endpoint", analysis="side_effect_incidence") == []  # both began after the time at risk
    outcome = spec(
        patients="patient_id observed_until\nshort 100",
        doses="patient_id start_day end_day dose_mg target_dose_mg\nshort 0 100 4.5 4.5",
        side_effects="patient_id term onset_day\nshort nausea 50",
    )
    rows = outcome.rows("day estimate note", statistic="mean_cumulative_count", endpoint="any")
    assert rows == [["84", "1", "-"], ["168", "-", "nobody_is_under_observation_by_this_day"]]


def test_worst_severity_serious_related_and_action(spec):
    outcome = spec(
        patients="patient_id\na\nb\nc\nd",
        side_effects="""
            patient_id  term    onset_day  severity  serious  related  action
            a           nausea  5          1         false    false    none
            a           nausea  50         3         true     true     stopped
            b           nausea  5          2         false    -        none
            c           rash    5          -         -        false    dose_reduced
            """,
    )
    columns = "subgroup estimate events n"
    assert outcome.rows(columns, analysis="side_effect_severity") == [
        ["worst:_1", "0", "0", "4"],
        ["worst:_2", "0.25", "1", "4"],
        ["worst:_3_or_more", "0.25", "1", "4"],
        ["worst:_not_recorded", "0.25", "1", "4"],
    ]
    assert outcome.rows("endpoint events note", analysis="serious_side_effect") == [
        ["any", "1", "not_recorded_for_some_side_effects:_they_are_counted_as_not"],
        ["term:_nausea", "1", "-"],
        ["term:_rash", "0", "not_recorded_in_these_data"],
    ]
    assert outcome.rows("events", analysis="related_side_effect") == [["1"]]
    actions = dict(outcome.rows("subgroup events", analysis="side_effect_action"))
    assert actions == {
        "none": "2",
        "stopped": "1",
        "dose_reduced": "1",
        "interrupted": "0",
        "time_changed": "0",
        "unknown": "0",
    }


def test_no_serious_event_has_an_exact_upper_limit(spec):
    """None of 2: 1 - 0.025^(1/2) = 0.8419."""
    outcome = spec(
        patients="patient_id\na\nb",
        side_effects="patient_id term onset_day serious\na nausea 5 false",
    )
    assert outcome.rows("estimate high", analysis="serious_side_effect", endpoint="any") == [["0", "0.8419"]]


def test_how_long_side_effects_last(spec):
    """Durations 3, 7 and 8 days, and one of at least 20 when observation ends on day 119."""
    outcome = spec(
        patients="patient_id observed_until\na 119",
        doses="patient_id start_day end_day dose_mg target_dose_mg\na 0 119 4.5 4.5",
        side_effects="""
            patient_id  term    onset_day  resolved_day
            a           nausea  10         12
            a           nausea  30         36
            a           nausea  50         57
            a           nausea  100        -
            """,
    )
    key = {"analysis": "side_effect_duration", "endpoint": "term: nausea"}
    assert outcome.rows("day estimate events n", statistic="one_minus_survival", **key) == [
        ["7", "0.5", "2", "4"],
        ["14", "0.75", "3", "4"],
        ["28", "-", "3", "4"],
    ]
    # half of the four lasted longer than 7 days, until the third ended on its eighth: the middle
    assert outcome.rows("estimate", statistic="median_days", **key) == [["7.5"]]
    onset = outcome.rows("estimate n", analysis="side_effect_onset", endpoint="any")
    assert onset == [["10", "1"]]


def test_a_lower_dose_and_a_higher_one_again(spec):
    """Dreams from day 25 on, the dose lowered on 40: they end on 45, the sixth day of it. Raised on 70: back on 80."""
    tables = {
        "patients": "patient_id observed_until\na 119",
        "doses": """
            patient_id  start_day  end_day  dose_mg  target_dose_mg
            a           0          19       1.5      4.5
            a           20         39       4.5      4.5
            a           40         69       1.5      4.5
            a           70         119      4.5      4.5
            """,
        "side_effects": """
            patient_id  term    onset_day  resolved_day
            a           dreams  25         45
            a           dreams  80         82
            a           rash    10         12
            """,
    }
    columns = "endpoint day estimate events n"
    outcome = spec(**tables)
    assert outcome.rows(columns, analysis="side_effect_dechallenge") == [
        ["any", "14", "1", "1", "1"],
        ["term:_dreams", "14", "1", "1", "1"],
        ["term:_rash", "14", "-", "0", "0"],
    ]
    assert outcome.rows(columns, analysis="side_effect_rechallenge", endpoint="term: dreams") == [
        ["term:_dreams", "28", "1", "1", "1"]
    ]
    # five days are too few for the one, ten for the other (day 80 is the eleventh)
    outcome = spec({"side_effects": {"dechallenge_days": 5, "rechallenge_days": 10}}, **tables)
    for analysis in ("side_effect_dechallenge", "side_effect_rechallenge"):
        assert outcome.rows("estimate events n", analysis=analysis, endpoint="any") == [["0", "0", "1"]]


def test_before_and_after_a_step_up_in_the_same_patients(spec):
    """Patient one: first step on 14, windows 0-13 and 14-27. Patient two: on 7, next on 12: 2-6 and 7-11.

    Before: day 13. After: 14, 27 and 11. Three to one in 19 days each.
    """
    outcome = spec(
        patients="patient_id\none\ntwo",
        doses="""
            patient_id  start_day  end_day  dose_mg  target_dose_mg
            one         0          13       0.5      4.5
            one         14         200      1.5      4.5
            two         0          6        0.5      4.5
            two         7          11       1.5      4.5
            two         12         200      3        4.5
            """,
        side_effects="""
            patient_id  term    onset_day
            one         nausea  13
            one         nausea  14
            one         nausea  27
            one         nausea  28
            two         nausea  1
            two         nausea  11
            two         nausea  12
            """,
    )
    key = {"analysis": "side_effect_self_controlled", "endpoint": "any"}
    rates = outcome.rows("subgroup person_years events n", statistic=RATE, comparator="", **key)
    years = f"{19 / 365.25:.4g}"
    assert [row for row in rates if "step" in row[0]] == [
        ["after_step_up_of_the_dose", years, "3", "2"],
        ["before_step_up_of_the_dose", years, "1", "2"],
    ]
    (row,) = outcome.rows("estimate low high p_value events", subgroup="after step up of the dose",
                          statistic="rate_ratio", **key)  # fmt: skip
    # Clopper-Pearson of 3 among 4, as odds: 0.1941/0.8059 and 0.99369/0.00631; too few patients for a p value
    assert row == ["3", "0.2409", "157.5", "-", "4"]


def test_the_event_that_led_to_a_change_of_the_time_of_day_is_left_out(spec):
    """Moved on day 50: after 50-77; before 15-42, the seven days 43-49 left out. With them: 22-49."""
    outcome = spec(
        patients="patient_id\na",
        doses="""
            patient_id  start_day  end_day  dose_mg  target_dose_mg  time_of_day
            a           0          29       4.5      4.5             unknown
            a           30         49       4.5      4.5             bedtime
            a           50         200      4.5      4.5             morning
            """,
        side_effects="""
            patient_id  term    onset_day
            a           dreams  20
            a           dreams  45
            a           dreams  60
            """,
    )
    key = {"analysis": "side_effect_self_controlled", "endpoint": "any", "statistic": RATE}
    counts = dict(outcome.rows("subgroup events", **key))
    assert counts["after_change_of_the_time_of_day"] == "1"
    assert counts["before_change_of_the_time_of_day"] == "1"
    assert counts["before_change_of_the_time_of_day,_all_days_before"] == "1"
    # day 20 lies in 15-42, day 45 in 22-49: one each, but not the same
    windows = outcome.counts["side_effects_windows"].query("endpoint == ''").set_index(["comparison", "window"])
    assert windows.loc[("change of the time of day", "before"), "days"] == 28
    # nobody went up: rows say so
    (row,) = outcome.rows("estimate n note", subgroup="after step up of the dose", statistic="rate_ratio",
                          analysis="side_effect_self_controlled", endpoint="any")  # fmt: skip
    assert row[:2] == ["-", "0"]
    assert "no_patient_with_such_a_change" in row[2]


def test_how_many_have_a_side_effect_on_a_day(spec):
    outcome = spec(
        {"side_effects": {"prevalence_days": [7, 14, 28], "prevalence_terms": 1}},
        patients="patient_id observed_until\na 200\nb 200\nshort 10",
        doses="""
            patient_id  start_day  end_day  dose_mg  target_dose_mg
            a           0          200      4.5      4.5
            b           0          200      4.5      4.5
            short       0          10       4.5      4.5
            """,
        side_effects="""
            patient_id  term    onset_day  resolved_day
            a           nausea  5          14
            a           dreams  7          7
            b           nausea  14         -
            short       nausea  3          -
            """,
    )
    rows = outcome.rows("endpoint day estimate events n", statistic="prevalence")
    assert rows == [
        ["any", "7", "0.6667", "2", "3"],
        ["any", "14", "1", "2", "2"],
        ["any", "28", "0.5", "1", "2"],
        ["term:_nausea", "7", "0.6667", "2", "3"],
        ["term:_nausea", "14", "1", "2", "2"],
        ["term:_nausea", "28", "0.5", "1", "2"],
    ]


def test_doses_are_compared_with_the_reference(spec):
    """High 6 of 10, low 2 of 12: difference 0.6 - 0.1667, ratio 3.6; the p value stands with the difference alone."""
    patients = [f"h{number}" for number in range(10)] + [f"l{number}" for number in range(12)]
    dose = {"h": "4.5", "l": "1.5"}
    affected = patients[:6] + patients[10:12]
    outcome = spec(
        patients="\n".join(["patient_id", *patients]),
        doses="\n".join(
            ["patient_id start_day end_day dose_mg target_dose_mg"]
            + [f"{one} 0 200 {dose[one[0]]} {dose[one[0]]}" for one in patients]
        ),
        side_effects="\n".join(["patient_id term onset_day"] + [f"{one} nausea 5" for one in affected]),
    )
    key = {"analysis": "side_effect_contrast", "endpoint": "any", "dose": "high", "comparator": "low"}
    found = {row[0]: row[1:] for row in outcome.rows("statistic estimate p_value n events", **key)}
    assert found["risk_difference"][0] == "0.4333"
    assert found["risk_ratio"] == ["3.6", "-", "22", "8"]
    # 21/22 of Pearson's chi-square 22 * (6*10 - 4*2)^2 / (10 * 12 * 8 * 14): 4.2250, p 0.0398
    assert float(found["risk_difference"][1]) == pytest.approx(0.0398, abs=5e-5)
    years = {"high": 10 * 201 / 365.25, "low": 12 * 201 / 365.25}
    assert float(found["rate_ratio"][0]) == pytest.approx((6 / years["high"]) / (2 / years["low"]), abs=5e-3)
    assert float(found["rate_difference"][0]) == pytest.approx(100 * (6 / years["high"] - 2 / years["low"]), abs=5e-2)
    assert found["rate_ratio"][1] == "-"


def test_below_ten_patients_a_group_has_no_p_value(spec):
    outcome = spec(
        patients="patient_id\na\nb",
        doses="patient_id start_day end_day dose_mg target_dose_mg\na 0 200 4.5 4.5\nb 0 200 1.5 1.5",
        side_effects="patient_id term onset_day\na nausea 5",
    )
    key = {"analysis": "side_effect_contrast", "endpoint": "any", "dose": "high", "statistic": "risk_difference"}
    (row,) = outcome.rows("estimate p_value note", **key)
    assert row[:2] == ["1", "-"]
    assert "no_p_value" in row[2]


def test_a_record_without_a_day_is_in_the_incidence_alone_and_the_attrition_says_so(spec):
    outcome = spec(
        BY_CURRENT_DOSE,
        patients="patient_id\na",
        side_effects="""
            patient_id  term    onset_day  treatment_emergent
            a           nausea  -          true
            a           rash    5          true
            """,
    )
    assert outcome.rows("events", endpoint="any", statistic=RATE, dose_attribution="target") == [["2"]]
    assert outcome.rows("events", endpoint="any", dose="high", dose_attribution="current") == [["1"]]
    flow = outcome.counts["attrition"].query("flow == 'side_effects: on a day'")
    assert flow[["before", "excluded", "after"]].values.tolist() == [[2, 1, 1]]


def test_without_the_table_there_are_no_rows(spec):
    outcome = spec(patients="patient_id\na")
    assert not outcome.estimates["analysis"].str.contains("side_effect").any()
