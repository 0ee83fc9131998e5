"""The further analyses of the hand-made release: at least one row of each, hidden and weak ones among them.

No statistic is tested here: numbers are made up so that they differ from each other.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from dose_outcomes.results import CURVE_COLUMNS, Result, identifier

DOSES = ("1 mg", "4 mg")
EVERY = ("all", *DOSES)
CODES = {"all": "response", "aches": "ACHE-30", "itch": "ITCH-4", "fatigue": "TIRED-2"}
WEEKS = (4, 8, 12)


def published(identifier: str, definition: str, **entry: Any) -> dict[str, Any]:
    """Return a published result of an effective study, every key written."""
    empty = {"responders": None, "patients": None, "doi": "", "note": "", "dose_group": "all", "remission": False}
    words = {"citation": "Journal 1:1", "design": "open label", "outcome": "30% better", "arm": "4 mg"}
    return {"id": identifier, "definition": definition, "condition": "aches", **empty, **words, **entry}


def claimed(identifier: str, text: str, **entry: Any) -> dict[str, Any]:
    """Return a claim of an effective study about the share of responders, every key written."""
    bounds = {name: entry.pop(name, None) for name in ("above", "below", "about")}
    answer = {
        "analysis": "responder_rate",
        "statistic": "proportion",
        "endpoint": "ACHE-30",
        "condition": "aches",
        "dose": "all",
        "comparator": "",
        "subgroup": "",
        "dose_attribution": "",
        "missing_data": "non_responder",
        "day": 84,
    }
    source = {"source": "a leaflet", "not_answered": ""}
    return {"id": identifier, "text": text, **source, **bounds, "answer": {**answer, **entry}}


STUDY: dict[str, Any] = {
    "course": {"persistence": {"days": [28, 56]}, "score_change": {}},
    "robustness": {"missing_data": {"handlings": ["non_responder", "worst_case", "multiple_imputation"]}},
    "multiplicity": [{"id": "doses"}],
    "diagnostics": {
        "minimum_patients": 10,
        "minimum_events": 5,
        "maximum_standardised_difference": 0.25,
        "minimum_share_followed": 0.8,
        "maximum_share_missing": 0.2,
        "maximum_interval_width": 0.5,
    },
    "literature": [
        published("trial_a", "ACHE-30", label="Trial A 2001", responders=9, patients=18, doi="10.1000/a.1"),
        published("series_b", "", label="Series B 2002", outcome="better by their own word", responders=3, patients=4),
        published("trial_c", "ACHE-30", label="Trial C 2003", patients=17, note="only a percentage"),
    ],
    "claims": [
        claimed("most", "Most with aches respond", above=0.5),
        claimed("few", "Fewer than 9 in 10 respond", below=0.9),
        claimed("third", "About a third responds", about=0.33),
        claimed("itch", "Itch is helped", above=0.5, condition="itch", endpoint="ITCH-4", dose="1 mg"),
        claimed("never", "Never asked", above=0.5, day=7),
        {**claimed("talk", "Works with talk"), "answer": None, "not_answered": "talk is not recorded"},
    ],
}
_numbers = count(1)


def row(analysis: str, statistic: str, **key: Any) -> Result:
    """Return a row whose numbers are its own, hidden or without a number when `key` says so."""
    key = {"condition": "all", "dose": "all", "endpoint": "any", "dose_attribution": "target", "method": "made"} | key
    if key.get("suppressed") or "estimate" in key:
        return Result(analysis=analysis, statistic=statistic, **key)
    value = (next(_numbers) % 70 + 15) / 100
    key = {"estimate": value, "low": value - 0.1, "high": value + 0.11, "level": 0.95, "n": 120} | key
    return Result(analysis=analysis, statistic=statistic, **key)


def against(analysis: str, statistic: str, **key: Any) -> Result:
    """Return a comparison of the higher dose with the lower."""
    return row(analysis, statistic, **{"dose": "4 mg", "comparator": "1 mg"} | key)


def start() -> list[Result]:
    """Return the baseline table."""
    rows = []
    for dose in EVERY:
        for statistic in ("mean", "standard_deviation", "median", "lower_quartile", "upper_quartile"):
            rows.append(row("baseline", statistic, endpoint="age", dose=dose))
        rows.append(row("baseline", "number_missing", endpoint="age", dose=dose, estimate=3.0, n=120, events=3))
        rows.append(row("baseline", "proportion", endpoint="sex: female", dose=dose, events=40))
        rows.append(row("baseline", "mean", endpoint="score: SCALE", condition="aches", dose=dose))
    rows += [
        against("baseline", "standardised_mean_difference", endpoint=name, estimate=value, n=120)
        for name, value in (("age", 0.12), ("sex", -0.03))
    ]
    return rows


def response() -> list[Result]:
    """Return what stands beside the responder rates."""
    rows = []
    for condition, code in CODES.items():
        key: dict[str, Any] = {"condition": condition, "endpoint": code, "missing_data": "non_responder"}
        key["day"] = None if condition == "all" else 84
        hidden = {"suppressed": "count below 5", "note": "hidden"} if condition == "itch" else {}
        reasons = "fewer than 10 patients in a group, groups differ in sex (bound 0.25)"
        few = {"note": f"diagnostics failed: {reasons}; not a test"} if condition == "fatigue" else {}
        for statistic in ("risk_difference", "risk_ratio", "number_needed_to_treat"):
            test = {"p_value": 0.0004, "p_adjusted": 0.03} if statistic == "risk_difference" and not hidden else {}
            rows.append(against("responder_contrast", statistic, **key, **test, **hidden, **few))
        rows += diagnostics(key, hidden)
        rows.append(row("responder_rate", "trend_test", **key, estimate=2.1, p_value=0.036))
        rows.append(row("responder_shrinkage", "proportion", **key))
        rows.append(row("responder_shrinkage", "shrinkage", **key))
        for dose in EVERY:
            quarter = {"estimate": 0.25, "low": 0.18, "high": 0.33, "level": 0.95, "n": 120, "events": 30}
            rows.append(row("remission_rate", "proportion", **key, **quarter, dose=dose))
            rows.append(row("sustained_response_rate", "proportion", **key | {"day": 182}, dose=dose, events=25))
            rows += [
                row("missing_data_ladder", "proportion", **key | {"missing_data": handling}, dose=dose, events=20)
                for handling in ("non_responder", "multiple_imputation")
            ]
            rows.append(
                row("missing_data_ladder", "proportion_missing", **key | {"missing_data": ""}, dose=dose, events=9)
            )
        for dose in DOSES:
            rows.append(row("dose_response", "fitted_proportion", **key, dose=dose, **hidden,
                            subgroup="standardised over conditions" if condition == "all" else ""))  # fmt: skip
            rows.append(row("tipping_point", "proportion_missing", **key | {"missing_data": ""}, dose=dose, events=9))
        for part in ("test-retest correlation 0.5", "test-retest correlation 0.9"):
            rows.append(row("regression_to_the_mean", "expected_proportion", **key | {"missing_data": "", "day": None},
                            subgroup=part))  # fmt: skip
        assumed = key | {"missing_data": "assumed"}
        rows.append(against("tipping_point", "risk_difference", **assumed, subgroup="missing respond as observed"))
        for words in ("fewer", "more"):
            rows.append(against("tipping_point", "tipping_share", **assumed, estimate=None, note="not reached: stays",
                                subgroup=f"{words} of the missing respond than of the observed"))  # fmt: skip
    return [*rows, *response_of_all()]


def diagnostics(key: dict[str, Any], hidden: dict[str, str]) -> list[Result]:
    """Return the diagnostics of the comparison of a condition."""
    sets = [{}, {"subgroup": "stratified by condition"}] if key["condition"] == "all" else [{}]
    rows = []
    for subgroup in sets:
        named = hidden or {"note": "sex", "estimate": 0.31 if key["condition"] == "fatigue" else 0.17, "n": 70}
        difference = "maximum_standardised_difference"
        rows.append(against("contrast_diagnostics", difference, **key | named, **subgroup))
        rows.append(
            against("contrast_diagnostics", "interval_width", **key, **subgroup, **hidden or {"estimate": 0.23})
        )
    if key["condition"] == "all":
        for statistic, size in (("effective_sample_size", 118.4), ("reference_effective_sample_size", 91.6)):
            rows.append(against("contrast_diagnostics", statistic, **key, **sets[1], estimate=size, n=120))
    for dose, share in zip(DOSES, (0.91, 0.74), strict=True):
        place = {**key, "dose": dose}
        rows.append(row("contrast_diagnostics", "share_followed_to_horizon", **place, estimate=share, n=120))
        rows.append(row("contrast_diagnostics", "median_follow_up_days", **place, estimate=194.0, n=120))
        rows.append(row("contrast_diagnostics", "proportion_missing", **place, estimate=0.12, n=120, events=14))
    return rows


def response_of_all() -> list[Result]:
    """Return rows of all conditions together, and of one with a placebo elsewhere."""
    key: dict[str, Any] = {"endpoint": "response", "missing_data": "non_responder"}
    rows = [
        against("responder_contrast", "risk_difference", **key, subgroup="stratified by condition", p_value=0.2),
        against("responder_contrast", "simultaneous_risk_difference", **key, subgroup="stratified by condition"),
        row("responder_rate", "heterogeneity_test", **key, dose="1 mg", estimate=9.1, p_value=0.01),
        row("dose_response", "contrast_test", **key, subgroup="standardised over conditions; linear", p_value=0.02),
        against("missing_data_ladder", "risk_difference", **key | {"missing_data": "worst_case"}),
        row("multiplicity", "number_of_tests", endpoint="doses", estimate=3.0, dose_attribution=""),
    ]
    for own in (0, 0.5):
        for other in (0, 0.5):
            low = 0.04 if own and not other else -0.05 if own == other else -0.2
            rows.append(against("tipping_point", "risk_difference", **key | {"missing_data": "assumed"},
                                estimate=low + 0.05, low=low, high=low + 0.1, n=240,
                                subgroup=f"of the missing {own:g} respond, of the comparator {other:g}"))  # fmt: skip
    for part in ("sex: female", "sex: male"):
        rows += [row("responder_rate_by_subgroup", "proportion", **key, dose=dose, subgroup=part) for dose in EVERY]
        rows.append(against("responder_rate_by_subgroup", "risk_difference", **key, subgroup=part))
    rows.append(against("responder_rate_by_subgroup", "heterogeneity_test", **key, subgroup="sex: female / male",
                        estimate=0.4, p_value=0.5))  # fmt: skip
    aches = {"endpoint": "ACHE-30", "condition": "aches", "day": 84}
    rows.append(row("placebo_benchmark", "proportion", **aches, population="published", dose_attribution="",
                    subgroup="published placebo: A trial", events=14))  # fmt: skip
    rows.append(against("placebo_benchmark", "risk_difference", **aches, dose="all",
                        comparator="published placebo: A trial"))  # fmt: skip
    return rows


def time() -> list[Result]:
    """Return times looked at otherwise."""
    key: dict[str, Any] = {"endpoint": "response"}
    rows = [
        against("time_to_response", "rmst_difference", **key, day=70),
        against("time_to_response_by_current_dose", "hazard_ratio", **key, dose_attribution="current"),
        row("time_to_response", "logrank_test", **key, day=84, p_value=0.008),
        row("response_with_stopping", "gray_test", **key, day=84, p_value=0.4),
        row("visit_spacing", "median_days", **key, dose_attribution="", day=84, estimate=28.0),
    ]
    for dose in EVERY:
        rows.append(row("time_to_response", "rmst_days", **key, dose=dose, day=70, estimate=61.5))
        rows.append(row("time_to_response_interval_censored", "median_days", **key, dose=dose, day=84, estimate=60.5))
        for prefix in ("", "stopping before "):
            rows.append(row("response_with_stopping", "cumulative_incidence", endpoint=f"{prefix}response", dose=dose,
                            day=84, events=30))  # fmt: skip
    return rows


def course() -> list[Result]:
    """Return scores, doses taken, staying and reasons for stopping."""
    rows = []
    for condition in ("aches", "itch"):
        key: dict[str, Any] = {"condition": condition, "endpoint": "SCALE"}
        for week in WEEKS:
            rows.append(row("score_change", "mean_change", **key, day=7 * week, estimate=-week / 4,
                            low=-week / 4 - 0.5, high=-week / 4 + 0.5, n=120 - week))  # fmt: skip
            for place, statistic in ((-1.5, "lower_quartile"), (-0.5, "median"), (1.0, "upper_quartile")):
                rows.append(row("score_change", statistic, **key, day=7 * week, estimate=place - week / 4,
                                low=None, high=None, n=120 - week))  # fmt: skip
        for dose in DOSES:
            rows.append(row("mixed_model", "adjusted_mean_change", **key, dose=dose, day=84))
        rows.append(against("mixed_model", "adjusted_mean_difference", **key, day=84))
        for place, share in ((-1, 1.0), (0, 0.8), (2, 0.4), (4, 0.1)):
            meaning = "; threshold: minimal important difference" if place == 2 else ""
            rows.append(row("change_distribution", "share_improved_at_least", condition=condition, day=84,
                            endpoint=f"SCALE: {place}", estimate=share, low=share - 0.05, high=share, n=100,
                            method=f"made{meaning}"))  # fmt: skip
    for dose in DOSES:
        for day in (0, 28, 56):
            for state, share in (("1 mg", 0.5), ("4 mg", 0.3), ("stopped", 0.12)):
                rows.append(row("dose", "proportion", endpoint=f"dose of the day: {state}", dose=dose, day=day,
                                estimate=share, n=100, events=round(100 * share)))  # fmt: skip
            rows.append(row("dose", "proportion", endpoint="dose of the day: died", dose=dose, day=day,
                            suppressed="count below 5", note="hidden"))  # fmt: skip
    for dose in EVERY:
        rows.append(row("dose", "median", endpoint="days_on_drug", dose=dose, estimate=150.0))
        for day, left in ((0, 100), (28, 80), (56, 60)):
            for statistic, value in (("number_at_risk", left), ("cumulative_events", 90 - left)):
                rows.append(row("persistence", statistic, endpoint="stopped the drug", dose=dose, day=day,
                                estimate=float(abs(value)), n=100))  # fmt: skip
            rows.append(row("persistence", "survival", endpoint="stopped the drug", dose=dose, day=day))
        for reason in ("side_effect", "cost"):
            rows.append(row("reason_for_stopping", "cumulative_incidence", endpoint=reason, dose=dose, day=56,
                            events=20))  # fmt: skip
    return rows


def harm() -> list[Result]:
    """Return what is known of side effects beyond their shares."""
    rows = []
    for endpoint in ("any", "term: Headache", "term: Rash"):
        few = {"suppressed": "count below 5", "note": "hidden"} if endpoint == "term: Rash" else {}
        for statistic in ("rate_ratio", "risk_difference"):
            wide = {"estimate": 1.7, "low": 0.2, "high": 9.5} if endpoint == "any" and not few else {}
            rows.append(against("side_effect_contrast", statistic, endpoint=endpoint, **few, **wide))
        for dose in EVERY:
            rows.append(row("serious_side_effect", "proportion", endpoint=endpoint, dose=dose, estimate=0.0, low=0.0,
                            high=0.03, n=120, events=0))  # fmt: skip
        rows.append(row("side_effect_onset", "median_days", endpoint=endpoint, estimate=30.0))
        rows.append(row("side_effect_duration", "median_days", endpoint=endpoint, estimate=7.0))
        rows.append(row("side_effect_dechallenge", "one_minus_survival", endpoint=endpoint, day=14, events=20))
        for day in (7, 14, 28):
            rows.append(row("side_effect_prevalence", "prevalence", endpoint=endpoint, day=day, events=12))
        for moment in ("morning", "bedtime"):
            rows.append(row("side_effect_incidence", "rate_per_100_person_years", endpoint=endpoint, events=9,
                            dose_attribution="current", subgroup=f"taken at: {moment}", person_years=40.0))  # fmt: skip
        for change in ("step up of the dose", "change of the time of day"):
            rows.append(row("side_effect_self_controlled", "rate_ratio", endpoint=endpoint, subgroup=f"after {change}",
                            comparator=f"before {change}", dose_attribution="current", p_value=0.3))  # fmt: skip
    for dose in EVERY:
        for grade in ("1", "2", "3 or more"):
            rows.append(row("side_effect_severity", "proportion", dose=dose, subgroup=f"worst: {grade}",
                            estimate=0.1 + len(grade) / 100, n=120, events=12))  # fmt: skip
        rows.append(row("related_side_effect", "proportion", dose=dose, events=30))
        rows.append(row("side_effect_action", "proportion", dose=dose, subgroup="stopped", events=20))
    return rows


def publications() -> list[Result]:
    """Return published shares, and the difference of the study's own to those by the same rule."""
    key = {"analysis": "literature", "condition": "aches", "dose": "all"}
    rows = []
    for entry in STUDY["literature"]:
        known = entry["responders"] is not None
        share = {"estimate": entry["responders"] / entry["patients"], "low": 0.2, "high": 0.9} if known else {}
        note = "" if known else "no count was published"
        name = f"published: {entry['id']}"
        own = {"endpoint": entry["definition"], "note": note}
        rows.append(
            Result(
                **key,
                **own,
                **share,
                subgroup=name,
                population="published",
                statistic="proportion",
                day=84 if entry["definition"] else None,
                n=entry["patients"],
                events=entry["responders"],
            )
        )
        if entry["definition"]:
            difference = {"estimate": -1 / 6, "low": -0.4, "high": 0.07} if known else {}
            beside = {"comparator": name, "missing_data": "non_responder", "day": 84, "n": 120, "events": 40}
            rows.append(Result(**key, **own, **difference, **beside, statistic="risk_difference"))
    return rows


def results() -> list[Result]:
    """Return all of them."""
    return [*start(), *response(), *time(), *course(), *harm(), *publications()]


def curves() -> list[dict[str, Any]]:
    """Return curves of staying on the drug, and of what comes first."""
    points = []
    for analysis, endpoint, rises in (
        ("persistence", "stopped the drug", False),
        ("response_with_stopping", "response", True),
        ("response_with_stopping", "stopping before response", True),
    ):
        for dose in EVERY:
            key = {"analysis": analysis, "endpoint": endpoint, "condition": "all", "dose": dose}
            for day, at_risk, share in ((14, 100, 0.05), (28, 80, 0.17), (49, 50, 0.31), (63, 8, 0.4)):
                height = share if rises else 1 - share
                points.append(
                    {
                        **dict.fromkeys(CURVE_COLUMNS, ""),
                        **key,
                        "curve_id": identifier((*key.values(), "target", "analysed")),
                        "day": day,
                        "at_risk": at_risk,
                        "events": 10,
                        "censored": 5,
                        "estimate": height,
                        "low": max(0.0, height - 0.04),
                        "high": min(1.0, height + 0.04),
                        "level": 0.95,
                        "method": "made",
                    }
                )
    return points
