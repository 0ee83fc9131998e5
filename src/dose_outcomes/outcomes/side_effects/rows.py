"""What the rows of side effects share: their key, an estimate put into a row, endpoints, totals over doses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dose_outcomes.outcomes.cells import ANALYSED
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.result import Estimate

if TYPE_CHECKING:
    import pandas as pd

INCIDENCE = "side_effect_incidence"
ANY = "any"
TERM = "term: "
RATE = "rate_per_100_person_years"
NOBODY = "no event of this kind"


def row(
    estimate: Estimate,
    *,
    analysis: str,
    endpoint: str,
    dose: str,
    statistic: str,
    n: int | None,
    events: int,
    condition: str = ALL,
    dose_attribution: str = "target",
    notes: Sequence[str] = (),
    method: str = "",
    **more: Any,
) -> Result:
    """Return an estimate as a row; without an estimate there is no interval, and the note says why.

    Parameters
    ----------
    notes : sequence of str
        What the reader must know beside the note of the estimate.
    method : str
        Said before the method of the estimate.
    """
    found = estimate.estimate is not None
    note = "; ".join(part for part in (estimate.note, *notes) if part)
    return Result(
        analysis=analysis,
        endpoint=endpoint,
        condition=condition,
        dose=dose,
        statistic=statistic,
        dose_attribution=dose_attribution,
        population=ANALYSED,
        estimate=estimate.estimate,
        low=estimate.low if found else None,
        high=estimate.high if found else None,
        level=estimate.level,
        n=n,
        events=events,
        method="; ".join(part for part in (method, estimate.method) if part),
        note=note if found or note else "not estimable",
        **more,
    )


def endpoints(side_effects: pd.DataFrame, *, body_systems: bool = False) -> list[str]:
    """Return the names of what is counted: any side effect and the terms, with body systems when wanted.

    Parameters
    ----------
    side_effects : DataFrame
        As `derive.side_effects.side_effect_counts` gives it: every name that occurs.
    """
    names = sorted(side_effects["endpoint"].unique())
    return [name for name in names if body_systems or name == ANY or name.startswith(TERM)]


def with_total_dose(counts: pd.DataFrame, keys: Sequence[str], values: Sequence[str]) -> pd.DataFrame:
    """Add the total over target doses, of which each patient has one.

    Parameters
    ----------
    counts : DataFrame
        Columns dose, `keys` and `values`.

    Returns
    -------
    DataFrame
        Columns dose, `keys` and `values`, sorted by dose and keys.
    """
    import pandas as pd

    both = pd.concat([counts, counts.assign(dose=ALL)])
    return both.groupby(["dose", *keys])[list(values)].sum().reset_index()
