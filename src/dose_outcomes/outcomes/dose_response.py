"""The shape of the share of responders over doses: multiple comparisons and modelling (MCP-Mod) on log odds.

Rows of a condition are functions of its responders at every dose, and are hidden when the responder rate at one of
them is (`disclosure`). Over conditions there are two sets: crude, and standardised to one mix of conditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dose_outcomes.outcomes.cells import NO_PATIENTS
from dose_outcomes.outcomes.precision import joined
from dose_outcomes.outcomes.responder_cells import ResponderCells, total
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.dose_response.contrast_test import contrast_test
from dose_outcomes.stats.dose_response.fit import DoseResponseFit, fit_dose_response, fitted_response
from dose_outcomes.stats.dose_response.models import MODELS, Candidate
from dose_outcomes.stats.proportions.standardised import directly_standardised
from dose_outcomes.stats.regression.log_odds import log_odds, log_odds_of_proportions, proportion_of_log_odds
from dose_outcomes.stats.result import FloatArray
from dose_outcomes.study import Study
from dose_outcomes.study.contrasts import CandidateShape

ANALYSIS = "dose_response"
STANDARDISED = "standardised over conditions"
METHOD = "generalised MCP-Mod on log odds"
FLAT_SHAPE = "the shape has the same height at all doses of the study"
#: Heights that differ by less, as a share, are the same but for rounding.
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Responses:
    """Log odds of response at the doses that have patients, or the reason why they cannot be had.

    Attributes
    ----------
    estimates, variances : ndarray, shape (doses,)
    reason : str
    note : str
    """

    estimates: FloatArray
    variances: FloatArray
    reason: str = ""
    note: str = ""


def dose_response(cells: Sequence[ResponderCells], study: Study) -> Iterator[Result]:
    """Return tests of the candidate shapes, the fit of each model, its ED50, and the fitted share at each dose.

    For the first endpoint and its primary handling of missing scores.

    Parameters
    ----------
    cells : sequence of ResponderCells
        As `responder_cells` returns them.
    """
    if len(study.dose_labels) < 2:
        return
    for one in cells:
        if one.endpoint is not study.primary_endpoint or not one.primary:
            continue
        for condition in (ALL, *one.conditions):
            yield from _rows(one, condition, "", _crude(one.of(condition, study.dose_labels), study), study)
    yield from standardised_dose_response(cells, study)


def standardised_dose_response(cells: Sequence[ResponderCells], study: Study) -> Iterator[Result]:
    """Return the part of `dose_response` that is over conditions, standardised to one mix of them."""
    for whole in cells:
        if len(study.dose_labels) < 2 or whole.endpoint is not study.primary_endpoint or not whole.primary:
            continue
        one = whole.pooled(study.dose_labels)
        if len(one.conditions) > 1:
            rows = _rows(one, ALL, STANDARDISED, _standardised(one, study), study)
            yield from (replace(row, note=joined(row.note, one.left_out_note(whole))) for row in rows)


def candidates(study: Study) -> list[tuple[str, Candidate]]:
    """Return the candidate shapes of a study with their labels."""
    highest = max(study.dose_scores.values())
    shapes = study.dose_response.candidates or [
        CandidateShape(model="linear"),
        CandidateShape(model="emax", ed50_mg=highest / 4),
        CandidateShape(model="sigEmax", ed50_mg=highest / 2, hill=4),
        CandidateShape(model="exponential", delta_mg=highest / 2),
        CandidateShape(model="quadratic", peak_mg=3 * highest / 4),
    ]
    return [(shape.label, _candidate(shape)) for shape in shapes]


def _candidate(shape: CandidateShape) -> Candidate:
    guesses = {"ed50": shape.ed50_mg, "h": shape.hill, "delta": shape.delta_mg}
    if shape.peak_mg is not None:
        guesses["delta"] = -1 / (2 * shape.peak_mg)  # d + delta d^2 is largest there
    return Candidate(shape.model, {name: value for name, value in guesses.items() if value is not None}, shape.label)


def _crude(groups: Sequence[tuple[int, int]], study: Study) -> Responses:
    reason = _too_few(groups, study)
    found = log_odds([events for events, _ in groups], [n for _, n in groups])
    return Responses(found.estimates, found.variances, reason or found.note)


def _standardised(cells: ResponderCells, study: Study) -> Responses:
    reason = _too_few(cells.of(ALL, study.dose_labels), study)
    table = [cells.of(condition, study.dose_labels) for condition in cells.conditions]
    found = directly_standardised(
        [[events for events, _ in groups] for groups in table], [[n for _, n in groups] for groups in table]
    )
    odds = log_odds_of_proportions(found.proportions, found.variances)
    missing = found.note if not len(found.proportions) else odds.note
    return Responses(odds.estimates, odds.variances, reason or missing, found.note)


def _too_few(groups: Sequence[tuple[int, int]], study: Study) -> str:
    """Log odds are close to normal, as the models take them to be, only with patients and events enough."""
    bounds = study.diagnostics
    if not all(n for _, n in groups):
        return "a dose without patients"
    if min(n for _, n in groups) < bounds.minimum_patients:
        return f"fewer than {bounds.minimum_patients} patients at a dose"
    if min(min(events, n - events) for events, n in groups) < max(bounds.minimum_events, 1):
        return f"fewer than {max(bounds.minimum_events, 1)} patients with or without the event at a dose"
    return ""


def _rows(cells: ResponderCells, condition: str, subgroup: str, found: Responses, study: Study) -> Iterator[Result]:
    doses = np.array(list(study.dose_scores.values()))
    groups = cells.of(condition, study.dose_labels)
    shared = {"analysis": ANALYSIS, **cells.key(condition), **total(groups), "dose": ALL}
    shapes = candidates(study)
    models = list(dict.fromkeys(candidate.model for _, candidate in shapes))
    if not subgroup:
        yield _per_variable(shared, groups, max(len(MODELS[model].parameters) for model in models))
    if found.reason:
        note = found.reason if any(n for _, n in groups) else NO_PATIENTS
        yield from _nothing(shared, subgroup, [label for label, _ in shapes], models, groups, note, study)
        return
    note = joined(within_studied_doses(study), found.note)
    flat = [label for label, shape in shapes if np.allclose(shape.shape(doses), shape.shape(doses)[0], rtol=_SAME)]
    for label in flat:
        at = joined(subgroup, label)
        yield Result(**shared, subgroup=at, statistic="contrast_test", method=METHOD, note=FLAT_SHAPE)
    shapes = [one for one in shapes if one[0] not in flat]
    if not shapes:
        yield from _nothing(shared, subgroup, [], models, groups, FLAT_SHAPE, study)
        return
    test = contrast_test(
        doses,
        found.estimates,
        np.diag(found.variances),
        [shape for _, shape in shapes],
        alternative=study.dose_response.alternative,
        alpha=study.dose_response.alpha,
    )
    for (label, _), one in zip(shapes, test.tests, strict=True):
        yield Result(
            **shared,
            subgroup=joined(subgroup, label),
            statistic="contrast_test",
            estimate=one.statistic,
            p_value=test.unadjusted_p_value(one),
            p_adjusted=one.p_value,
            method=f"{METHOD}; {one.method}",
            note=note,
        )
    fits = {
        model: fit_dose_response(doses, found.estimates, np.diag(found.variances), model, level=study.level)
        for model in models
    }
    for model, fit in fits.items():
        yield from _fit(shared, joined(subgroup, model), fit, note, study)
    yield from _fitted(shared, subgroup, groups, fits, {one.model for one in test.significant}, note, study)


def _per_variable(shared: dict[str, Any], groups: Sequence[tuple[int, int]], parameters: int) -> Result:
    """Return the events, or the patients without one where they are fewer, for each parameter of the largest model."""
    n, events = sum(n for _, n in groups), sum(events for events, _ in groups)
    fewer = min(events, n - events)
    return Result(
        **{**shared, "events": fewer},
        statistic="events_per_variable",
        estimate=fewer / parameters if n else None,
        method="patients with or without the event, the fewer, for each parameter of the largest model",
        note="" if n else NO_PATIENTS,
    )


def within_studied_doses(study: Study) -> str:
    """Return what a curve over these doses can show."""
    scores = study.dose_scores.values()
    placebo = "" if min(scores) == 0 else ", no placebo"
    return f"shape within the doses studied ({min(scores):g} to {max(scores):g} mg){placebo}"


def _fit(shared: dict[str, Any], subgroup: str, fit: DoseResponseFit, note: str, study: Study) -> Iterator[Result]:
    yield Result(
        **shared,
        subgroup=subgroup,
        statistic="akaike_information_criterion",
        estimate=fit.aic,
        method=f"{METHOD}; {fit.method}; smaller is better, between models of the same rows only",
        note=joined(fit.note, note),
    )
    if "ed50" in MODELS[fit.model].parameters:
        half = fit.ed50
        yield Result(
            **shared,
            subgroup=subgroup,
            statistic="ed50_mg",
            estimate=None if half is None else half.estimate,
            low=None if half is None or half.estimate is None else half.low,
            high=None if half is None or half.estimate is None else half.high,
            level=study.level,
            method=f"{METHOD}; dose of half the maximal effect of the {fit.model} model, profile-likelihood interval",
            note=joined(fit.note if half is None else half.note, note),
        )


def _fitted(
    shared: dict[str, Any],
    subgroup: str,
    groups: Sequence[tuple[int, int]],
    fits: dict[str, DoseResponseFit],
    significant: set[str],
    note: str,
    study: Study,
) -> Iterator[Result]:
    usable = {model: fit for model, fit in fits.items() if fit.aic is not None}
    eligible = {model: fit for model, fit in usable.items() if model in significant} or usable
    if not eligible:
        yield from _no_fitted(shared, subgroup, groups, "no model can be fitted to so few doses", study)
        return
    model, fit = min(eligible.items(), key=lambda item: (item[1].aic, item[0]))
    signal = "" if significant else "no candidate shape is significant: the curve describes, it shows no dose response"
    points = fitted_response(fit, list(study.dose_scores.values()), level=study.level)
    for (dose, point), (events, n) in zip(zip(study.dose_labels, points, strict=True), groups, strict=True):
        share = proportion_of_log_odds(point)
        yield Result(
            **{**shared, "dose": dose, "n": n, "events": events},
            subgroup=subgroup,
            statistic="fitted_proportion",
            estimate=share.estimate,
            low=share.low,
            high=share.high,
            level=study.level,
            method=f"{METHOD}; {model} model, of the smallest Akaike criterion"
            f"{' among the significant ones' if significant else ''}; {share.method}",
            note=joined(signal, share.note, note),
        )


def _nothing(
    shared: dict[str, Any],
    subgroup: str,
    labels: Sequence[str],
    models: Sequence[str],
    groups: Sequence[tuple[int, int]],
    note: str,
    study: Study,
) -> Iterator[Result]:
    empty: dict[str, Any] = {"method": METHOD, "note": note}
    for label in labels:
        yield Result(**shared, **empty, subgroup=joined(subgroup, label), statistic="contrast_test")
    for model in models:
        at = joined(subgroup, model)
        yield Result(**shared, **empty, subgroup=at, statistic="akaike_information_criterion")
        if "ed50" in MODELS[model].parameters:
            yield Result(**shared, **empty, subgroup=at, statistic="ed50_mg")
    yield from _no_fitted(shared, subgroup, groups, note, study)


def _no_fitted(
    shared: dict[str, Any], subgroup: str, groups: Sequence[tuple[int, int]], note: str, study: Study
) -> Iterator[Result]:
    for dose, (events, n) in zip(study.dose_labels, groups, strict=True):
        yield Result(
            **{**shared, "dose": dose, "n": n, "events": events},
            subgroup=subgroup,
            statistic="fitted_proportion",
            method=METHOD,
            note=note,
        )
