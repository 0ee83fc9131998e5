"""Staying on the drug, of so many patients that nothing is left to chance: the curve is the share it is drawn from.

Patients stop at a constant rate; observation ends on days of its own. The counts are the expected ones of 10^13
patients, so that a day too early or too late, for stops or for ends of observation, would show: a day is worth half a
percent of the share.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dose_outcomes.derive.course.persistence import CENSORED
from dose_outcomes.derive.stopping import LOST
from dose_outcomes.outcomes.course.persistence import persistence

RATE, PATIENTS = 0.0045, 10**13
ENDS = np.arange(60, 201)
"""Last days of observation, each as likely as the other."""


def expected_ends(stop_share: float = 1.0) -> pd.DataFrame:
    """Count last days with the drug; of those who leave, a share stops and the others are lost on the drug."""
    last = np.arange(ENDS[-1])
    seen = np.array([(day < ENDS).mean() for day in last])  # observed on the first day off too
    leave = PATIENTS * seen * (np.exp(-RATE * last) - np.exp(-RATE * (last + 1)))
    stay = PATIENTS / len(ENDS) * np.exp(-RATE * ENDS)
    parts = [(last, leave * stop_share, "other"), (last, leave * (1 - stop_share), LOST), (ENDS, stay, CENSORED)]
    frames = [pd.DataFrame({"day": day, "n": np.rint(n), "reason": reason}) for day, n, reason in parts]
    return pd.concat(frames).assign(condition="fibromyalgia", dose="high").astype({"n": "int64", "day": "int64"})


def shares(ends: pd.DataFrame, study, analysis: str) -> dict[int, float]:
    settings = study(1, course={"persistence": {"days": [1, 28, 59, 60, 61, 84, 168], "reason_days": [84]}})
    rows = persistence(ends, settings).results
    return {
        row.day: row.estimate
        for row in rows
        if (row.analysis, row.statistic, row.condition, row.dose) == (analysis, "survival", "all", "all")
    }


def test_the_share_on_the_drug_has_no_bias(study):
    found = shares(expected_ends(), study, "persistence")
    assert len(found) == 7
    for day, share in found.items():
        assert share == pytest.approx(np.exp(-RATE * day), abs=1e-11)


def test_lost_patients_counted_as_stopped_leave_on_the_day_after_the_last_dose(study):
    # all who leave are lost or stop: counted together they are the patients of the first test
    ends = expected_ends(stop_share=0.4)
    for day, share in shares(ends, study, "persistence_lost_as_stopped").items():
        assert share == pytest.approx(np.exp(-RATE * day), abs=1e-11)


def test_the_lost_are_not_at_risk_of_stopping_on_the_day_after_their_last_dose(study):
    # of the share q that leaves in a day three in five are lost, before the others stop: of 1 - 0.6 q, 1 - q stay on
    ends, q = expected_ends(stop_share=0.4), 1 - np.exp(-RATE)
    for day, share in shares(ends, study, "persistence").items():
        assert share == pytest.approx(((1 - q) / (1 - 0.6 * q)) ** day, abs=1e-11)
        # a thousandth of the truth, were nobody lost: the curve of days in place of moments
        assert share == pytest.approx(np.exp(-0.4 * RATE * day), rel=1e-3)
