"""Published responders beside those of the study: other patients and other care, not a comparison of treatments.

A published count is public and never hidden. A difference to it gives the study's own responders back, so that
disclosure control hides it with the share that it is made of (`disclosure.declared`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dose_outcomes.results import PUBLISHED, Result
from dose_outcomes.stats.proportions.difference import risk_difference_newcombe
from dose_outcomes.stats.proportions.single import wilson
from dose_outcomes.study import Study
from dose_outcomes.study.literature import PublishedResult

RESPONSE, REMISSION = "literature", "literature_remission"
#: Analysis: the one whose shares are put beside the published ones.
OWN = {RESPONSE: "responder_rate", REMISSION: "remission_rate"}
OTHERS = "compared with published counts of other patients and other care"
NO_COUNT = "no count was published"


def literature(results: Iterable[Result], study: Study) -> Iterator[Result]:
    """Return each published share, and how far the study's own share by the same definition lies from it.

    Parameters
    ----------
    results : iterable of Result
        Estimates of the study; its own shares of responders and of remission are looked up here.
    study : Study
        Its published results.

    Yields
    ------
    Result
        ``proportion`` of population ``published`` with a Wilson interval; where the study has a share by the same
        definition, ``risk_difference``: own less published, Newcombe's interval for independent shares.
    """
    own = {_place(row): row for row in results if row.analysis in OWN.values() and _is_plain(row)}
    for published in study.literature:
        analysis = REMISSION if published.remission else RESPONSE
        name = f"published: {published.id}"
        place = (OWN[analysis], published.definition, published.condition, published.dose_group)
        handling = _primary_handling(published, study)
        found = own.get((*place, handling)) if published.definition else None
        yield _published(published, analysis, name, found, study.level)
        if found is not None:
            yield _difference(published, analysis, name, found, study.level)


def _place(row: Result) -> tuple[str, ...]:
    return (row.analysis, row.endpoint, row.condition, row.dose, row.missing_data)


def _is_plain(row: Result) -> bool:
    beside = row.comparator or row.subgroup or row.dose_attribution not in ("", "target")
    return row.statistic == "proportion" and not beside


def _primary_handling(published: PublishedResult, study: Study) -> str:
    """Return how a missing score counts in the first endpoint that has the definition."""
    endpoints = [one for one in study.endpoints if one.definitions.get(published.condition) == published.definition]
    return endpoints[0].missing_data[0] if endpoints else ""


def _published(published: PublishedResult, analysis: str, name: str, own: Result | None, level: float) -> Result:
    row = Result(
        analysis=analysis,
        endpoint=published.definition,
        condition=published.condition,
        dose=published.dose_group,
        subgroup=name,
        population=PUBLISHED,
        day=own.day if own else None,
        statistic="proportion",
        n=published.patients,
        events=published.responders,
        level=level,
    )
    if published.responders is None or published.patients is None:
        return replace(row, level=None, note=NO_COUNT)
    share = wilson(published.responders, published.patients, level=level)
    return replace(row, estimate=share.estimate, low=share.low, high=share.high, method=share.method)


def _difference(published: PublishedResult, analysis: str, name: str, own: Result, level: float) -> Result:
    row = replace(
        own,
        analysis=analysis,
        comparator=name,
        statistic="risk_difference",
        estimate=None,
        low=None,
        high=None,
        method="",
        note="",
    )
    if published.responders is None or published.patients is None:
        return replace(row, level=None, note=NO_COUNT)
    if not own.n or own.events is None:
        return replace(row, level=None, note=own.note or "no patients")
    found = risk_difference_newcombe(own.events, own.n, published.responders, published.patients, level=level)
    method = f"{found.method}; {OTHERS}"
    return replace(row, estimate=found.estimate, low=found.low, high=found.high, method=method, note=OTHERS)
