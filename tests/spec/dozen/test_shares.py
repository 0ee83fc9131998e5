"""How many, which share, how often: every estimate of the dozen (`conftest.py` tells who they are) by hand."""

from __future__ import annotations

from math import sqrt

import pytest
from scipy.stats import beta, chi2, norm

Z = norm.ppf(0.975)
CELL = ["condition", "dose"]


def close(value: float):
    return pytest.approx(value, rel=1e-9, abs=1e-12)


def table(text: str) -> list[dict[str, str]]:
    header, *lines = (line.split() for line in text.strip().splitlines())
    return [dict(zip(header, line, strict=True)) for line in lines]


# F7 is not eligible. M4 is analysed, though not assessable.
PATIENTS = """
condition           dose  patients
fibromyalgia        low   3         F1 F2 F3
fibromyalgia        high  3         F4 F5 F6
fibromyalgia        all   6
multiple_sclerosis  low   2         M1 M2
multiple_sclerosis  high  3         M3 M4 M5
multiple_sclerosis  all   5
all                 low   5
all                 high  6
all                 all   11
"""


def test_cohort(dozen):
    rows = dozen.rows("cohort", ["number_of_patients"], CELL)
    expected = {tuple(line.split()[:2]): int(line.split()[2]) for line in PATIENTS.strip().splitlines()[1:]}
    assert {key: row["estimate"] for key, row in rows.items()} == expected
    assert {key: row["n"] for key, row in rows.items()} == expected


# responders/patients. Assessable: F1 F2 F3 low, F4 F5 F6 high; M1 M2 low, M3 M5 high.
# non_responder: a missing score is no response. observed: who has no score is left out, but F5 is known to have failed.
# carried_forward: on day 84, F3 keeps the response of day 28, M2 the failure of day 50; M5 has nothing to carry, and on
# day 28 there is nothing earlier than the visit for F6, M2 and M5 either.
RESPONDERS = """
condition           dose  day  non_responder  observed  carried_forward
fibromyalgia        low   28   2/3            2/3       2/3
fibromyalgia        high  28   2/3            2/2       2/2
fibromyalgia        all   28   4/6            4/5       4/5
multiple_sclerosis  low   28   0/2            0/1       0/1
multiple_sclerosis  high  28   0/2            0/1       0/1
multiple_sclerosis  all   28   0/4            0/2       0/2
all                 low   28   2/5            2/4       2/4
all                 high  28   2/5            2/3       2/3
all                 all   28   4/10           4/7       4/7
fibromyalgia        low   84   1/3            1/2       2/3
fibromyalgia        high  84   2/3            2/3       2/3
fibromyalgia        all   84   3/6            3/5       4/6
multiple_sclerosis  low   84   1/2            1/1       1/2
multiple_sclerosis  high  84   1/2            1/1       1/1
multiple_sclerosis  all   84   2/4            2/2       2/3
all                 low   84   2/5            2/3       3/5
all                 high  84   3/5            3/4       3/4
all                 all   84   5/10           5/7       6/9
"""
NAMES = {"fibromyalgia": "FM-PAIN-30", "multiple_sclerosis": "MS-SPNRS-30", "all": "response"}


def test_responder_rate(dozen):
    rows = dozen.rows("responder_rate", ["proportion"], [*CELL, "day", "missing_data"])
    expected = {
        (line["condition"], line["dose"], int(line["day"]), handling): tuple(map(int, line[handling].split("/")))
        for line in table(RESPONDERS)
        for handling in ("non_responder", "observed", "carried_forward")
    }
    assert rows.keys() == expected.keys()
    for key, (x, n) in expected.items():
        row = rows[key]
        assert (row["events"], row["n"], row["endpoint"]) == (x, n, NAMES[key[0]])
        assert row["estimate"] == close(x / n)
        # Wilson
        middle, half = (x + Z**2 / 2) / (n + Z**2), Z * sqrt(x * (n - x) / n + Z**2 / 4) / (n + Z**2)
        assert (row["low"], row["high"], row["level"]) == (close(middle - half), close(middle + half), 0.95), key


# patients/events, of so many patients in so many days at risk: from day 0 to 30 days after the last dose, if observed
# so long, both included: F3 51, F5 91 (stopped after day 60), M2 61, M5 21, all others 113 days.
# F1: headache on day -3 does not count, on day 10 it does. F2: vivid dreams on days 5 and 40, insomnia on day 41.
# F5: nausea on day 55, headache on day 90, the last at risk; vivid dreams on day 91 do not count. M3: vivid dreams of
# day 7 are recorded twice. M4: headache on day 0. M5: nausea on a day nobody knows, not counted. F7 is not analysed.
SIDE_EFFECTS = """
condition           dose  patients  days  any  psychiatric  dreams  insomnia  nervous  headache  gastro  nausea
fibromyalgia        low   3         277   2/4  1/3          1/2     1/1       1/1      1/1       0/0     0/0
fibromyalgia        high  3         317   1/2  0/0          0/0     0/0       1/1      1/1       1/1     1/1
fibromyalgia        all   6         594   3/6  1/3          1/2     1/1       2/2      2/2       1/1     1/1
multiple_sclerosis  low   2         174   0/0  0/0          0/0     0/0       0/0      0/0       0/0     0/0
multiple_sclerosis  high  3         247   2/2  1/1          1/1     0/0       1/1      1/1       0/0     0/0
multiple_sclerosis  all   5         421   2/2  1/1          1/1     0/0       1/1      1/1       0/0     0/0
all                 low   5         451   2/4  1/3          1/2     1/1       1/1      1/1       0/0     0/0
all                 high  6         564   3/4  1/1          1/1     0/0       2/2      2/2       1/1     1/1
all                 all   11        1015  5/8  2/4          2/3     1/1       3/3      3/3       1/1     1/1
"""
ENDPOINTS = {
    "any": "any",
    "psychiatric": "body_system: psychiatric",
    "dreams": "term: vivid_dreams",
    "insomnia": "term: insomnia",
    "nervous": "body_system: nervous_system",
    "headache": "term: headache",
    "gastro": "body_system: gastrointestinal",
    "nausea": "term: nausea",
}


def test_side_effect_incidence(dozen):
    proportions = dozen.rows("side_effect_incidence", ["proportion"], [*CELL, "endpoint"])
    rates = dozen.rows("side_effect_incidence", ["rate_per_100_person_years"], [*CELL, "endpoint"])
    assert len(proportions) == len(rates) == 9 * len(ENDPOINTS)
    for line in table(SIDE_EFFECTS):
        for column, endpoint in ENDPOINTS.items():
            key = (line["condition"], line["dose"], endpoint)
            n, (patients, events) = int(line["patients"]), map(int, line[column].split("/"))
            row = proportions[key]
            assert (row["events"], row["n"], row["estimate"]) == (patients, n, close(patients / n)), key
            # Clopper-Pearson
            low = beta.ppf(0.025, patients, n - patients + 1) if patients else 0.0
            high = beta.ppf(0.975, patients + 1, n - patients) if patients < n else 1.0
            assert (row["low"], row["high"]) == (close(low), close(high)), key
            row, years = rates[key], int(line["days"]) / 365.25
            assert (row["events"], row["n"], row["person_years"]) == (events, n, close(years)), key
            assert row["estimate"] == close(100 * events / years)
            # Garwood
            low = chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
            high = chi2.ppf(0.975, 2 * events + 2) / 2
            assert (row["low"], row["high"]) == (close(100 * low / years), close(100 * high / years)), key


def test_who_is_left_out_is_accounted_for(dozen):
    lines = dozen.attrition.query("excluded > 0 and unit == 'patients'")[["flow", "reason", "excluded", "after"]]
    assert lines.to_numpy().tolist() == [
        ["patients", "Opioid in the 10 days up to the first dose", 1, 11],  # F7
        ["responder_rate: response", "Baseline better than the definition requires", 1, 10],  # M4
        ["responder_rate: response, visit at day 28", "No score in the window of the visit", 3, 7],  # F6 M2 M5
        ["responder_rate: response, visit at day 84", "No score in the window of the visit", 3, 7],  # F3 M2 M5
    ]
