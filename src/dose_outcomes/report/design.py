"""The windows of the study around day 0, the first dose, as its study file declares them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from dose_outcomes.report.wording import DAYS_PER_WEEK, Wording, in_sentence, plain, week

Kind = Literal["before", "visit", "follow-up"]
MOST_VISITS = 6
"""More distinct windows of visits than these become one row from the first to the last."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window in days after the first dose, both ends included."""

    label: str
    first: int
    last: int | None
    """None where it has no end of its own."""
    kind: Kind
    detail: str = ""


def windows(wording: Wording) -> list[Window]:
    """Return the windows in the order in which a patient passes them."""
    study = wording.study
    found = [
        Window(f"Left out: {in_sentence(plain(one['label']))}", one["first_day"], one["last_day"], "before")
        for one in study.get("eligibility", [])
        if "without_drug_class" in one
    ]
    for endpoint in study.get("endpoints", []):
        baseline = endpoint["baseline"]
        found.append(Window("Score before treatment", baseline["first_day"], baseline["last_day"], "before"))
    found += _visits(wording)
    landmark = (study.get("dose_attributions") or {}).get("landmark_day")
    if landmark is not None:
        found.append(Window("Landmark: dose taken on the day", landmark, landmark, "visit"))
    for question in [*study.get("time_to_response", []), *study.get("time_to_event", [])]:
        label = question.get("label") or _label_of(question.get("endpoint"), study)
        # a time that the source gives has no horizon of ours
        horizon = question.get("horizon_days")
        until = "" if horizon is not None else "to the end of observation"
        found.append(Window(f"Time to: {in_sentence(plain(label))}", 0, horizon, "follow-up", until))
    persistence = (study.get("course") or {}).get("persistence")
    if persistence:
        found.append(Window("Time on the drug", 0, max(persistence["days"]), "follow-up"))
    after = study["side_effects"]["days_after_last_dose"]
    until = "to the end of observation" if after is None else f"to {after} days after the last dose"
    found.append(Window("Side effects", 0, None, "follow-up", until))
    # what is declared twice is drawn once
    return list(dict.fromkeys(found))


def _visits(wording: Wording) -> list[Window]:
    """Return the windows of visits of all endpoints, each once, with the conditions that it is for."""
    spans: dict[tuple[int, int | None], tuple[dict[str, None], dict[str, None]]] = {}
    targets: dict[tuple[int, int | None], int] = {}
    for endpoint in wording.study.get("endpoints", []):
        name = in_sentence(plain(endpoint["label"]))
        for span, condition, day in _spans(endpoint, wording):
            targets.setdefault(span, day)
            conditions, names = spans.setdefault(span, ({}, {}))
            conditions[wording.condition(condition)] = None
            names[name] = None
    ordered = sorted(spans, key=lambda span: (span[0], -1 if span[1] is None else span[1]))
    if len(ordered) > MOST_VISITS:
        ends = [last for _, last in ordered if last is not None]
        last = max(ends) if len(ends) == len(ordered) else None
        return [Window("Visits", ordered[0][0], last, "visit", f"{len(ordered)} windows")]
    whose = {span: _named([*spans[span][0]], wording) for span in ordered}
    alike = len(set(whose.values())) < len(whose)
    return [
        Window(
            f"Visit{f' of {week(targets[span])}' if alike else ''}: {whose[span]}",
            *span,
            "visit",
            "; ".join(spans[span][1]),
        )
        for span in ordered
    ]


def _spans(endpoint: dict[str, Any], wording: Wording) -> Iterator[tuple[tuple[int, int | None], str, int]]:
    """Yield first and last day of each window of visits of an endpoint, a condition that it is for, and its day."""
    for condition, code in endpoint["definitions"].items():
        for visit in endpoint.get("visits") or []:
            yield (visit["first_day"], visit.get("last_day")), condition, visit["day"]
        if not endpoint.get("visits"):
            definition = wording.definition(code) or {}
            day, half = (round(definition.get(key, 0) * DAYS_PER_WEEK) for key in ("week", "window_weeks"))
            yield (max(1, day - half), day + half), condition, day


def _named(conditions: list[str], wording: Wording) -> str:
    """Return which conditions a window is for; how many, where naming them would take too long."""
    if len(conditions) == len(wording.conditions):
        return "all conditions" if len(conditions) > 1 else conditions[0]
    return ", ".join(conditions) if len(conditions) <= 2 else f"{len(conditions)} conditions"


def _label_of(endpoint: str | None, study: dict[str, Any]) -> str:
    labels = {one["id"]: one["label"] for one in study.get("endpoints", [])}
    return str(labels.get(endpoint or "", endpoint or "event"))
