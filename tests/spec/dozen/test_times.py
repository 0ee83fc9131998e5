"""How soon: every step, median and number at risk of the dozen (`conftest.py` tells who they are) by hand."""

from __future__ import annotations

from fractions import Fraction
from math import exp, inf, log, prod, sqrt

import pandas as pd
import pytest
from scipy.stats import beta, norm

Z = norm.ppf(0.975)
CELL = ["condition", "dose"]


def close(value: float):
    return pytest.approx(value, rel=1e-9, abs=1e-12)


def table(text: str) -> list[dict[str, str]]:
    header, *lines = (line.split() for line in text.strip().splitlines())
    return [dict(zip(header, line, strict=True)) for line in lines]


# Day of the first documented response, or (in brackets) of the last visit without one, day 0 when never seen:
# F1 28, F2 (86), F3 30; F4 28, F5 26, F6 84; M1 85, M2 (50); M3 88, M5 (0).
# free: share still without a response, each step = the one before x (at risk - responses) / at risk.
CURVES = """
condition           dose  day  at_risk  events  censored  free
fibromyalgia        low   28   3        1       0         2/3
fibromyalgia        low   30   2        1       0         1/3
fibromyalgia        low   86   1        0       1         1/3
fibromyalgia        high  26   3        1       0         2/3
fibromyalgia        high  28   2        1       0         1/3
fibromyalgia        high  84   1        1       0         0
fibromyalgia        all   26   6        1       0         5/6
fibromyalgia        all   28   5        2       0         1/2
fibromyalgia        all   30   3        1       0         1/3
fibromyalgia        all   84   2        1       0         1/6
fibromyalgia        all   86   1        0       1         1/6
multiple_sclerosis  low   50   2        0       1         1
multiple_sclerosis  low   85   1        1       0         0
multiple_sclerosis  high  0    2        0       1         1
multiple_sclerosis  high  88   1        1       0         0
multiple_sclerosis  all   0    4        0       1         1
multiple_sclerosis  all   50   3        0       1         1
multiple_sclerosis  all   85   2        1       0         1/2
multiple_sclerosis  all   88   1        1       0         0
all                 low   28   5        1       0         4/5
all                 low   30   4        1       0         3/5
all                 low   50   3        0       1         3/5
all                 low   85   2        1       0         3/10
all                 low   86   1        0       1         3/10
all                 high  0    5        0       1         1
all                 high  26   4        1       0         3/4
all                 high  28   3        1       0         1/2
all                 high  84   2        1       0         1/4
all                 high  88   1        1       0         0
all                 all   0    10       0       1         1
all                 all   26   9        1       0         8/9
all                 all   28   8        2       0         2/3
all                 all   30   6        1       0         5/9
all                 all   50   5        0       1         5/9
all                 all   84   4        1       0         5/12
all                 all   85   3        1       0         5/18
all                 all   86   2        0       1         5/18
all                 all   88   1        1       0         0
"""


def steps(condition: str, dose: str) -> list[tuple[int, int, int, int, Fraction]]:
    return [
        (*(int(line[name]) for name in ("day", "at_risk", "events", "censored")), Fraction(line["free"]))
        for line in table(CURVES)
        if (line["condition"], line["dose"]) == (condition, dose)
    ]


def beta_of(factors: list[tuple[int, int]]):
    """The beta distribution with the mean m and the second moment s of a product of Beta(a, b)."""
    m = prod((Fraction(a, a + b) for a, b in factors), start=Fraction(1))
    s = prod((Fraction(a * (a + 1), (a + b) * (a + b + 1)) for a, b in factors), start=Fraction(1))
    size = (m - s) / (s - m * m)
    return beta(float(m * size), float((1 - m) * size))


def beta_product(curve, place: int) -> tuple[float, float]:
    """Fewer than 30 are at risk everywhere: beta-product limits after a step, falling with time as the curve does."""
    limits = []
    for last in range(place + 1):
        factors = [(y - d + 1, d) for _, y, d, _, _ in curve[: last + 1] if d]
        left = curve[last][1] - curve[last][2] - curve[last][3]
        low = beta_of([*factors, (left, 1)]).ppf(0.025) if left else 0.0
        limits.append((low, beta_of(factors).ppf(0.975) if factors else 1.0))
    return min(low for low, _ in limits), min(high for _, high in limits)


@pytest.mark.parametrize(("condition", "dose"), {(line["condition"], line["dose"]): 0 for line in table(CURVES)})
def test_kaplan_meier(dozen, condition, dose):
    curve = steps(condition, dose)
    rows = dozen.curves.query("analysis == 'time_to_response' and condition == @condition and dose == @dose")
    counts = rows[["day", "at_risk", "events", "censored"]].to_numpy().tolist()
    assert counts == [list(step[:4]) for step in curve]
    assert rows["estimate"].tolist() == [close(float(step[4])) for step in curve]
    limits = [beta_product(curve, place) for place in range(len(curve))]
    assert rows["low"].tolist() == [close(low) for low, _ in limits]
    assert rows["high"].tolist() == [close(high) for _, high in limits]


# First day with less than half still without a response; where exactly half are, the middle of that stretch:
# fibromyalgia (28 + 30)/2, multiple sclerosis (85 + 88)/2, high dose (28 + 84)/2.
# Limits by the log-log band S^exp(±z √v / log S), v = sum of d / (y (y - d)). For all patients:
#   day 26: 8/9, v = 1/72,           band 0.433 to 0.984
#   day 28: 2/3, v = 1/72 + 2/48,    band 0.282 to 0.878
#   day 30: 5/9, ... + 1/30,         band 0.204 to 0.805     day 84: 5/12, ... + 1/12, band 0.109 to 0.708
#   day 85: 5/18, ... + 1/6,         band 0.044 to 0.591     so its lower side is below 1/2 on day 26, its upper never
# (at 0 the band has no value). No band at all, so no lower limit either, where the only step goes to 0.
MEDIANS = """
condition           dose  median  low  high
fibromyalgia        low   30      28   -
fibromyalgia        high  28      26   -
fibromyalgia        all   29      26   -
multiple_sclerosis  low   85      -    -
multiple_sclerosis  high  88      -    -
multiple_sclerosis  all   86.5    85   -
all                 low   85      28   -
all                 high  56      26   -
all                 all   84      26   -
"""


def log_log(curve) -> list[tuple[int, float, float]]:
    """Day and limits of each step between 0 and 1."""
    band, v = [], 0.0
    for day, y, d, _, free in curve:
        if 0 < free < 1:
            v += d / (y * (y - d))
            spread = Z * sqrt(v) / log(free)
            band.append((day, free ** exp(-spread), free ** exp(spread)))
    return band


def test_median(dozen):
    rows = dozen.rows("time_to_response", ["median_days"], CELL)
    assert len(rows) == 9
    for line in table(MEDIANS):
        row, curve = rows[line["condition"], line["dose"]], steps(line["condition"], line["dose"])
        stated = [inf if line[name] == "-" else float(line[name]) for name in ("median", "low", "high")]
        assert [inf if pd.isna(row[name]) else row[name] for name in ("estimate", "low", "high")] == stated
        # the stated limits are the first days on which a side of the band is below one half
        band = log_log(curve)
        assert stated[1] == min((day for day, low, _ in band if low < 0.5), default=inf)
        assert stated[2] == min((day for day, _, high in band if high < 0.5), default=inf)
        assert (row["n"], row["events"]) == (sum(d + c for _, _, d, c, _ in curve), sum(step[2] for step in curve))


def test_the_band_of_all_patients_is_the_one_in_the_comment():
    band = [(day, round(low, 3), round(high, 3)) for day, low, high in log_log(steps("all", "all"))]
    assert [step for step in band if step[0] not in (50, 86)] == [
        (26, 0.433, 0.984),
        (28, 0.282, 0.878),
        (30, 0.204, 0.805),
        (84, 0.109, 0.708),
        (85, 0.044, 0.591),
    ]


# at risk/responses/censored before the day
AT_RISK = """
condition           dose  0       28     56     84
fibromyalgia        low   3/0/0   3/0/0  1/2/0  1/2/0
fibromyalgia        high  3/0/0   2/1/0  1/2/0  1/2/0
fibromyalgia        all   6/0/0   5/1/0  2/4/0  2/4/0
multiple_sclerosis  low   2/0/0   2/0/0  1/0/1  1/0/1
multiple_sclerosis  high  2/0/0   1/0/1  1/0/1  1/0/1
multiple_sclerosis  all   4/0/0   3/0/1  2/0/2  2/0/2
all                 low   5/0/0   5/0/0  2/2/1  2/2/1
all                 high  5/0/0   3/1/1  2/2/1  2/2/1
all                 all   10/0/0  8/1/1  4/4/2  4/4/2
"""


def test_numbers_at_risk(dozen):
    statistics = ["number_at_risk", "cumulative_events", "cumulative_censored"]
    rows = dozen.rows("time_to_response", statistics, [*CELL, "day", "statistic"])
    expected = {
        (line["condition"], line["dose"], int(day), statistic): int(number)
        for line in table(AT_RISK)
        for day in ("0", "28", "56", "84")
        for statistic, number in zip(statistics, line[day].split("/"), strict=True)
    }
    assert {key: row["estimate"] for key, row in rows.items()} == expected
