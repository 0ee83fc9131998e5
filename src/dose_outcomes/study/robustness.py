"""How far responder rates depend on missing scores, on measurement noise, and on what placebo does elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from dose_outcomes.catalogue import built_in
from dose_outcomes.errors import nearest
from dose_outcomes.study.base import Identifier, Label, Part

if TYPE_CHECKING:
    from dose_outcomes.study.endpoints import Endpoint
    from dose_outcomes.study.model import Study

Handling = Literal[
    "non_responder",
    "observed",
    "worst_case",
    "best_case",
    "carried_forward",
    "multiple_imputation",
    "inverse_probability_weighting",
]
#: What each handling makes of a missing score, from the one that assumes least about those who are missing.
HANDLINGS: dict[Handling, str] = {
    "non_responder": "missing score counted as no response",
    "observed": "patients with a score at the visit",
    "worst_case": "missing score counted against the dose: no response, and a response in the comparator",
    "best_case": "missing score counted for the dose: a response, and no response in the comparator",
    "carried_forward": "missing score carried forward from the last visit",
    "multiple_imputation": "missing score drawn from patients of the same kind, missing at random given it",
    "inverse_probability_weighting": "missing at random within strata of last response, stopping, condition, dose and "
    "severity",
}


class MissingDataLadder(Part):
    """The same responder rate under several handlings of missing scores, one below the other."""

    handlings: Annotated[list[Handling], Field(min_length=1)] = list(HANDLINGS)
    """In this order. Of a rate `worst_case` is `non_responder`; of a comparison of doses it is worse."""
    imputations: Annotated[int, Field(ge=2)] = 100
    """Data sets of the multiple imputation."""
    minimum_observed: Annotated[int, Field(ge=1)] = 10
    """Fewest observed patients of a stratum of the weights; strata with fewer are joined."""


class TippingPoint(Part):
    """How the missing would have to respond for the comparison of the highest with the reference dose to change."""

    shares: Annotated[list[Annotated[float, Field(ge=0, le=1)]], Field(min_length=1, max_length=11)] = [
        number / 10 for number in range(11)
    ]
    """Assumed shares of responders among the missing, for the map over both doses."""


class RegressionToTheMean(Part):
    """Responders that are to be expected from measurement noise alone."""

    correlations: Annotated[list[Annotated[float, Field(ge=0, lt=1)]], Field(min_length=1)] = [0.5, 0.7, 0.9]
    """Assumed correlations of two scores of one patient."""
    minimum_repeated: Annotated[int, Field(ge=3)] = 30
    """Patients with two scores before treatment from which the relation of two scores is estimated."""


class PlaceboBenchmark(Part):
    """Responders on placebo in a published trial."""

    definition: str
    """Code of the response definition that the trial used, or the nearest to it."""
    label: Label
    """Names the trial."""
    events: Annotated[int, Field(ge=0)]
    """Responders."""
    n: Annotated[int, Field(ge=1)]
    """Patients."""
    source: Label
    """Where the counts stand, and what is doubtful about them."""


class Robustness(Part):
    """What stands beside the responder rates of an endpoint so that nobody reads more into them than they hold."""

    endpoints: list[Identifier] = []
    """Endpoints that are looked at. When empty, for missing scores the first that is a benefit, for regression to the
    mean every benefit."""
    missing_data: MissingDataLadder | None = MissingDataLadder()
    """Not done when null."""
    tipping_point: TippingPoint | None = TippingPoint()
    """Not done when null."""
    regression_to_the_mean: RegressionToTheMean | None = RegressionToTheMean()
    """Not done when null."""
    placebo_benchmarks: list[PlaceboBenchmark] = []
    """Only where responders and patients are both published."""


def check_robustness(study: Study) -> Iterator[str]:
    """Names exist, nothing is listed twice, benchmarks have no more responders than patients."""
    settings = study.robustness
    kinds = {endpoint.id: endpoint.kind for endpoint in study.endpoints}
    for name in settings.endpoints:
        if name not in kinds:
            yield f"robustness: endpoints: unknown endpoint '{name}'{_hint(name, kinds)}"
        elif kinds[name] == "harm":
            yield f"robustness: endpoints: '{name}' is a harm; a missing score is not the worst case of one"
    lists: dict[str, list[object]] = {"endpoints": list(settings.endpoints)}
    if settings.missing_data:
        lists["missing_data: handlings"] = list(settings.missing_data.handlings)
    if settings.tipping_point:
        lists["tipping_point: shares"] = list(settings.tipping_point.shares)
    if settings.regression_to_the_mean:
        lists["regression_to_the_mean: correlations"] = list(settings.regression_to_the_mean.correlations)
    lists["placebo_benchmarks"] = [(one.definition, one.label) for one in settings.placebo_benchmarks]
    for key, values in lists.items():
        if len(set(values)) < len(values):
            yield f"robustness: {key}: something is listed twice"
    codes = {**built_in().definitions, **study.definitions}
    for benchmark in settings.placebo_benchmarks:
        where = f"robustness: placebo_benchmarks: {benchmark.label}"
        if benchmark.definition not in codes:
            yield f"{where}: unknown definition '{benchmark.definition}'{_hint(benchmark.definition, codes)}"
        if benchmark.events > benchmark.n:
            yield f"{where}: events must be at most n ({benchmark.n}); received {benchmark.events}"


def examined_endpoints(study: Study) -> list[Endpoint]:
    """Return the endpoints that are looked at: those named, else the first that is a benefit."""
    if study.robustness.endpoints:
        return [endpoint for endpoint in study.endpoints if endpoint.id in study.robustness.endpoints]
    return [endpoint for endpoint in study.endpoints if endpoint.kind == "benefit"][:1]


def endpoints_with_noise(study: Study) -> list[Endpoint]:
    """Return the endpoints whose rates stand beside what noise alone would give: those named, else every benefit."""
    if study.robustness.endpoints:
        return examined_endpoints(study)
    return [endpoint for endpoint in study.endpoints if endpoint.kind == "benefit"]


def _hint(name: str, allowed: Iterable[str]) -> str:
    names = {one.lower(): one for one in allowed}
    close = names.get(nearest(name, list(names)) or "")
    return f"; did you mean {close}?" if close else f"; known: {', '.join(sorted(names.values()))}"
