"""Reference cases on proportions: which function gives which value."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dose_outcomes.stats.proportions import single
from dose_outcomes.stats.result import Estimate

Arguments = dict[str, Any]


def limits(estimate: Estimate) -> list[float | None]:
    return [estimate.low, estimate.high]


STATISTICS = {}
