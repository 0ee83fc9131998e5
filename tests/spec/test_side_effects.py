"""Which side effects count: begun between the first dose and 30 days after the last, of patients who are analysed."""

RESULT = "endpoint statistic events n"
MEASURES = ("proportion", "rate_per_100_person_years")


def incidence(outcome):
    """The plain incidence: by target dose, all patients, the two measures."""
    rows = outcome.estimates
    plain = (rows["analysis"] == "side_effect_incidence") & rows["statistic"].isin(MEASURES)
    plain &= (rows["dose_attribution"] == "target") & (rows["subgroup"] == "")
    return type(outcome)(outcome.counts, rows[plain], outcome.curves)


def test_patients_with_the_event_and_events(spec, drawn):
    outcome = spec(
        patients="patient_id  observed_until\ntwice 364\nonce 364\nnone 364",
        doses="""
            patient_id  start_day  end_day  dose_mg  target_dose_mg
            twice       0          364      1.5      1.5
            once        0          364      4.5      4.5
            none        0          364      4.5      4.5
            """,
        side_effects="""
            patient_id  term      onset_day  body_system
            twice       insomnia  3          sleep
            twice       insomnia  90         sleep
            twice       dreams    3          sleep
            once        nausea    0          gut
            """,
    )
    assert incidence(outcome).rows(RESULT) == drawn("""
            endpoint             statistic                  events  n
            any                  proportion                 2       3
            any                  rate_per_100_person_years  4       3
            body_system:_gut     proportion                 1       3
            body_system:_gut     rate_per_100_person_years  1       3
            body_system:_sleep   proportion                 1       3
            body_system:_sleep   rate_per_100_person_years  3       3
            term:_dreams         proportion                 1       3
            term:_dreams         rate_per_100_person_years  1       3
            term:_insomnia       proportion                 1       3
            term:_insomnia       rate_per_100_person_years  2       3
            term:_nausea         proportion                 1       3
            term:_nausea         rate_per_100_person_years  1       3
            """)
    # three patients for 365 days each
    years = incidence(outcome).rows("person_years estimate", endpoint="any", statistic="rate_per_100_person_years")
    assert years == [[f"{3 * 365 / 365.25:.4g}", f"{100 * 4 / (3 * 365 / 365.25):.4g}"]]
    # none of two at the high dose had insomnia: a row with an upper limit, not a missing row
    none = incidence(outcome).rows(
        "estimate low high n", endpoint="term: insomnia", dose="high", statistic="proportion"
    )
    assert none == [["0", "0", "0.8419", "2"]]


def test_time_at_risk_ends_thirty_days_after_the_last_dose(spec, drawn):
    outcome = spec(
        patients="patient_id observed_until\nstops 200",
        doses="patient_id start_day end_day dose_mg target_dose_mg\nstops 0 9 4.5 4.5",
        side_effects="""
            patient_id  term      onset_day
            stops       before    -3
            stops       first     0
            stops       last_day  39
            stops       too_late  40
            stops       unknown   -
            """,
    )
    assert incidence(outcome).rows(RESULT, endpoint="any") == [
        ["any", "proportion", "1", "1"],
        ["any", "rate_per_100_person_years", "2", "1"],
    ]
    assert outcome.counts["time_at_risk"]["days"].tolist() == [40]
    flow = outcome.counts["attrition"].query("flow == 'side_effects'")
    assert flow["before"].iloc[0] == 5
    assert flow["after"].iloc[-1] == 2
    assert flow.query("excluded > 0")["reason"].tolist() == [
        "Day of onset not known",
        "Began before the first dose",
        "Began after the time at risk",
    ]


def test_records_of_one_event_count_once_unless_the_study_says_otherwise(spec):
    tables = {
        "patients": "patient_id\na",
        "side_effects": """
            patient_id  term   onset_day  record
            a           rash   5          1
            a           rash   5          2
            """,
    }
    rate = {"endpoint": "term: rash", "statistic": "rate_per_100_person_years"}
    assert incidence(spec(**tables)).rows("events", **rate) == [["1"]]
    assert incidence(spec({"side_effects": {"count": "records"}}, **tables)).rows("events", **rate) == [["2"]]


def test_the_word_of_the_source_on_treatment_emergence_is_taken(spec):
    outcome = spec(
        patients="patient_id\na",
        side_effects="""
            patient_id  term     onset_day  treatment_emergent
            a           counted  -          true
            a           not      5          false
            """,
    )
    assert incidence(outcome).rows("events", endpoint="any", statistic="proportion") == [["1"]]
    assert "term: not" not in set(outcome.estimates["endpoint"])
