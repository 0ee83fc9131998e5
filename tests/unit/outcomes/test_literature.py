"""Published shares beside our own: only where the rule is the same, hidden with what they are made of."""

import math
from dataclasses import replace

import pytest

from dose_outcomes.disclosure import release_estimates
from dose_outcomes.outcomes.literature import NO_COUNT, literature
from dose_outcomes.results import PUBLISHED, Result, to_frame

ENTRY = {
    "id": "trial",
    "label": "Trial 2000",
    "citation": "Journal 1:1",
    "design": "randomised",
    "condition": "fibromyalgia",
    "outcome": "less pain",
    "arm": "4.5 mg",
    "responders": 56,
    "patients": 70,
    "definition": "FM-PAIN-30",
}
RATE = Result(
    analysis="responder_rate",
    endpoint="FM-PAIN-30",
    condition="fibromyalgia",
    dose="all",
    statistic="proportion",
    dose_attribution="target",
    population="assessable",
    missing_data="non_responder",
    day=84,
    estimate=0.6,
    low=0.49,
    high=0.7,
    level=0.95,
    n=80,
    events=48,
    method="Wilson score interval",
)


def compared(study, *rows, **entry):
    return list(literature(rows, study(literature=[{**ENTRY, **entry}])))


def wilson(events, n, z=1.959963984540054):
    share, square = events / n, z * z / n
    half = z * math.sqrt(share * (1 - share) / n + square / (4 * n))
    return (share + square / 2 - half) / (1 + square), (share + square / 2 + half) / (1 + square)


def test_newcombes_own_example_turned_round(study):
    """56 of 70 against 48 of 80: 0.20 (0.0524 to 0.3339), Newcombe 1998, Stat Med 17:873, table II, method 10."""
    published, difference = compared(study, RATE)
    assert (published.estimate, published.population, published.n) == (0.8, PUBLISHED, 70)
    assert (published.low, published.high) == pytest.approx(wilson(56, 70), rel=1e-12)
    assert difference.estimate == pytest.approx(-0.2)
    assert (difference.low, difference.high) == pytest.approx((-0.3339, -0.0524), abs=5e-5)
    assert (difference.n, difference.events) == (80, 48)
    assert difference.comparator == published.subgroup == "published: trial"
    assert (difference.dose_attribution, difference.missing_data, difference.day) == ("target", "non_responder", 84)


@pytest.mark.parametrize(
    "other",
    [
        {"endpoint": "FM-PAIN-50"},
        {"condition": "psoriasis"},
        {"dose": "4.5 mg"},
        {"missing_data": "observed"},
        {"comparator": "0.5 mg"},
        {"subgroup": "Sex: female"},
        {"dose_attribution": "last dose (biased)"},
        {"statistic": "risk_ratio"},
        {"analysis": "remission_rate"},
    ],
)
def test_only_the_plain_share_by_the_same_rule_is_compared(study, other):
    (published,) = compared(study, replace(RATE, **other))
    assert published.statistic == "proportion"


def test_without_a_definition_nothing_is_compared(study):
    (published,) = compared(study, RATE, definition="")
    assert (published.endpoint, published.estimate) == ("", 0.8)


def test_a_remission_is_compared_with_the_remission(study):
    remission = replace(RATE, analysis="remission_rate", events=8, estimate=0.1)
    published, difference = compared(study, RATE, remission, remission=True)
    assert {published.analysis, difference.analysis} == {"literature_remission"}
    assert difference.estimate == pytest.approx(0.1 - 0.8)


def test_a_percentage_without_a_count_gives_no_number(study):
    rows = compared(study, RATE, responders=None)
    assert [(row.estimate, row.low, row.note) for row in rows] == [(None, None, NO_COUNT)] * 2


def test_no_patients_of_our_own_gives_no_difference(study):
    empty = replace(RATE, n=0, events=0, estimate=None, low=None, high=None, note="no patients")
    published, difference = compared(study, empty)
    assert published.estimate == 0.8
    assert (difference.estimate, difference.note) == (None, "no patients")


def test_a_difference_is_hidden_with_the_share_that_it_would_give_back(study):
    few = replace(RATE, events=3, estimate=0.0375)
    rows = [few, *compared(study, few, responders=3, patients=4)]
    released = release_estimates(to_frame(rows), 5).set_index(["analysis", "statistic"])
    assert released.loc[("responder_rate", "proportion"), "suppressed"]
    assert released.loc[("literature", "risk_difference"), "suppressed"]
    # what is published is known to everybody, however few they were
    assert released.loc[("literature", "proportion"), "estimate"] == 0.75
