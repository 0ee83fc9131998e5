"""Whether groups can be compared: what marks a comparison, and what takes the mark away again."""

# at the low dose 5 women and 5 men, at the high dose 8 women and 2 men, all with the same age and baseline score;
# of the low dose two leave before the window of week 12 begins (day 70) and one dies
DOSES = [("low", 1, "female", 5), ("low", 1, "male", 5), ("high", 4.5, "female", 8), ("high", 4.5, "male", 2)]
LEAVING = {"low0": "40 lost_to_follow_up", "low1": "69 other", "low2": "30 death", "low3": "70 ongoing"}
RELAXED = {
    "minimum_patients": 2,
    "minimum_events": 0,
    "maximum_standardised_difference": 5,
    "maximum_interval_width": 2,
    "maximum_ratio_of_limits": 1e6,
    "minimum_share_followed": 0,
}
CONTRAST = {
    "analysis": "responder_contrast",
    "condition": "fibromyalgia",
    "dose": "high",
    "statistic": "risk_difference",
}
DIAGNOSTIC = {"analysis": "contrast_diagnostics", "condition": "fibromyalgia", "missing_data": "non_responder"}


def cohort() -> dict[str, str]:
    patients = ["patient_id sex observed_until end_reason"]
    doses = ["patient_id start_day end_day dose_mg target_dose_mg"]
    scores = ["patient_id day instrument score"]
    for label, mg, sex, n in DOSES:
        for _ in range(n):
            name = f"{label}{sum(line.startswith(label) for line in patients)}"
            patients.append(f"{name} {sex} {LEAVING.get(name, '200 ongoing')}")
            doses.append(f"{name} 0 20 {mg} {mg}")
            scores.append(f"{name} 0 PAIN_NRS 6")
            if name not in LEAVING:
                # half of those with a score respond
                scores.append(f"{name} 84 PAIN_NRS {3 if len(scores) % 2 else 6}")
    return {name: "\n".join(lines) for name, lines in
            {"patients": patients, "doses": doses, "assessments": scores}.items()}  # fmt: skip


def note(outcome, **key) -> str:
    ((found,),) = outcome.rows("note", **CONTRAST, missing_data="non_responder", **key)
    return found.replace("_", " ")


def study(**bounds) -> dict:
    events = ("death", "stopped_for_other_reason", "stopped_for_side_effect", "stopped_for_lack_of_efficacy")
    pain = {"id": "pain", "label": "Pain", "definitions": {"fibromyalgia": "FM-PAIN-30"}}
    return {
        "diagnostics": {**RELAXED, **bounds},
        "disclosure": {"minimum_count": 0},
        "endpoints": [{**pain, "intercurrent_events": dict.fromkeys(events, "treatment_policy")}],
    }


def test_what_groups_differ_in_is_named_until_the_bound_allows_it(spec):
    tables = cohort()
    # women 0.8 and 0.5, variances 0.16 and 0.25: 0.3 / sqrt(0.205) = 0.6626
    outcome = spec(study(maximum_standardised_difference=0.25), **tables)
    assert outcome.rows(
        "estimate n events note", **DIAGNOSTIC, dose="high", statistic="maximum_standardised_difference"
    ) == [["0.6626", "10", "2", "sex"]]
    # the number is a row of its own, which may be hidden: words with it would give it back
    assert note(outcome) == "diagnostics failed: groups differ in sex (bound 0.25)"
    estimate = outcome.rows("estimate low high p_value", **CONTRAST, missing_data="non_responder")
    allowed = spec(study(maximum_standardised_difference=0.67), **tables)
    assert note(allowed) == "-"
    # nothing but the note depends on the bound
    assert allowed.rows("estimate low high p_value", **CONTRAST, missing_data="non_responder") == estimate


def test_follow_up_counts_those_seen_when_the_window_begins_and_the_dead(spec):
    outcome = spec(study(minimum_share_followed=0.81), **cohort())
    key = {**DIAGNOSTIC, "statistic": "share_followed_to_horizon"}
    # lost on days 40 and 69; the one who died, and the one seen until day 70, count
    assert outcome.rows("estimate events n day", **key, dose="low") == [["0.8", "8", "10", "84"]]
    assert outcome.rows("estimate events n day", **key, dose="high") == [["1", "10", "10", "84"]]
    assert note(outcome) == "diagnostics failed: follow-up short at low (bound 0.81)"
    assert note(spec(study(minimum_share_followed=0.8), **cohort())) == "-"


def test_missing_scores_and_the_width_of_the_interval(spec):
    outcome = spec(study(), **cohort())
    found = outcome.rows("dose estimate events n", **DIAGNOSTIC | {"condition": "all"}, dose=any,
                         statistic="proportion_missing")  # fmt: skip
    # four of the low dose have no score at week 12
    assert found == [["all", "0.2", "4", "20"], ["high", "0", "0", "10"], ["low", "0.4", "4", "10"]]
    ((low, high),) = outcome.rows("low high", **CONTRAST, missing_data="non_responder")
    ((width,),) = outcome.rows("estimate", **DIAGNOSTIC, dose="high", statistic="interval_width")
    assert abs(float(width) - (float(high) - float(low))) < 2e-4
    wide = spec(study(maximum_interval_width=0.9 * float(width)), **cohort())
    assert note(wide).startswith(f"diagnostics failed: wide interval: {float(width):.2f} (bound")
    # the number needed is as wide as the difference it comes from
    needed = {**CONTRAST, "statistic": "number_needed_to_treat", "missing_data": "non_responder"}
    assert "wide_interval" in wide.rows("note", **needed)[0][0]


def test_comparisons_of_the_same_patients_under_other_assumptions_are_marked_alike(spec):
    robust = {"missing_data": {}, "tipping_point": {"shares": [0, 1]}}
    bounds = {"maximum_standardised_difference": 0.25, "minimum_share_followed": 0.81}
    outcome = spec({**study(**bounds), "robustness": robust}, **cohort())
    reasons = "groups differ in sex (bound 0.25), follow-up short at low"
    assert reasons in note(outcome)
    for analysis, number in (("missing_data_ladder", 7), ("tipping_point", 5)):
        key = {"analysis": analysis, "statistic": "risk_difference", "dose": "high"}
        found = [text.replace("_", " ") for (text,) in outcome.rows("note", **key)]
        assert len(found) == number
        assert all(reasons in text for text in found), found
    # the share at which the conclusion changes is one of the same comparison
    shares = outcome.estimates.query("statistic == 'tipping_share' and estimate.notna() and condition == 'all'")
    assert shares["note"].str.contains("groups differ in sex").all()


def test_a_subgroup_is_judged_by_its_own_patients(spec):
    bounds = {"maximum_standardised_difference": 0.25, "minimum_share_followed": 0.81, "minimum_patients": 3}
    sexes = {"subgroups": [{"id": "sex", "label": "Sex", "column": "sex"}]}
    outcome = spec({**study(**bounds), **sexes}, **cohort())
    key = {"analysis": "responder_rate_by_subgroup", "statistic": "risk_difference", "dose": "high"}
    notes = {name: text.replace("_", " ") for name, text in outcome.rows("subgroup note", **key)}
    # of one sex the groups do not differ in it. The two lost early are women of the low dose; of the men two only
    # were given the high dose
    assert notes == {
        "sex:_female": "diagnostics failed: follow-up short at low (bound 0.81)",
        "sex:_male": "diagnostics failed: fewer than 3 patients in a group",
    }
    # diagnostics of subgroups are no rows of their own
    assert not outcome.estimates.query("analysis == 'contrast_diagnostics' and subgroup != ''").size


def test_a_mixed_model_is_marked_for_what_it_does_not_adjust_for(spec):
    tables = cohort()
    # scores at the start of 6 and 7 at the low dose, 8 and 9 at the high one: far apart, and adjusted for
    lines = tables["assessments"].split("\n")
    for number, line in enumerate(lines):
        name, *rest = line.split()
        start = (6 if name.startswith("low") else 8) + (number % 3 == 0)
        if name != "patient_id":
            lines[number] = f"{name} {rest[0]} PAIN_NRS {start if rest[0] == '0' else 3 + number % 5}"
    tables["assessments"] = "\n".join(lines)
    course = {"score_change": {"visit_weeks": [12], "mixed_model": True}}
    key = {
        "analysis": "mixed_model",
        "condition": "fibromyalgia",
        "dose": "high",
        "statistic": "adjusted_mean_difference",
    }

    def marks(**bounds) -> tuple[str, str]:
        outcome = spec({**study(minimum_events_per_variable=0.1, **bounds), "course": course}, **tables)
        ((found, estimate),) = outcome.rows("note estimate", **key)
        assert estimate != "-", found
        return found.replace("_", " "), note(outcome)

    model, responders = marks(maximum_standardised_difference=0.25)
    assert model == "diagnostics failed: groups differ in sex (bound 0.25)"
    assert "groups differ in score at the start" in responders
    model, responders = marks(maximum_standardised_difference=1)
    assert (model, "groups differ in score at the start" in responders) == ("-", True)
    assert marks(minimum_share_followed=0.81)[0] == "diagnostics failed: follow-up short at low (bound 0.81)"
