"""Comparisons: of doses with each other and over conditions, their precision, and the families of their tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from dose_outcomes.errors import nearest
from dose_outcomes.study.base import Identifier, Label, Part
from dose_outcomes.study.endpoints import MissingData

if TYPE_CHECKING:
    from dose_outcomes.study.model import Study

#: Parameters that fix the shape of a candidate, with the key that gives each.
SHAPE_KEYS: dict[str, tuple[str, ...]] = {
    "linear": (),
    "quadratic": ("peak_mg",),
    "emax": ("ed50_mg",),
    "sigEmax": ("ed50_mg", "hill"),
    "exponential": ("delta_mg",),
}


class Contrasts(Part):
    """How doses are compared."""

    reference_dose: Label | None = None
    """Label of the dose group that the others are compared with; the lowest when empty."""
    difference: Literal["miettinen_nurminen", "newcombe"] = "miettinen_nurminen"
    """Interval of a risk difference."""


class Diagnostics(Part):
    """When a comparison is marked as imprecise: it is shown, and its note begins with `imprecise:`."""

    minimum_patients: Annotated[int, Field(ge=1)] = 10
    """Patients in each group. With fewer there is no p value either."""
    minimum_events: Annotated[int, Field(ge=0)] = 5
    """Patients with the event, and patients without it, in all groups together."""


class CandidateShape(Part):
    """A dose-response curve thought possible before the data are seen."""

    model: Literal["linear", "quadratic", "emax", "sigEmax", "exponential"]
    ed50_mg: Annotated[float, Field(gt=0)] | None = None
    """Dose of half the maximal effect (emax, sigEmax)."""
    hill: Annotated[float, Field(gt=0)] | None = None
    """Steepness (sigEmax)."""
    delta_mg: Annotated[float, Field(gt=0)] | None = None
    """Dose over which the effect grows by a factor of e (exponential)."""
    peak_mg: Annotated[float, Field(gt=0)] | None = None
    """Dose with the largest effect (quadratic)."""

    @property
    def label(self) -> str:
        """Model and shape in words.

        >>> CandidateShape(model="sigEmax", ed50_mg=1.5, hill=4).label
        'sigEmax (ed50_mg 1.5, hill 4)'
        """
        given = [f"{key} {getattr(self, key):g}" for key in SHAPE_KEYS[self.model]]
        return f"{self.model} ({', '.join(given)})" if given else self.model


class DoseResponse(Part):
    """Dose response of the first endpoint by multiple comparisons and modelling (MCP-Mod) on log odds."""

    candidates: list[CandidateShape] = []
    """When empty: linear; emax with ED50 at a quarter of the highest dose; sigEmax with ED50 at half of it and
    hill 4; exponential with delta of half of it; quadratic with its peak at three quarters of it."""
    alternative: Literal["increase", "decrease", "two_sided"] = "increase"
    """Direction in which the share may change with the dose."""
    alpha: Annotated[float, Field(gt=0, lt=1)] = 0.025
    """Error probability of the test over all candidates."""


class SustainedResponse(Part):
    """A response that lasts: true at two assessed visits so far apart, with no false in between."""

    endpoint: Identifier
    minimum_days_apart: Annotated[int, Field(ge=1)] = 28
    horizon_days: Annotated[int, Field(ge=1)] = 182
    """Visits after it are not used."""


class Family(Part):
    """Tests whose p values are adjusted together, named before they are seen."""

    id: Identifier
    label: Label
    analysis: Identifier
    """Analysis of the rows, for example `responder_contrast`."""
    statistic: Identifier
    """Statistic of the rows, for example `risk_difference`: a comparison has its p value in one row only."""
    conditions: Literal["all", "each"] = "all"
    """`all`: rows over all conditions. `each`: one row or more per condition, all in this one family."""
    endpoint: Identifier | None = None
    """Endpoint of the study; rows of every endpoint (or side effect) when empty."""
    missing_data: MissingData | Literal["primary"] | None = "primary"
    """Rows with this handling of missing scores; `primary`: the first of the endpoint; any when null."""
    subgroup: str = ""
    """Rows of this subgroup, for example `stratified by condition`."""
    method: Literal["holm", "hochberg", "benjamini_hochberg", "benjamini_yekutieli"]
    """Holm holds under any dependence, Hochberg under positive dependence; the last two bound the share of false
    discoveries."""


def check_contrasts(study: Study) -> Iterator[str]:
    """The reference dose is a dose group, the dose that stands for a group lies in it, shapes are complete."""
    reference = study.contrasts.reference_dose
    if reference is not None and reference not in study.dose_labels:
        yield f"contrasts: reference_dose: unknown dose group '{reference}'{_hint(reference, study.dose_labels)}"
    for group in study.dose_groups:
        if group.score_mg is not None and not group.from_mg <= group.score_mg < group.below_mg:
            yield f"dose_groups: '{group.label}': score_mg must lie in the group"
    for candidate in study.dose_response.candidates:
        wanted = SHAPE_KEYS[candidate.model]
        given = tuple(sorted(candidate.model_dump(exclude={"model"}, exclude_none=True)))
        if given != tuple(sorted(wanted)):
            yield f"dose_response: candidates: {candidate.model} needs {' and '.join(wanted) or 'no further key'}"


def check_families(study: Study) -> Iterator[str]:
    """Families and sustained responses name endpoints of the study; no test belongs to two families."""
    endpoints = {endpoint.id: endpoint.kind for endpoint in study.endpoints}
    for sustained in study.sustained_response:
        if sustained.endpoint not in endpoints:
            hint = _hint(sustained.endpoint, endpoints)
            yield f"sustained_response: unknown endpoint '{sustained.endpoint}'{hint}"
        elif endpoints[sustained.endpoint] == "harm":
            yield f"sustained_response: {sustained.endpoint}: a harm is no response"
        if sustained.horizon_days < sustained.minimum_days_apart:
            yield f"sustained_response: {sustained.endpoint}: horizon_days must be at least minimum_days_apart"
    named = [sustained.endpoint for sustained in study.sustained_response]
    if len(set(named)) < len(named):
        yield "sustained_response: an endpoint is named twice"
    seen: list[Family] = []
    for family in study.multiplicity:
        if family.endpoint is not None and family.endpoint not in endpoints:
            hint = _hint(family.endpoint, endpoints)
            yield f"multiplicity: {family.id}: unknown endpoint '{family.endpoint}'{hint}"
        for other in seen:
            if other.id == family.id:
                yield f"multiplicity: {family.id}: used twice"
            elif _overlap(family, other):
                yield f"multiplicity: {family.id} and {other.id} hold the same tests: a test belongs to one family"
        seen.append(family)


def check_one_definition_once(study: Study) -> Iterator[str]:
    """A definition serves one endpoint per condition: its code names the rows of the results."""
    used: dict[tuple[str, str], str] = {}
    totals: dict[str, str] = {}
    for endpoint in study.endpoints:
        for condition, code in endpoint.definitions.items():
            other = used.setdefault((condition, code), endpoint.id)
            if other != endpoint.id:
                yield f"endpoints: {endpoint.id}: {condition}: '{code}' is already used by {other}"
        codes = set(endpoint.definitions.values())
        # the total over conditions takes the name of the definition when there is but one
        name = codes.pop() if len(codes) == 1 else endpoint.id
        other = totals.setdefault(name, endpoint.id)
        if other != endpoint.id:
            yield f"endpoints: {endpoint.id}: its total would have the name '{name}', as that of {other}"


def _overlap(one: Family, other: Family) -> bool:
    same = (one.analysis, one.statistic, one.conditions, one.subgroup)
    if same != (other.analysis, other.statistic, other.conditions, other.subgroup):
        return False
    pairs = ((one.endpoint, other.endpoint), (one.missing_data, other.missing_data))
    return all(first is None or second is None or first == second for first, second in pairs)


def _hint(name: str, allowed: object) -> str:
    names = sorted(str(one) for one in allowed)  # type: ignore[attr-defined]
    close = nearest(name, names)
    return f"; did you mean {close}?" if close else f"; known: {', '.join(names)}"
