"""What missing scores, measurement noise and placebo elsewhere could make of a responder rate.

Pain NRS 0-10, response: at least 30 % less, baseline at least 4, week 12 +- 2.
"""

import numpy as np
import pytest
from scipy import optimize, stats

from dose_outcomes.stats.proportions.difference import risk_difference_miettinen_nurminen, risk_difference_newcombe

LADDER = {"robustness": {"missing_data": {"minimum_observed": 1}}}

# Of those who responded at week 4, two of three were seen at week 12 and one of the two responded;
# of those who did not, one of three was seen, and did not.
SIX = {
    "patients": "patient_id\nyes_yes\nyes_no\nyes_lost\nno_no\nno_lost\nno_lost_too",
    "assessments": """
        patient_id   day  instrument  score
        yes_yes      0    PAIN_NRS    8
        yes_yes      28   PAIN_NRS    4
        yes_yes      84   PAIN_NRS    4
        yes_no       0    PAIN_NRS    8
        yes_no       28   PAIN_NRS    4
        yes_no       84   PAIN_NRS    8
        yes_lost     0    PAIN_NRS    8
        yes_lost     28   PAIN_NRS    4
        no_no        0    PAIN_NRS    8
        no_no        28   PAIN_NRS    8
        no_no        84   PAIN_NRS    8
        no_lost      0    PAIN_NRS    8
        no_lost      28   PAIN_NRS    8
        no_lost_too  0    PAIN_NRS    8
        no_lost_too  28   PAIN_NRS    8
        """,
}


def test_one_rate_under_every_handling_of_missing_scores(spec, drawn):
    outcome = spec(LADDER, **SIX)
    found = outcome.rows("missing_data statistic estimate events n", analysis="missing_data_ladder", comparator="")
    # weights: 3 patients x 1/2 + 3 patients x 0/1 = 1.5 of 6; carried forward: yes, no, yes, no, no, no
    expected = drawn("""
        missing_data                   statistic           estimate  events  n
        -                              proportion_missing  0.5       3       6
        best_case                      proportion          0.6667    4       6
        carried_forward                proportion          0.3333    2       6
        inverse_probability_weighting  proportion          0.25      1       6
        non_responder                  proportion          0.1667    1       6
        observed                       proportion          0.3333    1       3
        worst_case                     proportion          0.1667    1       6
        """)
    assert [row for row in found if row[0] != "multiple_imputation"] == expected
    ((_, _, imputed, events, n),) = [row for row in found if row[0] == "multiple_imputation"]
    assert (events, n) == ("1", "6")
    # between none and all of the three missing
    assert 1 / 6 < float(imputed) < 4 / 6


def test_the_worst_case_of_a_comparison_is_worse_than_no_response(spec, drawn):
    doses = "patient_id start_day end_day dose_mg target_dose_mg\n" + "\n".join(
        f"{name} 0 200 {mg} {mg}" for name, mg in zip(SIX["patients"].split()[1:], [1.5, 4.5] * 3, strict=True)
    )
    outcome = spec(LADDER, **SIX, doses=doses)
    found = outcome.rows(
        "missing_data estimate events n", analysis="missing_data_ladder", dose="high", comparator="low"
    )
    # low: yes_yes, yes_lost, no_lost. high: yes_no, no_no, no_lost_too.
    # best for the high dose: 1 of 3 against 1 of 3; worst: 0 of 3 against 3 of 3
    counted = [row for row in found if row[0] in ("best_case", "worst_case", "non_responder", "observed")]
    assert counted == drawn("""
        missing_data   estimate  events  n
        best_case      0         2       6
        non_responder  -0.3333   1       6
        observed       -1        1       3
        worst_case     -1        3       6
        """)


def test_imputation_depends_on_the_seed_and_not_on_the_order_of_rows(spec):
    def imputed(study: dict, **tables: str) -> list[list[str]]:
        return spec({**LADDER, **study}, **tables).rows("estimate low high", missing_data="multiple_imputation")

    lines = SIX["assessments"].strip().splitlines()
    turned = {**SIX, "assessments": "\n".join([lines[0], *reversed(lines[1:])])}
    first = imputed({}, **SIX)
    assert first == imputed({}, **turned)
    assert first != imputed({"seed": 2}, **SIX)


def test_nobody_observed_is_said(spec):
    outcome = spec(LADDER, patients="patient_id\na", assessments="patient_id day instrument score\na 0 PAIN_NRS 8")
    notes = {row[0]: row[1:] for row in outcome.rows("missing_data estimate note", analysis="missing_data_ladder")}
    assert notes["observed"] == ["-", "no_patients"]
    assert notes["inverse_probability_weighting"][0] == notes["multiple_imputation"][0] == "-"
    assert "positivity_fails" in notes["inverse_probability_weighting"][1]
    assert "differ_from_all_observed" in notes["multiple_imputation"][1]
    assert notes["non_responder"] == ["0", "-"]


def arms(**groups: tuple[int, int, int]) -> dict[str, str]:
    """Return tables of dose groups with so many who respond, do not, and are lost."""
    doses, scores = ["patient_id start_day end_day dose_mg target_dose_mg"], ["patient_id day instrument score"]
    for dose, (yes, no, lost) in groups.items():
        for number in range(yes + no + lost):
            name, mg = f"{dose}{number}", {"low": 1.5, "high": 4.5}[dose]
            doses.append(f"{name} 0 200 {mg} {mg}")
            scores.append(f"{name} 0 PAIN_NRS 8")
            if number < yes + no:
                scores.append(f"{name} 84 PAIN_NRS {4 if number < yes else 8}")
    names = [line.split()[0] for line in doses[1:]]
    return {
        "patients": "\n".join(["patient_id", *names]),
        "doses": "\n".join(doses),
        "assessments": "\n".join(scores),
    }


def test_where_the_conclusion_changes(spec):
    outcome = spec(**arms(high=(10, 4, 6), low=(4, 10, 6)))
    key = {"analysis": "tipping_point", "dose": "high", "comparator": "low"}
    rows = {row[0]: row[1:] for row in outcome.rows("subgroup estimate low high note", **key)}
    # as observed 10/14 x 6 = 4.3 and 4/14 x 6 = 1.7 of the missing: 14 of 20 against 6 of 20
    start = risk_difference_miettinen_nurminen(14, 20, 6, 20)
    assert rows["missing_respond_as_observed"][0] == "0.4"
    assert start.low > 0
    lost = [k for k in range(5) if risk_difference_miettinen_nurminen(10 + k, 20, 6, 20).low <= 0]
    assert float(rows["fewer_of_the_missing_respond_than_of_the_observed"][0]) == pytest.approx(max(lost) / 6, abs=1e-4)
    assert rows["more_of_the_missing_respond_than_of_the_observed"][0] == "-"
    assert "not_reached" in rows["more_of_the_missing_respond_than_of_the_observed"][3]
    # of the map: none of 6 and all of 6 respond: 10 of 20 against 10 of 20
    assert rows["of_the_missing_0_respond,_of_the_comparator_1"][0] == "0"
    assert sum(subgroup.startswith("of_the_missing") for subgroup in rows) == 121


def test_a_tipping_point_needs_patients(spec):
    outcome = spec(**arms(high=(10, 4, 6), low=(4, 5, 6)))
    notes = outcome.rows("estimate note", analysis="tipping_point", dose="high", comparator="low")
    assert {tuple(row) for row in notes} == {("-", "fewer_than_10_patients_observed_in_a_group")}
    # the two groups are there all the same
    assert outcome.rows("events n", analysis="tipping_point", dose="low", statistic="proportion") == [["4", "9"]]


BASELINES = {4: 5, 5: 8, 6: 9, 7: 5, 8: 2}


def test_responders_to_be_expected_from_noise(spec):
    names = [f"b{score}n{number}" for score, n in BASELINES.items() for number in range(n)]
    scores = "\n".join(f"{name} 0 PAIN_NRS {name[1]}" for name in names)
    outcome = spec(patients="\n".join(["patient_id", *names]), assessments="patient_id day instrument score\n" + scores)
    # the normal distribution cut at 3.5 that makes whole points likeliest, by a general search
    points, counts = np.array(list(BASELINES)), np.array(list(BASELINES.values()))
    edges = np.append(points - 0.5, np.inf)

    def loss(parameters: np.ndarray) -> float:
        # nobody above 8: the interval of 8 ends at 8.5, and what lies beyond was not seen
        below = stats.norm.cdf(np.append(edges[:-1], 8.5), parameters[0], parameters[1])
        return -float(counts @ np.log(np.diff(below) / (1 - below[0])))

    mean, spread = optimize.minimize(loss, [5.5, 1.2], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10}).x
    ((usual,),) = outcome.rows("estimate", statistic="usual_mean", condition="fibromyalgia")
    assert float(usual) == pytest.approx(mean, abs=2e-3)
    # 30 % less than 4, 5, 6, 7, 8 is at most 2, 3, 4, 4, 5: the second score lies half a point above at most
    half = 0.5
    deviation = np.sqrt(spread**2 * (1 - half**2) + half**2 / 12)
    chance = stats.norm.cdf(np.array([2.5, 3.5, 4.5, 4.5, 5.5]), mean + half * (points - mean), deviation)
    key = {"condition": "fibromyalgia", "subgroup": "test-retest correlation 0.5"}
    ((share, n),) = outcome.rows("estimate n", statistic="expected_proportion", **key)
    assert float(share) == pytest.approx(float(counts @ chance) / counts.sum(), abs=1e-3)
    assert n == str(sum(BASELINES.values()))
    ((better,),) = outcome.rows("estimate", statistic="expected_improvement", **key)
    assert float(better) == pytest.approx(half * (counts @ points / counts.sum() - mean), abs=2e-3)
    # nobody has two scores before treatment
    ((estimate, note),) = outcome.rows("estimate note", statistic="test_retest_slope", condition="fibromyalgia")
    assert (estimate, note.startswith("fewer_than_30_patients")) == ("-", True)


@pytest.mark.parametrize(
    ("robustness", "codes"),
    [({}, ["FM-PAIN-30", "FM-PAIN-50"]), ({"endpoints": ["stricter"]}, ["FM-PAIN-50"])],
)
def test_noise_stands_beside_the_rates_of_every_benefit(spec, robustness, codes):
    endpoints = [
        {"id": name, "label": name, "definitions": {"fibromyalgia": code}}
        for name, code in (("pain", "FM-PAIN-30"), ("stricter", "FM-PAIN-50"))
    ]
    outcome = spec({"endpoints": endpoints, "robustness": robustness}, **SIX)
    expected = outcome.estimates.query("analysis == 'regression_to_the_mean' and statistic == 'expected_proportion'")
    assert sorted(set(expected["endpoint"])) == codes
    # missing scores are looked at for one endpoint: the first, where none is named
    ladder = outcome.estimates.query("analysis == 'missing_data_ladder'")
    assert set(ladder["endpoint"]) == {codes[0]}


def test_two_scores_before_treatment_tell_how_scores_vary(spec):
    pairs = [(6, 7), (6, 5), (8, 8), (8, 6), (5, 6), (7, 7)]
    scores = "\n".join(
        f"p{k} -14 PAIN_NRS {e}\np{k} -20 PAIN_NRS 10\np{k} 0 PAIN_NRS {b}" for k, (b, e) in enumerate(pairs)
    )
    outcome = spec(
        {"robustness": {"regression_to_the_mean": {"minimum_repeated": 3}}},
        patients="\n".join(["patient_id", *(f"p{k}" for k in range(len(pairs)))]),
        assessments="patient_id day instrument score\n" + scores,
    )
    b, e = np.array(pairs).T
    line = stats.linregress(b, e)
    ((slope, n),) = outcome.rows("estimate n", statistic="test_retest_slope", condition="fibromyalgia")
    assert (float(slope), n) == (pytest.approx(line.slope, abs=1e-3), "6")
    deviation = np.sqrt(((e - line.intercept - line.slope * b) ** 2).sum() / 4)
    # 30 % less than 5, 6, 7, 8 is at most 3, 4, 4, 5
    cut = np.array([{5: 3.5, 6: 4.5, 7: 4.5, 8: 5.5}[one] for one in b])
    chance = stats.norm.cdf(cut, line.intercept + line.slope * b, deviation).mean()
    ((share,),) = outcome.rows("estimate", subgroup="repeated scores before treatment", statistic="expected_proportion")
    assert float(share) == pytest.approx(chance, rel=1e-3)


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        ({"response": "value <= 3"}, "needs_no_baseline"),
        ({"response": "pct_improve >= 30 and c_peg <= 5", "components": {"c_peg": "PEG"}}, "further_scores"),
    ],
)
def test_noise_that_cannot_be_told_is_said(spec, definition, reason):
    own = {"instrument": "PAIN_NRS", "label": "Own", "week": 12, "window_weeks": 2, **definition}
    study = {
        "definitions": {"OWN": own},
        "endpoints": [{"id": "pain", "label": "Pain", "definitions": {"fibromyalgia": "OWN"}}],
    }
    outcome = spec(study, patients="patient_id\na", assessments="patient_id day instrument score\na 0 PAIN_NRS 8")
    rows = outcome.rows("estimate note", statistic="expected_proportion", condition="fibromyalgia")
    assert len(rows) == 4
    for estimate, note in rows:
        assert estimate == "-"
        assert note.startswith("not_estimable")
        assert reason in note


def test_published_placebo_beside_the_cohort(spec, drawn):
    benchmark = {"definition": "FM-PAIN-30", "label": "trial", "events": 14, "n": 50, "source": "Journal 1:1"}
    outcome = spec({"robustness": {"placebo_benchmarks": [benchmark]}}, **arms(high=(10, 4, 6), low=(4, 10, 6)))
    found = outcome.rows(
        "dose subgroup population statistic estimate events n",
        analysis="placebo_benchmark",
        condition="fibromyalgia",
        dose=any,
    )
    # 14/50 = 0.28; 14/40, 10/20 and 4/20 of those who began
    assert found == drawn("""
        dose  subgroup                  population  statistic        estimate  events  n
        all   -                         assessable  proportion       0.35      14      40
        all   published_placebo:_trial  published   proportion       0.28      14      50
        all   -                         assessable  risk_difference  0.07      14      40
        high  -                         assessable  proportion       0.5       10      20
        high  -                         assessable  risk_difference  0.22      10      20
        low   -                         assessable  proportion       0.2       4       20
        low   -                         assessable  risk_difference  -0.08     4       20
        """)
    ((low, high, note),) = outcome.rows(
        "low high note", analysis="placebo_benchmark", statistic="risk_difference", condition="fibromyalgia"
    )
    expected = risk_difference_newcombe(14, 40, 14, 50)
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-4)
    assert "published_trial" in note


def test_all_of_it_can_be_switched_off(spec):
    off = dict.fromkeys(("missing_data", "tipping_point", "regression_to_the_mean"))
    outcome = spec({"robustness": off}, **SIX)
    ours = {"missing_data_ladder", "tipping_point", "regression_to_the_mean", "placebo_benchmark"}
    assert not ours & set(outcome.estimates["analysis"])
