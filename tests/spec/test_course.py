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
    # before day 28 one of five has stopped; before day 84 four have
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
    # stops on days 20, 30, 60, 69: half have stopped from day 60 on
    assert outcome.rows("estimate", analysis="persistence", statistic="median_days") == [["60"]]


def test_the_study_says_who_is_censored(spec):
    tables = {"patients": "patient_id end_reason observed_until\nlost lost_to_follow_up 20"}
    tables["doses"] = "patient_id start_day end_day dose_mg target_dose_mg\nlost 0 20 4.5 4.5"
    assert spec(PERSISTENCE, **tables).counts["treatment_ends"]["reason"].tolist() == ["lost_to_follow_up"]
    settings = {**PERSISTENCE["course"]["persistence"], "censored_reasons": ["ongoing", "lost_to_follow_up"]}
    censoring = spec({"course": {"persistence": settings}}, **tables)
    assert censoring.counts["treatment_ends"]["reason"].tolist() == [""]


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
    rows = outcome.rows("dose estimate note", analysis="mixed_model", condition="fibromyalgia", dose=any)
    assert len(rows) == 4
    assert {(estimate, bool(note != "-")) for _, estimate, note in rows} == {("-", True)}
