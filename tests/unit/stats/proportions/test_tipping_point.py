"""Where a conclusion changes with the assumed responses of the missing."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.difference import risk_difference_miettinen_nurminen, risk_difference_newcombe
from dose_outcomes.stats.proportions.tipping_point import (
    NOT_REACHED,
    NOTHING_MISSING,
    PartlyObserved,
    difference_assuming,
    tipping_point,
)

GROUP = st.integers(1, 40).flatmap(
    lambda observed: st.builds(PartlyObserved, st.integers(0, observed), st.just(observed), st.integers(0, 30))
)


def conclusion(group, reference, responders) -> str:
    """Return which side of 0 the interval lies on, by a way of its own."""
    found = risk_difference_newcombe(
        group.events + responders,
        group.n,
        reference.events + round(reference.events / reference.observed * reference.missing + 1e-9),
        reference.n,
    )
    return "above" if found.low > 0 else "below" if found.high < 0 else "holds"


@settings(deadline=None, max_examples=200, derandomize=True)
@given(GROUP, GROUP, st.sampled_from(["fewer", "more"]))
def test_halving_finds_what_counting_one_by_one_finds(group, reference, direction):
    # of two equally near whole numbers the larger is taken: keep to shares without a half
    for one in (group, reference):
        if (2 * one.events * one.missing) % one.observed == 0 and (one.events * one.missing) % one.observed:
            return
    found = tipping_point(group, reference, direction, difference=risk_difference_newcombe)
    start = group.responders_as_observed
    assert abs(start - group.missing * group.events / group.observed) <= 0.5
    way = range(start, -1, -1) if direction == "fewer" else range(start, group.missing + 1)
    at_start = conclusion(group, reference, start)
    changed = [k for k in way if conclusion(group, reference, k) != at_start]
    assert found.responders == (changed[0] if changed else None)
    if changed:
        assert found.share == changed[0] / group.missing
        assert found.note.startswith("from: ")
    else:
        assert found.note == (NOT_REACHED[direction] if group.missing else NOTHING_MISSING)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(GROUP, GROUP)
def test_limits_rise_with_the_responders_of_the_group(group, reference):
    """What halving rests on, for the interval that is the default."""
    limits = [
        difference_assuming(group, reference, k, 0, difference=risk_difference_miettinen_nurminen)
        for k in range(group.missing + 1)
    ]
    for one, following in pairwise(limits):
        assert one.estimate < following.estimate
        assert one.low <= following.low + 1e-12
        assert one.high <= following.high + 1e-12


@pytest.mark.parametrize(("share", "expected"), [(0, 0), (0.1, 1), (0.3, 2), (0.5, 3), (0.7, 4), (1, 5)])
def test_shares_become_whole_patients(share, expected):
    assert PartlyObserved(3, 10, 5).responders_if(share) == expected


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: PartlyObserved(11, 10, 5), "events must be .*at most 10; received 11"),
        (lambda: PartlyObserved(1, 10, -5), "missing must be .*at least 0; received -5"),
        (lambda: PartlyObserved(3, 10, 5).responders_if(1.1), "share must be .*at most 1"),
        (lambda: PartlyObserved(0, 0, 5).responders_as_observed, "observed must be at least 1"),
        (
            lambda: tipping_point(
                PartlyObserved(1, 2, 1), PartlyObserved(1, 2, 1), "less", difference=risk_difference_newcombe
            ),
            "direction must be one of fewer, more; received 'less'",
        ),
        (
            lambda: difference_assuming(
                PartlyObserved(1, 2, 1), PartlyObserved(1, 2, 1), 2, 0, difference=risk_difference_newcombe
            ),
            "responders must be .*at most 1; received 2",
        ),
    ],
)
def test_illegal_arguments(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()
