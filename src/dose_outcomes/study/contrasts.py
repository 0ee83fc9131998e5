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
    """What a comparison must meet to be read without a caveat. One that fails is shown, greyed, with the reason."""

    minimum_patients: Annotated[int, Field(ge=1)] = 10
    """Patients in each group. With fewer there is no p value either."""
    minimum_events: Annotated[int, Field(ge=0)] = 5
    """Patients with the event, and patients without it, in all groups together."""
    maximum_standardised_difference: Annotated[float, Field(gt=0)] = 0.25
    """Balance: largest absolute standardised difference of what was known at the start, between the dose and the
    reference dose. 0.1 is a usual bound too; small groups differ by more from chance alone."""
    minimum_effective_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Effective sample size of a group under the weights of a comparison, as a share of its patients."""
    minimum_events_per_variable: Annotated[float, Field(gt=0)] = 10
    """Events (of a mixed model, scores) for each fitted parameter of a regression."""
    maximum_interval_width: Annotated[float, Field(gt=0, le=2)] = 0.5
    """Precision: width of the interval of a difference of shares; of a difference of restricted means, its width as a
    share of the days."""
    maximum_ratio_of_limits: Annotated[float, Field(gt=1)] = 10
    """Precision: upper over lower limit of a ratio."""
    minimum_share_followed: Annotated[float, Field(ge=0, le=1)] = 0.8
    """Share of each group under observation, or died, when the window of the target visit (or the horizon) begins."""
    maximum_share_missing: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Share without a score at the target visit: for the first page of the report; no comparison is marked for it."""


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


FAMILYWISE = ("bonferroni", "holm", "hochberg", "hommel")
"""Methods that bound the chance of any false find, so that one family can be the gate of the next."""


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
    method: Literal["bonferroni", "holm", "hochberg", "hommel", "benjamini_hochberg", "benjamini_yekutieli"]
    """Bonferroni and Holm hold under any dependence, Hochberg and Hommel under positive dependence; the last two bound
    the share of false discoveries. With one of the first four, tests that have an interval get a simultaneous one too,
    at level 1 - (1 - level)/tests."""
    after: Identifier | None = None
    """Family listed before, whose tests come first: no test here can succeed unless every test there has. An adjusted
    p value here is at least as large as the largest there, so that each can be compared with the level. Not with
    a method that bounds the share of false discoveries, in either."""


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
        yield from _check_gate(family, seen)
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


def _check_gate(family: Family, before: list[Family]) -> Iterator[str]:
    if family.after is None:
        return
    gate = next((other for other in before if other.id == family.after), None)
    where = f"multiplicity: {family.id}: after"
    if gate is None:
        hint = _hint(family.after, [one.id for one in before])
        yield f"{where}: '{family.after}' is no family listed before it{hint}"
    elif {family.method, gate.method} - set(FAMILYWISE):
        given = f"{gate.id} has {gate.method}, this {family.method}"
        yield f"{where}: both families need one of {', '.join(FAMILYWISE)}; {given}"


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
