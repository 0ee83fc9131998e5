import numpy as np
import pytest

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.nelson_aalen import nelson_aalen

COUNTS = ([1, 2, 4], [0, 1, 2], [1, 0, 1])


@pytest.mark.parametrize("interval", ["log", "plain"])
def test_hand_computed(interval):
    curve = nelson_aalen(*COUNTS, interval=interval)
    np.testing.assert_allclose(curve.estimate, [0, 1 / 4, 1 / 4 + 2 / 3], rtol=1e-14)
    error = np.sqrt([0, 1 / 16, 1 / 16 + 2 / 9])
    np.testing.assert_allclose(curve.standard_error, error, rtol=1e-14)
    z, h = 1.959963984540054, curve.estimate[2]
    half = z * error[2]
    low, high = (h * np.exp(-half / h), h * np.exp(half / h)) if interval == "log" else (max(h - half, 0), h + half)
    np.testing.assert_allclose([curve.low[2], curve.high[2]], [low, high], rtol=1e-12)
    # No event yet: the 4 still at risk after day 1 exclude a survival below 0.025^(1/4).
    np.testing.assert_allclose([curve.low[0], curve.high[0]], [0, -np.log(0.025) / 4], rtol=1e-12)


def test_edges():
    assert nelson_aalen([], [], []).note == "no patient at risk"
    none = nelson_aalen([3], [0], [2])
    assert (none.note, none.estimate[0], none.high[0]) == ("no event", 0, np.inf)
    everybody = nelson_aalen([3], [2], [0])
    assert everybody.estimate[0] == 1
    late = nelson_aalen([-1, 2, 3], [0, 1, 0], [0, 0, 1], entered=[2, 0, 0])
    assert late.estimate.tolist() == [0.5, 0.5]


def test_illegal_options():
    with pytest.raises(ArgumentError, match="interval must be one of log, plain; received 'log-log'"):
        nelson_aalen(*COUNTS, interval="log-log")
    with pytest.raises(ArgumentError, match="level must be"):
        nelson_aalen(*COUNTS, level=2)
