"""How those whose response is missing would have to respond for a comparison of doses to change.

A map gives back how many are missing in each group, since the difference moves by a fixed amount for each of them.
The rows of the two groups stand beside it, and disclosure control hides the map with either
(`disclosure.relations`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dose_outcomes.outcomes.cells import ASSESSABLE, NO_PATIENTS, with_totals
from dose_outcomes.outcomes.missing_data import DIFFERENCES, compared_doses
from dose_outcomes.outcomes.precision import imprecision, joined
from dose_outcomes.outcomes.responder_rate import endpoint_name, target_days
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.proportions.single import wilson
from dose_outcomes.stats.proportions.tipping_point import (
    Direction,
    PartlyObserved,
    difference_assuming,
    tipping_point,
)
from dose_outcomes.study import Study
from dose_outcomes.study.robustness import examined_endpoints

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "tipping_point"
AS_OBSERVED = "missing respond as observed"
ASSUMING = "assumed numbers of responders among the missing, in whole patients"
DIRECTIONS: dict[Direction, str] = {
    "fewer": "fewer of the missing respond than of the observed",
    "more": "more of the missing respond than of the observed",
}


def tipping_points(responders: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return, for the highest against the reference dose, where the conclusion changes, and a map of assumptions.

    Per condition and for all: the two groups, the difference if the missing respond as those observed do, and the
    share of responders among the missing of the highest dose at which the interval comes to lie differently to 0,
    those of the reference responding as observed. The map over both shares is for all conditions only.

    Parameters
    ----------
    responders : DataFrame
        As `derive.response.responder_counts` gives it, for all endpoints.
    """
    settings, doses = study.robustness.tipping_point, compared_doses(study)
    if settings is None or doses is None:
        return
    for endpoint in examined_endpoints(study):
        own = responders[responders["endpoint"] == endpoint.id]
        own = own if endpoint.visits else own.assign(day=0)
        counts = with_totals(own, ["day"], ["n", "observed", "observed_responders"]).to_dict("index")
        for condition in (ALL, *endpoint.definitions):
            for day in target_days(endpoint, condition, study):
                groups = [_group(counts.get((condition, dose, day if endpoint.visits else 0), {})) for dose in doses]
                key = {
                    "analysis": ANALYSIS,
                    "endpoint": endpoint_name(endpoint, condition),
                    "condition": condition,
                    "dose_attribution": endpoint.dose_attribution,
                    "population": ASSESSABLE,
                    "day": day,
                    "level": study.level,
                }
                for dose, group in zip(doses, groups, strict=True):
                    yield from _rows_of_group(key | {"dose": dose}, group, study.level)
                key |= {"dose": doses[0], "comparator": doses[1]}
                shares = settings.shares if condition == ALL else []
                yield from _comparison(key, groups[0], groups[1], shares, study)


def _group(counts: dict[Any, Any]) -> PartlyObserved:
    n, observed = int(counts.get("n", 0)), int(counts.get("observed", 0))
    return PartlyObserved(int(counts.get("observed_responders", 0)), observed, n - observed)


def _rows_of_group(key: dict[str, Any], group: PartlyObserved, level: float) -> Iterator[Result]:
    for statistic, handling, events, n in (
        ("proportion", "observed", group.events, group.observed),
        ("proportion_missing", "", group.missing, group.n),
    ):
        share = wilson(events, n, level=level)
        yield Result(
            **key,
            statistic=statistic,
            missing_data=handling,
            estimate=share.estimate,
            low=share.low if n else None,
            high=share.high if n else None,
            n=n,
            events=events,
            method=share.method,
            note=share.note if n else NO_PATIENTS,
        )


def _comparison(
    key: dict[str, Any], group: PartlyObserved, reference: PartlyObserved, shares: list[float], study: Study
) -> Iterator[Result]:
    """Return the rows that compare; without enough patients they are there, and say so."""
    difference, level = DIFFERENCES[study.contrasts.difference], study.level
    key |= {"n": group.n + reference.n, "events": group.events + reference.events, "missing_data": "assumed"}
    minimum = study.diagnostics.minimum_patients
    too_few = NO_PATIENTS if not (group.n and reference.n) else ""
    if not too_few and min(group.observed, reference.observed) < minimum:
        too_few = f"fewer than {minimum} patients observed in a group"

    few = imprecision([(group.events, group.observed), (reference.events, reference.observed)], study)

    def row(subgroup: str, responders: int, reference_responders: int) -> Result:
        found = difference_assuming(
            group, reference, responders, reference_responders, difference=difference, level=level
        )
        return Result(
            **key, subgroup=subgroup, statistic="risk_difference",
            estimate=found.estimate, low=found.low, high=found.high,
            method=f"{found.method}; {ASSUMING}", note=joined(few, found.note),
        )  # fmt: skip

    if too_few:
        yield Result(**key, subgroup=AS_OBSERVED, statistic="risk_difference", note=too_few)
    else:
        yield row(AS_OBSERVED, group.responders_as_observed, reference.responders_as_observed)
    for direction, words in DIRECTIONS.items():
        tipping = {**key, "subgroup": words, "statistic": "tipping_share"}
        if too_few:
            yield Result(**tipping, note=too_few)
            continue
        found = tipping_point(group, reference, direction, difference=difference, level=level)
        yield Result(
            **tipping,
            estimate=found.share,
            method="share of responders among the missing of the dose at which the conclusion changes first; "
            "those of the comparator respond as observed",
            note=joined(few, found.note) if found.share is not None else found.note,
        )
    for share in shares:
        for other in shares:
            subgroup = f"of the missing {share:g} respond, of the comparator {other:g}"
            if too_few:
                yield Result(**key, subgroup=subgroup, statistic="risk_difference", note=too_few)
            else:
                yield row(subgroup, group.responders_if(share), reference.responders_if(other))
