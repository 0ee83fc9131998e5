"""Root finding for limits without a closed form."""

from math import inf

import pytest

from dose_outcomes.stats.root import root_between


def test_root_at_an_end_is_that_end():
    assert root_between(lambda x: x, 0.0, 1.0) == 0.0
    assert root_between(lambda x: x - 1.0, 0.0, 1.0) == 1.0


def test_small_roots_keep_their_relative_precision():
    assert root_between(lambda x: x - 1.25e-12, 0.0, 1.0) == pytest.approx(1.25e-12, rel=1e-14)


def test_infinite_ends():
    assert root_between(lambda x: inf if x == 0 else 1 / x - 4.0, 0.0, 1.0) == pytest.approx(0.25, rel=1e-14)


def test_no_root_between_is_an_error():
    with pytest.raises(ValueError, match="different signs"):
        root_between(lambda x: x + 1.0, 0.0, 1.0)
