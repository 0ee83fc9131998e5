"""From the inner cells of a cohort to its released files, by the outcomes and the release of the program itself."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.disclosure_attack.cohorts import (
    EFFECTS_LEFT_OUT,
    EXCLUSIONS,
    NO_SCORE,
    SET_ASIDE,
    Cohort,
)
from benchmarks.disclosure_attack.names import (
    DEFINITION,
    EFFECT_DAYS,
    EFFECTS,
    ENDPOINT,
    HORIZON,
    LAST_DOSES,
    LOST,
    REASONS,
    SEVERITIES,
    STILL_ON,
    SUBGROUPS,
    TERMS,
    VISIT,
    VISITS,
)
from dose_outcomes.cohort.quality import data_quality, shown_quality
from dose_outcomes.derive.attrition import COLUMNS, flow_rows
from dose_outcomes.disclosure import inner_counts, release_attrition, release_tables
from dose_outcomes.disclosure.attrition import exclusions_of
from dose_outcomes.disclosure.inner import Inner
from dose_outcomes.outcomes.cohort_size import cohort_size
from dose_outcomes.outcomes.course.baseline import baseline
from dose_outcomes.outcomes.course.persistence import persistence
from dose_outcomes.outcomes.course.subgroups import subgroups
from dose_outcomes.outcomes.responder_cells import responder_cells
from dose_outcomes.outcomes.responder_comparisons import made_of_shown
from dose_outcomes.outcomes.responder_contrast import responder_contrast
from dose_outcomes.outcomes.responder_rate import responder_rate
from dose_outcomes.outcomes.responder_shrinkage import responder_shrinkage
from dose_outcomes.outcomes.responder_trend import responder_heterogeneity, responder_trend
from dose_outcomes.outcomes.side_effect_incidence import side_effect_incidence
from dose_outcomes.outcomes.side_effects.character import side_effect_character
from dose_outcomes.outcomes.side_effects.contrasts import side_effect_contrasts
from dose_outcomes.outcomes.side_effects.occurrence import first_side_effect
from dose_outcomes.outcomes.time_to_event import questions, time_to_event
from dose_outcomes.outcomes.times.competing_stopping import response_or_stopping
from dose_outcomes.results import CURVE_KEY, to_csv, to_frame

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Results:
    """What is true of a cohort, as the release gets it."""

    estimates: pd.DataFrame
    curves: pd.DataFrame
    attrition: pd.DataFrame
    quality: dict[str, Any]
    inner: Inner


def _frame(cohort: Cohort, columns: dict[str, tuple[str, str, int | None]], **fixed: Any) -> pd.DataFrame:
    """Return a table by condition and dose with counts in columns; rows without anybody are left out."""
    import pandas as pd

    found = {column: cohort.of(*what) for column, what in columns.items()}
    places = next(iter(found.values()))
    rows = [
        {"condition": condition, "dose": dose, **fixed}
        | {column: numbers[condition, dose] for column, numbers in found.items()}
        for condition, dose in places
    ]
    table = pd.DataFrame(rows, columns=["condition", "dose", *fixed, *columns])
    return table[table[list(columns)].to_numpy().sum(axis=1) > 0]


def _joined(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat(list(parts), ignore_index=True)


def _responders(cohort: Cohort) -> pd.DataFrame:
    columns: dict[str, tuple[str, str, int | None]] = {
        "n": ("assessable", "", None),
        "observed": ("observed", "", None),
        "observed_responders": ("responders", "", None),
        "carried": ("carried", "", None),
        "carried_responders": ("carried responders", "", None),
    }
    return _frame(cohort, columns, endpoint=ENDPOINT, definition=DEFINITION, day=VISIT)


def _subgroups(cohort: Cohort) -> pd.DataFrame:
    parts = []
    for variable, levels in SUBGROUPS.items():
        for level in levels:
            part = f"{variable}: {level}"
            patients, responders = ("assessable", part, None), ("responders", part, None)
            columns: dict[str, tuple[str, str, int | None]] = {"n": patients, "observed": patients}
            columns |= {"observed_responders": responders, "carried": patients, "carried_responders": responders}
            fixed = {"endpoint": ENDPOINT, "definition": DEFINITION, "day": VISIT}
            parts.append(_frame(cohort, columns, **fixed, subgroup=variable, level=level))
    return _joined(parts)


def _categories(cohort: Cohort) -> pd.DataFrame:
    return _joined(
        _frame(cohort, {"n": ("analysed", f"{variable}: {level}", None)}, characteristic=variable, value=level)
        for variable, levels in SUBGROUPS.items()
        for level in levels
    )


def _by_day(cohort: Cohort, columns: dict[str, str], days: Iterable[int], part: str = "", **fixed: Any) -> pd.DataFrame:
    """Return a table by day."""
    return _joined(
        _frame(cohort, {column: (what, part, day) for column, what in columns.items()}, day=day, **fixed)
        for day in days
    )


def _treatment_ends(cohort: Cohort) -> pd.DataFrame:
    """Return the ends by their last day with a dose; a stop is on the day after it."""
    parts = [
        _frame(cohort, {"n": ("stopped for", reason, day)}, day=day - 1, reason=reason)
        for reason in REASONS
        for day in VISITS
    ]
    parts += [
        _frame(cohort, {"n": ("ended", reason, day)}, day=day, reason=reason)
        for reason in (LOST, STILL_ON)
        for day in LAST_DOSES
    ]
    return _joined(parts)


def _first_effects(cohort: Cohort) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for effect in EFFECTS:
        for day in (*EFFECT_DAYS, HORIZON):
            what = {"events": "first effect", "stopped": "stopped before effect", "censored": "without effect"}
            found = {column: cohort.of(name, effect, day) for column, name in what.items()}
            rows += [
                {"endpoint": effect, "dose": dose, "day": day}
                | {column: numbers.get(("all", dose), 0) for column, numbers in found.items()}
                for dose in cohort.study.dose_labels
            ]
    table = pd.DataFrame(rows)
    occurs = table.groupby("endpoint")["events"].transform("sum") > 0
    return table[occurs & (table[["events", "stopped", "censored"]].sum(axis=1) > 0)]


def _character(cohort: Cohort) -> pd.DataFrame:
    import pandas as pd

    rows = [
        ("severity", level, "any", dose, n)
        for level in SEVERITIES
        for (_, dose), n in cohort.of("worst", level).items()
    ]
    rows += [
        ("serious", "serious", effect, dose, n)
        for effect in EFFECTS
        for (_, dose), n in cohort.of("serious", effect).items()
    ]
    return pd.DataFrame(rows, columns=["measure", "level", "endpoint", "dose", "patients"])


def results_of(cohort: Cohort) -> Results:
    """Return estimates, curves, attrition and data quality."""
    import pandas as pd

    study = cohort.study
    risk = _frame(cohort, {"n": ("analysed", "", None)})
    risk["days"] = [cohort.days_at_risk[c, d] for c, d in zip(risk["condition"], risk["dose"], strict=True)]
    responders = _responders(cohort)
    found = [*cohort_size(risk, study), *responder_rate(responders, study)]
    cells = responder_cells(responders, study)
    for question in (responder_contrast, responder_trend, responder_heterogeneity, responder_shrinkage):
        found += question(cells, study)
    of_subgroups, categories = _subgroups(cohort), _categories(cohort)
    found += subgroups(of_subgroups, study)
    nothing = pd.DataFrame(columns=["condition", "dose", "characteristic", "value", "drug_class", "n"])
    found += baseline(nothing, categories, nothing, risk, study)
    effects = _joined(
        _frame(cohort, {"patients": ("patients with", one, None), "events": ("events of", one, None)}, endpoint=one)
        for one in EFFECTS
    )
    if not effects.empty:
        found += side_effect_incidence(effects, risk, study)
        found += side_effect_contrasts(effects, risk, study)
        found += first_side_effect(_first_effects(cohort), study)
        found += side_effect_character(_character(cohort), effects, risk, study)
    curves = []
    times = _by_day(cohort, {"events": "response", "censored": "no response"}, VISITS, endpoint=ENDPOINT)
    for one in questions(times, pd.DataFrame(columns=["event"]), study):
        rows, curve = time_to_event(one, study)
        found += rows
        curves.append(curve)
    columns = {"responded": "responded first", "stopped": "stopped first", "censored": "neither"}
    rows, more = response_or_stopping(_by_day(cohort, columns, VISITS, endpoint=ENDPOINT), study)
    found += rows
    ends = _treatment_ends(cohort)
    stay = persistence(ends, study)
    found += stay.results
    curve = _joined([*curves, *more, stay.curves])
    curve = curve.sort_values([*CURVE_KEY, "day"], kind="stable", ignore_index=True)
    accounts = accounts_of(cohort)
    attrition, quality = attrition_of(cohort, accounts), data_quality(accounts, [], study)
    inner = inner_counts(of_subgroups, categories, ends, (LOST, STILL_ON))
    return Results(to_frame(found), curve, attrition, quality, inner)


def accounts_of(cohort: Cohort) -> list[dict[str, Any]]:
    """Return what reading each table gave."""
    used = {
        "patients": cohort.total("analysed") + sum(cohort.flows["patients"].values()),
        "side_effects": cohort.total("events of", "any") + sum(cohort.flows["side_effects"].values()),
    }
    accounts = []
    for table, rows in used.items():
        away = {reason: number for reason, number in cohort.flows[f"set aside: {table}"].items() if number}
        read = rows + sum(away.values())
        accounts.append(
            {"table": table, "file": f"{table}.csv", "rows_read": read, "rows_used": rows, "set_aside": away}
        )
    return accounts


def attrition_of(cohort: Cohort, accounts: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the flows of patients, of those who can be assessed, of those with a score, and of side effects."""
    import pandas as pd

    def sentences(table: str) -> list[tuple[str, int]]:
        away = cohort.flows[f"set aside: {table}"]
        return [(one[0].upper() + one[1:], away[one]) for one in SET_ASIDE[table] if away[one]]

    patients, effects = accounts
    assessable, observed = cohort.total("assessable"), cohort.total("observed")
    flows = cohort.flows
    rows = flow_rows(
        "patients",
        "patients",
        patients["rows_read"],
        [*sentences("patients"), *((one, flows["patients"][one]) for one in EXCLUSIONS)],
    )
    name = f"responder_rate: {ENDPOINT}"
    rows += flow_rows(name, "patients", rows[-1]["after"], flows[name].items())
    rows += flow_rows(f"{name}, visit at day {VISIT}", "patients", assessable, [(NO_SCORE, assessable - observed)])
    left_out = [(one, flows["side_effects"][one]) for one in EFFECTS_LEFT_OUT]
    rows += flow_rows("side_effects", "rows", effects["rows_read"], [*sentences("side_effects"), *left_out])
    return pd.DataFrame(rows, columns=list(COLUMNS))


def release(results: Results, cohort: Cohort) -> dict[str, str]:
    """Return the released files: name and text."""
    minimum = cohort.study.disclosure.minimum_count
    definitions = {endpoint.id: dict(endpoint.definitions) for endpoint in cohort.study.endpoints}
    shown = release_tables(
        results.estimates,
        results.curves,
        minimum,
        definitions,
        lambda hidden: made_of_shown(_responders(cohort), cohort.study, hidden),
        TERMS,
        results.inner,
    )
    tables = results.quality["tables"]
    quality = shown_quality(results.quality, minimum, exclusions_of(results.attrition, tables))
    return {
        "estimates.csv": to_csv(shown.estimates),
        "curves.csv": to_csv(shown.curves),
        "attrition.csv": to_csv(release_attrition(results.attrition, minimum, tables)),
        "data_quality.json": json.dumps(quality, indent=2, ensure_ascii=False) + "\n",
    }
