"""Checks across keys of a study file. Each returns sentences; none means all is well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dose_outcomes.catalogue import built_in
from dose_outcomes.catalogue.definitions import problems
from dose_outcomes.errors import nearest

if TYPE_CHECKING:
    from dose_outcomes.study.endpoints import Endpoint
    from dose_outcomes.study.model import Study

_WRONG_KIND = {
    "harm": "is a worsening or safety event, not a benefit: it needs an endpoint with kind: harm",
    "benefit": "is a benefit: it does not belong in an endpoint with kind: harm",
}


def check_dose_groups(study: Study) -> Iterator[str]:
    """Dose groups are intervals in rising order that do not overlap, with labels of their own."""
    for group in study.dose_groups:
        if not group.from_mg < group.below_mg:
            yield f"dose_groups: '{group.label}': from_mg must be below below_mg"
        if group.label == "all":
            yield "dose_groups: 'all' stands for the total and cannot be a label"
    for first, second in zip(study.dose_groups, study.dose_groups[1:], strict=False):
        if first.below_mg > second.from_mg:
            yield f"dose_groups: '{second.label}' must begin where '{first.label}' ends, or above"
    if len(set(study.dose_labels)) < len(study.dose_labels):
        yield "dose_groups: two groups have the same label"
    highest = study.dose_groups[-1].from_mg
    if highest > study.drug.maximum_dose_mg:
        yield f"drug: maximum_dose_mg must be at least {highest:g}, the start of the highest dose group"


def check_definitions(study: Study) -> Iterator[str]:
    """Endpoints name conditions of the study and definitions that exist; definitions name instruments."""
    codes = {**built_in().definitions, **study.definitions}
    instruments = {**built_in().instruments, **study.instruments}
    for code, definition in study.definitions.items():
        unknown = [instrument for instrument in definition.instruments if instrument not in instruments]
        for instrument in unknown:
            yield f"definitions: {code}: unknown instrument '{instrument}'{_hint(instrument, instruments)}"
        if not unknown:
            yield from (f"definitions: {code}: {problem}" for problem in problems(definition, instruments))
    seen: set[str] = set()
    for endpoint in study.endpoints:
        where = f"endpoints: {endpoint.id}"
        if endpoint.id in seen:
            yield f"{where}: used twice"
        seen.add(endpoint.id)
        if len(set(endpoint.missing_data)) < len(endpoint.missing_data):
            yield f"{where}: missing_data names the same handling twice"
        for condition, code in endpoint.definitions.items():
            if condition not in study.conditions:
                yield f"{where}: unknown condition '{condition}'{_hint(condition, study.conditions)}"
            if code not in codes:
                yield f"{where}: unknown definition '{code}'{_hint(code, codes)}"
            elif codes[code].kind != endpoint.kind:
                yield f"{where}: '{code}' {_WRONG_KIND[codes[code].kind]}"
        if endpoint.kind == "harm":
            yield from (f"{where}: {problem}" for problem in _harm_as_failure(endpoint))
        for visit in endpoint.visits:
            if not visit.first_day <= visit.day <= (visit.last_day or visit.day):
                yield f"{where}: visit at day {visit.day} must lie between its first_day and last_day"


def _harm_as_failure(endpoint: Endpoint) -> Iterator[str]:
    """A failure to respond is the safe guess for a benefit; for a harm it would be the comfortable one."""
    if "non_responder" in endpoint.missing_data:
        yield "missing_data: non_responder would count a missing score as no harm; use observed"
    strategies = [endpoint.intercurrent_events, *(other.intercurrent_events for other in endpoint.alternatives)]
    if any("composite" in one.values() for one in strategies):
        yield "intercurrent_events: composite would count who stopped as without harm; use another strategy"


def check_data(study: Study) -> Iterator[str]:
    """The condition of a trial is one of the study."""
    if study.data.source == "adam" and study.data.condition not in study.conditions:
        condition = study.data.condition
        yield f"data: unknown condition '{condition}'{_hint(condition, study.conditions)}"


def _hint(name: str, allowed: object) -> str:
    names = [str(one) for one in allowed]  # type: ignore[attr-defined]
    close = {one.lower(): one for one in names}.get(nearest(name, [one.lower() for one in names]) or "")
    return f"; did you mean {close}?" if close else f"; known: {', '.join(sorted(names))}"
