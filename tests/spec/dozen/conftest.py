"""A dozen patients, every estimate of the plain analyses worked out by hand.

Response, in both conditions: the score at least 30 % better than at the start, which must be 4 or more. Visits are due
on day 28 (days 14 to 42 count) and day 84 (days 70 to 98). + is a response, - none, . no score.

===  ============  ====  =====  ======  ======  ================================================================
who  condition     dose  start  day 28  day 84  what happens
===  ============  ====  =====  ======  ======  ================================================================
F1   fibromyalgia  low   10     6 +     5 +     the 6 two weeks before is no baseline: the last score counts
F2   fibromyalgia  low   10     9 -     8 -     seen on day 86; multiple sclerosis is not what the drug is for
F3   fibromyalgia  low   10     7 +     .       exactly 30 %, on day 30; lost on day 50, last dose on day 49
F4   fibromyalgia  high  10     6 +     4 +     starts with 1.5 mg; aims at 4.5 mg, and that counts
F5   fibromyalgia  high  10     5 +     5 -     seen on day 26; stops on day 61 for a side effect, a failure from
                                                then on, whatever the score of day 84; last dose on day 60
F6   fibromyalgia  high  10     .       7 +
F7   fibromyalgia  low   10     2       2       not eligible: opioid until five days before the start
M1   sclerosis     low   8      8 -     4 +     seen on day 85
M2   sclerosis     low   8      .       .       7 (-) on day 50, between the visits; lost on day 60
M3   sclerosis     high  8      8 -     4 +     7 on day 80, 4 on day 88: equally near to day 84, the later counts
M4   sclerosis     high  3      1       1       not assessable: too well at the start; side effects count
M5   sclerosis     high  8      .       .       lost on day 20, never seen again
===  ============  ====  =====  ======  ======  ================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest

from dose_outcomes.cohort.build import build_cohort
from dose_outcomes.derive.counts import count_cohort
from dose_outcomes.outcomes.estimates import estimate_all
from dose_outcomes.study import load_study


@dataclass(frozen=True)
class Dozen:
    """Estimates before disclosure control, curves, and the attrition."""

    estimates: pd.DataFrame
    curves: pd.DataFrame
    attrition: pd.DataFrame

    def rows(self, analysis: str, statistics: list[str], key: list[str]) -> dict[tuple, dict]:
        """Return the rows of an analysis by target dose and without comparator, by their key."""
        rows = self.estimates.query("analysis == @analysis and statistic in @statistics")
        rows = rows.query("dose_attribution == 'target' and comparator == '' and subgroup == ''").set_index(key)
        assert rows.index.is_unique
        assert set(rows["suppressed"]) == {""}
        return rows.to_dict("index")


@pytest.fixture(scope="package")
def dozen(root, tmp_path_factory) -> Dozen:
    """Return what the pipeline makes of the dozen."""
    study = load_study(root / "tests/data/dozen/study.yaml")
    data = study.data.model_copy(update={"folder": str(root / study.data.folder)})
    study = study.model_copy(update={"data": data})
    folder = tmp_path_factory.mktemp("dozen")
    accounts = build_cohort(study, folder / "cohort", folder / "faults.csv")
    counts = count_cohort(folder / "cohort", study, accounts)
    return Dozen(*estimate_all(counts, study), counts["attrition"])
