"""How soon, said with care: between visits, beside stopping, by the dose of the day, and for how long."""

import pytest

TIMES = {"time_to_response": [{"endpoint": "pain", "horizon_days": 100, "risk_table_days": [0, 28, 56, 84]}]}
NEVER = -1  # where the table has none
BY_DOSE = {**TIMES, "dose_attributions": {"current": True}}
LASTING = {**TIMES, "sustained_response": [{"endpoint": "pain", "minimum_days_apart": 28, "horizon_days": 100}]}
ALL_POLICY = {
    "endpoints": [
        {
            "id": "pain",
            "label": "Pain",
            "definitions": {"fibromyalgia": "FM-PAIN-30"},
            "intercurrent_events": dict.fromkeys(
                ("stopped_for_side_effect", "stopped_for_lack_of_efficacy", "stopped_for_other_reason", "death"),
                "treatment_policy",
            ),
        }
    ]
}


def visits(**patients: str) -> str:
    """Return the table of scores: `+` (response) or `-` and the day, as in ``a="-28 +56"``; all begin with 8."""
    lines = ["patient_id day instrument score"]
    for patient, seen in patients.items():
        lines.append(f"{patient} 0 PAIN_NRS 8")
        lines += [f"{patient} {one[1:]} PAIN_NRS {4 if one[0] == '+' else 8}" for one in seen.split()]
    return "\n".join(lines)


def names(table: str) -> str:
    """Return the table of patients of a table of scores."""
    return "\n".join(dict.fromkeys(line.split()[0] for line in table.splitlines()))


def test_a_response_lies_between_two_visits(spec):
    scores = visits(second="-28 +56", first="+28", missed_one="-28 +84", never="-28 -56", not_seen="")
    outcome = spec(TIMES, patients=names(scores), assessments=scores)
    counts = outcome.counts["response_intervals"][["last_without", "first_response", "n"]]
    assert counts.fillna(NEVER).to_numpy().tolist() == [
        [0, 28, 1],
        [0, NEVER, 1],
        [28, 56, 1],
        [28, 84, 1],
        [56, NEVER, 1],
    ]
    # Masses a on (0, 28], b on (28, 56], c on (56, 84], where `never` must have responded too for all we know:
    # a x b x (b + c) x c is largest at a = 1/4, b = c = 3/8. So S = 3/4, 3/8, 0.
    key = {"analysis": "time_to_response_interval_censored"}
    shares = outcome.rows("day estimate n events", statistic="survival", **key)
    assert shares == [["28", "0.75", "5", "1"], ["56", "0.375", "5", "2"], ["84", "0", "5", "3"]]
    # the line from 3/4 to 3/8 is down at 1/2 after two thirds of 28 days
    ((median, note),) = outcome.rows("estimate note", statistic="median_days", **key)
    assert median == f"{28 + 28 * 2 / 3:.4g}"
    assert "within_day_28_to_56" in note
    # visit days as they stand: 4 at risk on day 28, 3 on day 56 (S = 1/2 until day 84, its middle is 70)
    assert outcome.rows("estimate", statistic="median_difference_days", **key) == [[f"{70 - 28 - 28 * 2 / 3:.4g}"]]


def test_stopping_competes_with_response(spec):
    scores = visits(responds="+28", stops_first="-28 +84", same_day="+56", silent="-28", over="-28", goes_on="-28 -84")
    outcome = spec(
        {**TIMES, **ALL_POLICY},
        patients="""
            patient_id   observed_until  end_reason
            responds     200             side_effect
            stops_first  200             side_effect
            same_day     200             lack_of_efficacy
            silent       200             ongoing
            over         70              completed
            goes_on      200             ongoing
            """,
        doses="""
            patient_id   start_day  end_day  dose_mg  target_dose_mg
            responds     0          120      4.5      4.5
            stops_first  0          60       4.5      4.5
            same_day     0          55       4.5      4.5
            silent       0          40       4.5      4.5
            over         0          60       4.5      4.5
            goes_on      0          200      4.5      4.5
            """,
        assessments=scores,
    )
    # stopped on the day after the last dose; without a reason only after 30 further days under observation
    counts = outcome.counts["responses_or_stops"][["day", "responded", "stopped", "censored"]]
    assert counts.to_numpy().tolist() == [
        [28, 1, 0, 0],
        [41, 0, 1, 0],
        [56, 1, 0, 0],
        [61, 0, 1, 0],
        [70, 0, 0, 1],
        [100, 0, 0, 1],
    ]
    # responded 1/6 + 4/6 x 1/4, stopped 5/6 x 1/5 + 3/6 x 1/3: one third each by day 84
    key = {"analysis": "response_with_stopping", "statistic": "cumulative_incidence"}
    found = outcome.rows("endpoint estimate n events", **key)
    assert found == [["FM-PAIN-30", "0.3333", "6", "2"], ["stopping_before_FM-PAIN-30", "0.3333", "6", "2"]]


def test_days_at_risk_belong_to_the_dose_taken_on_them(spec):
    scores = visits(raised="-28 +56", pauses="-28 -84", off_when_seen="+56")
    outcome = spec(
        BY_DOSE,
        patients=names(scores),
        doses="""
            patient_id     start_day  end_day  dose_mg  target_dose_mg
            raised         0          20       1.5      4.5
            raised         21         200      4.5      4.5
            pauses         0          9        1.5      4.5
            pauses         20         200      1.5      4.5
            off_when_seen  0          30       1.5      4.5
            """,
        assessments=scores,
    )
    columns = ["dose", "entry", "day", "events", "censored", "patients"]
    assert outcome.counts["dose_periods"][columns].to_numpy().tolist() == [
        ["high", 20, 56, 1, 0, 1],
        ["low", 0, 9, 0, 1, 1],
        ["low", 0, 20, 0, 1, 1],
        ["low", 0, 30, 0, 1, 1],
        ["low", 19, 84, 0, 1, 0],
    ]
    # one event, at the high dose: no hazard ratio is too large for it
    ((estimate, comparator, n, events, note),) = outcome.rows(
        "estimate comparator n events note", dose="high", statistic="hazard_ratio"
    )
    assert (estimate, comparator, n, events) == ("-", "low", "1", "1")
    assert note.replace("_", " ").endswith(
        "not estimable: the likelihood grows towards plus infinity (no event on one side)"
    )


def test_without_current_dose_there_is_nothing_of_it(spec):
    scores = visits(a="-28 +56")
    outcome = spec(TIMES, patients=names(scores), assessments=scores)
    assert outcome.counts["dose_periods"].empty
    assert not outcome.rows("estimate", analysis="time_to_response_by_current_dose", dose=any)


@pytest.mark.parametrize(
    ("seen", "began", "lost"),
    [
        # day, and 1 when it is an event
        ("+28 +56 +84", [28, 1], [56, 0]),
        ("+28 +40 -84", [84, 0], [12, 0]),  # 12 days are too few; one visit without is no loss
        ("+28 -56 +84", [56, 0], [56, 0]),  # what day 84 begins is not known
        ("+28 -56 -84", [84, 0], [28, 1]),
        ("-28 +56 +84", [56, 1], [28, 0]),
        ("-28 +84", [28, 0], [0, 0]),
        ("+28 +56 -70 -84", [28, 1], [42, 1]),
        ("-28 -56", [56, 0], None),
        ("", [0, 0], None),
        ("+90 +118", [0, 0], [0, 0]),  # the second visit is after the horizon
    ],
)
def test_what_lasts_and_what_is_lost(spec, seen, began, lost):
    scores = visits(a=seen)
    outcome = spec(LASTING, patients=names(scores), assessments=scores)
    found = [
        outcome.counts[name][["day", "events"]].to_numpy().tolist()
        for name in ("sustained_response_times", "response_durations")
    ]
    assert found == [[began], [lost] if lost else []]


def test_how_often_patients_were_seen(spec):
    scores = visits(often="-28 -56 -98", once="-30", never="", after_the_horizon="-101")
    outcome = spec(TIMES, patients=names(scores), assessments=scores)
    # 28, 28, 42 and 30 days
    assert outcome.rows("statistic estimate n", analysis="visit_spacing") == [
        ["lower_quartile_days", "28", "2"],
        ["median_days", "29", "2"],
        ["upper_quartile_days", "36", "2"],
    ]


def test_the_mean_time_without_a_response_counts_days_to_the_horizon(spec):
    scores = visits(a="+28", b="-28 +56", c="-28 -56 -100", d="-28 -56 -100")
    outcome = spec(
        {"time_to_response": [{**TIMES["time_to_response"][0], "restricted_mean_days": 84}]},
        patients=names(scores),
        assessments=scores,
    )
    # 28 + 56 + 84 + 84 days of four patients
    assert outcome.rows("day estimate n events", statistic="rmst_days") == [["84", "63", "4", "2"]]
    ((note,),) = outcome.rows("note", dose="high", statistic="rmst_difference")
    assert note == "no_patients"


def test_one_group_has_no_test_over_doses(spec):
    scores = visits(**{f"p{number}": "-28 +56" for number in range(12)})
    outcome = spec(BY_DOSE, patients=names(scores), assessments=scores)
    for statistic in ("interval_censored_test", "gray_test", "logrank_test", "logrank_trend_test"):
        for estimate, p_value, note in outcome.rows("estimate p_value note", statistic=statistic):
            assert (estimate, p_value) == ("-", "-")
            assert note != "-"


def test_a_condition_without_patients_has_rows_that_say_so(spec):
    scores = visits(a="-28 +56")
    study = {
        **BY_DOSE,
        "conditions": {"fibromyalgia": "Fibromyalgia", "psoriasis": "Psoriasis"},
        "endpoints": [
            {"id": "pain", "label": "Pain", "definitions": {"fibromyalgia": "FM-PAIN-30", "psoriasis": "PSO-PASI75"}}
        ],
        "sustained_response": LASTING["sustained_response"],
    }
    outcome = spec(study, patients=names(scores), assessments=scores)
    for statistic in ("survival", "median_days", "cumulative_incidence", "rmst_days", "hazard_ratio", "gray_test"):
        found = outcome.rows("estimate note", condition="psoriasis", dose=any, statistic=statistic)
        assert found
        assert {tuple(row) for row in found} == {("-", "no_patients")}
