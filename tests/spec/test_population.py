"""Who is analysed, and that nobody disappears."""


def test_every_exclusion_is_named_and_the_flow_closes(spec, drawn):
    outcome = spec(
        {
            "eligibility": [
                {"id": "adult", "label": "Younger than 18", "column": "age", "at_least": 18},
                {
                    "id": "opioid",
                    "label": "Opioid at the start",
                    "without_drug_class": "opioid",
                    "first_day": -10,
                    "last_day": 0,
                },
            ]
        },
        patients="""
            patient_id      age  observed_until  end_reason  sex
            analysed        40   200             ongoing     male
            child           12   200             ongoing     female
            child_on_opioid 12   200             ongoing     female
            on_opioid       40   200             ongoing     female
            opioid_ended    40   200             ongoing     female
            opioid_later    40   200             ongoing     female
            age_unknown     -    200             ongoing     female
            dose_too_low    40   200             ongoing     female
            no_target       40   200             ongoing     female
            """,
        doses="""
            patient_id       start_day  end_day  dose_mg  target_dose_mg
            analysed         0          200      4.5      4.5
            child            0          200      4.5      4.5
            child_on_opioid  0          200      4.5      4.5
            on_opioid        0          200      4.5      4.5
            opioid_ended     0          200      4.5      4.5
            opioid_later     0          200      4.5      4.5
            age_unknown      0          200      4.5      4.5
            dose_too_low     0          200      0.1      0.1
            no_target        0          200      4.5      -
            """,
        medications="""
            patient_id       drug      start_day  drug_class  end_day
            child_on_opioid  tramadol  -100       opioid      -
            on_opioid        tramadol  -100       opioid      -10
            opioid_ended     tramadol  -100       opioid      -11
            opioid_later     tramadol  1          opioid      -
            on_opioid        aspirin   -100       analgesic   -
            """,
    )
    flow = outcome.counts["attrition"].query("flow == 'patients'")
    found = [[row.reason.replace(" ", "_"), str(row.excluded), str(row.after)] for row in flow.itertuples()]
    assert found == drawn("""
            reason                                   excluded  after
            Younger_than_18                          3         6
            Opioid_at_the_start                      1         5
            No_target_dose_recorded                  1         4
            Target_dose_in_no_dose_group_of_the_study  1       3
            """)
    assert outcome.rows("estimate", analysis="cohort") == [["3"]]


def test_a_cell_without_patients_is_a_row_with_a_note(spec):
    outcome = spec(patients="patient_id\na")
    for analysis in ("responder_rate",):
        for estimate, n, note in outcome.rows("estimate n note", analysis=analysis, dose="low"):
            assert (estimate, n, note) == ("-", "0", "no_patients")
