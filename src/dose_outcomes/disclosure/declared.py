"""What every number of the tidy table is made of: one declaration per analysis and statistic.

A row whose analysis and statistic are not declared here is withheld, because nobody has said which counts would
follow from it. A test compares the declarations with the rows of the bundled study.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Counts = Literal["share", "cumulative", "events", "neither"]
Span = Literal[
    "own", "doses", "conditions", "everything", "everything within conditions", "sides", "sides by condition"
]


@dataclass(frozen=True, slots=True)
class Made:
    """What the rows of a statistic count, and of which cells their estimate is a function.

    Attributes
    ----------
    patients : str
        Name of the set that `n` counts; the same name in two analyses is the same set, where the numbers agree.
        ``analysed`` does not depend on the endpoint.
    events : str
        Name of what `events` counts; empty where it counts nobody.
    counts : str
        ``share``: events are some of the patients, the others are known with them; ``cumulative``: and they grow
        with the day; ``events``: several of one patient count; ``neither``: only `n` is a count.
    spans : tuple of str
        Cells of which the estimate is made: its ``own``, those at all ``doses`` of its condition, of all
        ``conditions`` at its dose, of ``everything`` (or that only where the row compares ``within conditions``), of
        the two ``sides`` it compares, or of these in each condition.
    rounded : bool
        Whether the estimate is shown with few digits where only its number of patients must be hidden: the exact
        mean of whole numbers tells how many there were.
    """

    patients: str
    events: str = ""
    counts: Counts = "neither"
    spans: tuple[Span, ...] = ("own",)
    rounded: bool = False


_RESPONDERS = Made("assessable", "responders", "share")
_RESPONSE_TIMES = Made("assessable", "first responses", "cumulative")
_NUMBERS = Made("assessable", rounded=True)


_CURVE_TESTS = ("logrank_test", "logrank_trend_test")


def _side(patients: str, events: str, counts: Counts = "share") -> Made:
    return Made(patients, events, counts, ("sides",))


def _over(made: Made, *spans: Span) -> Made:
    return Made(made.patients, made.events, made.counts, spans)


_CONTRASTS = ("risk_difference", "risk_ratio", "odds_ratio", "number_needed_to_treat", "smallest_expected_count")
_QUARTILES = ("lower_quartile", "median", "upper_quartile")
_RISK = ("number_at_risk", "cumulative_events", "cumulative_censored")


def _each(statistics: tuple[str, ...], made: Made) -> dict[str, Made]:
    return dict.fromkeys(statistics, made)


DECLARED: dict[str, dict[str, Made]] = {
    "baseline": {
        **_each((*_QUARTILES, "mean", "standard_deviation"), Made("known", rounded=True)),
        "number_missing": Made("analysed", "missing values", "share"),
        "proportion": Made("analysed", "described", "share"),
        "standardised_mean_difference": Made("analysed", "", "neither", ("sides",)),
    },
    "change_distribution": {"share_improved_at_least": Made("assessable", "improved", "share")},
    "cohort": {"number_of_patients": Made("analysed")},
    "contrast_diagnostics": {
        "maximum_standardised_difference": Made("assessable", "smaller category", "events", ("sides",)),
        **_each(
            ("effective_sample_size", "reference_effective_sample_size"), Made("assessable", "", "neither", ("sides",))
        ),
        "interval_width": _side("assessable", "responders"),
        "share_followed_to_horizon": Made("assessable", "followed", "share"),
        "median_follow_up_days": Made("assessable", rounded=True),
        "proportion_missing": Made("assessable", "missing", "share"),
    },
    "dose": {
        **_each(_QUARTILES, Made("dosed", rounded=True)),
        "proportion": Made("analysed", "state of the day", "share"),
        **_each(("median_days", "cumulative_incidence"), Made("analysed", "reached", "cumulative")),
    },
    "dose_response": {
        "fitted_proportion": _over(_RESPONDERS, "doses"),
        "events_per_variable": Made("assessable", "fewer of with and without", "share", ("doses",)),
        **_each(
            ("akaike_information_criterion", "ed50_mg", "contrast_test"),
            _over(_RESPONDERS, "doses", "everything within conditions"),
        ),
    },
    "duration_of_response": _each(
        ("survival", "median_days"), Made("responders followed", "responses ended", "cumulative")
    ),
    "literature": {"proportion": _RESPONDERS, "risk_difference": _RESPONDERS},
    "literature_remission": _each(("proportion", "risk_difference"), Made("assessable", "remissions", "share")),
    "missing_data_ladder": {
        "proportion": _RESPONDERS,
        "proportion_missing": Made("assessable", "missing", "share"),
        "risk_difference": _side("assessable", "responders"),
    },
    "mixed_model": {
        "observations_per_parameter": _NUMBERS,
        "adjusted_mean_change": _NUMBERS,
        "adjusted_mean_difference": Made("assessable", "", "neither", ("sides",), rounded=True),
    },
    "multiplicity": {"number_of_tests": Made("")},
    "persistence": _each(("median_days", "survival", *_RISK), Made("analysed", "stopped", "cumulative")),
    "persistence_lost_as_stopped": {"survival": Made("analysed", "stopped or lost", "cumulative")},
    "placebo_benchmark": {"proportion": _RESPONDERS, "risk_difference": _RESPONDERS},
    "reason_for_stopping": {"cumulative_incidence": Made("analysed", "stopped for a reason", "cumulative")},
    "regression_to_the_mean": _each(
        ("expected_proportion", "test_retest_slope", "usual_mean", "expected_improvement"), _NUMBERS
    ),
    "related_side_effect": {"proportion": Made("analysed", "related", "share")},
    "remission_rate": {"proportion": Made("assessable", "remissions", "share")},
    "responder_contrast": _each(
        (*_CONTRASTS, "simultaneous_risk_difference"), _over(_RESPONDERS, "sides", "sides by condition")
    ),
    "responder_rate": {
        "proportion": _RESPONDERS,
        "trend_test": _over(_RESPONDERS, "doses", "everything within conditions"),
        "heterogeneity_test": _over(_RESPONDERS, "conditions"),
    },
    "responder_rate_by_strategy": {"proportion": Made("assessable", "responders by strategy", "share")},
    "responder_rate_by_subgroup": {
        "proportion": _RESPONDERS,
        **_each(
            ("risk_difference", "crude_heterogeneity_test", "heterogeneity_test"),
            # made of condition by subgroup by dose, none of which is ever shown: no shown or hidden count follows
            Made("assessable", "responders", "neither", ("sides",)),
        ),
    },
    "responder_shrinkage": _each(
        ("proportion", "shrinkage", "heterogeneity_test"), _over(_RESPONDERS, "conditions", "own")
    ),
    "response_with_stopping": {
        "cumulative_incidence": Made("assessable", "first responses on the drug", "cumulative"),
        "gray_test": Made("assessable", "first responses on the drug", "cumulative", ("doses", "everything")),
    },
    "score_change": _each((*_QUARTILES, "mean_change", "standard_deviation"), Made("scored", rounded=True)),
    "serious_side_effect": {"proportion": Made("analysed", "serious", "share")},
    "side_effect_action": {"proportion": Made("analysed", "action", "share")},
    "side_effect_contrast": {
        **_each(("risk_difference", "risk_ratio", "simultaneous_risk_difference"), _side("analysed", "patients with")),
        **_each(("rate_difference", "rate_ratio"), _side("analysed", "side effects", "events")),
    },
    "side_effect_dechallenge": {"one_minus_survival": Made("stopped with", "gone after stopping", "cumulative")},
    "side_effect_duration": _each(("one_minus_survival", "median_days"), Made("episodes", "resolved", "cumulative")),
    "side_effect_incidence": {
        "proportion": Made("analysed", "patients with", "share"),
        "rate_per_100_person_years": Made("analysed", "side effects", "events"),
        **_each(("cumulative_incidence", "one_minus_survival"), Made("analysed", "first side effects", "cumulative")),
        "mean_cumulative_count": Made("analysed", "side effects by day", "events"),
    },
    "side_effect_onset": {"median_days": Made("patients with", rounded=True)},
    "side_effect_prevalence": {"prevalence": Made("under observation", "affected", "share")},
    "side_effect_rechallenge": {"one_minus_survival": Made("took it again", "came back", "cumulative")},
    "side_effect_self_controlled": {
        "rate_per_100_person_years": Made("with a change", "in the window", "events"),
        **_each(("rate_ratio", "simultaneous_rate_ratio"), _side("with a change", "in the window", "events")),
    },
    "side_effect_severity": {"proportion": Made("analysed", "worst", "share")},
    "sustained_response_rate": {"proportion": Made("assessable", "sustained", "share")},
    "time_to_response": {
        "rate_per_100_person_years": Made("exposed", "responses at the dose", "events"),
        **_each((*_RISK, "rmst_days", "median_days"), _RESPONSE_TIMES),
        "rmst_difference": _side("assessable", "first responses", "cumulative"),
        **_each(_CURVE_TESTS, _over(_RESPONSE_TIMES, "doses", "everything")),
    },
    "time_to_response_by_current_dose": {
        "hazard_ratio": _side("exposed", "responses at the dose", "events"),
        **_each(
            ("events_per_variable", "logrank_test", "proportional_hazards_test"),
            Made("exposed", "responses at the dose", "events", ("doses", "everything")),
        ),
    },
    "time_to_response_interval_censored": {
        **_each(("survival", "median_days", "median_difference_days"), _RESPONSE_TIMES),
        "interval_censored_test": _over(_RESPONSE_TIMES, "doses"),
    },
    "time_to_sustained_response": _each(
        ("survival", "median_days"), Made("assessable", "sustained responses", "cumulative")
    ),
    "tipping_point": {
        "proportion": _RESPONDERS,
        "proportion_missing": Made("assessable", "missing", "share"),
        **_each(("tipping_share", "risk_difference"), _side("assessable", "responders")),
    },
    "visit_spacing": _each(
        ("lower_quartile_days", "median_days", "upper_quartile_days"), Made("with visits", rounded=True)
    ),
}
