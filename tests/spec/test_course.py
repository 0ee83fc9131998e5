"""Who the patients were, which dose they took, how long they stayed, and how their scores went."""

import pytest

DOSES_OF_TWO_GROUPS = """
    patient_id  start_day  end_day  dose_mg  target_dose_mg  time_of_day
    low_1       0          200      1.5      1.5             morning
    low_2       0          200      1.5      1.5             bedtime
    high_1      0          200      4.5      4.5             bedtime
    high_2      0          200      4.5      4.5             bedtime
    """


def test_the_baseline_table_describes_each_dose_and_compares_it_without_a_test(spec, drawn):
    outcome = spec(
        {"course": {"baseline_table": {}}},
        patients="""
            patient_id  age  sex
            low_1       40   female
            low_2       50   female
            high_1      50   female
            high_2      60   male
            """,
        doses=DOSES_OF_TWO_GROUPS,
        medications="""
            patient_id  drug       start_day  drug_class  end_day
            low_1       ibuprofen  -50        nsaid       -
            low_2       ibuprofen  -50        nsaid       -1
            high_1      ibuprofen  1          nsaid       -
            high_2      ibuprofen  0          nsaid       0
            """,
    )
    age = outcome.rows("dose statistic estimate n", analysis="baseline", endpoint="age", comparator="", dose=any)
    assert [row for row in age if row[0] == "low"] == drawn("""
            dose  statistic           estimate  n
            low   lower_quartile      40        2
            low   mean                45        2
            low   median              45        2
            low   number_missing      0         2
            low   standard_deviation  7.071     2
            low   upper_quartile      50        2
            """)
    # sd of 40 and 50, and of 50 and 60: sqrt(50). The difference of 10 years is 10 / sqrt(50) of them
    assert outcome.rows("comparator estimate p_value", endpoint="age", dose="high", comparator="low") == [
        ["low", f"{10 / 50**0.5:.4g}", "-"]
    ]
    shares = {
        (endpoint, dose): (int(events), int(n))
        for endpoint, dose, events, n in outcome.rows(
            "endpoint dose events n", analysis="baseline", statistic="proportion", dose=any
        )
    }
    assert shares["sex:_female", "high"] == (1, 2)
    assert shares["time_of_day:_bedtime", "low"] == (1, 2)
    assert shares["condition:_fibromyalgia", "all"] == (4, 4)
    # taken on day 0: begun by then and not over; begun and ended on the day counts
    assert shares["medication:_nsaid", "low"] == (1, 2)
    assert shares["medication:_nsaid", "high"] == (1, 2)
    assert not [endpoint for endpoint, _ in shares if endpoint.startswith("site")]


def test_missing_values_are_counted_not_averaged(spec):
    outcome = spec({"course": {"baseline_table": {}}}, patients="patient_id age\nknown 40\nnot_known -")
    key = {"analysis": "baseline", "endpoint": "age", "dose": "all"}
    assert outcome.rows("estimate n", statistic="mean", **key) == [["40", "1"]]
    assert outcome.rows("estimate n events", statistic="number_missing", **key) == [["1", "2", "1"]]
    assert outcome.rows("estimate note", statistic="standard_deviation", **key) == [["-", "one_patient:_no_spread"]]


def test_the_score_at_the_start_is_described_for_everyone_who_has_one(spec):
    """A baseline of 3 is too good to be assessed for a response, and is part of who the patients were."""
    outcome = spec(
        {"course": {"baseline_table": {}}},
        patients="patient_id\nbad\ngood\nnone",
        assessments="""
            patient_id  day  instrument  score
            bad         0    PAIN_NRS    8
            good        -1   PAIN_NRS    3
            """,
    )
    key = {"endpoint": "score: PAIN_NRS", "condition": "fibromyalgia"}
    assert outcome.rows("estimate n", statistic="mean", **key) == [["5.5", "2"]]
    assert outcome.rows("estimate n", statistic="number_missing", **key) == [["1", "3"]]


DOSE_WEEKS = {"course": {"dose_over_time": {"weeks": [0, 2, 4, 8]}}}


def test_doses_of_one_patient(spec, drawn):
    outcome = spec(
        DOSE_WEEKS,
        patients="patient_id observed_until end_reason\na 40 side_effect",
        doses="""
            patient_id  start_day  end_day  dose_mg  target_dose_mg
            a           0          9        1.5      3
            a           15         40       3        3
            """,
    )
    # 10 days at 1.5 mg and 26 at 3 mg: 93 mg on 36 of 41 days, 0.878 of them
    assert outcome.rows("endpoint estimate", analysis="dose", statistic="median") == drawn("""
            endpoint                    estimate
            cumulative_dose_mg          93
            days_on_drug                36
            highest_dose_mg             3
            last_dose_mg                3
            modal_dose_mg               3
            proportion_of_days_covered  0.878
            starting_dose_mg            1.5
            """)
    states = outcome.rows("day endpoint", analysis="dose", statistic="proportion", events=1)
    assert sorted(states) == drawn("""
            day  endpoint
            0    dose_of_the_day:_low
            14   dose_of_the_day:_interrupted
            28   dose_of_the_day:_high
            56   dose_of_the_day:_stopped
            """)


@pytest.mark.parametrize(
    ("end_reason", "observed_until", "state"),
    [
        ("lack_of_efficacy", 40, "stopped"),
        ("lack_of_efficacy", 100, "stopped"),
        ("lost_to_follow_up", 40, "lost_to_follow-up"),
        ("death", 40, "died"),
        ("ongoing", 40, "observation_ended"),
        ("completed", 40, "observation_ended"),
        ("completed", 100, "stopped"),  # seen on day 56 without a dose, and none came after
    ],
)
def test_who_takes_no_dose_is_counted_by_why(spec, end_reason, observed_until, state):
    outcome = spec(
        DOSE_WEEKS,
        patients=f"patient_id observed_until end_reason\na {observed_until} {end_reason}",
        doses="patient_id start_day end_day dose_mg target_dose_mg\na 0 40 3 3",
    )
    shown = outcome.rows("endpoint", analysis="dose", statistic="proportion", day=56, events=1)
    assert shown == [[f"dose_of_the_day:_{state}"]]


def test_of_two_doses_taken_equally_long_the_higher_is_the_modal_one(spec):
    outcome = spec(
        DOSE_WEEKS,
        patients="patient_id\na",
        doses="""
            patient_id  start_day  end_day  dose_mg  target_dose_mg
            a           0          9        1.5      3
            a           10         19       3        3
            """,
    )
    assert outcome.rows("estimate", endpoint="modal_dose_mg", statistic="median") == [["3"]]


def test_who_stops_on_the_way_to_the_target_dose_stays_in_the_denominator(spec, drawn):
    """Among those who reached it the mean would be 10 days; half of all patients never did."""
    outcome = spec(
        DOSE_WEEKS,
        patients="""
            patient_id  observed_until  end_reason
            reaches     100             completed
            stops       12              side_effect
            """,
        doses="""
            patient_id  start_day  end_day  dose_mg  target_dose_mg
            reaches     0          9        1.5      3
            reaches     10         100      3        3
            stops       0          12       1.5      3
            """,
    )
    key = {"analysis": "dose", "endpoint": "target dose reached"}
    assert outcome.rows("day estimate events n", statistic="cumulative_incidence", **key) == drawn("""
            day  estimate  events  n
            0    0         0       2
            14   0.5       1       2
            28   0.5       1       2
            56   0.5       1       2
            """)


PERSISTENCE = {"course": {"persistence": {"days": [28, 84], "reason_days": [84], "gap_days": 30}}}
STOPS = {
    "patients": """
        patient_id   observed_until  end_reason
        stops_at_20  50              side_effect
        stops_at_60  60              lack_of_efficacy
        still_on     100             ongoing
        gap          100             completed
        silent       100             completed
        """,
    "doses": """
        patient_id   start_day  end_day  dose_mg  target_dose_mg
        stops_at_20  0          20       4.5      4.5
        stops_at_60  0          60       4.5      4.5
        still_on     0          50       4.5      4.5
        still_on     81         90       4.5      4.5
        gap          0          30       4.5      4.5
        gap          62         100      4.5      4.5
        silent       0          69       4.5      4.5
        """,
}


def test_treatment_ends_with_the_last_dose_or_a_long_gap(spec, drawn):
    """A gap of 30 days (51 to 80) does not end it, one of 31 does (31 to 61), and so do 31 silent days at the end."""
    ends = spec(PERSISTENCE, **STOPS).counts["treatment_ends"]
    found = [[str(row.day), row.reason or "-", str(row.n)] for row in ends.sort_values("day").itertuples()]
    assert found == drawn("""
            day  reason              n
            20   side_effect         1
            30   gap_in_treatment    1
            60   lack_of_efficacy    1
            69   no_reason_recorded  1
            90   -                   1
            """)


def test_share_still_on_the_drug_and_reasons_add_up(spec, drawn):
    outcome = spec(PERSISTENCE, **STOPS)
    # on day 28 one of five has stopped; on day 84 four have
    assert outcome.rows("day estimate events n", analysis="persistence", statistic="survival") == drawn("""
            day  estimate  events  n
            28   0.8       1       5
            84   0.2       4       5
            """)
    reasons = outcome.rows("endpoint estimate events", analysis="reason_for_stopping")
    assert reasons == drawn("""
            endpoint            estimate  events
            gap_in_treatment    0.2       1
            lack_of_efficacy    0.2       1
            no_reason_recorded  0.2       1
            side_effect         0.2       1
            """)
    # the first days off are 21, 31, 61, 70: from day 61 on fewer than half are still on the drug
    assert outcome.rows("estimate", analysis="persistence", statistic="median_days") == [["61"]]


#: All end on day 27 or 28, with the reason that their name begins with.
LAST_DAYS = {
    "patients": """
        patient_id          observed_until  end_reason
        side_effect_27      200             side_effect
        ongoing_27          27              ongoing
        lost_27             27              lost_to_follow_up
        completed_28        28              completed
        side_effect_28      28              side_effect
        goes_on             200             ongoing
        """,
    "doses": """
        patient_id          start_day  end_day  dose_mg  target_dose_mg
        side_effect_27      0          27       4.5      4.5
        ongoing_27          0          27       4.5      4.5
        lost_27             0          27       4.5      4.5
        completed_28        0          28       4.5      4.5
        side_effect_28      0          28       4.5      4.5
        goes_on             0          200      4.5      4.5
        """,
}


def test_the_day_after_the_last_dose_is_the_day_of_stopping(spec, drawn):
    """Who is censored on the last day with a dose is not at risk of the stops of the next day."""
    days = {
        "course": {"persistence": {"days": [27, 28, 29], "reason_days": [28, 29]}, "dose_over_time": {"weeks": [4]}}
    }
    outcome = spec(days, **LAST_DAYS)
    # day 28: the ongoing and the lost of day 27 have left, 1 of 4 stops: 3/4.
    # day 29: the completed of day 28 has left too, 1 of 2 stops: 3/8
    assert outcome.rows("day estimate events n", analysis="persistence", statistic="survival") == drawn("""
            day  estimate  events  n
            27   1         0       6
            28   0.75      1       6
            29   0.375     2       6
            """)
    assert outcome.rows("day estimate", analysis="reason_for_stopping") == [["28", "0.25"], ["29", "0.625"]]
    # the curve falls on the same days
    curve = outcome.curves.query("analysis == 'persistence' and condition == 'all' and dose == 'all' and events > 0")
    assert curve[["day", "at_risk", "estimate"]].to_numpy().tolist() == [[28, 4, 0.75], [29, 2, 0.375]]
    # on day 28 itself: three take the drug, one has stopped, and of the other two no more is known
    states = outcome.rows("endpoint events", analysis="dose", statistic="proportion", day=28)
    assert [state for state in states if state[1] != "0"] == drawn("""
            endpoint                            events
            dose_of_the_day:_high               3
            dose_of_the_day:_lost_to_follow-up  1
            dose_of_the_day:_observation_ended  1
            dose_of_the_day:_stopped            1
            """)


def test_loss_counted_as_stopping_stands_beside(spec, drawn):
    days = {"course": {"persistence": {"days": [27, 28, 29], "reason_days": [28]}}}
    outcome = spec(days, **LAST_DAYS)
    # day 28: two of five stop or are lost, 3/5; day 29: 1 of 2, 3/10. `events` are those lost
    key = {"analysis": "persistence_lost_as_stopped", "statistic": "survival"}
    assert outcome.rows("day endpoint estimate events n", **key) == drawn("""
            day  endpoint                              estimate  events  n
            27   stopped_the_drug_or_lost_to_follow-up  1        0       6
            28   stopped_the_drug_or_lost_to_follow-up  0.6      1       6
            29   stopped_the_drug_or_lost_to_follow-up  0.3      1       6
            """)
    # nobody lost: the same as the main row
    same = spec(PERSISTENCE, **STOPS)
    found = [
        same.rows("day estimate", analysis=name, statistic="survival") for name in ("persistence", key["analysis"])
    ]
    assert found[0] == found[1]


def test_loss_to_follow_up_is_no_stop_anywhere(spec):
    """A lost patient leaves; the same patient with a reason has stopped, in every analysis that knows stopping."""
    event = [{"endpoint": "pain", "horizon_days": 100, "risk_table_days": [0]}]
    study = {"course": {"persistence": {}, "dose_over_time": {}}, "time_to_response": event}
    study["endpoints"] = [
        {
            "id": "pain",
            "label": "Pain",
            "definitions": {"fibromyalgia": "FM-PAIN-30"},
            "intercurrent_events": {"stopped_for_other_reason": "composite"},
        }
    ]

    def outcome(reason):
        return spec(
            study,
            patients=f"patient_id observed_until end_reason\none 20 {reason}\ntwo 200 ongoing",
            doses="""
                patient_id  start_day  end_day  dose_mg  target_dose_mg
                one         0          20       1.5      4.5
                two         0          200      4.5      4.5
                """,
            assessments="patient_id day instrument score\none 0 PAIN_NRS 8\ntwo 0 PAIN_NRS 8\ntwo 84 PAIN_NRS 4",
            side_effects="patient_id term onset_day\ntwo nausea 40",
        ).counts

    lost, stopped = outcome("lost_to_follow_up"), outcome("cost")
    for name in ("responses_or_stops", "target_dose_times", "side_effects_first"):
        tables = [counts[name].query("0 < day < 40") for counts in (lost, stopped)]
        # the table of side effects counts both for each endpoint
        times = 2 if name == "side_effects_first" else 1
        found = [table[["day", "stopped", "censored"]].to_numpy().tolist() for table in tables]
        assert found == [[[20, 0, 1]] * times, [[21, 1, 0]] * times], name
    # a response that was not seen is missing after a loss, a failure after a stop with such a strategy
    observed = [counts["responders"].set_index("day")["observed"].sum() for counts in (lost, stopped)]
    assert observed[1] > observed[0]
    ends = [counts["treatment_ends"].set_index("day").loc[20, "reason"] for counts in (lost, stopped)]
    assert ends == ["lost_to_follow_up", "cost"]


def test_a_lost_patient_who_was_seen_off_the_drug_has_stopped(spec):
    """Lost on day 100, no dose since day 20: 80 days under observation without one show a stop, not the loss."""
    outcome = spec(
        PERSISTENCE,
        patients="patient_id observed_until end_reason\na 100 lost_to_follow_up\nb 50 lost_to_follow_up",
        doses="patient_id start_day end_day dose_mg target_dose_mg\na 0 20 4.5 4.5\nb 0 20 4.5 4.5",
    )
    ends = outcome.counts["treatment_ends"]
    assert ends[["day", "reason", "n"]].to_numpy().tolist() == [
        [20, "lost_to_follow_up", 1],
        [20, "no_reason_recorded", 1],
    ]


SCORES = {
    "course": {"score_change": {"visit_weeks": [4, 8], "threshold_shares": [0.1, 0.2, 0.5], "mixed_model": False}}
}
PAIN = {
    "patients": "patient_id\nbetter\nsame\nunseen",
    "assessments": """
        patient_id  day  instrument  score
        better      0    PAIN_NRS    8
        better      13   PAIN_NRS    7
        better      14   PAIN_NRS    6
        better      42   PAIN_NRS    4
        better      84   PAIN_NRS    4
        same        0    PAIN_NRS    5
        same        27   PAIN_NRS    7
        same        29   PAIN_NRS    5
        same        41   PAIN_NRS    1
        same        84   PAIN_NRS    5
        unseen      0    PAIN_NRS    9
        """,
}


def test_change_of_the_score_at_each_visit(spec, drawn):
    """Day 13 is before the window of week 4; day 42 belongs to week 8 alone; of days 27 and 29 the later counts."""
    outcome = spec(SCORES, **PAIN)
    # week 4: 6 - 8 = -2 and 5 - 5 = 0. Mean -1, sd sqrt(2), t interval -1 +- 12.706 x sqrt(2)/sqrt(2)
    found = outcome.rows(
        "day statistic estimate low high n", analysis="score_change", endpoint="PAIN_NRS", condition="fibromyalgia"
    )
    assert found == drawn("""
            day  statistic           estimate  low     high   n
            28   lower_quartile      -2        -       -      2
            28   mean_change         -1        -13.71  11.71  2
            28   median              -1        -       -      2
            28   standard_deviation  1.414     -       -      2
            28   upper_quartile      0         -       -      2
            56   lower_quartile      -4        -       -      1
            56   mean_change         -4        -       -      1
            56   median              -4        -       -      1
            56   standard_deviation  -         -       -      1
            56   upper_quartile      -4        -       -      1
            """)


def test_share_improved_by_at_least_each_threshold(spec, drawn):
    """At week 12: from 8 to 4, and none. The cut of the rule is 30 percent, the range of the scale 10 points."""
    outcome = spec(SCORES, **PAIN)
    key = {"analysis": "change_distribution", "condition": "fibromyalgia"}
    found = outcome.rows("endpoint day events n", **key)
    assert [row for row in found if "%" not in row[0]] == drawn("""
            endpoint     day  events  n
            PAIN_NRS:_1  84   1       2
            PAIN_NRS:_2  84   1       2
            PAIN_NRS:_5  84   0       2
            """)
    cut = outcome.rows("events n", endpoint="PAIN_NRS: 30 %", **key)
    responders = outcome.rows("events n", analysis="responder_rate", missing_data="observed", statistic="proportion")
    assert cut == responders == [["1", "2"]]


SUBGROUPS = {"subgroups": [{"id": "age", "label": "Age", "column": "age", "bands": [50]}]}


def test_responders_by_subgroup(spec, drawn):
    outcome = spec(
        SUBGROUPS,
        patients="""
            patient_id  age
            a           49
            b           49.5
            c           50
            d           -
            """,
        assessments="""
            patient_id  day  instrument  score
            a           0    PAIN_NRS    8
            a           84   PAIN_NRS    2
            b           0    PAIN_NRS    8
            c           0    PAIN_NRS    8
            d           0    PAIN_NRS    8
            """,
    )
    key = {"analysis": "responder_rate_by_subgroup", "statistic": "proportion"}
    assert outcome.rows("subgroup events n", **key) == drawn("""
            subgroup          events  n
            age:_50_and_over  0       1
            age:_below_50     1       2
            age:_not_known    0       1
            """)


def test_a_test_of_few_patients_has_no_p_value(spec):
    outcome = spec(
        SUBGROUPS,
        patients="patient_id age\nlow_1 40\nlow_2 60\nhigh_1 40\nhigh_2 60",
        doses=DOSES_OF_TWO_GROUPS,
        assessments="""
            patient_id  day  instrument  score
            low_1       0    PAIN_NRS    8
            low_2       0    PAIN_NRS    8
            high_1      0    PAIN_NRS    8
            high_2      0    PAIN_NRS    8
            """,
    )
    for p_value, note in outcome.rows("p_value note", statistic="heterogeneity_test", dose="high"):
        assert p_value == "-"
        assert "fewer_than_10_patients" in note


def test_what_is_not_asked_for_is_not_there(spec):
    outcome = spec(patients="patient_id\na")
    asked = {"baseline", "dose", "score_change", "mixed_model", "persistence", "responder_rate_by_subgroup"}
    assert not asked & set(outcome.estimates["analysis"])


def test_a_model_of_too_few_patients_is_a_row_with_a_note(spec):
    outcome = spec({"course": {"score_change": {"visit_weeks": [4, 8, 12]}}}, **PAIN)
    rows = outcome.rows("statistic dose estimate note", analysis="mixed_model", condition="fibromyalgia", dose=any)
    modelled = [row for row in rows if row[0] != "observations_per_parameter"]
    assert len(modelled) == 4
    assert len(rows) == 5  # with the diagnostic, which can be had
    assert {(estimate, bool(note != "-")) for _, _, estimate, note in modelled} == {("-", True)}
